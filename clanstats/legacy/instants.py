"""Which instant does a text in the predecessor's tables mean? It wrote four forms into a column.

With a "T" or a space, with a timezone or without; microseconds are left out where they are 0.
"""

from datetime import UTC, datetime

from clanstats.timestamps import EARLIEST, epoch_ms, to_utc


def instant_ms(text: object) -> int | None:
    """Read one, in ms.

    Rows of a few days in December 2025 were written in local time without saying so, and it can't
    be seen which; that is why nothing that can be told otherwise is taken from such a column.

    Returns:
        None for what is no instant, or lies before any RuneScape. Without a timezone UTC is meant.
    """
    if not isinstance(text, str):
        return None
    try:
        at = to_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None
    return epoch_ms(at) if EARLIEST <= at < _LATEST else None


_LATEST = datetime(2200, 1, 1, tzinfo=UTC)

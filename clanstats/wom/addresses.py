"""What goes into a request, and what must never get there?"""

import re
from datetime import UTC, datetime
from urllib.parse import quote

from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.usernames import canonical, validate

PAGE = 50  # the most rows a feed gives at once

_LAST_ID = 2**31 - 1  # anything greater makes their database fail
_PERIOD = re.compile(
    r"five_min|day|week|month|year|(?=\d)(\d+y)?(\d+m)?(\d+w)?(\d+d)?(\d+h)?", re.ASCII
)


def headers(user_agent: str, api_key: str | None) -> dict[str, str]:
    """What is sent with every request.

    Raises:
        BadInputError: The key can't be one. It isn't quoted: others read this text.
    """
    sent = {"User-Agent": " ".join(user_agent.split())}
    if key := (api_key or "").strip():
        if not (key.isascii() and key.isprintable()):
            raise BadInputError("WOM_API_KEY has characters that no key has. Copy it again.")
        sent["x-api-key"] = key
    return sent


def path(group_id: int, page: str = "") -> str:
    """The path of a group, or of one of its pages.

    Raises:
        BadInputError: The ID can't be one.
    """
    if not _is_id(group_id):
        raise BadInputError(
            f"A group's ID is a whole number from 1 to {_LAST_ID:,}: the one in the address of "
            "its page on wiseoldman.net."
        )
    return f"/groups/{group_id}{page}"


def competition(competition_id: int) -> str:
    """The path of a competition.

    Raises:
        BadInputError: The ID can't be one.
    """
    if not _is_id(competition_id):
        raise BadInputError(f"A competition's ID is a whole number from 1 to {_LAST_ID:,}.")
    return f"/competitions/{competition_id}"


def player(name: str) -> str:
    """The path of a player; a name that leads anywhere else doesn't get there.

    Raises:
        BadInputError: The game has no such names.
    """
    valid, wrong = validate(name)
    if not valid:
        raise BadInputError(wrong)
    return f"/players/{quote(canonical(name), safe='')}"


def page(offset: int) -> dict[str, str]:
    """The query for the rows of a feed after the first `offset`."""
    return {"limit": str(PAGE)} | ({"offset": str(offset)} if offset else {})


def span(period: str | None, window: Window | None) -> dict[str, str]:
    """The query for a period or a window.

    Raises:
        ValueError: Not exactly one of them is given, or it makes no sense.
    """
    if window is None:
        if period is None or not _PERIOD.fullmatch(period):
            raise ValueError(f"not a period: {period!r}")
        return {"period": period}
    if period is not None or window.start >= window.end:
        raise ValueError("either a period, or a window that ends after it starts")
    return {"startDate": _sent(window.start), "endDate": _sent(window.end)}


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= _LAST_ID


def _sent(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

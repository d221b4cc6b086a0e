"""How does one bad row of an answer cost that row, and nothing else?"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from clanstats.wom.errors import WomBadAnswerError
from clanstats.wom.rows import Decoded

T = TypeVar("T")

MOST = 2**63 - 1  # what a database column holds

Id = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Count = Annotated[int, msgspec.Meta(ge=-1, le=MOST)]  # -1: unranked
Hours = Annotated[float, msgspec.Meta(ge=-1, le=MOST / 1_000_000)]  # fits when scaled
Text = Annotated[str, msgspec.Meta(min_length=1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]

# What reading something may raise; ValueError is invalid UTF-8, or an instant out of the world.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

_KEPT = 5
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class Problems:
    """What couldn't be read: how much of it, and the first few in words.

    The words name a player by ID only.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self.texts: list[str] = []
        self._index = 0
        self._raw = msgspec.Raw()

    def at(self, index: int, raw: msgspec.Raw) -> None:
        """Say which row is read next."""
        self._index, self._raw = index, raw

    def add(self, text: object) -> None:
        """Count a row, or an entry within one, as skipped."""
        self.skipped += 1
        if len(self.texts) < _KEPT:
            self.texts.append(f"row {self._index} ({_owner(self._raw)}): {text}")


def rows(answer: bytes) -> list[msgspec.Raw]:
    """Split a list without reading what is in it.

    Raises:
        WomBadAnswerError: It isn't a list, or isn't complete.
    """
    try:
        return _ROWS.decode(answer)
    except UNREADABLE as error:
        raise bad_answer(error) from error


def read(
    raws: Iterable[msgspec.Raw], row: Callable[[msgspec.Raw, Problems], Iterable[T]]
) -> Decoded[T]:
    """Read each row on its own; `row` may give none, one or several, and reports what it drops."""
    found: list[T] = []
    problems = Problems()
    for index, raw in enumerate(raws):
        problems.at(index, raw)
        try:
            found.extend(row(raw, problems))
        except UNREADABLE as error:
            problems.add(error)
    return Decoded(tuple(found), problems.skipped, tuple(problems.texts))


def bad_answer(error: Exception) -> WomBadAnswerError:
    """The error for an answer of which nothing can be used."""
    return WomBadAnswerError(
        f"Wise Old Man's answer can't be read ({error}). It may be under maintenance; if this "
        "lasts, check WOM_BASE_URL and look for a newer version of this bot."
    )


def utc(instant: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        ValueError: No computer game was played then.
    """
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(f"the year {instant.year} can't be right")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def utc_or_none(instant: datetime | None) -> datetime | None:
    """As `utc`; None stays None."""
    return None if instant is None else utc(instant)


class _Player(msgspec.Struct):
    id: int | None = None


class _Owner(msgspec.Struct, rename="camel"):
    player_id: int | None = None
    player: _Player | None = None


_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_OWNER = msgspec.json.Decoder(_Owner)


def _owner(raw: msgspec.Raw) -> str:
    try:
        owner = _OWNER.decode(raw)
    except UNREADABLE:
        return "player unknown"
    wom_id = owner.player_id or (owner.player and owner.player.id)
    return f"player {wom_id or 'unknown'}"

"""What is in a table before it becomes a file: which columns, and cells that may not be known?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeAlias

from clanstats.domain import Gain, UnknownReason, Window
from clanstats.known import REASONS


class Kind(StrEnum):
    """How a column's values are written."""

    TEXT = "text"
    LONG_TEXT = "long text"
    NUMBER = "number"  # of which nothing is reckoned, such as a place
    WHOLE = "whole"  # without decimals
    HOURS = "hours"  # with some
    DAY = "day"  # an instant of which the day matters
    INSTANT = "instant"
    YES_NO = "yes or no"


class Group(StrEnum):
    """Which columns belong together, and share a colour."""

    WHO = "who"
    MESSAGES = "messages"
    XP = "xp"
    BOSSES = "bosses"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One of a table's columns."""

    key: str  # in CSV and JSON: "xp_30d"
    title: str  # for people: "XP 30 d"
    kind: Kind = Kind.TEXT
    group: Group = Group.WHO
    scaled: bool = False  # more is coloured more


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no number here, which is not 0."""

    reason: str  # for machines: "not_updated"
    words: str  # for people, and short enough for a cell's neighbour
    shown: str = "unknown"  # in the cell


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that doesn't say all by itself."""

    value: float
    since: datetime | None = None  # counted from then on, which is later than was asked
    partial: bool = False  # only what was heard in game chat


# None: there is nothing to say, such as until when somebody is away who isn't.
Cell: TypeAlias = str | bool | float | datetime | Missing | Counted | None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of a workbook; `rows` are gone through once."""

    name: str  # "roster"
    title: str  # "Roster"
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    frozen: int = 1  # columns that stay while one scrolls
    loud_zeros: bool = True  # where most are 0, it would be all that one sees
    measured: bool = True  # there may be cells that aren't known, or count from later on
    notes: Sequence[str] = ()  # what has to be known to read it rightly


@dataclass(frozen=True, slots=True)
class Book:
    """All tables of one file, and what they are about."""

    clan: str
    wom_group_id: int
    as_of: datetime
    tz: tzinfo  # whose days are meant
    tables: Sequence[Table]
    window: Window | None = None  # of what is asked for a period; None is all up to `as_of`
    period: str | None = None  # as it was typed; None where there is none


def number(gain: Gain) -> Cell:
    """A gain or a total as people are shown it, or why there is none."""
    value = gain.shown
    if value is None:
        return unknown(gain.unknown or UnknownReason.NOT_UPDATED)
    if gain.since is None and not gain.partial:
        return value
    return Counted(value, gain.since, gain.partial)


def unknown(reason: UnknownReason) -> Missing:
    """A number that isn't known, and why."""
    return Missing(reason, REASONS[reason])


def plain(cell: Cell) -> str | bool | float | datetime | None:
    """The value alone; None where there is none."""
    if isinstance(cell, Counted):
        return cell.value
    return None if isinstance(cell, Missing) else cell


def falling(cell: Cell) -> float:
    """To sort by: most first, what isn't known last."""
    value = plain(cell)
    return -value if isinstance(value, int | float) else 1


def remarks(
    columns: Sequence[Column], row: Sequence[Cell]
) -> tuple[Mapping[str, str], Mapping[str, datetime], Sequence[str]]:
    """By key: why values aren't known, since when they count; and which are game chat only."""
    unknown: dict[str, str] = {}
    since: dict[str, datetime] = {}
    partial: list[str] = []
    for column, cell in zip(columns, row, strict=True):
        if isinstance(cell, Missing):
            unknown[column.key] = cell.reason
        elif isinstance(cell, Counted):
            if cell.since is not None:
                since[column.key] = cell.since
            if cell.partial:
                partial.append(column.key)
    return unknown, since, partial

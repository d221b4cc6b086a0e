"""What is known of the members at one instant, in the form in which rules ask for it?

A table has a column a fact and a place a member. What isn't known for certain is what it may be: a
number lies between two bounds, a word or a flag is None. So an answer that comes out of a table
holds whatever the truth is, and a fact that becomes less known can only make it less certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import TypeAlias

from clanstats.domain import Member


@dataclass(frozen=True, slots=True)
class FactKey:
    """A fact as a rule names it: `xp.slayer.7d`, `kc.raids`, `tenure.days`, `messages.30d`."""

    name: str
    part: str | None = None  # "slayer", "raids", "days", the name of a ledger
    days: int | None = None  # gained in as many days; None is the total

    def __str__(self) -> str:
        window = None if self.days is None else f"{self.days}d"
        return ".".join(word for word in (self.name, self.part, window) if word)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number for each member: `lows[place] <= it <= highs[place]`, exact where both are equal.

    The bounds of what is quite unknown are infinite, or 0 and infinite if it can't be negative.
    """

    lows: Sequence[float]
    highs: Sequence[float]
    # Why a place isn't exact, in words that say what would help; a place that is has none.
    reasons: Mapping[int, str] = field(default_factory=dict)
    observed_at: Sequence[datetime | None] = ()  # how old the knowledge is; () is as of the table


@dataclass(frozen=True, slots=True)
class Texts:
    """A word for each member, such as a rank; None is unknown."""

    values: Sequence[str | None]
    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flags:
    """Yes or no for each member; None is unknown."""

    values: Sequence[bool | None]
    reasons: Mapping[int, str] = field(default_factory=dict)


Column: TypeAlias = Numbers | Texts | Flags


@dataclass(frozen=True, slots=True)
class FactTable:
    """Everyone who was in the clan at `as_of`, and what was known of them then."""

    as_of: datetime
    members: Sequence[Member]  # by name; the order of every column
    columns: Mapping[FactKey, Column]
    # Who counts when members are compared: not those whose profile was set aside, nor those who
    # don't want to be measured.
    compared: Sequence[bool]
    # Of facts that are asked for by day: a column a day of the clan's calendar, oldest first.
    daily: Mapping[FactKey, Sequence[Numbers]] = field(default_factory=dict)


UNBOUNDED = (-inf, inf)
AT_LEAST_NOTHING = (0.0, inf)

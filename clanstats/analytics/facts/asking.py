"""About whom are facts gathered, and of when? And how is a column put together?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import inf

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.domain import Member, Window
from clanstats.facts import Numbers
from clanstats.timestamps import EARLIEST


@dataclass(frozen=True, slots=True)
class Person:
    """A member, and which accounts are the same person's."""

    member: Member
    joined_at: datetime
    rank_since: datetime | None  # None: no change of rank is known of this stay
    players: Sequence[int]  # all their accounts, this one among them
    linked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The clan at an instant; `people` is the order of every column."""

    session: AsyncSession
    clan_id: int
    people: Sequence[Person]
    as_of: datetime
    tz: tzinfo
    max_data_age: timedelta | None
    as_of_ms: int  # the same instant, as it is stored

    def window(self, days: int | None) -> Window:
        """The last `days`; None is all time."""
        if days is None:
            return Window(EARLIEST, self.as_of)
        return Window.last(days, now=self.as_of)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of one member: what it is at least and at most, and why it isn't exact."""

    low: float
    high: float
    reason: str | None = None
    observed_at: datetime | None = None

    @classmethod
    def exactly(cls, value: float, observed_at: datetime | None = None) -> "Number":
        return cls(value, value, None, observed_at)

    @classmethod
    def unknown(cls, reason: str, observed_at: datetime | None = None, low: float = 0) -> "Number":
        """At least `low`, and nobody knows how much."""
        return cls(low, inf, reason, observed_at)


def column(numbers: Iterable[Number]) -> Numbers:
    """A column of what is known of each member, in their order."""
    found = list(numbers)
    return Numbers(
        [one.low for one in found],
        [one.high for one in found],
        {
            place: one.reason or "it isn't known exactly"
            for place, one in enumerate(found)
            if one.low != one.high
        },
        [one.observed_at for one in found],
    )

"""Of those who joined, how many are still there after a month, a quarter, half a year, a year?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts.standing import followed_since
from clanstats.db.models import MembershipRow

AFTER_DAYS = (30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Stayed:
    """How many of those whose time is over were there for so many days."""

    days: int
    stayed: int
    of: int  # who joined so many days ago or more

    @property
    def share(self) -> float | None:
        """None where nobody joined long enough ago."""
        return self.stayed / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who joined in one quarter of a year."""

    begins: date
    joined: int
    still_there: int
    stayed: Sequence[Stayed]  # by `AFTER_DAYS`


async def cohorts(
    session: AsyncSession, clan_id: int, as_of: datetime, tz: tzinfo
) -> Sequence[Cohort]:
    """The quarters in which somebody joined, oldest first.

    Only of joins that we saw: of who was in the clan before it was followed it isn't known who
    left before. Whoever came back joined again.
    """
    since = await followed_since(session, clan_id)
    rows = await session.execute(
        select(MembershipRow.joined_at, MembershipRow.left_at).where(
            MembershipRow.clan_id == clan_id,
            MembershipRow.joined_at <= as_of,
            MembershipRow.joined_at > since,
        )
    )
    stays: dict[date, list[tuple[datetime, datetime | None]]] = {}
    for joined_at, left_at in rows:
        gone = left_at if left_at is not None and left_at <= as_of else None
        stays.setdefault(_quarter(joined_at.astimezone(tz).date()), []).append((joined_at, gone))
    return tuple(_cohort(begins, stays[begins], as_of) for begins in sorted(stays))


def _cohort(
    begins: date, stays: Sequence[tuple[datetime, datetime | None]], as_of: datetime
) -> Cohort:
    return Cohort(
        begins,
        len(stays),
        sum(left_at is None for _, left_at in stays),
        [_stayed(stays, days, as_of) for days in AFTER_DAYS],
    )


def _stayed(
    stays: Sequence[tuple[datetime, datetime | None]], days: int, as_of: datetime
) -> Stayed:
    long = timedelta(days=days)
    told = [(joined, left) for joined, left in stays if joined + long <= as_of]
    return Stayed(
        days, sum(left is None or left - joined >= long for joined, left in told), len(told)
    )


def _quarter(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)

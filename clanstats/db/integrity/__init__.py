"""Do the tables agree with each other?

The database itself enforces keys and references, but only while they are on, and not that two
intervals don't overlap, or that a count is the number of what it counts.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.integrity import intervals, observations, people, records, references, talk
from clanstats.db.integrity.check import Check, latest

_SHOWN = 5  # rows of a violation that are named


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows that break a check; the first few by their columns."""

    check: str
    table: str
    wrong: str
    repair: str
    count: int
    rows: Sequence[str]


async def violations(
    session: AsyncSession, *, now: datetime, names: Collection[str] | None = None
) -> tuple[Violation, ...]:
    """What is wrong.

    Args:
        session: Only read from.
        now: Nothing can be later, but for a day by which a clock may be wrong.
        names: Of the checks to make; None is all.

    Returns:
        In the order of `checks`.
    """
    found = [
        await _violation(session, check, latest(now))
        for check in checks()
        if names is None or check.name in names
    ]
    return tuple(one for one in found if one is not None)


async def _violation(
    session: AsyncSession, check: Check, values: dict[str, int]
) -> Violation | None:
    broken = check.broken
    first = (await session.execute(broken.limit(_SHOWN), values)).mappings().all()
    if not first:
        return None
    count = await session.scalar(select(func.count()).select_from(broken.subquery()), values)
    named = [", ".join(f"{key} {value}" for key, value in row.items()) for row in first]
    return Violation(check.name, check.table, check.wrong, check.repair, count or 0, named)


def checks() -> Iterator[Check]:
    """All of them; what points to nothing comes first, since others stumble over it."""
    for each in (references, intervals, people, observations, talk, records):
        yield from each.checks()

"""How does a clan's past get in? In windows, the newest first, one request each.

One answer holds the first and the last snapshot of every member in a window, so the number of
requests doesn't depend on the clan's size: the last 60 days by day, the weeks before by week, the
rest of the year by month, all time at last; then the feeds to their end. The plan is stored, and
each answer is marked in the transaction that stores its rows: whoever is killed goes on where they
were, and running it again changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.models import BackfillStepRow, ClanRow
from clanstats.domain import Window
from clanstats.errors import NoDataError
from clanstats.harvest.attribution import attribute
from clanstats.harvest.identity import known_people, record_names
from clanstats.privacy.keeping_out import remembered
from clanstats.services import Services
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from clanstats.wom.addresses import PAGE
from clanstats.wom.rows import Decoded

log = structlog.get_logger()

PER_MINUTE = 10  # Wise Old Man asks for delays between requests; this leaves half a keyless budget
_DAYS, _WEEKS, _MONTHS = 60, 5, 9
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)
_FEEDS = ("activity", "name_changes", "achievements")


@dataclass(frozen=True, slots=True)
class Step:
    """One request, or for a feed one request a page."""

    position: int
    kind: str
    window: Window | None
    rows: int = 0  # of a feed, read already


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What one run of the backfill did."""

    steps: int  # done in this run
    remaining: int
    snapshots: int  # new ones
    skipped: int  # rows that couldn't be read

    def __str__(self) -> str:
        left = f", {self.remaining} steps left" if self.remaining else ", complete"
        return f"{self.steps} steps, {self.snapshots} new snapshots{left}"


Progress = Callable[[int, int], None]
Pace = Callable[[], Awaitable[None]]


def _ignore(done: int, total: int) -> None:
    del done, total


async def backfill(
    services: Services,
    wom_group_id: int,
    *,
    per_minute: float = PER_MINUTE,
    progress: Progress = _ignore,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> BackfillReport:
    """Read what is still to be read of the clan's past.

    Args:
        services: The open resources.
        wom_group_id: The group's number; it must have been harvested once.
        per_minute: The most requests a minute.
        progress: Told how many steps are done, and of how many, after each.
        sleep: Waits that many seconds.

    Raises:
        NoDataError: The clan has never been harvested.
        WomError: Wise Old Man could not be read; what was done stays done.
    """
    async with services.read() as session:
        clan_id = await _clan_id(session, wom_group_id)
    async with services.write() as session:
        steps, total = await _plan(session, clan_id, services.clock())
    report = BackfillReport(0, len(steps), 0, 0)
    progress(total - len(steps), total)
    pace = _paced(per_minute, sleep)
    for number, step in enumerate(steps, start=1):
        snapshots, skipped = await _run(services, clan_id, wom_group_id, step, pace)
        report = BackfillReport(
            number, len(steps) - number, report.snapshots + snapshots, report.skipped + skipped
        )
        progress(total - report.remaining, total)
    return report


async def remaining_steps(session: AsyncSession, clan_id: int) -> int | None:
    """How many steps are still to do; None when the backfill was never begun."""
    done = list(
        await session.scalars(
            select(BackfillStepRow.done_at).where(BackfillStepRow.clan_id == clan_id)
        )
    )
    return sum(at is None for at in done) if done else None


def plan(now: datetime) -> Iterator[tuple[str, Window | None]]:
    """The steps to take for a clan first seen at `now`."""
    end = now
    for length, count in ((_DAY, _DAYS), (_WEEK, _WEEKS), (_MONTH, _MONTHS)):
        for _ in range(count):
            yield "window", Window(end - length, end)
            end -= length
    yield "window", Window(EARLIEST, end)
    for feed in _FEEDS:
        yield feed, None


async def _clan_id(session: AsyncSession, wom_group_id: int) -> int:
    clan_id = await session.scalar(select(ClanRow.id).where(ClanRow.wom_group_id == wom_group_id))
    if clan_id is None:
        raise NoDataError("This clan was never harvested: run `clanstats harvest wom` first.")
    return clan_id


async def _plan(session: AsyncSession, clan_id: int, now: datetime) -> tuple[Sequence[Step], int]:
    """The steps still to do and how many there are in all; the plan is made at the first call."""
    stored = select(BackfillStepRow).where(BackfillStepRow.clan_id == clan_id)
    rows = (await session.scalars(stored.order_by(BackfillStepRow.position))).all()
    if not rows:
        await session.execute(
            insert(BackfillStepRow),
            [
                {
                    "clan_id": clan_id,
                    "position": position,
                    "kind": kind,
                    "start_at": window and window.start,
                    "end_at": window and window.end,
                }
                for position, (kind, window) in enumerate(plan(now))
            ],
        )
        rows = (await session.scalars(stored.order_by(BackfillStepRow.position))).all()
    to_do = tuple(
        Step(
            row.position,
            row.kind,
            Window(row.start_at, row.end_at) if row.start_at and row.end_at else None,
            row.rows or 0,
        )
        for row in rows
        if row.done_at is None
    )
    return to_do, len(rows)


async def _run(
    services: Services, clan_id: int, wom_group_id: int, step: Step, pace: Pace
) -> tuple[int, int]:
    """Fetch a step's rows, and store each answer with the mark of how far it got.

    Returns:
        How many snapshots are new, and how many rows couldn't be read.
    """
    read, skipped, added, last = step.rows, 0, 0, None
    while True:
        await pace()
        page = await _ask(services, wom_group_id, step, offset=read)
        length = len(page.rows) + page.skipped
        # Whoever ignores the offset would give the same page for ever.
        done = step.window is not None or length < PAGE or page == last
        read, skipped, last = read + length, skipped + page.skipped, page
        async with services.write() as session:
            kept = remembered(page, await Tombstones.load(session))
            added += await _save(session, clan_id, step, kept.rows, services.clock())
            await session.execute(
                update(BackfillStepRow)
                .where(
                    BackfillStepRow.clan_id == clan_id, BackfillStepRow.position == step.position
                )
                .values(done_at=services.clock() if done else None, rows=read)
            )
        if done:
            log.info("backfill.step", position=step.position, kind=step.kind, snapshots=added)
            return added, skipped


async def _ask(services: Services, wom_group_id: int, step: Step, *, offset: int) -> Decoded[Any]:
    wom = services.wom
    if step.window is not None:
        return await wom.bulk_gained(wom_group_id, window=step.window)
    feed: Mapping[str, Callable[..., Awaitable[Decoded[Any]]]] = {
        "activity": wom.activity,
        "name_changes": wom.name_changes,
        "achievements": wom.achievements,
    }
    return await feed[step.kind](wom_group_id, offset=offset)


async def _save(
    session: AsyncSession, clan_id: int, step: Step, rows: Sequence[Any], now: datetime
) -> int:
    """Store the rows of a step; returns how many snapshots were new."""
    if step.kind == "window":
        return await store.save_snapshots(session, rows)
    if step.kind == "activity":
        await store.save_activity(session, clan_id, rows)
    elif step.kind == "name_changes":
        await record_names(session, await known_people(session, clan_id), rows, now)
        await attribute(session, clan_id)
    else:
        await store.save_achievements(session, rows)
    return 0


def _paced(per_minute: float, sleep: Callable[[float], Awaitable[None]]) -> Pace:
    """A wait before each request but the first."""
    begun = False

    async def pace() -> None:
        nonlocal begun
        if begun:
            await sleep(60 / per_minute)
        begun = True

    return pace

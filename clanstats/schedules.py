"""Which jobs are due? Rows, so that a restart forgets nothing and downtime is caught up once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.bulk import insert_new
from clanstats.db.models import BotStateRow, ClanRow, ScheduleRow
from clanstats.timestamps import epoch_ms, parse_instant

_HEARTBEAT = "heartbeat"
_HEARD = "discord.heard"
_PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Due:
    """A job whose time has come."""

    clan_id: int
    wom_group_id: int
    job: str
    due_at: datetime


async def ensure(session: AsyncSession, clan_id: int, job: str, *, at: datetime) -> None:
    """Schedule a job for `at`, unless it is due before that anyway."""
    of_job = (ScheduleRow.clan_id == clan_id, ScheduleRow.job == job)
    planned = await session.scalar(select(ScheduleRow.next_run_at).where(*of_job))
    if planned is None:
        await session.execute(insert(ScheduleRow).values(clan_id=clan_id, job=job, next_run_at=at))
    elif planned > at:
        await session.execute(update(ScheduleRow).where(*of_job).values(next_run_at=at))


async def plan(session: AsyncSession, clan_id: int, job: str, *, at: datetime) -> None:
    """Schedule a job for `at`, unless it is on the timetable, for whenever that is."""
    row = (clan_id, job, epoch_ms(at))
    await insert_new(session, ScheduleRow.__table__, [row])


async def drop(session: AsyncSession, beginning: str) -> None:
    """Take every clan's jobs whose names begin so off the timetable."""
    await session.execute(
        delete(ScheduleRow).where(ScheduleRow.job.startswith(beginning, autoescape=True))
    )


async def entrust(session: AsyncSession, clan_id: int, job: str, *, at: datetime) -> None:
    """Schedule a job of the whole process, which stands under one clan and under no other."""
    await session.execute(
        delete(ScheduleRow).where(ScheduleRow.clan_id != clan_id, ScheduleRow.job == job)
    )
    await ensure(session, clan_id, job, at=at)


async def having(session: AsyncSession, job: str) -> Sequence[int]:
    """The `clan_id` of every clan for which a job is planned."""
    found = await session.scalars(select(ScheduleRow.clan_id).where(ScheduleRow.job == job))
    return found.all()


async def due(session: AsyncSession, now: datetime) -> Sequence[Due]:
    """Everything due by `now`, the longest overdue first."""
    found = await session.execute(
        select(ScheduleRow.clan_id, ClanRow.wom_group_id, ScheduleRow.job, ScheduleRow.next_run_at)
        .join_from(ScheduleRow, ClanRow, ClanRow.id == ScheduleRow.clan_id)
        .where(ScheduleRow.next_run_at <= now)
        .order_by(ScheduleRow.next_run_at, ScheduleRow.job.desc())
    )
    return tuple(Due(*row) for row in found)


async def claim(session: AsyncSession, job: Due, *, next_run_at: datetime) -> bool:
    """Take a due job by scheduling its next run; False when another process was faster."""
    taken = await session.execute(
        update(ScheduleRow)
        .where(
            ScheduleRow.clan_id == job.clan_id,
            ScheduleRow.job == job.job,
            ScheduleRow.next_run_at == job.due_at,
        )
        .values(next_run_at=next_run_at)
        .returning(ScheduleRow.job)
    )
    return taken.first() is not None


async def finish(session: AsyncSession, job: Due) -> None:
    """Take a job off the timetable for good."""
    await session.execute(
        delete(ScheduleRow).where(ScheduleRow.clan_id == job.clan_id, ScheduleRow.job == job.job)
    )


async def withdraw(session: AsyncSession, clan_id: int) -> None:
    """Take all of a clan's jobs off the timetable."""
    await session.execute(delete(ScheduleRow).where(ScheduleRow.clan_id == clan_id))


async def pause(session: AsyncSession, clan_id: int, source: str, *, paused: bool) -> None:
    """Note that nothing is to be read from "wom" or "discord" for a clan, or that it is again."""
    await remember(session, f"{_PAUSED}.{clan_id}.{source}", str(int(paused)))


async def paused(session: AsyncSession) -> frozenset[tuple[int, str]]:
    """From which sources nothing is to be read, each with its `clan_id`."""
    found = await session.scalars(
        select(BotStateRow.key).where(
            BotStateRow.key.startswith(f"{_PAUSED}.", autoescape=True), BotStateRow.value == "1"
        )
    )
    parts = (key.split(".") for key in found)
    return frozenset((int(clan_id), source) for _, clan_id, source in parts)


async def beat(session: AsyncSession, now: datetime) -> None:
    """Note that the process is alive."""
    await remember(session, _HEARTBEAT, now.isoformat())


async def last_beat(session: AsyncSession) -> datetime | None:
    """When the process was last known to be alive."""
    text = await recall(session, _HEARTBEAT)
    return None if text is None else parse_instant(text)


async def note_heard(session: AsyncSession, at: datetime) -> None:
    """Note that until then everything that happens on Discord came in."""
    await remember(session, _HEARD, at.isoformat())


async def last_heard(session: AsyncSession) -> datetime | None:
    """Until when everything that happened on Discord came in; None if it never did."""
    text = await recall(session, _HEARD)
    return None if text is None else parse_instant(text)


async def remember(session: AsyncSession, key: str, value: str) -> None:
    """Keep a small fact over a restart."""
    known = await recall(session, key)
    if known is None:
        await session.execute(insert(BotStateRow).values(key=key, value=value))
    elif known != value:
        await session.execute(update(BotStateRow).where(BotStateRow.key == key).values(value=value))


async def recall(session: AsyncSession, key: str) -> str | None:
    """What was remembered under `key`; None if nothing."""
    found: str | None = await session.scalar(
        select(BotStateRow.value).where(BotStateRow.key == key)
    )
    return found

"""Which posts does a clan want, when and where? Rows that `/summary schedule` writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import PostScheduleRow
from clanstats.posts.calendar import PostKind, PostSchedule

_HOUR = timedelta(hours=1)


async def post_schedules(
    session: AsyncSession, clan_id: int | None = None
) -> Sequence[PostSchedule]:
    """A clan's, or everybody's, in the order of `PostKind`."""
    wanted = select(PostScheduleRow).order_by(PostScheduleRow.clan_id)
    if clan_id is not None:
        wanted = wanted.where(PostScheduleRow.clan_id == clan_id)
    found = [_schedule(row) for row in await session.scalars(wanted)]
    order = list(PostKind)
    return tuple(sorted(found, key=lambda one: (one.clan_id, order.index(one.kind))))


async def post_schedule(session: AsyncSession, clan_id: int, kind: PostKind) -> PostSchedule | None:
    """None if the clan doesn't want that kind."""
    row = await session.get(PostScheduleRow, (clan_id, kind), populate_existing=True)
    return None if row is None else _schedule(row)


async def set_schedule(session: AsyncSession, wanted: PostSchedule) -> PostSchedule:
    """Have a kind posted like that from `wanted.since` on; returns it as it now is.

    Where only the channel or the grace is another, what was missed before is still made up for:
    the channel may have been what was wrong.
    """
    before = await post_schedule(session, wanted.clan_id, wanted.kind)
    kept = before is not None and _times(before) == _times(wanted)
    since = before.since if before is not None and kept else wanted.since
    await unschedule(session, wanted.clan_id, wanted.kind)
    await session.execute(
        insert(PostScheduleRow).values(
            clan_id=wanted.clan_id,
            kind=wanted.kind,
            discord_channel_id=wanted.discord_channel_id,
            weekday=wanted.weekday,
            at=f"{wanted.at:%H:%M}",
            timezone=wanted.tz.key,
            grace_hours=wanted.grace // _HOUR,
            since=since,
        )
    )
    return replace(wanted, since=since, problem=None)


async def unschedule(session: AsyncSession, clan_id: int, kind: PostKind) -> None:
    """Have it posted no longer."""
    await session.execute(
        delete(PostScheduleRow).where(
            PostScheduleRow.clan_id == clan_id, PostScheduleRow.kind == kind
        )
    )


async def note_problem(session: AsyncSession, wanted: PostSchedule, problem: str | None) -> bool:
    """Note why it can't be posted, None that it can; returns whether that is news."""
    changed = await session.execute(
        update(PostScheduleRow)
        .where(
            PostScheduleRow.clan_id == wanted.clan_id,
            PostScheduleRow.kind == wanted.kind,
            PostScheduleRow.problem.is_distinct_from(problem),
        )
        .values(problem=problem)
        .returning(PostScheduleRow.kind)
    )
    return changed.first() is not None


def _times(one: PostSchedule) -> tuple[int, time, str]:
    return one.weekday, one.at, one.tz.key


def _schedule(row: PostScheduleRow) -> PostSchedule:
    return PostSchedule(
        row.clan_id,
        PostKind(row.kind),
        row.discord_channel_id,
        row.weekday,
        time.fromisoformat(row.at),
        ZoneInfo(row.timezone),
        row.grace_hours * _HOUR,
        row.since,
        row.problem,
    )

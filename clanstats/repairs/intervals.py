"""How do intervals come apart that meet? The one that began first ends where the next begins.

That is what happens when the next one is noted as it should be. Stays are the exception: who is
said to have been there twice was there, so both become one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from clanstats.chat import snowflake
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.coverage import Stretch, extended
from clanstats.db.integrity.intervals import ONE_PERSONS
from clanstats.db.models import (
    Base,
    ChannelRow,
    CoverageRow,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    VoiceSessionRow,
)
from clanstats.repairs.changing import Repair, attribute_all

Column = InstrumentedAttribute[Any]


async def _memberships(session: AsyncSession, _now: datetime) -> int:
    """Unite stays; the rank is the later one's."""
    row, count = MembershipRow, 0
    keys = row.clan_id, row.player_id
    for stays in await _of_each(session, keys, row.joined_at, row.left_at, row.rank, row.id):
        kept, *others = stays
        end, rank = _ended(kept), kept.rank
        for each in [*others, None]:
            if each is not None and (end is None or each.since < end):
                await session.execute(delete(row).where(row.id == each.id))
                ended = _ended(each)
                end = None if end is None or ended is None else max(end, ended)
                rank, count = each.rank, count + 1
                continue
            if (end, rank) != (kept.until, kept.rank):
                values = {"left_at": end, "rank": rank}
                await session.execute(update(row).where(row.id == kept.id).values(values))
                count += 1
            if each is not None:
                kept, end, rank = each, _ended(each), each.rank
    return count


async def _links(session: AsyncSession, _now: datetime) -> int:
    row = LinkRow
    count = await _cut(session, row, (row.clan_id, row.player_id), row.since, row.until)
    await attribute_all(session)
    return count


async def _names(session: AsyncSession, _now: datetime) -> int:
    row = PlayerNameRow
    count = await _cut(session, row, (row.player_id,), row.since, row.until)
    await attribute_all(session)
    return count


async def _attributions(session: AsyncSession, _now: datetime) -> int:
    return await attribute_all(session)


async def _voice(session: AsyncSession, _now: datetime) -> int:
    row = VoiceSessionRow
    keys = (row.author_id,)
    return await _cut(session, row, keys, row.started_at, row.ended_at, only=ONE_PERSONS)


async def _coverage(session: AsyncSession, now: datetime) -> int:
    """What is cut off is read again, if there is anything."""
    found = await session.execute(
        select(
            CoverageRow.channel_id,
            CoverageRow.since_id,
            CoverageRow.until_id,
            ChannelRow.discord_channel_id,
        )
        .join_from(CoverageRow, ChannelRow, ChannelRow.id == CoverageRow.channel_id)
        .order_by(CoverageRow.channel_id, CoverageRow.since_id)
    )
    gone, new = [], []
    for channel_id, rows in groupby(found.all(), key=lambda row: row.channel_id):
        stored = {Stretch(row.since_id, row.until_id): row.discord_channel_id for row in rows}
        right: Sequence[Stretch] = ()
        for one, made_id in stored.items():
            since = one.since_id and max(one.since_id, made_id)
            until = min(one.until_id, snowflake(now))
            right = extended(right, Stretch(since, until)) if since <= until else right
        gone += [(channel_id, one.since_id) for one in stored if one not in right]
        new += [(channel_id, one.since_id, one.until_id) for one in right if one not in stored]
    await delete_keys(session, CoverageRow.__table__, gone)
    await insert_new(session, CoverageRow.__table__, new)
    return len(gone) + len(new)


REPAIRS: Mapping[str, Repair] = {
    "memberships": _memberships,
    "links": _links,
    "names": _names,
    "attributions": _attributions,
    "coverage": _coverage,
    "voice": _voice,
}


async def _cut(  # noqa: PLR0913 — which intervals, of what
    session: AsyncSession,
    row: type[Base],
    keys: Sequence[Column],
    since: Column,
    until: Column,
    *,
    only: ColumnElement[bool] | None = None,
) -> int:
    primary, count = inspect(row).primary_key, 0
    for spans in await _of_each(session, keys, since, until, *primary, only=only):
        for one, following in pairwise([*spans, None]):
            end = _ended(one)
            if following is not None and (end is None or following.since < end):
                end = following.since
            if end != one.until:
                of_row = [
                    column == value
                    for column, value in zip(primary, one[-len(primary) :], strict=True)
                ]
                await session.execute(update(row).where(*of_row).values({until.key: end}))
                count += 1
    return count


async def _of_each(
    session: AsyncSession,
    keys: Sequence[Column],
    since: Column,
    until: Column,
    *more: ColumnElement[Any] | Column,
    only: ColumnElement[bool] | None = None,
) -> Sequence[Sequence[Any]]:
    """The intervals of each of `keys`, in order; an open one comes after others of its instant."""
    wanted = select(*keys, since.label("since"), until.label("until"), *more)
    ordered = wanted.where(true() if only is None else only).order_by(
        *keys, since, until.is_(None), until
    )
    found = await session.execute(ordered)
    width = len(keys)
    return [[*spans] for _, spans in groupby(found.all(), key=lambda one: one[:width])]


def _ended(one: Any) -> datetime | None:  # noqa: ANN401 — a row
    return None if one.until is None else max(one.since, one.until)

"""Of which stretches of a channel is every message known?

A stretch is a range of message ids, both ends included, that begins at 0 where the channel does.
Those of a channel neither overlap nor touch; whatever is learnt is merged into them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clanstats.db.bulk import delete_keys, fetch, insert_new
from clanstats.db.models import ChannelRow, CoverageRow

_OF_CHANNEL = (
    select(CoverageRow.since_id, CoverageRow.until_id)
    .where(CoverageRow.channel_id == bindparam("channel_id"))
    .order_by(CoverageRow.since_id)
)
_PROLONG = (
    update(CoverageRow)
    .where(
        CoverageRow.channel_id == bindparam("in_channel"),
        CoverageRow.since_id == bindparam("from_id"),
        CoverageRow.until_id < bindparam("to_id"),
    )
    .values(until_id=bindparam("to_id"))
)
_other = aliased(CoverageRow)
_PROLONG_LIVE = (
    update(CoverageRow)
    .where(
        CoverageRow.channel_id == bindparam("in_channel"),
        CoverageRow.until_id >= bindparam("from_id"),
        CoverageRow.until_id < bindparam("to_id"),
        CoverageRow.until_id
        == select(func.max(_other.until_id))
        .where(_other.channel_id == bindparam("in_channel"))
        .scalar_subquery(),
        CoverageRow.channel_id.in_(
            select(ChannelRow.id).where(
                ChannelRow.id == bindparam("in_channel"),
                ChannelRow.clan_id == bindparam("of_clan"),
                ChannelRow.state == "readable",
            )
        ),
    )
    .values(until_id=bindparam("to_id"))
)


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Ids from `since_id` to `until_id`, both included."""

    since_id: int
    until_id: int


def extended(stretches: Sequence[Stretch], new: Stretch) -> tuple[Stretch, ...]:
    """Add `new` to stretches in order, and merge what it overlaps or touches."""
    before = [each for each in stretches if each.until_id < new.since_id - 1]
    after = [each for each in stretches if each.since_id > new.until_id + 1]
    met = [new, *stretches[len(before) : len(stretches) - len(after)]]
    merged = Stretch(min(each.since_id for each in met), max(each.until_id for each in met))
    return (*before, merged, *after)


def holes(stretches: Sequence[Stretch], *, until_id: int) -> tuple[Stretch, ...]:
    """What `stretches`, in order, leave out of the ids from 0 to `until_id`, oldest first."""
    found, since_id = [], 0
    for each in stretches:
        if each.since_id > since_id:
            found.append(Stretch(since_id, min(each.since_id - 1, until_id)))
        since_id = each.until_id + 1
    if since_id <= until_id:
        found.append(Stretch(since_id, until_id))
    return tuple(hole for hole in found if hole.since_id <= hole.until_id)


async def stretches(session: AsyncSession, channel_id: int) -> tuple[Stretch, ...]:
    """What is known of a channel, oldest first."""
    rows = await fetch(session, _OF_CHANNEL, (channel_id,))
    return tuple(Stretch(*row) for row in rows)


async def stretches_of_clan(
    session: AsyncSession, clan_id: int
) -> Mapping[int, tuple[Stretch, ...]]:
    """What is known of each of a clan's channels, oldest first; one of which nothing is, lacks."""
    rows = await session.execute(
        select(CoverageRow.channel_id, CoverageRow.since_id, CoverageRow.until_id)
        .join_from(CoverageRow, ChannelRow, ChannelRow.id == CoverageRow.channel_id)
        .where(ChannelRow.clan_id == clan_id)
        .order_by(CoverageRow.channel_id, CoverageRow.since_id)
    )
    found: dict[int, tuple[Stretch, ...]] = {}
    for channel_id, since_id, until_id in rows:
        found[channel_id] = (*found.get(channel_id, ()), Stretch(since_id, until_id))
    return found


async def extend(
    session: AsyncSession, channel_id: int, since_id: int, until_id: int
) -> tuple[Stretch, ...]:
    """Note that all messages from `since_id` to `until_id` are known; returns all that is."""
    known = await stretches(session, channel_id)
    if since_id > until_id:
        return known
    merged = extended(known, Stretch(since_id, until_id))
    gone = [each for each in known if each not in merged]
    made = next((each for each in merged if each not in known), None)
    if made is None:
        return known
    table = CoverageRow.__table__
    await delete_keys(session, table, [(channel_id, each.since_id) for each in gone])
    await insert_new(session, table, [(channel_id, made.since_id, made.until_id)])
    return merged


async def extend_newest(session: AsyncSession, newest: Mapping[int, int], *, until_id: int) -> None:
    """Let the newest stretch of each channel reach to `until_id`, if it doesn't yet.

    Args:
        session: Written to.
        newest: The `since_id` of that stretch by our `channel_id`.
        until_id: To where nothing has been written in any of them.
    """
    if newest:
        # Past the ORM, which would load the rows that many parameters change.
        connection = await session.connection()
        await connection.execute(
            _PROLONG,
            [
                {"in_channel": channel_id, "from_id": since_id, "to_id": until_id}
                for channel_id, since_id in newest.items()
            ],
        )


async def extend_live(
    session: AsyncSession, clan_id: int, *, since: Mapping[int, int], until_id: int
) -> None:
    """Note that every message up to `until_id` came in live, in the channels named.

    Only where all is known up to an id from which on all came in: what was missed before it
    stays a hole until it is read.

    Args:
        session: Written to.
        clan_id: Ours.
        since: The id from which on everything came in, without a break, by our `channel_id`:
            `chat.snowflake` of when the connection began, or the channel could be read.
        until_id: Up to where messages have been stored as they came.
    """
    if since:
        connection = await session.connection()  # past the ORM, as above
        await connection.execute(
            _PROLONG_LIVE,
            [
                {"of_clan": clan_id, "in_channel": channel_id, "from_id": each, "to_id": until_id}
                for channel_id, each in since.items()
            ],
        )

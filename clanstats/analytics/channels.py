"""How much of the clan's channels was read? Every count of messages says so with its number."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, and_, bindparam, case, func, select, true, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import CLAN
from clanstats.analytics.spoken import HI, LO, bounds, greatest, least
from clanstats.chat import FIRST_INSTANT, IDS_PER_MS, snowflake, written_at
from clanstats.db.models import ChannelRow, CoverageRow
from clanstats.domain import ChannelsRead, Window
from clanstats.timestamps import epoch_ms

# What comes in live is stored at once, but only entered as known some ticks later.
_TRAILING = timedelta(minutes=15)
_TRAILING_IDS = _TRAILING // timedelta(milliseconds=1) * IDS_PER_MS
_ID_ZERO_MS = epoch_ms(FIRST_INSTANT)
_REACHED = bindparam("reached_id", type_=BigInteger)

# When a channel was found gone, as a message id; nothing can be written in it after that.
_GONE_ID = (type_coerce(ChannelRow.state_since, BigInteger) - _ID_ZERO_MS) * IDS_PER_MS
_END = case((ChannelRow.state == "gone", least(_REACHED, _GONE_ID - _TRAILING_IDS)), else_=_REACHED)
_TO_THE_END = CoverageRow.until_id >= _END
_CHANNELS = (
    select(
        ChannelRow.state,
        # A channel is as old as its own id: what is known from its beginning on is from then on.
        func.min(
            case(
                (
                    CoverageRow.since_id.is_not(None),
                    greatest(CoverageRow.since_id, ChannelRow.discord_channel_id),
                )
            )
        ).label("first_id"),
        # Of the stretch that reaches the end; there is one at most, as stretches don't touch.
        func.max(case((_TO_THE_END, CoverageRow.since_id))).label("since_id"),
        _GONE_ID.label("gone_id"),
        ChannelRow.discord_channel_id,
    )
    .outerjoin_from(
        ChannelRow,
        CoverageRow,
        and_(
            CoverageRow.channel_id == ChannelRow.id,
            CoverageRow.since_id < HI,
            CoverageRow.until_id >= LO,
        ),
    )
    .where(ChannelRow.clan_id == CLAN)
    .group_by(
        ChannelRow.id, ChannelRow.state, ChannelRow.state_since, ChannelRow.discord_channel_id
    )
    .subquery()
)
_READABLE = _CHANNELS.c.state == "readable"
# Somebody could write in it during the window before it was gone, and not all of that was read.
_LOST = and_(
    _CHANNELS.c.state == "gone",
    _CHANNELS.c.gone_id > LO,
    _CHANNELS.c.discord_channel_id < HI,
    func.coalesce(_CHANNELS.c.since_id > LO, true()),
)
_READ = select(
    func.count(case((_CHANNELS.c.state != "gone", 1))).label("channels"),
    func.count(case((and_(_READABLE, _CHANNELS.c.since_id <= LO), 1))).label("complete"),
    func.count(case((and_(_READABLE, _CHANNELS.c.since_id.is_(None)), 1))).label("behind"),
    func.count(case((_CHANNELS.c.state == "unreadable", 1))).label("unreadable"),
    func.max(
        case((_READABLE, _CHANNELS.c.since_id), (_LOST, least(_CHANNELS.c.gone_id, HI)))
    ).label("since_id"),
    func.min(_CHANNELS.c.first_id).label("first_id"),
    func.count(case((_LOST, 1))).label("lost"),
)


async def channels_read(session: AsyncSession, clan_id: int, window: Window) -> ChannelsRead:
    """What is known of the clan's channels in `window`.

    A channel is taken to be read up to the window's end if it is up to a quarter of an hour
    before: messages are stored as they come, and their channels' coverage follows.
    """
    asked = bounds(window)
    reached = max(asked["lo_id"], snowflake(window.end - _TRAILING))
    row = (await session.execute(_READ, {"clan_id": clan_id, "reached_id": reached, **asked})).one()
    return ChannelsRead(
        row.channels,
        row.complete,
        row.behind,
        row.unreadable,
        None if row.since_id is None else written_at(row.since_id),
        None if row.first_id is None else _not_before(window.start, row.first_id),
        row.lost,
    )


def _not_before(start: datetime, message_id: int) -> datetime:
    return max(start, written_at(message_id))

"""Which channels and threads does a clan have, and can they be read?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import SeenChannel
from clanstats.db.models import ChannelRow

READABLE, UNREADABLE, GONE = "readable", "unreadable", "gone"


async def channel_ids(session: AsyncSession, clan_id: int) -> Mapping[int, int]:
    """Our `channel_id` of every channel ever seen, by Discord's."""
    rows = await session.execute(
        select(ChannelRow.discord_channel_id, ChannelRow.id).where(ChannelRow.clan_id == clan_id)
    )
    return {row.discord_channel_id: row.id for row in rows}


async def note_channels(
    session: AsyncSession,
    clan_id: int,
    channels: Sequence[SeenChannel],
    now: datetime,
    *,
    whole: bool = False,
) -> Mapping[int, int]:
    """Add and update channels as they are shown to the bot.

    Args:
        session: Written to.
        clan_id: Ours.
        channels: As they are now.
        now: From when on a change of state counts: when they were asked for.
        whole: These are all there were at `now`, so whatever isn't among them is gone, unless
            it was heard of later.

    Returns:
        Our `channel_id` by Discord's, of the channels given.
    """
    seen = {channel.discord_channel_id: channel for channel in channels}
    stored = await session.execute(
        select(
            ChannelRow.discord_channel_id,
            ChannelRow.id,
            ChannelRow.name,
            ChannelRow.kind,
            ChannelRow.state,
            ChannelRow.parent_discord_id,
            ChannelRow.state_since,
        ).where(ChannelRow.clan_id == clan_id)
    )
    known = {row.discord_channel_id: row for row in stored}
    changed = []
    for discord_channel_id, row in known.items():
        channel = seen.get(discord_channel_id)
        if channel is None and not (whole and row.state != GONE and row.state_since <= now):
            continue
        told = (
            (row.name, row.kind, GONE, row.parent_discord_id)
            if channel is None
            else (channel.name, channel.kind, _state(channel), channel.parent_discord_id)
        )
        if told != (row.name, row.kind, row.state, row.parent_discord_id):
            name, kind, state, parent = told
            changed.append(
                {
                    "id": row.id,
                    "name": name,
                    "kind": kind,
                    "state": state,
                    "parent_discord_id": parent,
                    "state_since": now if state != row.state else row.state_since,
                }
            )
    if changed:
        await session.execute(update(ChannelRow), changed)
    new = [channel for channel in seen.values() if channel.discord_channel_id not in known]
    if new:
        await session.execute(
            insert(ChannelRow),
            [
                {
                    "clan_id": clan_id,
                    "discord_channel_id": channel.discord_channel_id,
                    "parent_discord_id": channel.parent_discord_id,
                    "name": channel.name,
                    "kind": channel.kind,
                    "state": _state(channel),
                    "state_since": now,
                }
                for channel in new
            ],
        )
    ids = await channel_ids(session, clan_id)
    return {discord_channel_id: ids[discord_channel_id] for discord_channel_id in seen}


async def mark(session: AsyncSession, channel_id: int, state: str, now: datetime) -> None:
    """Note that a channel is `READABLE`, `UNREADABLE` or `GONE` from `now` on."""
    await session.execute(
        update(ChannelRow)
        .where(ChannelRow.id == channel_id, ChannelRow.state != state)
        .values(state=state, state_since=now)
    )


def _state(channel: SeenChannel) -> str:
    return READABLE if channel.readable else UNREADABLE

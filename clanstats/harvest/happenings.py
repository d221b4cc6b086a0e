"""What can happen on a server, and what does each event change in the tables?"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, SeenChannel, SeenMessage, Writer
from clanstats.db import channels, departures
from clanstats.db.messages import delete_messages
from clanstats.harvest.ingest import edit_message, store_page
from clanstats.harvest.voice import note_voice
from clanstats.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class Written:
    discord_channel_id: int
    seen: SeenMessage


@dataclass(frozen=True, slots=True)
class Edited:
    seen: SeenMessage


@dataclass(frozen=True, slots=True)
class Deleted:
    message_ids: Collection[int]


@dataclass(frozen=True, slots=True)
class Gone:
    discord_channel_id: int


@dataclass(frozen=True, slots=True)
class Talks:
    discord_user_id: int
    discord_channel_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    discord_user_id: int
    at: datetime | None  # None: is back


Event = Written | Edited | Deleted | SeenChannel | Gone | Talks | Left


async def write_events(
    session: AsyncSession,
    clan_id: int,
    events: Sequence[Event],
    known: Mapping[int, int],
    now: datetime,
) -> Mapping[int, int]:
    """Write what happened; a message is first written, then edited, then deleted.

    Args:
        session: Written to.
        clan_id: Ours.
        events: In the order in which they came.
        known: Our `channel_id`s by Discord's, as far as they are known.
        now: From when on a channel's new state counts.

    Returns:
        All of our `channel_id`s. Messages in other channels aren't written: they are read once
        the channel is listed.
    """
    tombstones = await Tombstones.load(session)
    seen = [event for event in events if isinstance(event, SeenChannel)]
    if seen or not known:
        await channels.note_channels(session, clan_id, seen, now)
        known = await channels.channel_ids(session, clan_id)
    await _write_messages(session, clan_id, events, known, tombstones)
    for event in events:
        if isinstance(event, Gone) and event.discord_channel_id in known:
            channel_id = known[event.discord_channel_id]
            await channels.mark(session, channel_id, channels.GONE, now)
        elif isinstance(event, Talks):
            await _write_voice(session, clan_id, event, known, tombstones)
        elif isinstance(event, Left) and not tombstones.has_user(event.discord_user_id):
            await departures.note(session, clan_id, event.discord_user_id, event.at)
    return known


async def _write_messages(
    session: AsyncSession,
    clan_id: int,
    events: Sequence[Event],
    known: Mapping[int, int],
    tombstones: Tombstones,
) -> None:
    written: defaultdict[int, list[SeenMessage]] = defaultdict(list)
    for event in events:
        if isinstance(event, Written) and event.discord_channel_id in known:
            written[known[event.discord_channel_id]].append(event.seen)
    for channel_id, messages in written.items():
        await store_page(session, clan_id, channel_id, messages, tombstones=tombstones)
    for event in events:
        if isinstance(event, Edited):
            await edit_message(session, clan_id, event.seen, tombstones=tombstones)
    deleted = {one for event in events if isinstance(event, Deleted) for one in event.message_ids}
    if deleted:
        await delete_messages(session, deleted)


async def _write_voice(
    session: AsyncSession,
    clan_id: int,
    event: Talks,
    known: Mapping[int, int],
    tombstones: Tombstones,
) -> None:
    where = None if event.discord_channel_id is None else known.get(event.discord_channel_id)
    who = user(event.discord_user_id)
    await note_voice(session, clan_id, who, where, event.at, tombstones=tombstones)


def user(discord_user_id: int) -> Writer:
    return Writer(AuthorKind.USER, discord_user_id)

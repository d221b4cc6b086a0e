"""How does who is in voice get into the tables? A move is leaving and joining at one instant."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.chat import Writer
from clanstats.db import voice
from clanstats.db.authors import author_ids
from clanstats.harvest.attribution import attribute
from clanstats.schedules import recall, remember
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones


async def note_voice(  # noqa: PLR0913 — who, where and when
    session: AsyncSession,
    clan_id: int,
    who: Writer,
    channel_id: int | None,
    at: datetime,
    *,
    tombstones: Tombstones,
) -> None:
    """Someone is in this voice channel from `at` on; None: in none that counts.

    Of whoever asked to be deleted nothing is noted.

    Args:
        session: Written to.
        clan_id: Ours.
        who: The account.
        channel_id: Ours.
        at: When it was told.
        tombstones: As loaded in this transaction.
    """
    if tombstones.has(who):
        return
    author_id = await _author_id(session, clan_id, who)
    if channel_id is None:
        await voice.close_session(session, author_id, at)
    else:
        await voice.open_session(session, author_id, channel_id, at)


async def note_everybody(  # noqa: PLR0913 — who, where and when
    session: AsyncSession,
    clan_id: int,
    there: Mapping[Writer, int],
    *,
    last_beat: datetime | None,
    now: datetime,
    tombstones: Tombstones,
) -> None:
    """Begin anew after a start or a broken connection; at first, note that voice is watched now.

    Args:
        session: Written to.
        clan_id: Ours.
        there: Who is in which voice channel (our `channel_id`) now.
        last_beat: When the process was last known to see what happens; sessions that were open
            end then. None: never, and they are taken back.
        now: From when on those who are there count.
        tombstones: As loaded in this transaction.
    """
    watched = WATCHED_SINCE.format(clan_id=clan_id)
    if await recall(session, watched) is None:
        await remember(session, watched, now.isoformat())
    await voice.close_open_at(session, clan_id, EARLIEST if last_beat is None else last_beat)
    for who, channel_id in there.items():
        await note_voice(session, clan_id, who, channel_id, now, tombstones=tombstones)


async def _author_id(session: AsyncSession, clan_id: int, who: Writer) -> int:
    authors = await author_ids(session, clan_id, [who])
    if authors.new:
        await attribute(session, clan_id, authors.new)
    return authors.ids[who]

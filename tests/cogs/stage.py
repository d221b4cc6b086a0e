"""Who is in the clan of these tests, and how is the simulated Discord spoken to?"""

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import simcord
from discord import app_commands
from sqlalchemy import delete, event, insert, select, update

from bot.client import ClanStatsBot
from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.chat import AuthorKind
from clanstats.db.models import (
    AuthorRow,
    ChannelRow,
    ClanRow,
    CoverageRow,
    LinkRow,
    MessageRow,
    PlayerRow,
    VoiceSessionRow,
)
from clanstats.errors import ClanStatsError
from clanstats.schedules import remember
from clanstats.services import Services
from tests.factories import NOW, add_clan, add_member, add_name, observe
from tests.talking import add_author, add_channel, be_in_voice, say

GUILD_ID = 100_200_300_400_500_600
ALICE_ID = 100_200_300_400_500_601
BOB_ID = 100_200_300_400_500_602
CAROL_ID = 100_200_300_400_500_603
CHANNEL_ID = 100_200_300_400_500_700
RANKS = ("owner", "ruby", "sapphire")
HARVESTED = NOW - timedelta(hours=3)
MEMBERS = 40  # who gained something
PLAYERS = tuple(f"Player {number:02}" for number in range(2, MEMBERS + 1))


def ago(days: float):
    return NOW - timedelta(days=days)


async def add_gainer(session, name, *, xp, clan_id=1, before=1_000_000, **extra):
    """A member who had `before` XP 30 days ago and gained `xp` since."""
    player_id = await add_member(session, name, clan_id=clan_id, rank="sapphire", **extra)
    await observe(session, player_id, ago(61), {"overall": before})
    await observe(session, player_id, ago(31), {"overall": before})
    await observe(session, player_id, HARVESTED, {"overall": before + xp})
    return player_id


async def fill(services: Services) -> None:
    async with services.write() as session:
        clan_id = await add_clan(session, "Stub & Co", guild_id=GUILD_ID, ranks=RANKS)
        await session.execute(update(ClanRow).values(refreshed_at=HARVESTED))
        zezima = await add_member(
            session,
            "Zezima",
            clan_id=clan_id,
            rank="ruby",
            joined_at=ago(425),
            updated_at=HARVESTED,
            last_changed_at=ago(1),
        )
        await add_name(session, zezima, "Zez1ma", since=ago(400), until=ago(200))
        await observe(session, zezima, ago(200), {"overall": 1_000_000})
        before = {
            "overall": 100_000_000,
            "total_level": 2000,
            "zulrah": 100,
            "vorkath": 50,
            "nex": 20,
        }
        before |= {"ehp": 10_000_000, "ehb": 500_000}
        await observe(session, zezima, ago(31), before)
        after = {
            "overall": 112_400_000,
            "total_level": 2003,
            "zulrah": 196,
            "vorkath": 114,
            "nex": 70,
        }
        after |= {"ehp": 11_230_000, "ehb": 910_000, "yama": 9}
        await observe(session, zezima, HARVESTED, after)
        for place, name in enumerate(PLAYERS, start=2):
            await add_gainer(session, name, xp=50_000_000 - place * 1_000_000)
        await add_gainer(session, "Twin A", xp=500)
        await add_gainer(session, "Twin B", xp=500)
        await add_gainer(session, "-=_*~|`@all", xp=7)
        await add_gainer(session, "Idle", xp=0)
        await add_member(session, "Never Seen", rank="sapphire")
        stale = await add_member(session, "Stale", rank="sapphire")
        await observe(session, stale, ago(45), {"overall": 9_000})
        once = await add_member(session, "Only Once", rank="sapphire")
        await observe(session, once, ago(2), {"overall": 9_000})
        low = await add_member(session, "Low", rank="sapphire")
        await observe(session, low, ago(40), {"zulrah": 6})
        await observe(session, low, ago(2), {"zulrah": 7})
        gone = await add_member(session, "Gone Girl", rank="sapphire", left_at=ago(20))
        await observe(session, gone, ago(40), {"overall": 5_000})
        await session.execute(
            insert(LinkRow).values(
                clan_id=clan_id,
                discord_user_id=ALICE_ID,
                player_id=zezima,
                since=ago(100),
                main=True,
            )
        )
        await fill_talk(session, zezima)


async def silence(session):
    """As if nobody had ever said anything, nor any channel been seen."""
    for table in (MessageRow, VoiceSessionRow, AuthorRow, CoverageRow, ChannelRow):
        await session.execute(delete(table))


async def fill_talk(session, zezima):
    """Alice wrote on Discord and as Zezima in game; of Player 02 only game chat is known."""
    channel = await add_channel(session)
    await session.execute(update(ChannelRow).values(discord_channel_id=CHANNEL_ID, name="general"))
    alice = await add_author(session, zezima)
    await say(session, alice, channel, ago(1), ago(2), ago(2.01), ago(45))
    ingame = await add_author(session, zezima, kind=AuthorKind.RELAY)
    await say(session, ingame, channel, ago(1.5), ago(50))
    heard = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == PLAYERS[0]))
    name = await add_author(session, heard, kind=AuthorKind.RELAY)
    await say(session, name, channel, *(ago(day) for day in range(3, 8)))
    bot = await add_author(session, kind=AuthorKind.BOT)
    await say(session, bot, channel, ago(1))
    await be_in_voice(session, alice, channel, ago(3), ago(3) + timedelta(hours=2.5))
    await remember(session, WATCHED_SINCE.format(clan_id=1), ago(3).isoformat())


class ExplainingEnv(simcord.Env):
    """A refusal that the bot explains to whoever asked is no failure of a test."""

    def _record_error(self, error: BaseException) -> None:
        cause = getattr(error, "original", error)
        if not isinstance(cause, ClanStatsError | app_commands.CheckFailure):
            super()._record_error(error)


@dataclass
class Discord:
    """The server: Alice is linked to Zezima and may manage it, Bob is an ordinary member.

    Carol is an officer: she may manage roles.
    """

    env: simcord.Env
    bot: ClanStatsBot
    make_bot: Callable[[], ClanStatsBot]
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    bob: simcord.MemberActor
    carol: simcord.MemberActor

    async def slash(self, name, /, *, by=None, **options):
        return await (by or self.bob).slash(self.channel, name, **options)

    async def typed(self, name, option, text, *, by=None):
        return await (by or self.bob).autocomplete(self.channel, name, option, text)

    async def restart(self):
        self.bot = self.make_bot()
        await self.env.restart_bot(self.bot)

    async def harvested(self):
        """Let the bot follow a harvest of the clan."""
        await self.bot.harvested(1)
        followers = (t for t in asyncio.all_tasks() if "clan_harvested" in t.get_name())
        await asyncio.gather(*followers)

    def join(self, name, *roles):
        """Somebody comes to the server."""
        guild = self.env.guild
        return guild.add_member(self.env.create_user(name), roles=roles)

    def acknowledgements(self):
        """How each interaction was answered at first: its type, and whether ephemerally."""
        return [
            (entry.json["type"], bool((entry.json.get("data") or {}).get("flags", 0) & 64))
            for entry in self.env.http_requests
            if entry.path.endswith("/callback")
        ]


@contextmanager
def counted_statements(services: Services):
    """Yields a list of the statements that are read meanwhile."""
    engine = services.readers.kw["bind"].sync_engine
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)

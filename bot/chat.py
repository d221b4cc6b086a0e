"""What of Discord's talk is read when: live, after a broken connection, the past, at night?"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
import structlog

from bot.schedule import REREAD
from clanstats import schedules
from clanstats.analytics.members import Clan
from clanstats.chat import SeenChannel
from clanstats.errors import NoDataError
from clanstats.harvest.chat import ChatProgress, ChatReport, crawl
from clanstats.harvest.live import Live
from clanstats.harvest.reread import HOURS, reread
from clanstats.pacing import Pacer
from cogs.history import DiscordHistory, seen_live
from cogs.listening import in_voice
from cogs.reading import Reader

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

log = structlog.get_logger()


class Chat:
    """The talk of all clans that this process serves.

    Attributes:
        ready: Whether the gateway was connected once; nothing is read before.
        progress: Of the crawls under way, by clan.
        pacer: Which all reading keeps to.
        wait: How long a failing Discord is left alone; a test's own takes no time.
    """

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.ready = False
        self.progress: dict[int, ChatProgress] = {}
        self.pacer = Pacer()
        self.wait = asyncio.sleep
        self._bot = bot
        self._services = bot.services
        self._lives: dict[int, Live] = {}
        self._readers: dict[int, Reader] = {}
        self._again: set[int] = set()  # clans whose channels have to be listed anew
        self._afterwards: set[int] = set()  # the same, once what is being read is read
        self._lost_at: datetime | None = None
        self._heard_before: datetime | None = None  # until when, before this connection
        self._connected = False
        self._begun = False  # what came before this connection is noted as to be read
        self._beginning = asyncio.Lock()

    # What the gateway tells

    def heard_in(self, guild_id: int) -> tuple[Live, Reader] | None:
        """Where the events of a server go; None if they aren't any clan's."""
        clan = self._bot.clan_for(guild_id)
        if clan is None or self._bot.guild_id_of(clan) != guild_id:
            return None
        return self.live(clan), self._reader(clan)

    def live(self, clan: Clan) -> Live:
        """What comes in from a clan's server."""
        return self._lives.setdefault(clan.clan_id, Live(self._services, clan.clan_id))

    async def begin(self) -> None:
        """A new connection: what came before it has to be read.

        Until that is noted nothing counts as heard; if it can't be, the next tick tries again.
        """
        self._connected, self._begun = True, False
        for live in self._lives.values():
            live.broken()
        async with self._beginning:
            await self._begin()
        await self._bot.timetable.soon()

    async def _begin(self) -> None:
        async with self._services.read() as session:
            heard_until = self._lost_at or await schedules.last_heard(session)
        self._heard_before = heard_until
        for clan, guild in self._served():
            await self._listen(clan, guild, heard_until)
        if heard_until is not None:
            await self._bot.timetable.want(REREAD)  # edits and deletes were missed, too
        self.ready = self._begun = True
        if self._connected:
            self._lost_at = None

    async def resumed(self) -> None:
        """The connection goes on, and what it missed was told again; looking costs little."""
        self._connected = True
        if self._begun:
            self._lost_at = None
        self._again |= set(self._lives)
        await self._bot.timetable.soon()

    def disconnected(self) -> None:
        """Until the connection is resumed or a new one begun, nothing comes in."""
        self._connected = False
        if self.ready and self._lost_at is None:
            self._lost_at = self._services.clock()

    def look_again(self, guild_id: int) -> None:
        """List a server's channels soon: what can be read changed, or something is new.

        A crawl under way goes on first: it would never end where roles change all the time.
        """
        for clan, guild in self._served():
            if guild.id == guild_id:
                self._look(clan, guild)
                self._afterwards.add(clan.clan_id)

    def interrupted(self, guild_id: int) -> None:
        """A server went away or came back: what happened there meanwhile was missed."""
        clan = self._bot.clan_for(guild_id)
        if clan is not None:
            self.live(clan).broken()

    async def heard(self) -> None:
        """Note how far all is known; called once a minute."""
        if not self._connected or self._beginning.locked():
            return
        if not self._begun:  # the database could not be written
            async with self._beginning:
                await self._begin()
        served = self._served()
        ids = {clan.clan_id for clan, _ in served}
        for clan_id, live in self._lives.items():
            if clan_id not in ids:  # we aren't there now
                live.broken()
        whole = [await self._heard(clan, guild) for clan, guild in served]
        if served and all(whole):
            await self._note_heard()

    async def close(self) -> None:
        """Write what still waits."""
        for live in self._lives.values():
            await live.close()
        if self._connected and self._begun:
            await self._note_heard()

    # What is read

    def due(self) -> frozenset[int]:
        """The clans whose channels have to be looked at now."""
        return frozenset(self._again | self._afterwards)

    async def crawl(self, clan_id: int) -> ChatReport:
        """Read what is missing, gaps first; begins anew whenever there may be new gaps.

        Raises:
            NoDataError: It isn't known on which server the clan is.
        """
        total: ChatReport | None = None
        try:
            while total is None or (clan_id in self.due() and not total.partial):
                self._again.discard(clan_id)
                self._afterwards.discard(clan_id)
                report = await crawl(
                    self._services,
                    clan_id,
                    self._source(clan_id),
                    pacer=self.pacer,
                    recent=self._live(clan_id).recent,
                    progress=lambda seen: self.progress.update({clan_id: seen}),
                    stopped=self._stopped(clan_id),
                    sleep=self.wait,
                )
                total = report if total is None else _both(total, report)
        finally:
            self.progress.pop(clan_id, None)
        return total

    async def reread(
        self, clan_id: int, *, back: timedelta = HOURS, only: int | None = None
    ) -> ChatReport:
        """Compare what is stored of the last `back` with what is there now.

        Raises:
            NoDataError: It isn't known on which server the clan is.
        """
        return await reread(
            self._services,
            clan_id,
            self._source(clan_id),
            pacer=self.pacer,
            recent=self._live(clan_id).recent,
            back=back,
            only=only,
            sleep=self.wait,
        )

    async def _listen(self, clan: Clan, guild: discord.Guild, heard_until: datetime | None) -> None:
        seen = self._look(clan, guild)
        whole = self._bot.intents.members and guild.chunked
        await self.live(clan).begin(
            seen,
            in_voice(guild),
            heard_until=heard_until,
            members={member.id for member in guild.members} if whole else None,
        )
        self._again.add(clan.clan_id)

    async def _heard(self, clan: Clan, guild: discord.Guild) -> bool:
        live = self.live(clan)
        self._look(clan, guild)
        if live.connected_at is None:  # something was missed, and voice not seen to change
            await self._listen(clan, guild, live.heard_until or self._heard_before)
        return await live.heard()

    def _look(self, clan: Clan, guild: discord.Guild) -> list[SeenChannel]:
        """What the gateway says that there is; only what can be read now is heard."""
        channels = [*guild.channels, *guild.threads]
        seen = [one for one in map(seen_live, channels) if one is not None]
        self.live(clan).can_read(one.discord_channel_id for one in seen if one.readable)
        return seen

    def _stopped(self, clan_id: int) -> Callable[[], bool]:
        return lambda: clan_id in self._again or self._bot.timetable.is_paused(clan_id, "discord")

    def _source(self, clan_id: int) -> DiscordHistory:
        clan = self._clan(clan_id)
        guild_id = self._bot.guild_id_of(clan)
        if guild_id is None:
            raise NoDataError(
                "It isn't known which server is the clan's: set `DISCORD_GUILD_ID`, and invite me."
            )
        return DiscordHistory(self._bot, guild_id, reader=self._reader(clan), pacer=self.pacer)

    def _served(self) -> list[tuple[Clan, discord.Guild]]:
        found = [(clan, self._bot.guild_id_of(clan)) for clan in self._bot.clans]
        guilds = [(clan, self._bot.get_guild(one or 0)) for clan, one in found]
        return [
            (clan, guild) for clan, guild in guilds if guild is not None and not guild.unavailable
        ]

    def _clan(self, clan_id: int) -> Clan:
        return next(clan for clan in self._bot.clans if clan.clan_id == clan_id)

    def _live(self, clan_id: int) -> Live:
        return self.live(self._clan(clan_id))

    def _reader(self, clan: Clan) -> Reader:
        reader = self._readers.get(clan.clan_id)
        if reader is None or reader.clan_name != clan.name:
            reader = Reader(self._services.settings, clan_name=clan.name)
            self._readers[clan.clan_id] = reader
        return reader

    async def _note_heard(self) -> None:
        async with self._services.write() as session:
            await schedules.note_heard(session, self._services.clock())


def _both(first: ChatReport, second: ChatReport) -> ChatReport:
    """Two crawls as one."""
    return replace(
        second,
        pages=first.pages + second.pages,
        messages=first.messages + second.messages,
        lost=first.lost + second.lost,
    )

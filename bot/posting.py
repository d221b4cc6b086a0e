"""How are posts made on Discord, and who is told when they can't be?"""

import asyncio
import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats import jobs
from clanstats.analytics.members import Clan
from clanstats.chat import snowflake
from clanstats.decisions.places import Purpose, channels
from clanstats.domain import Window
from clanstats.posts import claiming
from clanstats.posts.announcing import NEWS, begin_later, gather
from clanstats.posts.calendar import OF_A_PERIOD, PostKind, PostSchedule, Slot, period_named
from clanstats.posts.place import (
    SEND_S,
    Mark,
    PlaceError,
    PostGoneError,
    PostUnsureError,
)
from clanstats.posts.planning import due
from clanstats.posts.posting import Outcome, Poster, PutUp, Wanted, may_change
from clanstats.posts.schedules import note_problem, post_schedule
from clanstats.schedules import recall, remember
from cogs.history import UNKNOWN_CHANNEL, believe_empty
from cogs.summary.composing import Composing
from cogs.summary.post import Post, as_sent, bears

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

CORRECTIONS = "corrections"  # the job's name
_SKEW = timedelta(minutes=10)  # Discord's clock and ours may differ by this
_COLOUR = 0xD9534F
# Without the history a post that a dead process made would be made again.
_NEEDED = (
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "read_message_history",
)
_UNSEEN = (
    "I can't see its channel: it was deleted, or is hidden from me. Choose another with "
    "`{}`, or allow me View Channel there."
)
_NEWS_PROBLEM = "news.problem:{}"  # key of what officers were told, in the bot's state


class DiscordPlace:
    """The channels of a bot's servers."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot

    def check(
        self, channel_id: int, *, chosen_with: str = "/summary schedule"
    ) -> discord.TextChannel:
        """The channel, if it is one in which posts can be made and found again.

        Args:
            channel_id: Discord's.
            chosen_with: The command that chooses another one.

        Raises:
            PlaceError: It isn't; the text says what to do.
        """
        channel = self._bot.get_channel(channel_id)
        if not isinstance(channel, discord.TextChannel):
            raise PlaceError(_UNSEEN.format(chosen_with))
        may = channel.permissions_for(channel.guild.me)
        lacking = [name for name in _NEEDED if not getattr(may, name)]
        if lacking:
            names = ", ".join(name.replace("_", " ").title() for name in lacking)
            raise PlaceError(f"I lack a permission. Allow me {names} in {channel.mention}.")
        return channel

    async def find(self, channel_id: int, text: str, window: Window) -> int | None:
        """The message with that mark; a channel that was deleted holds none."""
        if await self._is_deleted(channel_id):
            return None
        channel, seen = self.check(channel_id), False
        with _translated():
            async for message in channel.history(
                limit=None,
                after=discord.Object(snowflake(window.start - _SKEW)),
                before=discord.Object(snowflake(window.end + _SKEW)),
            ):
                seen = True
                if message.author == channel.guild.me and bears(message, text):
                    return message.id
            if not seen:
                await believe_empty(channel, channel.id)
        return None

    async def send(self, channel_id: int, content: Post, *, mark: Mark, nonce: str) -> int:
        """Send it; Discord itself refuses a second one with the same nonce for some minutes."""
        channel = self.check(channel_id)
        with _translated():
            async with asyncio.timeout(SEND_S):
                message = await channel.send(**as_sent(content, mark), nonce=nonce)
        return message.id

    async def edit(self, channel_id: int, message_id: int, content: Post, *, mark: Mark) -> None:
        """Put the content in place of what stands there."""
        if await self._is_deleted(channel_id):
            raise PostGoneError("The post's channel was deleted.")
        message = self.check(channel_id).get_partial_message(message_id)
        with _translated():
            await message.edit(
                embeds=content.embeds(mark), attachments=content.files(), view=content.view()
            )

    async def stands(self, known: claiming.Made) -> bool:
        """False when a post was made, and its message is surely there no longer."""
        channel_id, message_id = known.discord_channel_id, known.discord_message_id
        if channel_id is None or message_id is None:
            return True
        if await self._is_deleted(channel_id):
            return False
        with _translated():
            try:
                await self.check(channel_id).fetch_message(message_id)
            except discord.NotFound:
                return False
        return True

    async def _is_deleted(self, channel_id: int) -> bool:
        """Surely, not only out of sight."""
        if self._bot.get_channel(channel_id) is not None:
            return False
        with _translated():
            try:
                await self._bot.fetch_channel(channel_id)
            except discord.NotFound:
                return True
        return False


class Posting:
    """Makes what is due, and corrects what was made."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot
        self.place = DiscordPlace(bot)
        self.poster = Poster[Post](
            bot.services, self.place, Composing(bot), name=secrets.token_hex(8)
        )

    async def due(self, session: AsyncSession, now: datetime) -> Collection[tuple[int, PostKind]]:
        """The clans and kinds that have to be posted now, where their server can be reached."""
        reached = {clan.clan_id for clan in self._bot.clans if self._is_reached(clan)}
        found = await due(session, now)
        return [
            (one.schedule.clan_id, one.schedule.kind)
            for one in found
            if one.schedule.clan_id in reached
        ]

    async def make(self, clan_id: int, kind: PostKind) -> jobs.Report:
        """Make what is due of a kind; officers are told once if they have to do something.

        Raises:
            ClanStatsError: It couldn't be made; it is tried again.
        """
        services = self._bot.services
        async with services.read() as session:
            found = await due(session, services.clock())
        wanted = next(
            (one for one in found if (one.schedule.clan_id, one.schedule.kind) == (clan_id, kind)),
            None,
        )
        if wanted is None:
            return "nothing is due any longer"
        schedule = wanted.schedule
        try:
            self.place.check(schedule.discord_channel_id)  # before anything is claimed or drawn
            made = await self.poster.put_up(
                Wanted(
                    self._clan(clan_id),
                    kind,
                    wanted.slot,
                    schedule.discord_channel_id,
                    until=wanted.until,
                )
            )
        except PlaceError as error:
            await self._tell(schedule, wanted.slot, str(error))
            raise
        if made.outcome is not Outcome.TAKEN:
            async with services.write() as session:
                await note_problem(session, schedule, None)
        return made

    async def make_now(self, clan: Clan, kind: PostKind, slot: Slot, channel_id: int) -> PutUp:
        """Make a post because an officer asks for it.

        Raises:
            ClanStatsError: It couldn't be made.
        """
        self.place.check(channel_id)
        services = self._bot.services
        async with services.read() as session:
            known = await claiming.made(session, clan.clan_id, kind, slot.period.key)
        if known is not None and not await self.place.stands(known):
            async with services.write() as session:
                await claiming.note_gone(session, known)
        return await self.poster.put_up(Wanted(clan, kind, slot, channel_id, asked=True))

    async def announce(self, clan: Clan) -> None:
        """Post what is new about members, if the clan has a channel for it."""
        services = self._bot.services
        async with services.read() as session:
            channel_id = (await channels(session, clan.clan_id)).get(Purpose.NEWS)
        if channel_id is None:
            async with services.write() as session:
                await begin_later(session, clan.clan_id, services.clock())
            return

        async def job() -> str:
            try:
                self.place.check(channel_id, chosen_with="/setup channel")
                async with services.write() as session:
                    tz = services.settings.timezone
                    slots = await gather(session, clan.clan_id, services.clock(), tz)
                for slot in slots:
                    until = slot.due_at + NEWS
                    await self.poster.put_up(Wanted(clan, PostKind.NEWS, slot, channel_id, until))
            except PlaceError as error:
                await self._tell_of_news(clan, str(error))
                raise
            await self._tell_of_news(clan, "")
            return f"{len(slots)} batches of news"

        await jobs.run(PostKind.NEWS, job, services, clan_id=clan.clan_id)

    async def correct(self, clan: Clan) -> None:
        """Have the clan's latest posts say what is known by now, if that is another thing."""
        services = self._bot.services
        async with services.read() as session:
            latest = [await claiming.latest(session, clan.clan_id, kind) for kind in OF_A_PERIOD]
        now = services.clock()
        open_ = [one for one in latest if one is not None and may_change(one, now)]

        async def job() -> str:
            changed = [one.kind.words for one in open_ if await self._corrected(clan, one, now)]
            return f"{len(open_)} posts compared, corrected: {', '.join(changed) or 'none'}"

        if open_:
            await jobs.run(CORRECTIONS, job, services, clan_id=clan.clan_id)

    async def _corrected(self, clan: Clan, known: claiming.Made, now: datetime) -> bool:
        services = self._bot.services
        async with services.read() as session:
            schedule = await post_schedule(session, clan.clan_id, known.kind)
        tz = services.settings.timezone if schedule is None else schedule.tz
        period = period_named(known.kind, known.period, now=now, tz=tz)
        return await self.poster.correct(clan, known, period)

    async def _tell_of_news(self, clan: Clan, problem: str) -> None:
        """As `_tell`, where there is no schedule to note it at; "" is that all is well again."""
        services, key = self._bot.services, _NEWS_PROBLEM.format(clan.clan_id)
        async with services.write() as session:
            if (await recall(session, key) or "") == problem:
                return
            await remember(session, key, problem)
        if problem and not await self._posted(clan.clan_id, f"News can't be posted: {problem}"):
            async with services.write() as session:
                await remember(session, key, "")

    async def _posted(self, clan_id: int, said: str) -> bool:
        """Whether officers can read it now."""
        embed = discord.Embed(title="For the officers", description=said, colour=_COLOUR)
        return await self._bot.officers.tell(clan_id, embed)

    async def _tell(self, schedule: PostSchedule, slot: Slot, problem: str) -> None:
        """Tell officers, unless they were told that; if that fails, they are told next time."""
        services = self._bot.services
        async with services.write() as session:
            news = await note_problem(session, schedule, problem)
        if not news:
            return
        said = f"The {schedule.kind.words} of {slot.period.key} can't be posted: {problem}"
        if not await self._posted(schedule.clan_id, said):
            async with services.write() as session:
                await note_problem(session, schedule, None)

    def _is_reached(self, clan: Clan) -> bool:
        guild = self._bot.get_guild(self._bot.guild_id_of(clan) or 0)
        return self._bot.is_ready() and guild is not None and not guild.unavailable

    def _clan(self, clan_id: int) -> Clan:
        return next(clan for clan in self._bot.clans if clan.clan_id == clan_id)


@contextmanager
def _translated() -> Iterator[None]:
    """What Discord, or the way to it, does wrong becomes one of three failures."""
    try:
        yield
    except discord.Forbidden as error:
        raise PlaceError(f"Discord doesn't let me: {error.text or 'forbidden'}.") from error
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            raise PlaceError("its channel is gone. Choose another: `/summary schedule`.") from error
        raise PostGoneError("That message doesn't exist any longer.") from error
    except (discord.HTTPException, discord.RateLimited) as error:
        raise PostUnsureError(f"Discord answered {type(error).__name__}") from error
    except (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError) as error:
        raise PostUnsureError(f"Discord can't be reached ({type(error).__name__})") from error

"""How are a server's channels read, and what has been written in them? `ChatSource` on Discord.

A channel without the permission Read Message History looks empty instead of refusing: an empty
page is believed only when a single message can be asked for, too.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias

import aiohttp
import discord
from discord.ext import commands

from clanstats.chat import (
    PAGE,
    ChatGoneError,
    ChatUnavailableError,
    ChatUnreadableError,
    SeenChannel,
    SeenMessage,
)
from clanstats.errors import NoDataError
from clanstats.pacing import Pacer
from cogs.reading import Reader

Parent: TypeAlias = (
    discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel
)
KINDS = {
    discord.ChannelType.text: "text",
    discord.ChannelType.news: "news",
    discord.ChannelType.voice: "voice",
    discord.ChannelType.stage_voice: "stage",
}
UNKNOWN_CHANNEL = 10003


class DiscordHistory:
    """The past of one guild; works before the gateway is connected, too.

    Which channels there are is asked each time: what the library remembers of their last messages
    is wrong while the connection is lost.
    """

    def __init__(
        self, bot: commands.Bot, guild_id: int, *, reader: Reader, pacer: Pacer | None = None
    ) -> None:
        """`pacer` is kept to when channels are listed; who asks for pages keeps to it for them."""
        self._bot = bot
        self._guild_id = guild_id
        self._reader = reader
        self._pacer = pacer or Pacer()

    async def channels(self) -> Sequence[SeenChannel]:
        """Every channel and thread; forums themselves hold no messages and aren't listed.

        Raises:
            ChatUnavailableError: Discord can't be reached.
            NoDataError: The bot isn't on that server.
        """
        try:
            with _translated():
                return await self._listed()
        except (ChatUnreadableError, ChatGoneError) as error:
            raise NoDataError(
                f"I can't see the server {self._guild_id}: invite me, or mend `DISCORD_GUILD_ID`."
            ) from error

    async def page(
        self, discord_channel_id: int, *, before: int | None = None
    ) -> Sequence[SeenMessage]:
        """Up to `PAGE` messages, newest first; see `ChatSource`."""
        channel = self._bot.get_partial_messageable(discord_channel_id, guild_id=self._guild_id)
        with _translated():
            messages = [
                message
                async for message in channel.history(
                    limit=PAGE, before=None if before is None else discord.Object(before)
                )
            ]
            if not messages:
                await believe_empty(channel, channel.id)
        return [self._reader.seen(message) for message in messages]

    async def _listed(self) -> Sequence[SeenChannel]:
        guild, me = await self._guild()
        async with self._pacer.turn(guild.id):
            parents = [one for one in await guild.fetch_channels() if isinstance(one, Parent)]
        readable = {parent.id: _readable(parent, me) for parent in parents}
        threads: dict[int, discord.Thread] = {}
        for parent in parents:
            if readable[parent.id]:
                threads |= {thread.id: thread async for thread in self._archived_in(parent, me)}
        # After the archived ones: what is opened again meanwhile is found twice, not never.
        async with self._pacer.turn(-guild.id):
            threads |= {thread.id: thread for thread in await guild.active_threads()}
        return (
            *(seen_channel(one, me) for one in parents if one.type in KINDS),
            *(
                seen_thread(one, readable=readable.get(one.parent_id, False))
                for one in threads.values()
            ),
        )

    async def _guild(self) -> tuple[discord.Guild, discord.Member]:
        """The guild, and who we are there."""
        guild = self._bot.get_guild(self._guild_id)
        if guild is not None and guild.unavailable:
            raise ChatUnavailableError("Discord says that the server is unavailable just now.")
        if guild is not None:
            return guild, guild.me
        assert self._bot.user is not None  # noqa: S101 — logged in
        guild = await self._bot.fetch_guild(self._guild_id, with_counts=False)
        return guild, await guild.fetch_member(self._bot.user.id)

    async def _archived_in(
        self, parent: Parent, me: discord.Member
    ) -> AsyncIterator[discord.Thread]:
        """None of those it may not see, or of a channel that was just deleted."""
        refused = discord.Forbidden, discord.NotFound
        if isinstance(parent, discord.ForumChannel | discord.TextChannel):
            with suppress(*refused):
                async with self._pacer.turn(parent.id):
                    async for thread in parent.archived_threads(limit=None):
                        yield thread
        if isinstance(parent, discord.TextChannel) and not parent.is_news():
            joined = not parent.permissions_for(me).manage_threads
            with suppress(*refused):
                async with self._pacer.turn(-parent.id):  # which Discord counts apart
                    async for thread in parent.archived_threads(
                        private=True, joined=joined, limit=None
                    ):
                        yield thread


async def believe_empty(channel: discord.abc.Messageable, channel_id: int) -> None:
    """Ask for a message that can't be there: allowed, that is "unknown"; else "forbidden".

    Raises:
        discord.HTTPException: What looked empty can't be read.
    """
    try:
        await channel.fetch_message(channel_id - 1)
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            raise


def seen_channel(channel: Parent, me: discord.Member) -> SeenChannel:
    """What is kept of a channel."""
    return SeenChannel(
        channel.id,
        KINDS[channel.type],
        channel.name,
        _readable(channel, me),
        channel.last_message_id,
    )


def seen_thread(thread: discord.Thread, *, readable: bool) -> SeenChannel:
    """What is kept of a thread or forum post: not its title, which somebody wrote."""
    return SeenChannel(
        thread.id, "thread", None, readable, thread.last_message_id, thread.parent_id
    )


def seen_live(channel: object) -> SeenChannel | None:
    """A channel or thread that an event is about; None if it can't hold messages."""
    if isinstance(channel, discord.Thread):
        parent = channel.parent
        readable = parent is None or _readable(parent, channel.guild.me)
        return seen_thread(channel, readable=readable)
    if isinstance(channel, Parent) and channel.type in KINDS:
        return seen_channel(channel, channel.guild.me)
    return None


def _readable(channel: Parent, me: discord.Member) -> bool:
    may = channel.permissions_for(me)
    spoken = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return may.view_channel and may.read_message_history and (may.connect or not spoken)


@contextmanager
def _translated() -> Iterator[None]:
    """What Discord, or the way to it, does wrong becomes one of three failures."""
    try:
        yield
    except discord.Forbidden as error:
        raise ChatUnreadableError(f"Discord doesn't let me read there: {error.text}") from error
    except discord.NotFound as error:
        raise ChatGoneError("That channel doesn't exist any longer.") from error
    except discord.RateLimited as error:
        raise ChatUnavailableError(
            f"Discord wants a pause of {error.retry_after:.0f} s."
        ) from error
    except discord.HTTPException as error:
        raise ChatUnavailableError(
            f"Discord answered {error.status}; it is tried again."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError) as error:
        raise ChatUnavailableError(
            f"Discord can't be reached ({type(error).__name__}); it is tried again."
        ) from error

"""What happens on the server while the bot listens? Each event is noted and written a moment later.

The handlers never wait, so that what happened first is noted first.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from clanstats.harvest.live import Live
from cogs.history import seen_live
from cogs.reading import Reader

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


class Listening(commands.Cog):
    """The gateway's events of the servers that have a clan."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    # Messages

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        heard = self._heard(message.guild)
        if heard is not None:
            live, reader = heard
            if not live.knows(message.channel.id):
                self._seen(live, message.channel)
            live.written(message.channel.id, reader.seen(message))

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        heard = self._heard(payload.message.guild)
        if heard is not None:
            live, reader = heard
            live.edited(reader.seen(payload.message))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        if live := self._live(payload.guild_id):
            live.deleted([payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        if live := self._live(payload.guild_id):
            live.deleted(payload.message_ids)

    # Channels and threads

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        if live := self._live(channel.guild.id):
            self._seen(live, channel)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        if live := self._live(channel.guild.id):
            self._seen(live, channel)
            if before.overwrites != channel.overwrites:
                # Permissions given now open the past: it is read when channels are next listed.
                self.bot.chat.look_again(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        if live := self._live(channel.guild.id):
            live.channel_gone(channel.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, role: discord.Role) -> None:
        """What the bot may read hangs on roles, too."""
        if before.permissions != role.permissions:
            self.bot.chat.look_again(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        self.bot.chat.look_again(role.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, member: discord.Member) -> None:
        """The bot's own roles were given or taken."""
        if member == member.guild.me and before.roles != member.roles:
            self.bot.chat.look_again(member.guild.id)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        if live := self._live(thread.guild.id):
            self._seen(live, thread)

    @commands.Cog.listener()
    async def on_thread_join(self, thread: discord.Thread) -> None:
        """A private thread that the bot was added to, or one that became visible."""
        if live := self._live(thread.guild.id):
            self._seen(live, thread)
            self.bot.chat.look_again(thread.guild.id)

    @commands.Cog.listener()
    async def on_thread_update(self, _before: discord.Thread, thread: discord.Thread) -> None:
        if live := self._live(thread.guild.id):
            self._seen(live, thread)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        if live := self._live(payload.guild_id):
            live.channel_gone(payload.thread_id)

    # People

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        moved = before.channel != after.channel and not member.bot
        if moved and (live := self._live(member.guild.id)):
            live.talks(member.id, _talked_in(member.guild, after.channel))

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        if not payload.user.bot and (live := self._live(payload.guild_id)):
            live.left(payload.user.id)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        if not member.bot and (live := self._live(member.guild.id)):
            live.joined(member.id)

    # The connection

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        await self.bot.chat.begin()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        await self.bot.chat.resumed()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.bot.chat.interrupted(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.bot.chat.interrupted(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        self.bot.chat.interrupted(guild.id)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.bot.chat.interrupted(guild.id)

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        self.bot.chat.disconnected()

    def _heard(self, guild: discord.Guild | None) -> tuple[Live, Reader] | None:
        return None if guild is None else self.bot.chat.heard_in(guild.id)

    def _live(self, guild_id: int | None) -> Live | None:
        heard = None if guild_id is None else self.bot.chat.heard_in(guild_id)
        return None if heard is None else heard[0]

    def _seen(self, live: Live, channel: object) -> None:
        seen = seen_live(channel)
        if seen is not None:
            live.channel_seen(seen)


def in_voice(guild: discord.Guild) -> Mapping[int, int]:
    """Who is in which voice channel now; members are known from their voice states alone."""
    return {
        user_id: channel.id
        for channel in (*guild.voice_channels, *guild.stage_channels)
        if channel != guild.afk_channel
        for user_id in channel.voice_states
        if not _is_bot(guild, user_id)
    }


def _is_bot(guild: discord.Guild, user_id: int) -> bool:
    member = guild.get_member(user_id)
    return member is not None and member.bot


def _talked_in(guild: discord.Guild, channel: discord.abc.Snowflake | None) -> int | None:
    """Where somebody is who may be talking: the AFK channel is for those who aren't there."""
    return None if channel is None or channel == guild.afk_channel else channel.id


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Listening(bot))

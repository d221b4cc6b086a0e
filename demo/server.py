"""Which Discord server does the demonstration play on, and who is in it?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
import simcord


@dataclass(frozen=True, slots=True)
class DemoRole:
    role_id: int
    name: str
    permissions: discord.Permissions = field(default_factory=discord.Permissions.none)


@dataclass(frozen=True, slots=True)
class DemoMember:
    """Somebody on the server; `name` is what others see."""

    discord_id: int
    name: str
    roles: tuple[DemoRole, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """Something said before the bot came; its ID holds the time."""

    message_id: int
    author_id: int
    text: str


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """A channel or thread with the end of its history, oldest first.

    Attributes:
        kind: "text", "news", "voice", "forum" or "thread".
        parent_id: Of a thread; the parent comes before it.
        hidden: From everybody but who may do everything, and so from the bot.
        webhook_id: Who posts here from elsewhere, by the name of the channel.
    """

    channel_id: int
    name: str
    topic: str = ""
    kind: str = "text"
    parent_id: int | None = None
    archived: bool = False
    hidden: bool = False
    webhook_id: int | None = None
    messages: tuple[DemoMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A Discord server; commands are typed in the first of its channels.

    Attributes:
        owner: May do everything; a member like the others besides.
        members: Without the owner.
        roles: From the lowest to the highest. All that members have, and those nobody has yet.
        left: Who isn't here any more, but wrote something.
        bots: Other bots.
        sitting: Who is in which voice channel, by ID.
    """

    guild_id: int
    name: str
    owner: DemoMember
    channels: tuple[DemoChannel, ...]
    members: tuple[DemoMember, ...]
    roles: tuple[DemoRole, ...] = ()
    left: tuple[DemoMember, ...] = ()
    bots: tuple[DemoMember, ...] = ()
    sitting: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuiltServer:
    """The handles of a server that stands; members are by their Discord ID."""

    guild: simcord.GuildHandle
    channels: tuple[simcord.ChannelHandle, ...]
    members: dict[int, simcord.MemberActor]


def build(env: simcord.Env, server: DemoServer) -> BuiltServer:
    """Put `server` into `env`, which hasn't started: the bot finds it there, as after a restart."""
    users = {member.discord_id: _user(env, member) for member in (server.owner, *server.members)}
    for member in server.left:
        _user(env, member)
    guild = env.create_guild(server.name, id=server.guild_id, owner=users[server.owner.discord_id])
    roles = {role.role_id: _role(env, guild, role) for role in reversed(server.roles)}
    members = {
        member.discord_id: guild.add_member(
            users[member.discord_id], roles=tuple(roles[role.role_id] for role in member.roles)
        )
        for member in (server.owner, *server.members)
    }
    for bot in server.bots:
        guild.add_member(_user(env, bot, bot=True))
    channels = {channel.channel_id: _channel(env, guild, channel) for channel in server.channels}
    for channel in server.channels:
        for message in channel.messages:
            _say(env, channel, message)
    for discord_id, channel_id in server.sitting.items():
        env.backend.set_voice_state(server.guild_id, discord_id, channel_id)
    return BuiltServer(guild, tuple(channels.values()), members)


def _channel(
    env: simcord.Env, guild: simcord.GuildHandle, channel: DemoChannel
) -> simcord.ChannelHandle:
    if channel.kind == "thread":
        return _thread(env, guild, channel)
    nobody: dict[Any, discord.PermissionOverwrite] = {}
    if channel.hidden:
        nobody[guild.default_role] = discord.PermissionOverwrite(view_channel=False)
    with _next_id(env, channel.channel_id):
        match channel.kind:
            case "news":
                made = guild.create_news_channel(channel.name)
            case "voice":
                made = guild.create_voice_channel(channel.name)
            case "forum":
                made = guild.create_forum_channel(channel.name)
            case _:
                made = guild.create_text_channel(
                    channel.name, topic=channel.topic, overwrites=nobody
                )
    if channel.webhook_id is not None:
        with _next_id(env, channel.webhook_id):
            guild.create_webhook(made, channel.name)
    return made


def _thread(
    env: simcord.Env, guild: simcord.GuildHandle, channel: DemoChannel
) -> simcord.ChannelHandle:
    assert channel.parent_id is not None  # noqa: S101 - every thread has one
    env.backend.reserve_id(channel.channel_id)
    made = env.backend.create_thread(
        channel.parent_id,
        channel.name,
        guild.owner.id,
        message_id=channel.channel_id,
        broadcast=False,
    )
    if made.thread_metadata is not None:
        made.thread_metadata.archived = channel.archived
    return simcord.ChannelHandle(env, guild, made)


def _say(env: simcord.Env, channel: DemoChannel, message: DemoMessage) -> None:
    """Put a message into a channel's history; nobody is told."""
    webhook_id = message.author_id if message.author_id == channel.webhook_id else None
    with _next_id(env, message.message_id, reserve=message.message_id != channel.channel_id):
        made = env.backend.create_message(
            channel.channel_id,
            message.author_id,
            message.text,
            webhook_id=webhook_id,
            broadcast=False,
        )
    made.timestamp = discord.utils.snowflake_time(message.message_id).isoformat()


def _role(env: simcord.Env, guild: simcord.GuildHandle, role: DemoRole) -> simcord.RoleHandle:
    with _next_id(env, role.role_id):
        return guild.create_role(role.name, permissions=role.permissions)


def _user(env: simcord.Env, member: DemoMember, *, bot: bool = False) -> simcord.UserHandle:
    with _next_id(env, member.discord_id):
        return env.create_user(member.name.lower(), global_name=member.name, bot=bot)


@contextmanager
def _next_id(env: simcord.Env, discord_id: int, *, reserve: bool = True) -> Iterator[None]:
    """Let what is created next have `discord_id`; only guilds can be given theirs by argument.

    Not `reserve` for a message that shares its ID with the thread it began.
    """
    if reserve:
        env.backend.reserve_id(discord_id)
    setattr(env.backend, "snowflake", lambda: discord_id)  # noqa: B010  a method, to mypy
    try:
        yield
    finally:
        delattr(env.backend, "snowflake")

"""Which Discord server does the demonstration play on, and who is in it?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

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
class DemoChannel:
    channel_id: int
    name: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A Discord server; commands are typed in the first of its channels.

    Attributes:
        owner: May do everything; a member like the others besides.
        members: Without the owner.
        roles: From the lowest to the highest. All that members have, and those nobody has yet.
    """

    guild_id: int
    name: str
    owner: DemoMember
    channels: tuple[DemoChannel, ...]
    members: tuple[DemoMember, ...]
    roles: tuple[DemoRole, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltServer:
    """The handles of a server that stands; members are by their Discord ID."""

    guild: simcord.GuildHandle
    channels: tuple[simcord.ChannelHandle, ...]
    members: dict[int, simcord.MemberActor]


def build(env: simcord.Env, server: DemoServer) -> BuiltServer:
    """Put `server` into `env`, which hasn't started: the bot finds it there, as after a restart."""
    users = {member.discord_id: _user(env, member) for member in (server.owner, *server.members)}
    guild = env.create_guild(server.name, id=server.guild_id, owner=users[server.owner.discord_id])
    channels = tuple(_channel(env, guild, channel) for channel in server.channels)
    roles = {role.role_id: _role(env, guild, role) for role in reversed(server.roles)}
    members = {
        member.discord_id: guild.add_member(
            users[member.discord_id], roles=tuple(roles[role.role_id] for role in member.roles)
        )
        for member in (server.owner, *server.members)
    }
    return BuiltServer(guild, channels, members)


def _channel(
    env: simcord.Env, guild: simcord.GuildHandle, channel: DemoChannel
) -> simcord.ChannelHandle:
    with _next_id(env, channel.channel_id):
        return guild.create_text_channel(channel.name, topic=channel.topic)


def _role(env: simcord.Env, guild: simcord.GuildHandle, role: DemoRole) -> simcord.RoleHandle:
    with _next_id(env, role.role_id):
        return guild.create_role(role.name, permissions=role.permissions)


def _user(env: simcord.Env, member: DemoMember) -> simcord.UserHandle:
    with _next_id(env, member.discord_id):
        return env.create_user(member.name.lower(), global_name=member.name)


@contextmanager
def _next_id(env: simcord.Env, discord_id: int) -> Iterator[None]:
    """Let what is created next have `discord_id`; only guilds can be given theirs by argument."""
    env.backend.reserve_id(discord_id)
    setattr(env.backend, "snowflake", lambda: discord_id)  # noqa: B010  a method, to mypy
    try:
        yield
    finally:
        delattr(env.backend, "snowflake")

"""What is done on Discord when a rank changes? Roles of the clan's list, below the bot's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import discord

from clanstats.analytics.members import Clan
from clanstats.decisions import audit
from clanstats.decisions.audit import Entry
from clanstats.decisions.badges import BadgeChange
from clanstats.decisions.holders import holders
from clanstats.decisions.places import rank_roles
from clanstats.people.links import link_of
from clanstats.services import Services
from cogs.interactions import Interaction, clan_of


@dataclass(frozen=True, slots=True)
class Roles:
    """What was really given and taken, and what couldn't be."""

    given: tuple[int, ...] = ()
    taken: tuple[int, ...] = ()
    problem: str | None = None
    of: int | None = None  # the Discord user

    def __bool__(self) -> bool:
        """Whether anything was done."""
        return bool(self.given or self.taken)


@dataclass(frozen=True, slots=True)
class Server:
    """Where roles are changed, and noted."""

    services: Services
    clan: Clan
    guild: discord.Guild | None

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        return cls(interaction.client.services, clan_of(interaction), interaction.guild)


async def change_rank(
    server: Server, player_id: int, *, to_rank: str | None, from_rank: str | None
) -> Roles:
    """Give whoever plays an account the role of a rank, and take the one of the rank before."""
    services, clan_id = server.services, server.clan.clan_id
    async with services.read() as session:
        roles = await rank_roles(session, clan_id)
        link = await link_of(session, clan_id, player_id)
        users = await holders(session, clan_id, services.clock())
    wanted, before = roles.get(to_rank or ""), roles.get(from_rank or "")
    if wanted is None and before is None:
        return Roles()
    if link is None:
        return Roles(problem="no Discord account is linked, so no role was changed")
    if player_id not in users:
        return Roles(problem="their roles follow another account of theirs, so none was changed")
    give = () if wanted is None else (wanted,)
    take = () if before is None or before == wanted else (before,)
    return await set_roles(server.guild, link.discord_user_id, give=give, take=take)


async def change_badge(server: Server, change: BadgeChange, *, by: int | None) -> Roles:
    """Give or take the role of a rule, and note it if that was done; `by` None is the bot."""
    role = (change.discord_role_id,)
    give, take = (role, ()) if change.give else ((), role)
    done = await set_roles(server.guild, change.discord_user_id, give=give, take=take)
    if done.problem is None:
        # Noted also if they had it, or had it no longer: then it is settled, too.
        await note_roles(
            server, done, change.action, change.rule_id, player_id=change.player_id, by=by
        )
    return done


async def note_roles(  # noqa: PLR0913 — what, of whom, by whom
    server: Server, done: Roles, action: str, detail: str, *, player_id: int, by: int | None
) -> None:
    """Write what was done on Discord into the log, so that it can be undone."""
    async with server.services.write() as session:
        entry_id = await audit.note(
            session,
            server.clan.clan_id,
            at=server.services.clock(),
            actor=by,
            action=action,
            detail=detail,
            player_id=player_id,
        )
        await audit.note_roles(session, entry_id, given=done.given, taken=done.taken, of=done.of)


async def give_back(server: Server, line: Entry) -> Roles:
    """Undo what a line of the log did: take what was given, give what was taken.

    It is done to whom it was done to, whoever plays the account by now. What Discord doesn't let
    be done is noted, so that undoing the same line tries it again.
    """
    if not (line.roles_given or line.roles_taken):
        return Roles()
    if not line.roles_of:
        return Roles(problem="the log doesn't say whose roles they were: see `/roster drift`")
    done = await set_roles(
        server.guild, line.roles_of, give=line.roles_taken, take=line.roles_given
    )
    async with server.services.write() as session:
        await audit.note_left(session, line.entry_id, left=done.problem is not None)
    return done


async def set_roles(
    guild: discord.Guild | None, user_id: int, *, give: Iterable[int], take: Iterable[int]
) -> Roles:
    """Give a Discord user roles and take others, as far as they don't have or have them."""
    member = None if guild is None else await _member(guild, user_id)
    if member is None:
        return Roles(problem=f"<@{user_id}> isn't on this server, so no role was changed")
    given: list[int] = []
    taken: list[int] = []
    held = {role.id for role in member.roles}
    try:
        for role_id in (one for one in give if one not in held):
            await member.add_roles(_ours(member.guild, role_id), reason=_REASON)
            given.append(role_id)
        for role_id in (one for one in take if one in held):
            await member.remove_roles(_ours(member.guild, role_id), reason=_REASON)
            taken.append(role_id)
    except (_NotOursError, discord.HTTPException) as error:
        return Roles(tuple(given), tuple(taken), _problem(error), user_id)
    return Roles(tuple(given), tuple(taken), of=user_id)


def _problem(error: Exception) -> str:
    if isinstance(error, discord.Forbidden):
        return "Discord forbids it: give the bot Manage Roles, and a role above those it gives"
    if isinstance(error, discord.HTTPException):
        return f"Discord refused it ({error.status})"
    return str(error)


_REASON = "ClanStats: /audit log says who and why"


async def _member(guild: discord.Guild, user_id: int) -> discord.Member | None:
    member = guild.get_member(user_id)
    if member is not None or guild.chunked:
        return member  # everybody is known: there is nobody to ask for
    try:
        return await guild.fetch_member(user_id)
    except discord.HTTPException:
        return None


class _NotOursError(Exception):
    """A role that the bot must not touch."""


def _ours(guild: discord.Guild, role_id: int) -> discord.Role:
    """The role, if it is below the bot's own.

    Raises:
        _NotOursError: It isn't, or isn't there.
    """
    role = guild.get_role(role_id)
    if role is None:
        raise _NotOursError("a role of the clan's list isn't there any longer: see /setup role")
    if not may_give(role):
        raise _NotOursError(f"the role {role.name} stands above the bot's own: move it below")
    return role


def may_give(role: discord.Role) -> bool:
    """Whether the bot can give a role to anybody."""
    return not role.is_default() and not role.managed and role < role.guild.me.top_role


def words(roles: Roles) -> str:
    """What was done, "@Ruby given"; "" if nothing."""
    parts = [f"<@&{role_id}> given" for role_id in roles.given]
    parts += [f"<@&{role_id}> taken" for role_id in roles.taken]
    if roles.problem:
        parts.append(f"⚠️ {roles.problem}")
    return " · ".join(parts)

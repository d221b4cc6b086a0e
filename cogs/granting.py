"""What is done on Discord when a rank changes? Roles of the clan's list, below the bot's own."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from clanstats.decisions.places import rank_roles
from clanstats.people.links import link_of
from cogs.interactions import Interaction, clan_of


@dataclass(frozen=True, slots=True)
class Roles:
    """What was really given and taken, and what couldn't be."""

    given: tuple[int, ...] = ()
    taken: tuple[int, ...] = ()
    problem: str | None = None


async def change_roles(
    interaction: Interaction, player_id: int, *, to_rank: str | None, from_rank: str | None
) -> Roles:
    """Give whoever plays an account the role of a rank, and take the one of the rank before."""
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        roles = await rank_roles(session, clan.clan_id)
        link = await link_of(session, clan.clan_id, player_id)
    wanted, before = roles.get(to_rank or ""), roles.get(from_rank or "")
    if wanted is None and before is None:
        return Roles()
    if link is None:
        return Roles(problem="no Discord account is linked, so no role was changed")
    return await _changed(interaction, link.discord_user_id, wanted, before)


async def give_back(
    interaction: Interaction, player_id: int, *, given: tuple[int, ...], taken: tuple[int, ...]
) -> Roles:
    """Undo what was done: take what was given, give what was taken."""
    services, clan = interaction.client.services, clan_of(interaction)
    if not given and not taken:
        return Roles()
    async with services.read() as session:
        link = await link_of(session, clan.clan_id, player_id)
    if link is None:
        return Roles(problem="no Discord account is linked any longer, so no role was changed")
    wanted, before = (taken or (None,))[0], (given or (None,))[0]
    return await _changed(interaction, link.discord_user_id, wanted, before)


async def _changed(
    interaction: Interaction, user_id: int, wanted: int | None, before: int | None
) -> Roles:
    unwanted = () if before is None or before == wanted else (before,)
    return await set_roles(interaction, user_id, wanted=wanted, unwanted=unwanted)


async def set_roles(
    interaction: Interaction, user_id: int, *, wanted: int | None, unwanted: Sequence[int]
) -> Roles:
    """Give a Discord user one role and take others, as far as they don't have or have them."""
    guild = interaction.guild
    if guild is None:
        return Roles(problem="this isn't a server")
    try:
        member = guild.get_member(user_id) or await guild.fetch_member(user_id)
    except discord.HTTPException:
        return Roles(problem=f"<@{user_id}> isn't on this server, so no role was changed")
    given: list[int] = []
    taken: list[int] = []
    held = {role.id for role in member.roles}
    try:
        if wanted is not None and wanted not in held:
            given.append(await _give(guild, member, wanted))
        for role_id in held.intersection(unwanted):
            taken.append(await _take(guild, member, role_id))  # noqa: PERF401 — as far as it got
    except _NotOursError as error:
        problem = str(error)
    except discord.Forbidden:
        problem = "Discord forbids it: give the bot Manage Roles, and a role above those it gives"
    except discord.HTTPException as error:
        problem = f"Discord refused it ({error.status})"
    else:
        return Roles(tuple(given), tuple(taken))
    return Roles(tuple(given), tuple(taken), problem)


class _NotOursError(Exception):
    """A role that the bot must not touch."""


async def _give(guild: discord.Guild, member: discord.Member, role_id: int) -> int:
    role = _ours(guild, role_id)
    await member.add_roles(role, reason="ClanStats: rank approved")
    return role.id


async def _take(guild: discord.Guild, member: discord.Member, role_id: int) -> int:
    role = _ours(guild, role_id)
    await member.remove_roles(role, reason="ClanStats: rank changed")
    return role.id


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

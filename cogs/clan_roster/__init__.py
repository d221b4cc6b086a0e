"""Does everybody's rank, role and name agree? `/roster drift·unlinked·names·sync`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import members
from clanstats.decisions import audit
from clanstats.decisions.drift import Drift, drift
from clanstats.decisions.judging import judge
from clanstats.decisions.places import rank_roles
from clanstats.people.links import links_at
from clanstats.roles import title
from clanstats.usernames import normalize
from cogs import granting, words
from cogs.checks import officers_only
from cogs.clan_roster import embed
from cogs.interactions import Interaction, clan_of

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


@app_commands.default_permissions(manage_roles=True)
class ClanRoster(commands.GroupCog, name="roster"):
    """See where game and Discord disagree, and mend it."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @officers_only()
    async def drift(self, interaction: Interaction) -> None:
        """List whose rank in game, role on Discord and rules disagree."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found, checked, unlinked = await self._drift(interaction)
        await interaction.followup.send(
            embed=embed.drifted(found, checked, unlinked), ephemeral=True
        )

    @app_commands.command()
    @officers_only()
    async def unlinked(self, interaction: Interaction) -> None:
        """List members to whom no Discord account is linked."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.read() as session:
            now = services.clock()
            present = await members(session, clan.clan_id, now)
            linked = {link.player_id for link in await links_at(session, clan.clan_id, now)}
        found = [one for one in present if one.player_id not in linked]
        await interaction.followup.send(embed=embed.unlinked(found), ephemeral=True)

    @app_commands.command()
    @officers_only()
    async def names(self, interaction: Interaction) -> None:
        """List linked members whose name on this server isn't the one in game."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.read() as session:
            links = await links_at(session, clan.clan_id, services.clock())
        shown = await _members(interaction)
        lines = [
            f"**{words.name(link.name)}** is {words.name(user.display_name)} (<@{user.id}>)"
            for link in links
            if link.main and (user := shown.get(link.discord_user_id)) is not None
            if normalize(link.name) not in normalize(user.display_name)
        ]
        await interaction.followup.send(embed=embed.names(lines), ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(dry_run="Only say what would be done")
    async def sync(
        self,
        interaction: Interaction,
        dry_run: bool = True,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """Give everybody the role of their rank in game; of the clan's list only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found, _, _ = await self._drift(interaction)
        of_roles = [one for one in found if one.of_roles]
        if dry_run:
            lines = [_would(one) for one in of_roles]
        else:
            lines = [await self._mend(interaction, one) for one in of_roles]
        await interaction.followup.send(embed=embed.synced(lines, dry_run=dry_run), ephemeral=True)

    async def _drift(self, interaction: Interaction) -> tuple[Sequence[Drift], int, int]:
        """Who drifts, how many were compared, and of how many nobody is linked."""
        clan, services = clan_of(interaction), self.bot.services
        async with services.read() as session:
            judged = await judge(services, session, clan)
            links = await links_at(session, clan.clan_id, services.clock())
            roles = await rank_roles(session, clan.clan_id)
        users = {link.player_id: link.discord_user_id for link in links}
        held = {
            user_id: {role.id for role in user.roles}
            for user_id, user in (await _members(interaction)).items()
        }
        found = drift(judged, users, roles, held)
        present = judged.table.members
        unlinked = sum(one.player_id not in users for one in present)
        return found, len(present), unlinked

    async def _mend(self, interaction: Interaction, one: Drift) -> str:
        clan, services = clan_of(interaction), self.bot.services
        done = await granting.set_roles(
            interaction, one.discord_user_id or 0, wanted=one.missing_role, unwanted=one.wrong_roles
        )
        if done.given or done.taken:
            async with services.write() as session:
                entry_id = await audit.note(
                    session,
                    clan.clan_id,
                    at=services.clock(),
                    actor=interaction.user.id,
                    action="roles.synced",
                    detail=title(one.member.rank),
                    player_id=one.member.player_id,
                )
                await audit.note_roles(session, entry_id, given=done.given, taken=done.taken)
        return f"**{words.name(one.member.name)}**: {granting.words(done)}"


async def _members(interaction: Interaction) -> Mapping[int, discord.Member]:
    """Who is on the server, as far as the bot knows."""
    guild = interaction.guild
    return {} if guild is None else {member.id: member for member in guild.members}


def _would(one: Drift) -> str:
    parts = [] if one.missing_role is None else [f"give <@&{one.missing_role}>"]
    parts += [f"take <@&{role}>" for role in one.wrong_roles]
    return f"**{words.name(one.member.name)}**: {', '.join(parts)}"


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(ClanRoster(bot))

"""Does everybody's rank, role and name agree? `/roster drift·unlinked·names·sync`."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import members
from clanstats.people.links import links_at
from clanstats.usernames import normalize
from cogs import granting, words
from cogs.checks import officers_only
from cogs.clan_roster import answer, controls, embed
from cogs.clan_roster.controls import DriftControl
from cogs.granting import Server
from cogs.interactions import Interaction, clan_of

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


@app_commands.default_permissions(manage_roles=True)
class ClanRoster(commands.GroupCog, name="roster"):
    """See where game and Discord disagree, and mend it."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every table ever sent work."""
        self.bot.add_dynamic_items(DriftControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(DriftControl)

    @app_commands.command()
    @officers_only()
    async def drift(self, interaction: Interaction) -> None:
        """List whose rank in game, role on Discord and rules disagree, and mend it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await answer.look(interaction)
        await controls.drifted(found).send(interaction, ephemeral=True)

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
        shown = await answer.on_server(interaction.guild)
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
        """Give everybody the role of their rank, and those that rules give; of the list only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await answer.look(interaction)
        of_roles = [one for one in found.drifting if one.of_roles]
        if dry_run:
            lines = [*map(embed.would, of_roles), *map(embed.would_badge, found.badges)]
        else:
            lines = [
                embed.done(one.member.name, await answer.mend(interaction, one)) for one in of_roles
            ]
            lines += [
                embed.done(
                    one.name,
                    await granting.change_badge(
                        Server.of(interaction), one, by=interaction.user.id
                    ),
                )
                for one in found.badges
            ]
        await interaction.followup.send(embed=embed.synced(lines, dry_run=dry_run), ephemeral=True)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(ClanRoster(bot))

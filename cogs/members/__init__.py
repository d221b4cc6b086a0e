"""How is a player doing? `/stats`."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import Clan, own_players
from clanstats.errors import BadInputError, NoDataError
from cogs import asked, words
from cogs.asked import Asked
from cogs.interactions import Choices, Interaction, clan_of, listed
from cogs.members import controls
from cogs.members.controls import StatsControl
from cogs.members.state import StatsState
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


class Members(commands.Cog):
    """One player at a time."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot
        self._menu = app_commands.ContextMenu(name="Clan stats", callback=self._stats_of)

    async def cog_load(self) -> None:
        """Make the buttons of every profile ever sent work, and add to everybody's menu."""
        self.bot.add_dynamic_items(StatsControl)
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(StatsControl)
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player="A player of the clan, also by an earlier name; your linked one if left out",
        user="Whose linked account to show, instead of a player's name",
        period="7d, 30d, 90d, 365d, all, or 2026-01-01..2026-01-31; 30d if left out",
        as_of="A past day, as 2026-01-31: the player as they were then",
        private="Show it to nobody but you",
    )
    async def stats(  # noqa: PLR0913, PLR0917  Discord's options are parameters
        self,
        interaction: Interaction,
        player: str | None = None,
        user: discord.Member | None = None,
        period: str | None = None,
        as_of: str | None = None,
        private: bool = False,  # noqa: FBT001, FBT002  an option of the command
    ) -> None:
        """Show a player's XP, bosses, levels and messages."""
        services = self.bot.services
        when = Asked.read(period, as_of, now=services.clock(), tz=services.settings.timezone)
        await self._show(interaction, when, player, user, private=private)

    async def _stats_of(self, interaction: Interaction, user: discord.Member) -> None:
        """From a user's menu: seen by nobody else, as nobody asked for it in the channel."""
        await self._show(interaction, Asked(asked.DEFAULT_PERIOD), None, user, private=True)

    async def _show(
        self,
        interaction: Interaction,
        when: Asked,
        player: str | None,
        user: discord.Member | None,
        *,
        private: bool,
    ) -> None:
        clan = clan_of(interaction)
        player_id = await self._meant(clan, interaction, player, user)
        # Whoever has hidden their own numbers is shown them, but nobody else is.
        private = private or await self.bot.roster.is_hidden(clan, player_id)
        await interaction.response.defer(ephemeral=private, thinking=True)
        state = StatsState(interaction.user.id, player_id, when)
        reply = await controls.reply(interaction, state, private=private)
        await reply.send(interaction, ephemeral=private)

    @stats.autocomplete("period")
    async def _periods(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(asked.offered(typed, now=services.clock(), tz=services.settings.timezone))

    @stats.autocomplete("as_of")
    async def _days(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(
            asked.days_offered(typed, now=services.clock(), tz=services.settings.timezone)
        )

    async def _meant(
        self, clan: Clan, interaction: Interaction, player: str | None, user: discord.Member | None
    ) -> int:
        if player is not None:
            if user is not None:
                raise BadInputError("Give a player or a user, not both.")
            return await self.bot.roster.find(clan, player, seen_by=interaction.user.id)
        asked_for = user or interaction.user
        async with self.bot.services.read() as session:
            own = await own_players(session, clan.clan_id, asked_for.id, self.bot.services.clock())
        if own:
            return own[0]
        whose = "you" if user is None or user == interaction.user else "them"
        raise NoDataError(f"{words.UNLINKED.format(whose)} Or type a name: `/stats player:`")


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Members(bot))

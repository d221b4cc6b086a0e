"""Who is first? `/leaderboard`: any metric, any period, any past day."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from cogs import asked
from cogs.asked import Asked
from cogs.interactions import Choices, Interaction, clan_of, listed
from cogs.leaderboards import answer, controls
from cogs.leaderboards.controls import BoardControl
from cogs.leaderboards.state import BoardState

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


class Leaderboards(commands.Cog):
    """The clan in order."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every board ever sent work."""
        self.bot.add_dynamic_items(BoardControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(BoardControl)

    @app_commands.command()
    @app_commands.describe(
        metric="XP, a skill, a boss, an activity, messages, voice",
        period="7d, 30d, 90d, 365d, all, or 2026-01-01..2026-01-31; 30d if left out",
        rank_filter="Only members of this rank",
        as_of="A past day, as 2026-01-31: the clan as it was then",
        private="Show it to nobody but you",
    )
    async def leaderboard(  # noqa: PLR0913, PLR0917  Discord's options are parameters
        self,
        interaction: Interaction,
        metric: str,
        period: str | None = None,
        rank_filter: str | None = None,
        as_of: str | None = None,
        private: bool = False,  # noqa: FBT001, FBT002  an option of the command
    ) -> None:
        """Show who is first in XP, a skill, a boss, messages or voice."""
        clan, services = clan_of(interaction), self.bot.services
        when = Asked.read(period, as_of, now=services.clock(), tz=services.settings.timezone)
        chosen = await self.bot.menu.metric(clan, metric)
        rank = await self.bot.menu.rank(clan, rank_filter)
        await interaction.response.defer(ephemeral=private, thinking=True)
        state = BoardState(interaction.user.id, chosen.name, when, rank)
        shown = await answer.look(interaction, state, private=private)
        reply = await controls.reply(interaction, state, shown)
        await reply.send(interaction, ephemeral=private)

    @leaderboard.autocomplete("metric")
    async def _metrics(self, interaction: Interaction, typed: str) -> Choices:
        clan = interaction.client.clan_for(interaction.guild_id)
        return [] if clan is None else listed(await self.bot.menu.metric_choices(clan, typed))

    @leaderboard.autocomplete("rank_filter")
    async def _ranks(self, interaction: Interaction, typed: str) -> Choices:
        clan = interaction.client.clan_for(interaction.guild_id)
        return [] if clan is None else listed(await self.bot.menu.rank_choices(clan, typed))

    @leaderboard.autocomplete("period")
    async def _periods(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(asked.offered(typed, now=services.clock(), tz=services.settings.timezone))

    @leaderboard.autocomplete("as_of")
    async def _days(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(
            asked.days_offered(typed, now=services.clock(), tz=services.settings.timezone)
        )


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Leaderboards(bot))

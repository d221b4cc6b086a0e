"""How is the clan doing? `/clan`: by the week, by the hour, who plays and who talks, who stays."""

from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from cogs import asked
from cogs.asked import Asked
from cogs.checks import must_be_officer
from cogs.clan import answer
from cogs.interactions import Choices, Interaction, listed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_View = Literal["overview", "heatmap", "quadrant", "retention", "records"]
_FOR_OFFICERS = {"retention"}


class ClanView(commands.Cog):
    """The clan as a whole."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        period="7d, 30d, 90d, 365d, or 2026-01-01..2026-01-31; 30d if left out",
        view="What to look at; retention is for officers",
    )
    async def clan(
        self, interaction: Interaction, period: str | None = None, view: _View = "overview"
    ) -> None:
        """Show what the clan does, week by week, hour by hour, and who does what."""
        services = self.bot.services
        when = Asked.read(period, None, now=services.clock(), tz=services.settings.timezone)
        private = view in _FOR_OFFICERS
        if private:
            must_be_officer(interaction)
        await interaction.response.defer(ephemeral=private, thinking=True)
        reply = await answer.VIEWS[view](interaction, when)
        await reply.send(interaction, ephemeral=private)

    @clan.autocomplete("period")
    async def _periods(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(asked.offered(typed, now=services.clock(), tz=services.settings.timezone))


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(ClanView(bot))

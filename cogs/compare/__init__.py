"""Who of two did more? `/compare`."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from clanstats.errors import BadInputError
from cogs import asked
from cogs.asked import Asked
from cogs.compare import answer
from cogs.interactions import Choices, Interaction, clan_of, listed
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


class Compare(commands.Cog):
    """Two players beside one another."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.autocomplete(a=offered, b=offered)
    @app_commands.describe(
        a="A player of the clan",
        b="Another one",
        period="7d, 30d, 90d, 365d, or 2026-01-01..2026-01-31; 30d if left out",
        metric="What the picture shows: XP, a skill, a boss; XP if left out",
    )
    async def compare(
        self,
        interaction: Interaction,
        a: str,
        b: str,
        period: str | None = None,
        metric: str | None = None,
    ) -> None:
        """Show two players beside one another, and how they got on week by week."""
        clan, services = clan_of(interaction), self.bot.services
        when = Asked.read(period, None, now=services.clock(), tz=services.settings.timezone)
        seen_by = interaction.user.id
        both = [await self.bot.roster.find(clan, name, seen_by=seen_by) for name in (a, b)]
        if both[0] == both[1]:
            raise BadInputError("That is one player twice: name another one.")
        chosen = await self.bot.menu.metric(clan, metric or "xp")
        await interaction.response.defer(thinking=True)
        reply = await answer.compared(interaction, both, when, chosen)
        await reply.send(interaction, ephemeral=False)

    @compare.autocomplete("metric")
    async def _metrics(self, interaction: Interaction, typed: str) -> Choices:
        clan = interaction.client.clan_for(interaction.guild_id)
        return [] if clan is None else listed(await self.bot.menu.metric_choices(clan, typed))

    @compare.autocomplete("period")
    async def _periods(self, interaction: Interaction, typed: str) -> Choices:
        services = interaction.client.services
        return listed(asked.offered(typed, now=services.clock(), tz=services.settings.timezone))


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Compare(bot))

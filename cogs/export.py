"""How do officers take the clan along? `/export`: a workbook, CSV or JSON for nobody else."""

from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from clanstats.exports.book import What, book
from clanstats.sheets.files import FileFormat
from clanstats.sheets.table import Book
from cogs import words
from cogs.asked import Asked, days_offered, offered
from cogs.attachments import attached
from cogs.checks import officers_only
from cogs.interactions import Choices, Interaction, clan_of, listed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot


class Exports(commands.Cog):
    """The clan as a file."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @officers_only()
    @app_commands.rename(form="format")
    @app_commands.describe(
        what="Which sheets",
        period="Of gains, activity and decisions: 30d, all, or 2026-01-01..2026-01-31",
        form="An Excel workbook unless you choose",
        as_of="The clan as it was on that day",
    )
    async def export(
        self,
        interaction: Interaction,
        what: Literal["roster", "gains", "activity", "decisions", "all"],
        period: str | None = None,
        form: Literal["xlsx", "csv", "json"] = "xlsx",
        as_of: str | None = None,
    ) -> None:
        """Take the clan along as a file: who is in it, gains, activity, decisions."""
        services, clan = self.bot.services, clan_of(interaction)
        now, tz = services.clock(), services.settings.timezone
        when = Asked.read(period, as_of, now=now, tz=tz)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.read() as session:
            made = await book(
                session,
                clan,
                What(what),
                as_of=when.instant(now),
                window=when.window(now, tz),
                period=when.period,
                tz=tz,
            )
        file = await attached(interaction, made, FileFormat(form))
        said = f"**{words.name(clan.name)}**, {when.words(now, tz)}: {_counts(made)}."
        await interaction.followup.send(said, file=file, ephemeral=True)

    @export.autocomplete("period")
    async def _periods(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        services = self.bot.services
        return listed(offered(typed, now=services.clock(), tz=services.settings.timezone))

    @export.autocomplete("as_of")
    async def _days(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        services = self.bot.services
        return listed(days_offered(typed, now=services.clock(), tz=services.settings.timezone))


def _counts(made: Book) -> str:
    return ", ".join(f"{table.title.lower()} {len(list(table.rows)):,}" for table in made.tables)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Exports(bot))

"""Who has gone quiet? `/inactive`: every sign of life, a verdict, and a notice before anything."""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from clanstats.inactivity import Section
from cogs.asked import days_offered, pack_instant, past_of
from cogs.checks import officers_only
from cogs.inactive import answer, controls
from cogs.inactive.controls import QuietControl, QuietMenu
from cogs.inactive.sheet import sheet
from cogs.inactive.state import Action, QuietState
from cogs.interactions import Choices, Interaction, clan_of, listed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_SHOWN = {
    "ready": Section.READY,
    "candidates": Section.TO_NOTIFY,
    "noticed": Section.IN_NOTICE,
    "away": Section.AWAY,
    "at risk": Section.AT_RISK,
    "unknown": Section.CANT_TELL,
    "exempt": Section.EXEMPT,
}
_Shown = Literal["ready", "candidates", "noticed", "away", "at risk", "unknown", "exempt"]


class Inactive(commands.Cog):
    """The officers' list of who has gone quiet."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every list and notice ever sent work."""
        self.bot.add_dynamic_items(QuietControl, QuietMenu)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(QuietControl, QuietMenu)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(
        days="Quiet for as many days, instead of the clan's own rules",
        signal="Which signs of life count, with days",
        rank="Only this rank",
        show="Which section",
        as_of="As it was on that day",
        file="All sections as an Excel workbook",
    )
    async def inactive(  # noqa: PLR0913, PLR0917 — a command's options
        self,
        interaction: Interaction,
        days: app_commands.Range[int, 1, 365] | None = None,
        signal: Literal["any", "game", "discord", "both"] = "any",
        rank: str | None = None,
        show: _Shown | None = None,
        as_of: str | None = None,
        file: bool = False,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """List who has gone quiet, who can't be told, and what to do about it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        at = past_of(self.bot.services, as_of)
        state = QuietState(
            Action.PAGE,
            days=days or 0,
            signal=signal,
            rank=await self.bot.menu.rank(clan_of(interaction), rank) or "",
            past="" if at is None else pack_instant(at),
        )
        found = await answer.asked(interaction, state)
        if file:
            await interaction.followup.send(file=await sheet(interaction, found), ephemeral=True)
            return
        section = answer.shown_first(found) if show is None else _SHOWN[show]
        reply = controls.listed(found, replace(state, section=section))
        await reply.send(interaction, ephemeral=True)

    @inactive.autocomplete("rank")
    async def _ranks(self, interaction: Interaction, typed: str) -> Choices:
        return listed(await self.bot.menu.rank_choices(clan_of(interaction), typed))

    @inactive.autocomplete("as_of")
    async def _days(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        services = self.bot.services
        return listed(days_offered(typed, now=services.clock(), tz=services.settings.timezone))


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Inactive(bot))

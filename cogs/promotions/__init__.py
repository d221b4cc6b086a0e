"""Who is due for a rank? `/promotions`: by the clan's rules, decided by officers."""

from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import rank_order
from clanstats.roles import from_api_name, title
from clanstats.rules.book import RuleBook
from cogs.asked import days_offered, pack_instant, past_of
from cogs.checks import officers_only
from cogs.interactions import Choice, Choices, Interaction, clan_of, listed
from cogs.promotions import answer, controls
from cogs.promotions.controls import PromotionControl
from cogs.promotions.filters import Only
from cogs.promotions.state import DRY, Action, PromotionState, Show
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_SHOWN = {
    "due": Show.DUE,
    "almost": Show.ALMOST,
    "held": Show.HELD,
    "pending in game": Show.PENDING,
    "history": Show.HISTORY,
}


class Promotions(commands.Cog):
    """The officers' queue."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every list ever sent work."""
        self.bot.add_dynamic_items(PromotionControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(PromotionControl)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player="Explain every rule about this member",
        show="What to list",
        rank="Only from or to this rank",
        rule="Only by this ladder or rule of the file",
        as_of="As it was on that day",
        dry_run="Without buttons: only look",
    )
    async def promotions(  # noqa: PLR0913, PLR0917 — a command's options
        self,
        interaction: Interaction,
        player: str | None = None,
        show: Literal["due", "almost", "held", "pending in game", "history"] = "due",
        rank: str | None = None,
        rule: str | None = None,
        as_of: str | None = None,
        dry_run: bool = False,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """Show who is due for a rank, with the evidence, and decide."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = None if player is None else await self.bot.roster.find(clan, player)
        at = past_of(services, as_of)
        found = await answer.asked(interaction, at)
        if player_id is not None:
            reply = controls.explained_to(found, player_id)
        else:
            only = Only.typed(rank, rule, found).pack()
            frozen = pack_instant(at) if at is not None else DRY if dry_run else ""
            state = PromotionState(Action.PAGE, _SHOWN[show], only=only, frozen=frozen)
            reply = await controls.listed(interaction, found, state)
        await reply.send(interaction, ephemeral=True)

    @promotions.autocomplete("rank")
    async def _ranks(self, interaction: Interaction, typed: str) -> Choices:
        wanted = from_api_name(typed)
        book = await self._book(interaction)
        steps = dict.fromkeys(step.rank for ladder in book.ladders for step in ladder.steps)
        return listed([Choice(title(rank), rank) for rank in steps if wanted in rank])

    @promotions.autocomplete("rule")
    async def _rules(self, interaction: Interaction, typed: str) -> Choices:
        wanted = typed.strip().lower()
        return listed(
            [Choice(one, one) for one in (await self._book(interaction)).ids if wanted in one]
        )

    async def _book(self, interaction: Interaction) -> RuleBook:
        clan, services = clan_of(interaction), self.bot.services
        async with services.read() as session:
            order = await rank_order(session, clan.clan_id)
        return services.rules.rules(clan.wom_group_id, order).book

    @promotions.autocomplete("as_of")
    async def _days(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        services = self.bot.services
        return listed(days_offered(typed, now=services.clock(), tz=services.settings.timezone))


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Promotions(bot))

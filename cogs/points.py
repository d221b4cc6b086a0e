"""Who has how many points? `/points`: ledgers that officers keep, and that rank rules may count."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from clanstats.decisions.cases import LONGEST_REASON
from clanstats.decisions.points import MOST, give, ledger_name, ledgers
from cogs import words
from cogs.checks import officers_only
from cogs.interactions import Choice, Choices, Interaction, clan_of, listed
from cogs.records import controls as records
from cogs.records.state import Kind, RecordState
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

Reason = app_commands.Range[str, 1, LONGEST_REASON]
Amount = app_commands.Range[int, 1, MOST]


@app_commands.default_permissions(manage_roles=True)
class Points(commands.GroupCog, name="points"):
    """Give points that rank rules may count."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @officers_only()
    @app_commands.describe(
        ledger="Which points, such as events",
        players="To whom; several with commas between them",
        amount="How many each",
        reason="What for",
    )
    async def add(
        self,
        interaction: Interaction,
        ledger: app_commands.Range[str, 1, 31],
        players: str,
        amount: Amount,
        reason: Reason | None = None,
    ) -> None:
        """Give points; `/audit undo` takes them back."""
        await self._give(interaction, ledger, players, amount, reason)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(
        ledger="Which points, such as events",
        players="From whom; several with commas between them",
        amount="How many each",
        reason="What for",
    )
    async def remove(
        self,
        interaction: Interaction,
        ledger: app_commands.Range[str, 1, 31],
        players: str,
        amount: Amount,
        reason: Reason | None = None,
    ) -> None:
        """Take points away."""
        await self._give(interaction, ledger, players, -amount, reason)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player="Only this member", ledger="Only these points")
    async def history(
        self, interaction: Interaction, player: str | None = None, ledger: str | None = None
    ) -> None:
        """List what was given and taken, newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = 0
        if player is not None:
            player_id = await self.bot.roster.find(clan_of(interaction), player)
        word = "" if ledger is None else ledger_name(ledger)
        state = RecordState(Kind.POINTS, player_id=player_id, word=word)
        await (await records.listed(interaction, state)).send(interaction, ephemeral=True)

    @add.autocomplete("ledger")
    @remove.autocomplete("ledger")
    @history.autocomplete("ledger")
    async def _ledgers(self, interaction: Interaction, typed: str) -> Choices:
        clan, services = clan_of(interaction), self.bot.services
        async with services.read() as session:
            known = await ledgers(session, clan.clan_id)
        return listed(
            [Choice(f"{name} ({total:,})", name) for name, total in known if typed.lower() in name]
        )

    async def _give(
        self,
        interaction: Interaction,
        ledger: str,
        players: str,
        amount: int,
        reason: str | None,
    ) -> None:
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        names = [name.strip() for name in players.split(",") if name.strip()]
        ids = [await self.bot.roster.find(clan, name) for name in names]
        async with services.write() as session:
            lines = await give(
                session,
                clan.clan_id,
                ledger=ledger,
                player_ids=ids,
                amount=amount,
                reason=reason,
                by=interaction.user.id,
                now=services.clock(),
            )
        entries = ", ".join(map(str, lines))
        await interaction.followup.send(
            f"{amount:+,} {words.name(ledger)} for {words.counted(len(lines), 'member')}; "
            f"`/audit undo` with {entries} takes it back.",
            ephemeral=True,
        )


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Points(bot))

"""Who has how many points? `/points`: ledgers that officers keep, and that rank rules may count."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.decisions.points import MOST, Given, give, given, ledgers
from clanstats.timestamps import discord_time
from cogs import words
from cogs.checks import officers_only
from cogs.interactions import Choice, Choices, Interaction, clan_of, listed
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_COLOUR = 0x58A55C
_LONGEST = 4_000  # characters; Discord takes 4,096
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
        reason: str | None = None,
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
        reason: str | None = None,
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
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = None if player is None else await self.bot.roster.find(clan, player)
        async with services.read() as session:
            found = await given(session, clan.clan_id, player_id=player_id, ledger=ledger)
        await interaction.followup.send(embed=points_listed(found), ephemeral=True)

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


def points_listed(found: Sequence[Given]) -> discord.Embed:
    """What was given and taken."""
    lines = []
    for one in found:
        line = f"{one.amount:+,} {one.ledger} · **{words.name(one.name)}** · <@{one.given_by}> "
        line += discord_time(one.given_at) + (f" · {words.name(one.reason)}" if one.reason else "")
        lines.append(f"~~{line}~~ · undone" if one.undone_at else line)
    return discord.Embed(
        title="Points",
        description="\n".join(lines)[:_LONGEST] or "None were given yet.",
        colour=_COLOUR,
    )


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Points(bot))

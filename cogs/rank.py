"""What is missing for the next rank? `/rank`: for everybody about themselves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import Clan, own_players
from clanstats.decisions.judging import Judged, judge
from clanstats.errors import BadInputError, NoDataError
from clanstats.roles import title
from clanstats.rules.book import Step
from clanstats.rules.decide import explained
from clanstats.rules.ladder import Pace
from clanstats.rules.leaves import Leaf
from cogs import evidence, words
from cogs.checks import is_officer
from cogs.interactions import Interaction, clan_of
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

Part = tuple[str, Sequence[Leaf]]


class Rank(commands.Cog):
    """A member's own way up."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player="For officers: another member", user="For officers: whose linked account"
    )
    async def rank(
        self,
        interaction: Interaction,
        player: str | None = None,
        user: discord.Member | None = None,
    ) -> None:
        """Show what each rank above yours takes, and what of it you have."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = await self._meant(interaction, clan, player, user)
        async with services.read() as session:
            judged = await judge(services, session, clan)
        place = judged.place(player_id)
        shown = evidence.why(
            judged.table.members[place],
            _parts(judged, place),
            judged.table.as_of,
            nothing="There is no rank above yours on a ladder, or yours is on none.",
        )
        await interaction.followup.send(embed=shown, ephemeral=True)

    async def _meant(
        self, interaction: Interaction, clan: Clan, player: str | None, user: discord.Member | None
    ) -> int:
        """The member that is asked about; others only by officers.

        Raises:
            BadInputError: They may not ask, or asked for two.
            NoDataError: Nobody is linked.
        """
        if player is not None and user is not None:
            raise BadInputError("Give a player or a user, not both.")
        services, asked_for = self.bot.services, user or interaction.user
        async with services.read() as session:
            own = await own_players(session, clan.clan_id, asked_for.id, services.clock())
        found = own[0] if own else None
        if player is not None:
            found = await self.bot.roster.find(clan, player, seen_by=interaction.user.id)
        if asked_for == interaction.user and found is not None and found in own:
            return found
        if not is_officer(interaction) and (player is not None or user is not None):
            raise BadInputError("Only officers look at what others have; leave it out for yours.")
        if found is None:
            whose = "you" if asked_for == interaction.user else "them"
            raise NoDataError(words.UNLINKED.format(whose))
        return found


def _parts(judged: Judged, place: int) -> Sequence[Part]:
    """Each rank above the present one, by ladder, the next first; nothing of other rules."""
    member, evaluation = judged.table.members[place], judged.evaluation
    several = len(judged.book.ladders) > 1
    parts: list[Part] = []
    for ladder in judged.book.ladders:
        at = ladder.place(member.rank)
        for step in () if at is None else ladder.steps[at + 1 :]:
            leaves = explained(step.when, evaluation, place)
            heading = f"{ladder.id}: {title(step.rank)}" if several else title(step.rank)
            parts.append((heading + _pace(judged, place, step, leaves), leaves))
    return parts


def _pace(judged: Judged, place: int, step: Step, leaves: Sequence[Leaf]) -> str:
    """When it will be enough, if it goes on as lately; "" where that can't be said."""
    short = tuple(leaf for leaf in leaves if leaf.decides and leaf.outcome is not True)
    if not short or any(leaf.outcome is None for leaf in short):
        return ""
    return evidence.pace(Pace(judged.table, place).days(step.when, short))


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Rank(bot))

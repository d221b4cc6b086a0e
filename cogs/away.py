"""Who is away? `/away`: say so before somebody wonders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import own_players
from clanstats.errors import NoDataError
from clanstats.people.absences import (
    LONGEST_REASON,
    Absence,
    absences,
    clear_absence,
    set_absence,
)
from clanstats.timestamps import discord_time, parse_until
from cogs import words
from cogs.checks import must_be_officer, officers_only
from cogs.interactions import Choice, Choices, Interaction, clan_of, listed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_COLOUR = 0x4C9BE8
_LONGEST = 4_000  # characters; Discord takes 4,096
_OFFERED = {"1w": "One week", "2w": "Two weeks", "30d": "30 days", "13w": "Three months"}


class Away(commands.GroupCog, name="away"):
    """Say that you are away, so that nobody takes it for leaving."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command(name="set")
    @app_commands.describe(
        until="2w, 10d, or the last day as 2026-12-24",
        reason="For the officers; nobody else sees it",
        user="Officers: who is away, if it isn't you",
    )
    async def set_(
        self,
        interaction: Interaction,
        until: app_commands.Range[str, 1, 20],
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
        user: discord.Member | None = None,
    ) -> None:
        """Say until when you are away; it holds for all your accounts."""
        clan, services = clan_of(interaction), self.bot.services
        now, whose = services.clock(), _whose(interaction, user)
        ends = parse_until(until, now=now, tz=services.settings.timezone)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            own = await own_players(session, clan.clan_id, whose.id, now)
            absence = await set_absence(
                session,
                clan.clan_id,
                player_id=_main(own, own=whose == interaction.user),
                now=now,
                until=ends,
                reason=reason,
                set_by=interaction.user.id,
            )
        await interaction.followup.send(embed=away_until(absence), ephemeral=True)

    @app_commands.command()
    @app_commands.describe(user="Officers: who is back, if it isn't you")
    async def clear(self, interaction: Interaction, user: discord.Member | None = None) -> None:
        """Say that you are back."""
        clan, services = clan_of(interaction), self.bot.services
        now, whose = services.clock(), _whose(interaction, user)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            own = await own_players(session, clan.clan_id, whose.id, now)
            player_id = _main(own, own=whose == interaction.user)
            was_away = await clear_absence(session, clan.clan_id, player_id=player_id, now=now)
        text = "Welcome back." if whose == interaction.user else "Noted: they are back."
        if not was_away:
            text = "Nobody had said that you were away."
            text = text if whose == interaction.user else text.replace("you were", "they were")
        await interaction.followup.send(text, ephemeral=True)

    @app_commands.command(name="list")
    @officers_only()
    async def list_(self, interaction: Interaction) -> None:
        """List who is away, and why."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.read() as session:
            found = await absences(session, clan.clan_id, services.clock())
        await interaction.followup.send(embed=away_list(found), ephemeral=True)

    @set_.autocomplete("until")
    async def _ends(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        wanted = typed.strip().lower()
        return listed([Choice(label, key) for key, label in _OFFERED.items() if wanted in key])


def away_until(absence: Absence) -> discord.Embed:
    """What was noted."""
    lines = [f"**{words.name(absence.name)}** is away until {_day(absence.until)}."]
    if absence.reason:
        lines.append(f"The officers read: “{words.name(absence.reason)}”")
    return discord.Embed(title="Away", description="\n".join(lines), colour=_COLOUR)


def away_list(found: Sequence[Absence]) -> discord.Embed:
    """Everyone who is away, whoever comes back first first."""
    lines = [
        f"**{words.name(one.name)}** until {_day(one.until)}, since {discord_time(one.since)}"
        + (f" · {words.name(one.reason)}" if one.reason else "")
        for one in found
    ]
    fit = sum(length <= _LONGEST for length in accumulate(len(line) + 1 for line in lines))
    shown = lines[:fit]
    if fit < len(lines):
        shown.append(f"… and {words.counted(len(lines) - fit, 'other')} for longer.")
    return discord.Embed(
        title=f"{words.counted(len(found), 'member')} away",
        description="\n".join(shown) or "Nobody is away.",
        colour=_COLOUR,
    )


def _day(until: datetime) -> str:
    """The last day; one that is included ends with the midnight that is stored."""
    return f"{discord_time(until - timedelta(seconds=1), 'D')} ({discord_time(until)})"


def _whose(interaction: Interaction, user: discord.Member | None) -> discord.Member | discord.User:
    """Who is meant; others are for officers."""
    if user is None or user == interaction.user:
        return interaction.user
    must_be_officer(interaction)
    return user


def _main(players: Sequence[int], *, own: bool) -> int:
    """The account for which it is noted.

    Raises:
        NoDataError: There is none.
    """
    if not players:
        raise NoDataError(words.UNLINKED.format("you" if own else "them"))
    return players[0]


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Away(bot))

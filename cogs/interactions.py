"""What do all commands share: whose clan they are about, and what is offered while typing?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from discord import app_commands

from clanstats.analytics.members import Clan
from clanstats.errors import NoDataError

if TYPE_CHECKING:
    import discord

    from bot.client import ClanStatsBot

Interaction: TypeAlias = "discord.Interaction[ClanStatsBot]"
Choices = list[app_commands.Choice[str]]
MOST_CHOICES = 25  # Discord's


@dataclass(frozen=True, slots=True)
class Choice:
    """A line to choose while typing."""

    label: str
    value: str


def listed(offered: Sequence[Choice]) -> Choices:
    """What is offered while typing, as Discord takes it."""
    return [app_commands.Choice(name=one.label, value=one.value) for one in offered[:MOST_CHOICES]]


def answers_privately(interaction: Interaction, owner_id: int) -> bool:
    """Whether what a used control answers is seen by nobody else: see `views.turn`."""
    message = interaction.message
    return interaction.user.id != owner_id or (message is not None and message.flags.ephemeral)


def clan_of(interaction: Interaction) -> Clan:
    """The clan that is served where this was asked.

    Raises:
        NoDataError: There is none yet; the text says what to set.
    """
    clan = interaction.client.clan_for(interaction.guild_id)
    if clan is None:
        raise NoDataError(
            "This server isn't linked to a clan yet. Whoever runs the bot sets `WOM_GROUP_ID` to "
            "the number in the clan's address, wiseoldman.net/groups/NUMBER, and "
            f"`DISCORD_GUILD_ID` to `{interaction.guild_id}`, and starts it again."
        )
    return clan

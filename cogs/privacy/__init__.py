"""What is held on me, and who sees it? `/privacy`."""

from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from clanstats.privacy.person import Scope
from cogs.interactions import Interaction
from cogs.privacy import controls
from cogs.privacy.controls import PrivacyControl
from cogs.privacy.state import Action

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_Half = Literal["discord", "game", "all"]
_SCOPE = "discord: what you write and say; game: your players' numbers and game chat; all: both"


class Privacy(commands.GroupCog, name="privacy"):
    """See, hide, take along or delete what is held on you."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every answer ever sent work."""
        self.bot.add_dynamic_items(PrivacyControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(PrivacyControl)

    @app_commands.command()
    async def show(self, interaction: Interaction) -> None:
        """Show what is held on you, and since when."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await (await controls.shown(interaction)).send(interaction, ephemeral=True)

    @app_commands.command()
    @app_commands.describe(scope=f"{_SCOPE}; all if left out", on="False: show me again")
    async def hide(
        self,
        interaction: Interaction,
        scope: _Half = "all",
        on: bool = True,  # noqa: FBT001, FBT002  an option of the command
    ) -> None:
        """Leave you out of lists and charts, or show you again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await controls.set_hidden(interaction, Scope(scope), hidden=on)
        await (await controls.shown(interaction)).send(interaction, ephemeral=True)

    @app_commands.command()
    @app_commands.describe(scope=f"{_SCOPE}; all if left out")
    async def export(self, interaction: Interaction, scope: _Half = "all") -> None:
        """Get everything that is held on you as a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await controls.send_export(interaction, Scope(scope))

    @app_commands.command()
    @app_commands.describe(scope=_SCOPE)
    async def delete(self, interaction: Interaction, scope: _Half) -> None:
        """Delete what is held on you, for good; asks twice."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        reply = await controls.question(interaction, Scope(scope), Action.ASK)
        await reply.send(interaction, ephemeral=True)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Privacy(bot))

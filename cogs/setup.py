"""Is everything well, and what can I type? `/health` and `/help`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from clanstats import jobs
from clanstats.analytics.coverage import coverage
from clanstats.db.engine import database_file
from clanstats.domain import Coverage, Window
from clanstats.harvest.backfill import remaining_steps
from clanstats.timestamps import EARLIEST
from cogs.checks import admins_only
from cogs.health import Health, health
from cogs.interactions import Interaction
from cogs.talk import read_talk

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_RUNS = 5


class Setup(commands.Cog):
    """For who runs the bot on a server."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @admins_only()
    async def health(self, interaction: Interaction) -> None:
        """Show what the bot knows, what it does, and what is missing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, clan = self.bot.services, self.bot.clan_for(interaction.guild_id)
        now = services.clock()
        known: Sequence[Coverage] = ()
        steps: int | None = None
        async with services.read() as session:
            if clan is not None:
                known = await coverage(
                    session, clan.clan_id, window=Window(EARLIEST, now), as_of=now
                )
                steps = await remaining_steps(session, clan.clan_id)
            runs = await jobs.last_runs(session, limit=_RUNS)
        seen = Health(
            talk=None if clan is None else await read_talk(self.bot, clan),
            now=now,
            settings=services.settings,
            wom=services.wom.status(),
            clan=clan,
            coverage=known,
            steps_left=steps,
            runs=runs,
            database_bytes=_size(database_file(services.settings.database_url)),
        )
        await interaction.followup.send(embed=health(seen), ephemeral=True)

    @app_commands.command()
    async def help(self, interaction: Interaction) -> None:
        """List the commands that you can use."""
        lines = [
            f"**/{command.qualified_name}** — {command.description}"
            for command in sorted(self.bot.tree.walk_commands(), key=lambda one: one.qualified_name)
            if isinstance(command, app_commands.Command)
            and _needed(command) | _needed(command.root_parent) <= interaction.permissions
        ]
        await interaction.response.send_message("\n".join(lines), ephemeral=True)


def _needed(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | None,
) -> discord.Permissions:
    none = discord.Permissions.none()
    return none if command is None else command.default_permissions or none


def _size(file: Path | None) -> int | None:
    """What is on the disk, the log of writes that aren't merged yet included."""
    if file is None:
        return None
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Setup(bot))

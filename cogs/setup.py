"""Is everything well, and what can I type? `/health` and `/help`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from clanstats import jobs
from clanstats.analytics.coverage import coverage
from clanstats.db.engine import database_file
from clanstats.decisions.places import Purpose, set_channel, set_rank_role
from clanstats.domain import Coverage, Window
from clanstats.errors import BadInputError
from clanstats.harvest.backfill import remaining_steps
from clanstats.roles import from_api_name, title
from clanstats.timestamps import EARLIEST
from cogs.checks import admins_only
from cogs.granting import may_give
from cogs.health import Health, health
from cogs.interactions import Interaction, clan_of
from cogs.talk import read_talk

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_RUNS = 5
_LONGEST = 4_000  # characters; Discord takes 4,096


class Setup(commands.Cog):
    """For who runs the bot on a server."""

    places = app_commands.Group(
        name="setup",
        description="Say where things are on this server.",
        default_permissions=discord.Permissions(manage_guild=True),
    )

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

    @places.command()
    @admins_only()
    @app_commands.describe(
        purpose="What is posted there",
        channel="Where; leave it out for nowhere",
    )
    async def channel(
        self,
        interaction: Interaction,
        purpose: Literal["officers", "log", "notices", "news"],
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Say where alerts, the log, notices or news are posted."""
        clan, services = clan_of(interaction), self.bot.services
        if channel is not None:
            _check_can_post(channel)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            await set_channel(
                session, clan.clan_id, Purpose(purpose), None if channel is None else channel.id
            )
        where = "nowhere" if channel is None else channel.mention
        await interaction.followup.send(f"{purpose} are posted {where}.", ephemeral=True)

    @places.command()
    @admins_only()
    @app_commands.describe(
        rank="A rank in the clan, or what a rule calls its role",
        role="Who has the rank gets it; leave it out for none",
    )
    async def role(
        self, interaction: Interaction, rank: str, role: discord.Role | None = None
    ) -> None:
        """Say which role stands for a rank or a rule; only these are ever given or taken."""
        clan, services = clan_of(interaction), self.bot.services
        if role is not None and not may_give(role):
            raise BadInputError(
                f"I can't give {role.mention}: move my own role above it, and choose one that "
                "nobody else manages."
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            await set_rank_role(
                session, clan.clan_id, from_api_name(rank), None if role is None else role.id
            )
        given = "no role" if role is None else role.mention
        await interaction.followup.send(f"{title(rank)}: {given}.", ephemeral=True)

    @app_commands.command()
    async def help(self, interaction: Interaction) -> None:
        """List the commands that you can use."""
        lines = [
            f"**/{command.qualified_name}** — {command.description}"
            for command in sorted(self.bot.tree.walk_commands(), key=lambda one: one.qualified_name)
            if isinstance(command, app_commands.Command)
            and _needed(command) | _needed(command.root_parent) <= interaction.permissions
        ]
        embeds = [discord.Embed(description=text) for text in _fitting(lines)]
        embeds[0].title = "Commands"
        await interaction.response.send_message(embeds=embeds, ephemeral=True)


def _fitting(lines: Sequence[str]) -> Sequence[str]:
    """All lines, in as few texts as an embed each has room for."""
    texts = [""]
    for line in lines:
        if len(texts[-1]) + len(line) > _LONGEST:
            texts.append("")
        texts[-1] += f"{line}\n"
    return texts


def _check_can_post(channel: discord.TextChannel) -> None:
    """Before it is too late.

    Raises:
        BadInputError: The bot may not; the text says what to allow.
    """
    may = channel.permissions_for(channel.guild.me)
    if not (may.view_channel and may.send_messages and may.embed_links):
        raise BadInputError(
            f"I may not post in {channel.mention}: allow me View Channel, Send Messages and "
            "Embed Links there."
        )


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

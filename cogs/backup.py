"""Which copies of the database are there, and can they be trusted? `/backup`."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats import jobs, upkeep
from clanstats.db import backup
from clanstats.db.backup import MANUAL, Backup
from clanstats.errors import BadInputError, NoDataError
from clanstats.numbers import megabytes
from clanstats.timestamps import discord_time
from clanstats.upkeep import Inspection
from cogs import words
from cogs.checks import admins_only
from cogs.interactions import Choice, Choices, Interaction, listed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_GOOD, _BAD = 0x3FC79A, 0xF08A4B
_SHOWN = 20
_ONE_AT_A_TIME = "A backup is being made or verified already: try again in a minute."


@app_commands.default_permissions(manage_guild=True)
class Backups(commands.GroupCog, group_name="backup"):
    """For who runs the bot on a server."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot
        self._busy = asyncio.Lock()  # each takes a processor and, meanwhile, as much disk again

    @app_commands.command()
    @admins_only()
    async def now(self, interaction: Interaction) -> None:
        """Copy the database now; that happens by itself each night, too."""
        self._must_be_idle()
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = self.bot.services
        async with self._busy:
            run = await jobs.run("backup", lambda: upkeep.back_up(services, label=MANUAL), services)
        made = run.outcome == "ok"
        embed = _embed(f"{'✅' if made else '❌'} {run.detail}", good=made)
        await interaction.followup.send(embed=embed, ephemeral=True)

    @app_commands.command(name="list")
    @admins_only()
    async def list_(self, interaction: Interaction) -> None:
        """List the copies there are."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        copies = await self._copies()
        lines = [_line(one) for one in copies[:_SHOWN]]
        if len(copies) > _SHOWN:
            lines.append(f"… and {len(copies) - _SHOWN} older ones")
        text = "\n".join(lines) or "There is none yet: `/backup now` makes one."
        embed = _embed(text, good=bool(copies))
        if copies:
            size = sum(one.size for one in copies)
            embed.set_footer(text=f"{words.counted(len(copies), 'copy')}, {megabytes(size)}")
        await interaction.followup.send(embed=embed, ephemeral=True)

    @app_commands.command()
    @app_commands.describe(copy="Which one; the newest unless you choose")
    @admins_only()
    async def verify(self, interaction: Interaction, copy: str | None = None) -> None:
        """Unpack a copy and look at all of it: would it restore, and do its tables agree?"""
        self._must_be_idle()
        await interaction.response.defer(ephemeral=True, thinking=True)
        copies = await self._copies()
        chosen = next((one for one in copies if copy in {None, one.path.name}), None)
        if chosen is None:
            raise NoDataError("There is no such copy: `/backup list` shows those there are.")
        async with self._busy:
            found = await upkeep.inspect(chosen.path, now=self.bot.services.clock())
        lines = [_line(chosen), *_found(found)]
        await interaction.followup.send(
            embed=_embed("\n".join(lines), good=found.good), ephemeral=True
        )

    @verify.autocomplete("copy")
    async def _copy(self, interaction: Interaction, typed: str) -> Choices:
        if not interaction.permissions.manage_guild:
            return []
        names = [one.path.name for one in await self._copies()]
        return listed([Choice(name, name) for name in names if typed.lower() in name])

    async def _copies(self) -> Sequence[Backup]:
        return await asyncio.to_thread(backup.listed, self.bot.services.settings.backup_dir)

    def _must_be_idle(self) -> None:
        if self._busy.locked():
            raise BadInputError(_ONE_AT_A_TIME)


def _line(one: Backup) -> str:
    return f"`{one.path.name}` {discord_time(one.at)} · {megabytes(one.size)}"


def _found(found: Inspection) -> Iterator[str]:
    if found.soundness.damage:
        yield f"❌ It can't be restored: {found.soundness.damage[0]}"
    elif found.violations is None:
        yield (
            f"{'✅' if found.good else '⚠️'} It can be restored. Its tables are of version "
            f"{found.soundness.revision}; whether they agree is only asked of this version's."
        )
    elif found.good:
        yield "✅ It can be restored, and all its tables agree."
    else:
        yield "⚠️ It can be restored, but its tables don't agree:"
        for one in found.violations[:_SHOWN]:
            yield f"• {one.check}: {one.wrong} ({one.count:,} × {one.table})"


def _embed(text: str, *, good: bool) -> discord.Embed:
    colour = _GOOD if good else _BAD
    return discord.Embed(title="Backup", description=text[:4000], colour=colour)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Backups(bot))

"""How far has reading come, and what is to be read now? `/harvest`."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from clanstats import jobs
from clanstats.analytics.members import Clan
from clanstats.errors import BadInputError
from clanstats.harvest.backfill import remaining_steps
from clanstats.timestamps import parse_instant
from cogs import words
from cogs.checks import admins_only
from cogs.harvest.embed import outcome, state
from cogs.interactions import Interaction, clan_of
from cogs.talk import new, read_talk

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

Source = Literal["wom", "discord"]
_TITLES = {"wom": "Wise Old Man", "discord": "Discord"}
_RUNS = {"wom": "harvest", "discord": "chat"}  # which job reads what is new
_PASTS = {"wom": "backfill", "discord": "chat"}  # and which the past
_EDIT_EVERY_S = 5
_WATCHED_S = 14 * 60  # an interaction can be answered for 15 minutes


@app_commands.default_permissions(manage_guild=True)
class Harvest(commands.GroupCog, group_name="harvest"):
    """For who runs the bot on a server."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @admins_only()
    async def status(self, interaction: Interaction) -> None:
        """Show what was read of each channel, and what is missing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan = clan_of(interaction)
        talk = await read_talk(self.bot, clan)
        embed = state(talk, wom=await self._wom(clan))
        await interaction.followup.send(embed=embed, ephemeral=True)

    @app_commands.command()
    @app_commands.describe(source="Where from; both unless you choose")
    @admins_only()
    async def run(self, interaction: Interaction, source: Source | None = None) -> None:
        """Read what is new now, also after a pause."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan = clan_of(interaction)
        for one in _chosen(source):
            await self.bot.timetable.pause(clan.clan_id, one, paused=False)
        await self._watch(interaction, clan, [_RUNS[one] for one in _chosen(source)])

    @app_commands.command()
    @app_commands.describe(
        source="Where from; both unless you choose",
        channel="Compare only this channel again, with since",
        since="Compare what was written since this day again, such as 2026-01-31",
    )
    @admins_only()
    async def backfill(
        self,
        interaction: Interaction,
        source: Source | None = None,
        channel: discord.TextChannel | discord.VoiceChannel | discord.Thread | None = None,
        since: str | None = None,
    ) -> None:
        """Read the past: what was never read, or again what was."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan = clan_of(interaction)
        if since is None:
            if channel is not None:
                raise BadInputError("Say `since` when to compare that channel again.")
            await self._watch(interaction, clan, [_PASTS[one] for one in _chosen(source)])
            return
        if source == "wom":
            raise BadInputError("Only Discord can be read again; leave `since` out.")
        services = self.bot.services
        now = services.clock()
        back = now - parse_instant(since, tz=services.settings.timezone)
        if back <= timedelta():
            raise BadInputError("That day is yet to come; try `2026-01-31`.")
        only = None if channel is None else channel.id
        done = await jobs.run(
            "reread",
            lambda: self.bot.chat.reread(clan.clan_id, back=back, only=only),
            services,
            clan_id=clan.clan_id,
        )
        await interaction.edit_original_response(embed=outcome([_told(done)]))

    @app_commands.command()
    @app_commands.describe(source="Where from; both unless you choose")
    @admins_only()
    async def pause(self, interaction: Interaction, source: Source | None = None) -> None:
        """Read nothing until `/harvest run`; what is said meanwhile is noted all the same."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan = clan_of(interaction)
        for one in _chosen(source):
            await self.bot.timetable.pause(clan.clan_id, one, paused=True)
        names = " and ".join(_TITLES[one] for one in _chosen(source))
        lines = [f"Nothing more is read from {names} until `/harvest run`."]
        await interaction.edit_original_response(embed=outcome(lines))

    async def _watch(self, interaction: Interaction, clan: Clan, names: list[str]) -> None:
        """Start jobs, and show how far they are until they end or nobody can be told any more."""
        timetable = self.bot.timetable
        tasks = {name: await timetable.begin(clan.clan_id, name) for name in names}
        running = {task for task in tasks.values() if task is not None}
        waited = 0
        while running and waited < _WATCHED_S:
            # First a moment: most runs have nothing to do.
            _, running = await asyncio.wait(running, timeout=_EDIT_EVERY_S)
            waited += _EDIT_EVERY_S
            if running:
                lines = [
                    self._under_way(clan, name) for name, task in tasks.items() if task in running
                ]
                await interaction.edit_original_response(embed=outcome(lines))
        lines = [
            await self._ended(clan, name, under_way=task in running, begun=task is not None)
            for name, task in tasks.items()
        ]
        await interaction.edit_original_response(embed=outcome(lines))

    def _under_way(self, clan: Clan, name: str) -> str:
        progress = self.bot.chat.progress.get(clan.clan_id) if name == "chat" else None
        if progress is None:
            return f"⏳ {name} …"
        return (
            f"⏳ {name}: {progress.done:,} of {words.counted(progress.channels, 'channel')} known, "
            f"{progress.share:.0%} of the time, {new(progress)}"
        )

    async def _ended(self, clan: Clan, name: str, *, under_way: bool, begun: bool) -> str:
        if under_way:
            return f"{self._under_way(clan, name)} It goes on; `/harvest status` shows how far."
        if not begun:
            return f"⚠️ {name} can't begin: it is paused, or I'm not connected yet."
        async with self.bot.services.read() as session:
            runs = await jobs.last_runs(session, limit=20)
        return next(_told(one) for one in runs if one.name == name)

    async def _wom(self, clan: Clan) -> str:
        async with self.bot.services.read() as session:
            steps = await remaining_steps(session, clan.clan_id)
        lines = ["never harvested" if clan.refreshed_at is None else "harvested"]
        if steps:
            lines.append(f"{words.counted(steps, 'step')} of the past to go")
        if self.bot.timetable.is_paused(clan.clan_id, "wom"):
            lines.append("⏸️ paused")
        return "\n".join(lines)


def _chosen(source: Source | None) -> tuple[Source, ...]:
    return ("wom", "discord") if source is None else (source,)


def _told(run: jobs.JobRun) -> str:
    mark = {"ok": "✅", "partial": "⚠️"}.get(run.outcome or "", "❌")
    return f"{mark} {run.name}: {run.detail}"


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Harvest(bot))

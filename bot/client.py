"""The bot: which cogs it has, how a command is traced, and what becomes of its errors."""

import gc
import hashlib
import json
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.chat import Chat
from bot.officers import Officers
from bot.posting import Posting
from bot.schedule import Timetable
from clanstats import jobs, schedules
from clanstats.analytics.members import Clan, clans
from clanstats.observability import start_trace
from clanstats.services import Services
from cogs.errors import explain, report
from cogs.intents import FIX, lacking, wanted
from cogs.menu import Menu
from cogs.roster import Roster

log = structlog.get_logger()

COGS = (
    "cogs.members",
    "cogs.leaderboards",
    "cogs.links",
    "cogs.away",
    "cogs.promotions",
    "cogs.inactive",
    "cogs.cases",
    "cogs.points",
    "cogs.rank",
    "cogs.audit",
    "cogs.clan",
    "cogs.clan_roster",
    "cogs.compare",
    "cogs.fun",
    "cogs.summary",
    "cogs.export",
    "cogs.harvest",
    "cogs.backup",
    "cogs.privacy",
    "cogs.setup",
    "cogs.listening",
)
_SYNCED = "commands.synced"


class Tree(app_commands.CommandTree["ClanStatsBot"]):
    """Slash commands: each one a trace of its own, all their errors answered in one place."""

    async def interaction_check(self, interaction: discord.Interaction["ClanStatsBot"], /) -> bool:
        """Bind a trace; whoever may run a command is decided by its own check."""
        if interaction.type is discord.InteractionType.application_command:
            command = interaction.command
            name = command.qualified_name if command else "unknown"
            start_trace(command=name, discord_user_id=interaction.user.id)
            interaction.extras["started"] = perf_counter()
            log.info("command.started")
        return True

    async def on_error(
        self,
        interaction: discord.Interaction["ClanStatsBot"],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Tell the user what to do; the log has the rest under the trace that is quoted."""
        log.warning("command.failed", duration_ms=duration_ms(interaction))
        await report(interaction, error)


class ClanStatsBot(commands.Bot):
    """One process: many guilds, many clans."""

    def __init__(
        self,
        services: Services,
        *,
        scheduled: bool = True,
        intents: discord.Intents | None = None,
    ) -> None:
        """Make the bot.

        Args:
            services: The open resources.
            scheduled: False leaves out what runs by itself, for who drives it with a clock.
            intents: What Discord grants; everything that is of use unless given.
        """
        # It never speaks: the library's warnings about voice would only worry people.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            tree_cls=Tree,
            intents=wanted() if intents is None else intents,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            owner_ids=set(services.settings.owner_ids) or None,
            help_command=None,
            max_messages=None,
        )
        self.services = services
        self.roster = Roster(services)
        self.menu = Menu(services)
        self.chat = Chat(self)
        self.officers = Officers(self)
        self.posting = Posting(self)
        self.timetable = Timetable(
            services, harvested=self.harvested, chat=self.chat, posts=self.posting
        )
        self._scheduled = scheduled
        self._clans: tuple[Clan, ...] = ()

    async def setup_hook(self) -> None:
        """Load everything once, before connecting."""
        await self.timetable.prepare()
        await self.load_clans()
        await self.add_cog(Owner(self))
        for name in COGS:
            await self.load_extension(name)
        if self._scheduled:
            # Not when only the commands are registered: the bot itself may be at work meanwhile.
            async with self.services.write() as session:
                await jobs.end_interrupted(session)
            await self.sync_if_changed()
            self.timetable.start()

    async def on_ready(self) -> None:
        """Seen again after each lost session."""
        log.info("bot.ready", guilds=len(self.guilds), clans=len(self._clans))
        for lack in lacking(self.intents):
            log.warning("intent.missing", intent=lack.title, cost=lack.cost, fix=FIX)
        # What is loaded now stays: without this a full collection stops the loop for 200 ms.
        gc.collect()
        gc.freeze()

    async def on_app_command_completion(
        self, interaction: discord.Interaction["ClanStatsBot"], _command: object
    ) -> None:
        """Close the trace that `Tree.interaction_check` began."""
        log.info("command.finished", duration_ms=duration_ms(interaction))

    async def on_command_error(
        self, context: commands.Context[Any], error: commands.CommandError, /
    ) -> None:
        """Only the owner's mention commands come here; others are left unanswered."""
        if isinstance(error, commands.CommandNotFound | commands.NotOwner):
            return
        await context.reply(explain(error))

    async def close(self) -> None:
        """End what runs, then disconnect."""
        await self.timetable.stop()
        await super().close()
        await self.chat.close()

    @property
    def clans(self) -> tuple[Clan, ...]:
        """The clans that are served."""
        return self._clans

    def guild_id_of(self, clan: Clan) -> int | None:
        """On which server a clan talks; None if that isn't clear."""
        if clan.discord_guild_id is not None:
            return clan.discord_guild_id
        return self.guilds[0].id if len(self._clans) == len(self.guilds) == 1 else None

    def clan_for(self, guild_id: int | None) -> Clan | None:
        """The clan served in a guild; a single clan that has no guild is served in any."""
        for clan in self._clans:
            if clan.discord_guild_id == guild_id:
                return clan
        if len(self._clans) == 1 and self._clans[0].discord_guild_id is None:
            return self._clans[0]
        return None

    async def load_clans(self) -> None:
        """Read which clans there are."""
        async with self.services.read() as session:
            self._clans = tuple(await clans(session))

    async def harvested(self, clan_id: int) -> None:
        """What is kept in memory follows the database."""
        await self.load_clans()
        await self.roster.reload(clan_id)
        await self.menu.reload(clan_id)
        self.dispatch("clan_harvested", clan_id)
        for clan in self._clans:
            if clan.clan_id == clan_id:
                await self.officers.look(clan)
                await self.posting.announce(clan)
                await self.posting.correct(clan)

    async def sync_if_changed(self) -> None:
        """Tell Discord about the commands, if they differ from what it was told last."""
        wanted = self.command_hash()
        async with self.services.read() as session:
            told = await schedules.recall(session, _SYNCED)
        if told == wanted:
            return
        try:
            await self.sync()
        except discord.HTTPException as error:
            log.error(  # noqa: TRY400 — Discord's reason says it all
                "commands.not_synced",
                reason=str(error),
                fix="Invite the bot with the scopes bot and applications.commands.",
            )

    async def sync(self) -> int:
        """Register the commands, in one guild if one is configured; returns how many."""
        guild_id = self.services.settings.discord_guild_id
        guild = None if guild_id is None else discord.Object(guild_id)
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        synced = await self.tree.sync(guild=guild)
        if guild is not None and self.application_id is not None:
            # What was once registered for all guilds would show each command twice in this one.
            await self.http.bulk_upsert_global_commands(self.application_id, payload=[])
        async with self.services.write() as session:
            await schedules.remember(session, _SYNCED, self.command_hash())
        log.info("commands.synced", commands=len(synced), guild_id=guild_id)
        return len(synced)

    def command_hash(self) -> str:
        """Changes exactly when what Discord must be told changes."""
        told: list[Mapping[str, Any]] = [
            command.to_dict(self.tree)
            for command in sorted(self.tree.get_commands(), key=lambda one: one.name)
        ]
        guild_id = self.services.settings.discord_guild_id
        text = json.dumps([guild_id, told], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class Owner(commands.Cog):
    """What the bot's owner types as a mention: it works when slash commands don't."""

    def __init__(self, bot: ClanStatsBot) -> None:
        self.bot = bot

    @commands.command()
    @commands.is_owner()
    async def sync(self, context: commands.Context[ClanStatsBot]) -> None:
        """Register the slash commands with Discord."""
        await context.reply(f"{await self.bot.sync()} commands synced.")

    @commands.command()
    @commands.is_owner()
    async def reload(self, context: commands.Context[ClanStatsBot], cog: str) -> None:
        """Load a cog's code again; a cog that doesn't load leaves the old one in place."""
        name = cog if cog.startswith("cogs.") else f"cogs.{cog}"
        if name not in COGS:
            loaded = ", ".join(one.removeprefix("cogs.") for one in COGS)
            await context.reply(f"There is no cog `{cog[:40]}`; there are: {loaded}.")
            return
        try:
            await self.bot.reload_extension(name)
        except commands.ExtensionError as error:
            log.exception("cog.broken", cog=name)
            reason = type(error.__cause__ or error).__name__
            await context.reply(f"{name} doesn't load ({reason}); the one before stays.")
            return
        await context.reply(f"{name} reloaded.")


def duration_ms(interaction: discord.Interaction[Any]) -> float | None:
    """How long a command has taken so far; None for what isn't a command."""
    started = interaction.extras.get("started")
    return None if started is None else round((perf_counter() - started) * 1000, 1)

"""How does a bot play on a simulated Discord that a person can use in a browser?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import simcord
from discord import app_commands
from discord.ext import commands

from clanstats.errors import ClanStatsError
from demo.server import BuiltServer, DemoServer, build

SETTLE_SECONDS = 10.0  # how long a command may take; also how long a due timer may hold one up


class StageEnv(simcord.Env):
    """A simulated Discord on which a refusal that the bot explains is not a failure."""

    def _record_error(self, error: BaseException) -> None:
        explained = (ClanStatsError, app_commands.CheckFailure)
        if not (isinstance(error, explained) or isinstance(error.__cause__, explained)):
            super()._record_error(error)


@dataclass(frozen=True, slots=True)
class Stage:
    """A bot that plays.

    Attributes:
        url: The page on 127.0.0.1 where commands are typed; whoever knows it may act as a viewer.
        viewers: Whom the page can act as, the first one unless asked otherwise.
    """

    url: str
    env: StageEnv
    server: BuiltServer
    viewers: tuple[simcord.MemberActor, ...]
    preview: simcord.Preview

    async def run(
        self, command: str, /, *, by: int | None = None, **options: object
    ) -> simcord.InteractionResult:
        """Run `command`, "/case note" say, in the first channel and wait for the whole reply.

        Args:
            command: Its name as it is typed; the options aside.
            by: Discord ID of who runs it, the first viewer if None.
            options: By name; members, roles and channels as their handles.

        Raises:
            ExceptionGroup: The bot failed in a way it doesn't explain to users.
        """
        member = self.viewers[0] if by is None else self.server.members[by]
        before = self.env.error_cursor
        reply = await member.slash(self.server.channels[0], command.removeprefix("/"), **options)
        if failures := self.env.errors_since(before):
            raise BaseExceptionGroup(f"{command} failed", failures)
        return reply

    def take_away(self, reply: simcord.ResponseMessage) -> None:
        """Delete a reply, so that the page doesn't get longer and slower with each."""
        self.env.backend.delete_message(reply.channel_id, reply.id)

    async def closed(self) -> None:
        """Wait until the person ends the session on the page."""
        await self.preview.wait_closed()


@asynccontextmanager
async def stage(
    bot: commands.Bot,
    server: DemoServer,
    *,
    now: datetime,
    viewers: Sequence[int] = (),
    port: int = 0,
) -> AsyncIterator[Stage]:
    """Let `bot` play on `server`: real commands and views; no token, no network.

    Args:
        bot: Made, but not started. Whoever made it closes it, after the stage.
        server: Where the bot finds itself when it is ready.
        now: The time it is there, which stands still; the bot's own clock should say the same.
        viewers: Discord IDs of whom the page can act as; everyone if empty.
        port: Of the page, on 127.0.0.1; 0 takes a free one.
    """
    env = StageEnv(bot, check_errors=False, settle_timeout=SETTLE_SECONDS)
    env.backend.advance_clock((now - env.now()).total_seconds())
    env.backend.bot_user.name = "ClanStats"
    built = build(env, server)
    seen = tuple(built.members[member] for member in viewers) or tuple(built.members.values())
    await env.start()
    try:
        await bot.tree.sync()  # a bot that remembers having synced would show no command here
        page = env.preview(built.channels[0], viewers=seen, layout="channel", port=port)
        async with page as preview:
            yield Stage(preview.url, env, built, seen, preview)
    finally:
        await env.shutdown()

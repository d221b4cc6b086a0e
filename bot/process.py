"""How does the bot start, and how does it stop losing nothing?"""

import argparse
import asyncio
import signal

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import feed
from bot.client import ClanStatsBot
from bot.operate import up_to_date
from bot.portal import application
from clanstats.errors import ClanStatsError
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from cogs.intents import FIX, least, wanted

log = structlog.get_logger()

_STOP_SECONDS = 3.5  # the jobs' three among them


async def run(settings: Settings, _options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; then end within five seconds."""
    await up_to_date(settings)
    Route.BASE = settings.discord_api_base
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with open_services(settings) as services, feed.serving(services):
        life = _Life(services)
        started = asyncio.create_task(life.run())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({started, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        log.info("bot.stopping")
        # Not `async with bot`: a Discord that has gone silent is given half a minute to say bye.
        await asyncio.wait({asyncio.create_task(life.end())}, timeout=_STOP_SECONDS)
        if started.done() and not stopping.is_set():
            started.result()  # it ended by itself: that is an error, and here it is raised
            raise ClanStatsError("The connection to Discord ended; start the bot again.")
        started.cancel()
        await asyncio.wait({started}, timeout=1)
    log.info("bot.stopped")
    return 0


async def sync(settings: Settings, _options: argparse.Namespace) -> int:
    """Register the slash commands without connecting to the gateway."""
    await up_to_date(settings)
    Route.BASE = settings.discord_api_base
    async with (
        open_services(settings) as services,
        ClanStatsBot(services, scheduled=False) as bot,
    ):
        await log_in(bot, settings)
        try:
            count = await bot.sync()
        except discord.HTTPException as error:
            raise ClanStatsError(
                f"Discord refused the commands ({error.text or error.status}): invite the bot "
                "with the scopes bot and applications.commands."
            ) from error
    log.info("sync.done", commands=count)
    return 0


class _Life:
    """A bot, and should Discord refuse what it asks for, one that asks for less."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._bot: ClanStatsBot | None = None

    async def run(self) -> None:
        """Connect, and stay connected."""
        for intents in (await _granted(self._services.settings), least()):
            self._bot = ClanStatsBot(self._services, intents=intents)
            try:
                await _start(self._bot, self._services.settings)
            except discord.PrivilegedIntentsRequired as error:
                if intents == least():
                    raise ClanStatsError(
                        f"Discord refuses the bot its intents: {FIX}; these are Privileged "
                        "Gateway Intents."
                    ) from error
                log.error("intents.refused", fix=FIX)  # noqa: TRY400 — Discord says no more
                await self._bot.close()
            else:
                return

    async def end(self) -> None:
        """End what runs, and say goodbye."""
        if self._bot is not None:
            await self._bot.close()


async def _granted(settings: Settings) -> discord.Intents:
    """What the application has; if that can't be found out, everything: logging in will tell."""
    try:
        found = await application(settings)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return wanted()
    return wanted(int(found.get("flags") or 0))


async def _start(bot: ClanStatsBot, settings: Settings) -> None:
    await log_in(bot, settings)
    try:
        # The library has the address built in; asked for, it fits a test server or a proxy, too.
        _, gateway, _ = await bot.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        await bot.connect()
    except discord.PrivilegedIntentsRequired:
        raise
    except (discord.GatewayNotFound, discord.ConnectionClosed) as error:
        raise ClanStatsError(f"Discord doesn't let the bot in: {error}") from error


async def log_in(bot: ClanStatsBot, settings: Settings) -> None:
    token = settings.discord_token
    if token is None:
        raise ClanStatsError("Set DISCORD_TOKEN: it is on your application's page Bot.")
    try:
        await bot.login(token.get_secret_value())
    except discord.LoginFailure as error:
        raise ClanStatsError(
            "Discord refuses DISCORD_TOKEN: copy it again from your application's page Bot."
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise ClanStatsError(
            f"Discord can't be reached at {settings.discord_api_base} ({type(error).__name__}); "
            "check the network and try again."
        ) from error

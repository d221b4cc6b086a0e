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

from bot.client import ClanStatsBot
from bot.operate import up_to_date
from clanstats.errors import ClanStatsError
from clanstats.services import open_services
from clanstats.settings import Settings

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
    async with open_services(settings) as services:
        bot = ClanStatsBot(services)
        started = asyncio.create_task(_start(bot, settings))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({started, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        log.info("bot.stopping")
        # Not `async with bot`: a Discord that has gone silent is given half a minute to say bye.
        await asyncio.wait({asyncio.create_task(bot.close())}, timeout=_STOP_SECONDS)
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
        await _log_in(bot, settings)
        try:
            count = await bot.sync()
        except discord.HTTPException as error:
            raise ClanStatsError(
                f"Discord refused the commands ({error.text or error.status}): invite the bot "
                "with the scopes bot and applications.commands."
            ) from error
    log.info("sync.done", commands=count)
    return 0


async def _start(bot: ClanStatsBot, settings: Settings) -> None:
    await _log_in(bot, settings)
    try:
        # The library has the address built in; asked for, it fits a test server or a proxy, too.
        _, gateway, _ = await bot.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        await bot.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise ClanStatsError(
            "Discord refuses an intent the bot asks for: turn it on at "
            "discord.com/developers, page Bot, Privileged Gateway Intents."
        ) from error
    except (discord.GatewayNotFound, discord.ConnectionClosed) as error:
        raise ClanStatsError(f"Discord doesn't let the bot in: {error}") from error


async def _log_in(bot: ClanStatsBot, settings: Settings) -> None:
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

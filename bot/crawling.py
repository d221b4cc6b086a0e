"""How are Discord's channels read from the terminal, without being connected as a bot?"""

import argparse

from discord.http import Route
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot.client import ClanStatsBot
from bot.operate import err, told, up_to_date
from bot.process import log_in
from clanstats import jobs
from clanstats.errors import NoDataError
from clanstats.harvest.chat import ChatProgress, crawl
from clanstats.harvest.recent import Recent
from clanstats.pacing import Pacer
from clanstats.services import open_services
from clanstats.settings import Settings
from cogs.history import DiscordHistory
from cogs.reading import Reader


async def harvest(settings: Settings, _options: argparse.Namespace) -> int:
    """Read what is missing; whatever was read before is not read again."""
    await up_to_date(settings)
    Route.BASE = settings.discord_api_base
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    async with (
        open_services(settings) as services,
        ClanStatsBot(services, scheduled=False) as bot,
    ):
        await log_in(bot, settings)
        clan = next(one for one in bot.clans if one.wom_group_id == settings.wom_group_id)
        guild_id = bot.guild_id_of(clan)
        if guild_id is None:
            raise NoDataError("Set DISCORD_GUILD_ID to the server whose channels are to be read.")
        pacer = Pacer()
        source = DiscordHistory(
            bot, guild_id, reader=Reader(settings, clan_name=clan.name), pacer=pacer
        )
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task("Listing channels", total=1)

            def show(seen: ChatProgress) -> None:
                said = f"{seen.done} of {seen.channels} channels, {seen.messages:,} new messages"
                bar.update(task, description=said, completed=seen.share)

            run = await jobs.run(
                "chat",
                lambda: crawl(
                    services, clan.clan_id, source, pacer=pacer, recent=Recent(), progress=show
                ),
                services,
                clan_id=clan.clan_id,
            )
    return told(run)

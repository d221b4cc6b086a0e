"""How are officers told what the rules found? In their channel, each change once."""

from typing import TYPE_CHECKING

import discord
import structlog

from clanstats import jobs
from clanstats.analytics.members import Clan
from clanstats.decisions import running
from clanstats.decisions.places import Purpose, channels
from clanstats.decisions.running import RunReport
from cogs.alerts import alerts_embed, log_embed

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

log = structlog.get_logger()
RULES = "rules"  # the job's name


class Officers:
    """Looks at a clan after each harvest."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot

    async def look(self, clan: Clan) -> None:
        """Apply the rules, and post what is new; a failure is the job's, and nobody else's."""
        services, found = self._bot.services, RunReport()

        async def job() -> RunReport:
            nonlocal found
            found = await running.run(services, clan)
            return found

        await jobs.run(RULES, job, services, clan_id=clan.clan_id)
        async with services.read() as session:
            places = await channels(session, clan.clan_id)
        posted = await self._post(places.get(Purpose.OFFICERS), alerts_embed(found))
        if not posted and found.alerts:
            async with services.write() as session:
                await running.untell(session, clan.clan_id, found.alerts)
        await self._post(places.get(Purpose.LOG), log_embed(found))

    async def _post(self, channel_id: int | None, embed: discord.Embed | None) -> bool:
        """Whether nothing is left to be said."""
        if embed is None:
            return True
        channel = None if channel_id is None else self._bot.get_channel(channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            return False
        try:
            await channel.send(embed=embed)
        except discord.HTTPException as error:
            log.warning(
                "officers.untold",
                channel_id=channel_id,
                reason=str(error),
                fix="Allow the bot Send Messages and Embed Links there, or use /setup channel.",
            )
            return False
        return True

"""How are officers told what the rules found? In their channel, each change once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
import structlog

from clanstats import jobs
from clanstats.analytics.members import Clan
from clanstats.decisions import audit, running
from clanstats.decisions.places import Purpose, channels
from clanstats.decisions.running import RunReport
from cogs import alerts, granting
from cogs.granting import Server

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

log = structlog.get_logger()
RULES = "rules"  # the job's name


class Officers:
    """Looks at a clan after each harvest."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot

    async def look(self, clan: Clan) -> None:
        """Apply the rules, do what they decide by themselves, and post what is new.

        A failure is the job's, and nobody else's.
        """
        services = self._bot.services

        async def job() -> RunReport:
            found = await running.run(services, clan)
            await self._tell(clan, found)
            await self._give_roles(clan, found)
            return found

        await jobs.run(RULES, job, services, clan_id=clan.clan_id)

    async def _give_roles(self, clan: Clan, found: RunReport) -> None:
        guild = self._bot.get_guild(self._bot.guild_id_of(clan) or 0)
        server = Server(self._bot.services, clan, guild)
        for one in found.automatic:
            proposal = one.proposal
            done = await granting.change_rank(
                server,
                proposal.member.player_id,
                to_rank=proposal.to_rank,
                from_rank=proposal.from_rank,
            )
            if done:
                async with server.services.write() as session:
                    await audit.note_roles(
                        session, one.entry_id, given=done.given, taken=done.taken, of=done.of
                    )
        for change in found.badges:
            await granting.change_badge(server, change, by=None)

    async def _tell(self, clan: Clan, found: RunReport) -> None:
        services = self._bot.services
        async with services.read() as session:
            places = await channels(session, clan.clan_id)
        posted = await self._post(places.get(Purpose.OFFICERS), alerts.alerts(found))
        if not posted and found.alerts:
            async with services.write() as session:
                await running.tell(session, clan.clan_id, found.alerts, None)
        await self._post(places.get(Purpose.LOG), alerts.log(found))

    async def tell(self, clan_id: int, embed: discord.Embed) -> bool:
        """Post in the officers' channel; False if there is none, or they may not have seen it."""
        async with self._bot.services.read() as session:
            places = await channels(session, clan_id)
        return await self._post(places.get(Purpose.OFFICERS), [embed])

    async def _post(self, channel_id: int | None, embeds: Sequence[discord.Embed]) -> bool:
        """Whether nothing is left to be said."""
        if not embeds:
            return True
        channel = None if channel_id is None else self._bot.get_channel(channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            return False
        try:
            for embed in embeds:
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

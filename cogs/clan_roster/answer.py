"""Where do game, Discord and rules disagree now, and how is it mended?"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import discord

from clanstats.analytics.members import Clan
from clanstats.decisions.badges import BadgeChange, badge_changes
from clanstats.decisions.drift import Drift, drift
from clanstats.decisions.holders import holders
from clanstats.decisions.places import rank_roles
from clanstats.decisions.queue import Queue, queue
from clanstats.decisions.undoing import SYNCED
from clanstats.people.links import links_at
from clanstats.roles import title
from clanstats.services import Services
from cogs import granting
from cogs.granting import Roles, Server
from cogs.interactions import Interaction, clan_of


@dataclass(frozen=True, slots=True)
class Found:
    """What was compared, and what disagrees."""

    queue: Queue
    drifting: Sequence[Drift]
    badges: Sequence[BadgeChange]  # roles that rules give, and that aren't as they should be
    unlinked: int  # members of whom nobody is linked

    @property
    def checked(self) -> int:
        """How many members."""
        return len(self.queue.judged.table.members)

    def about(self, player_id: int) -> Drift | None:
        """What disagrees about somebody; None if nothing does any longer."""
        return next((one for one in self.drifting if one.member.player_id == player_id), None)


async def look(interaction: Interaction) -> Found:
    """Compare everybody's rank, roles and rules, where somebody asks."""
    return await compared(interaction.client.services, clan_of(interaction), interaction.guild)


async def compared(services: Services, clan: Clan, guild: discord.Guild | None) -> Found:
    """Compare everybody's rank, roles and rules.

    Raises:
        NoDataError: The clan has no rules.
    """
    async with services.read() as session:
        now = services.clock()
        found = await queue(services, session, clan)
        users = await holders(session, clan.clan_id, now)
        linked = {link.player_id for link in await links_at(session, clan.clan_id, now)}
        roles = await rank_roles(session, clan.clan_id)
        badges = await badge_changes(session, clan.clan_id, found.judged)
    everybody = guild is not None and guild.chunked
    held = {
        user_id: {role.id for role in user.roles}
        for user_id, user in (await on_server(guild)).items()
    }
    return Found(
        found,
        drift(found, users, roles, held),
        [one for one in badges if one.discord_user_id in held or not everybody],
        sum(one.player_id not in linked for one in found.judged.table.members),
    )


async def mend(interaction: Interaction, one: Drift) -> Roles:
    """Give somebody the role of their rank, take those of other ranks, and note it."""
    give = () if one.missing_role is None else (one.missing_role,)
    done = await granting.set_roles(
        interaction.guild, one.discord_user_id or 0, give=give, take=one.wrong_roles
    )
    if done:
        await granting.note_roles(
            Server.of(interaction),
            done,
            SYNCED,
            f"roles of {title(one.approved or one.member.rank)}",
            player_id=one.member.player_id,
            by=interaction.user.id,
        )
    return done


async def on_server(guild: discord.Guild | None) -> Mapping[int, discord.Member]:
    """Who is on the server; without the Server Members intent, as far as the bot knows."""
    if guild is None:
        return {}
    with suppress(discord.ClientException):  # without that intent Discord tells of nobody
        if not guild.chunked:  # just after the start not everybody is known yet
            await guild.chunk()
    return {member.id: member for member in guild.members}

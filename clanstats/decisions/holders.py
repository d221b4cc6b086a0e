"""Which Discord user has the role of an account's rank? One account each: the main one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import members
from clanstats.people.links import links_at


async def holders(session: AsyncSession, clan_id: int, now: datetime) -> Mapping[int, int]:
    """The Discord user by player; of who plays several members only one of them is in it.

    That is their main account if it is in the clan, else the longest linked that is: with two
    ranks they would be given and taken roles in turn.
    """
    present = {member.player_id for member in await members(session, clan_id, now)}
    found: dict[int, int] = {}
    for link in await links_at(session, clan_id, now):  # the main account first
        if link.player_id in present:
            found.setdefault(link.discord_user_id, link.player_id)
    return {player_id: user_id for user_id, player_id in found.items()}

"""Whose talk is one person's? All accounts that are linked to one Discord user at an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import AT, CLAN, MAIN_FIRST, members
from clanstats.db.models import LinkRow
from clanstats.domain import Member


@dataclass(frozen=True, slots=True)
class Person:
    """One line in a list of talk."""

    member: Member  # the main account if it is in the clan, else the longest linked that is
    players: Sequence[int]  # of all accounts, the main one first, also those outside the clan
    linked: bool


_LINKS = (
    select(LinkRow.discord_user_id, LinkRow.player_id)
    .where(
        LinkRow.clan_id == CLAN,
        LinkRow.since <= AT,
        or_(LinkRow.until.is_(None), LinkRow.until > AT),
    )
    .order_by(*MAIN_FIRST)
)


async def accounts(
    session: AsyncSession, clan_id: int, as_of: datetime
) -> Mapping[int, Sequence[int]]:
    """By each linked player: all players of the same Discord user, the main one first."""
    found = await session.execute(_LINKS, {"clan_id": clan_id, "at": as_of})
    of_user: dict[int, dict[int, None]] = {}
    for user_id, player_id in found:
        of_user.setdefault(user_id, {})[player_id] = None
    return {player: tuple(players) for players in of_user.values() for player in players}


async def accounts_of(
    session: AsyncSession, clan_id: int, player_id: int, as_of: datetime
) -> Sequence[int]:
    """All players of whoever plays this one, the main one first; only itself if it isn't linked."""
    return (await accounts(session, clan_id, as_of)).get(player_id, (player_id,))


async def persons(
    session: AsyncSession, clan_id: int, as_of: datetime, linked: Mapping[int, Sequence[int]]
) -> Sequence[Person]:
    """Everyone who was in the clan, by the name of the account they are listed under.

    `linked` is what `accounts` says. Every list of talk goes over these, so whoever isn't among
    them is in no list.
    """
    return listed(await members(session, clan_id, as_of), linked)


def listed(present: Sequence[Member], linked: Mapping[int, Sequence[int]]) -> Sequence[Person]:
    """The same of these members, in their order."""
    there = {member.player_id for member in present}
    found = []
    for member in present:
        players = linked.get(member.player_id, (member.player_id,))
        if next(one for one in players if one in there) == member.player_id:
            found.append(Person(member, players, linked=member.player_id in linked))
    return tuple(found)

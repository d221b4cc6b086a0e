"""Who was deleted and is here again? A restored copy knows them, for it is older than their wish.

Their tombstones are carried over when a copy is restored, so that nothing new comes in; what the
copy holds of them is deleted as it was then.
"""

from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import LAST_ID, AuthorKind
from clanstats.db.models import AuthorRow, DepartureRow, LinkClaimRow, LinkRow, PlayerRow
from clanstats.privacy.deletion import delete_within, forget_relayed
from clanstats.privacy.person import Scope, person_of, person_with
from clanstats.services import Services
from clanstats.tombstones import Tombstones


async def forget_again(services: Services) -> int:
    """Delete whoever has a tombstone; returns how many users and players that were."""
    now = services.clock()
    async with services.write() as session:
        tombstones = await Tombstones.load(session)
        if not tombstones.made_at:
            return 0
        users = await _users(session, tombstones)
        for user_id in users:
            await delete_within(session, await person_of(session, user_id, Scope.DISCORD), now)
        players = await _players(session, tombstones)
        for player_id in players:
            await delete_within(session, await person_with(session, player_id), now)
        await forget_relayed(session, await _names(session, tombstones))
    return len(users) + len(players)


async def _users(session: AsyncSession, tombstones: Tombstones) -> Sequence[int]:
    known = await session.scalars(
        union(
            select(AuthorRow.discord_user_id).where(AuthorRow.kind == AuthorKind.USER),
            select(LinkRow.discord_user_id),
            select(LinkClaimRow.discord_user_id),
            select(DepartureRow.discord_user_id),
        )
    )
    return [one for one in known if one is not None and tombstones.has_user(one)]


async def _players(session: AsyncSession, tombstones: Tombstones) -> Sequence[int]:
    known = await session.execute(
        select(PlayerRow.id, PlayerRow.wom_id).where(
            PlayerRow.wom_id > 0, PlayerRow.merged_into_id.is_(None)
        )
    )
    return [row.id for row in known if tombstones.has_wom(row.wom_id)]


async def _names(session: AsyncSession, tombstones: Tombstones) -> Sequence[str]:
    """Names in game chat that are a forgotten person's and nobody else's since."""
    heard = await session.scalars(select(AuthorRow.name).where(AuthorRow.kind == AuthorKind.RELAY))
    return [name for name in heard if name and tombstones.has_name(name, LAST_ID)]

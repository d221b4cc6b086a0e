"""Who doesn't want to be named in posts? They still count in what the clan did together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.persons import accounts
from clanstats.db.bulk import insert_new
from clanstats.db.models import MutedMemberRow
from clanstats.timestamps import epoch_ms


async def muted(session: AsyncSession, clan_id: int, now: datetime) -> frozenset[int]:
    """The player IDs of who isn't named: with all accounts that are linked to the same person."""
    found = await session.scalars(
        select(MutedMemberRow.player_id).where(MutedMemberRow.clan_id == clan_id)
    )
    linked = await accounts(session, clan_id, now)
    return frozenset(other for one in found for other in linked.get(one, (one,)))


async def mute(
    session: AsyncSession, clan_id: int, player_ids: Sequence[int], now: datetime
) -> None:
    """Name them no longer; who wasn't anyway stays so since then."""
    rows = [(clan_id, player_id, epoch_ms(now)) for player_id in player_ids]
    await insert_new(session, MutedMemberRow.__table__, rows)


async def unmute(session: AsyncSession, clan_id: int, player_ids: Sequence[int]) -> None:
    """Name them again."""
    await session.execute(
        delete(MutedMemberRow).where(
            MutedMemberRow.clan_id == clan_id, MutedMemberRow.player_id.in_(player_ids)
        )
    )

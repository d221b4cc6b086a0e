"""Who was promoted or demoted, and when?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.bulk import insert_new
from clanstats.db.models import MembershipRow, RankChangeRow
from clanstats.timestamps import epoch_ms, from_epoch_ms
from clanstats.wom.rows import WomActivity, WomMembership


async def record_ranks(  # noqa: PLR0913, PLR0917 — both sides of the comparison, and the times
    session: AsyncSession,
    clan_id: int,
    present: Mapping[int, WomMembership],
    stays: Mapping[int, Any],
    feed: Sequence[WomActivity],
    now: datetime,
) -> int:
    """Record new ranks, and those that only the feed still knows of.

    Args:
        session: Written to.
        clan_id: Ours.
        present: The group's members by our player id.
        stays: The open memberships as stored, with `id` and `rank`, by player id.
        feed: Dates what it mentions; it may not be complete.
        now: Dates the rest.

    Returns:
        How many hold another rank than before.
    """
    by_wom_id = {m.player.wom_id: player_id for player_id, m in present.items()}
    rows = [
        (clan_id, by_wom_id[line.wom_id], epoch_ms(line.at), line.role, line.previous_role)
        for line in feed
        if line.kind == "changed_role" and line.role and line.wom_id in by_wom_id
    ]
    told: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: row[2]):
        told[row[1]] = row[3]
    await _forget_guesses(session, clan_id, rows)
    changed = [
        (player_id, m.role, stays[player_id].rank)
        for player_id, m in present.items()
        if player_id in stays and stays[player_id].rank != m.role
    ]
    for player_id, rank, previous in changed:
        await session.execute(
            update(MembershipRow).where(MembershipRow.id == stays[player_id].id).values(rank=rank)
        )
        if told.get(player_id) != rank:
            rows.append((clan_id, player_id, epoch_ms(now), rank, previous))
    await insert_new(session, RankChangeRow.__table__, rows)
    return len(changed)


async def _forget_guesses(
    session: AsyncSession, clan_id: int, told: Sequence[tuple[int, int, int, str, str | None]]
) -> None:
    """Drop changes that were dated when they were noticed, now that the feed dates them."""
    found = await session.execute(
        select(RankChangeRow.player_id, RankChangeRow.at, RankChangeRow.rank)
        .where(
            RankChangeRow.clan_id == clan_id,
            RankChangeRow.player_id.in_({player_id for _, player_id, *_ in told}),
        )
        .order_by(RankChangeRow.at)
    )
    stored = [(player_id, epoch_ms(at), rank) for player_id, at, rank in found]
    known = {(player_id, at) for player_id, at, _ in stored}
    exact = {(player_id, at) for _, player_id, at, _, _ in told}
    for _, player_id, at, rank, _ in told:
        later = (row for row in stored if row[0] == player_id and row[1] > at)
        guess = next(later, None)
        if (player_id, at) not in known and guess and guess[2] == rank and guess[:2] not in exact:
            await session.execute(
                delete(RankChangeRow).where(
                    RankChangeRow.clan_id == clan_id,
                    RankChangeRow.player_id == player_id,
                    RankChangeRow.at == from_epoch_ms(guess[1]),
                )
            )

"""Who joined, left or changed rank since the last look at the group?

The membership list is the truth and the activity feed only supplies times: the feed is not
append-only, and a clan's first members never appear in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.bulk import insert_new
from clanstats.db.models import MembershipRow, PlayerRow, RankChangeRow
from clanstats.timestamps import epoch_ms
from clanstats.wom.rows import WomActivity, WomGroup, WomMembership

_FEW = 5  # this many may leave between two looks without being asked about
_MANY = 0.2  # a greater part of the clan than this gone at once is more likely a broken answer
SAME_INSTANT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RosterChange:
    """How many of each; `held` are absent from the answer but not believed to have left."""

    joined: int = 0
    left: int = 0
    rank_changes: int = 0
    held: int = 0


async def apply_group(  # noqa: PLR0913, PLR0917 — what was read, and where it goes
    session: AsyncSession,
    clan_id: int,
    group: WomGroup,
    feed: Sequence[WomActivity],
    player_ids: Mapping[int, int],
    now: datetime,
) -> RosterChange:
    """Make the stored memberships those of `group`; nothing is deleted, leaving closes a stay.

    Nobody is taken to have left when a membership could not be read, and a mass departure is
    believed only of those whom the feed confirms.
    """
    present = {player_ids[m.player.wom_id]: m for m in group.memberships}
    stays = await _stays(session, clan_id)
    open_stays = {stay.player_id: stay for stay in stays if stay.left_at is None}
    gone = [stay for player_id, stay in open_stays.items() if player_id not in present]
    leaving = _believed(gone, group, feed, len(open_stays))
    for stay in leaving:
        at = _left_at(feed, stay.wom_id, stay.joined_at) or now
        await _close(session, stay.id, at)
    joined = 0
    for player_id, membership in present.items():
        if player_id not in open_stays:
            await _open(session, clan_id, player_id, membership, stays)
            joined += 1
    changes = await _rank_changes(session, clan_id, present, open_stays, feed, now)
    return RosterChange(joined, len(leaving), changes, len(gone) - len(leaving))


async def _stays(session: AsyncSession, clan_id: int) -> Sequence[Any]:
    found = await session.execute(
        select(
            MembershipRow.id,
            MembershipRow.player_id,
            MembershipRow.joined_at,
            MembershipRow.left_at,
            MembershipRow.rank,
            PlayerRow.wom_id,
        )
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(MembershipRow.clan_id == clan_id)
        .order_by(MembershipRow.joined_at)
    )
    return found.all()


def _believed(
    gone: Sequence[Any], group: WomGroup, feed: Sequence[WomActivity], members: int
) -> Sequence[Any]:
    if group.skipped:
        return ()
    if len(gone) <= max(_FEW, members * _MANY):
        return gone
    return [stay for stay in gone if _left_at(feed, stay.wom_id, stay.joined_at)]


def _left_at(feed: Sequence[WomActivity], wom_id: int, joined_at: datetime) -> datetime | None:
    times = [line.at for line in feed if line.kind == "left" and line.wom_id == wom_id]
    return max((at for at in times if at >= joined_at), default=None)


async def _close(session: AsyncSession, membership_id: int, at: datetime) -> None:
    await session.execute(
        update(MembershipRow).where(MembershipRow.id == membership_id).values(left_at=at)
    )


async def _open(
    session: AsyncSession,
    clan_id: int,
    player_id: int,
    membership: WomMembership,
    stays: Sequence[Any],
) -> None:
    """Begin a stay, or go on with the last one when it never really ended.

    It did not end when Wise Old Man gives the same join date as before, nor when the new stay
    begins the instant the old one ended: that is how a rename the clan synced early looks.
    """
    for stay in reversed(stays):
        if stay.player_id != player_id:
            continue
        gap = membership.joined_at - (stay.left_at or membership.joined_at)
        if stay.joined_at == membership.joined_at or abs(gap) <= SAME_INSTANT:
            await session.execute(
                update(MembershipRow)
                .where(MembershipRow.id == stay.id)
                .values(left_at=None, rank=membership.role)
            )
            return
    await session.execute(
        insert(MembershipRow).values(
            clan_id=clan_id,
            player_id=player_id,
            joined_at=membership.joined_at,
            rank=membership.role,
        )
    )


async def _rank_changes(  # noqa: PLR0913, PLR0917 — both sides of the comparison, and the times
    session: AsyncSession,
    clan_id: int,
    present: Mapping[int, WomMembership],
    open_stays: Mapping[int, Any],
    feed: Sequence[WomActivity],
    now: datetime,
) -> int:
    """Record new ranks, and those that only the feed still knows of."""
    by_wom_id = {m.player.wom_id: player_id for player_id, m in present.items()}
    rows = [
        (clan_id, by_wom_id[line.wom_id], epoch_ms(line.at), line.role, line.previous_role)
        for line in feed
        if line.kind == "changed_role" and line.role and line.wom_id in by_wom_id
    ]
    told = {(row[1], row[3]) for row in rows}
    changed = [
        (player_id, m.role, open_stays[player_id].rank)
        for player_id, m in present.items()
        if player_id in open_stays and open_stays[player_id].rank != m.role
    ]
    for player_id, rank, previous in changed:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.id == open_stays[player_id].id)
            .values(rank=rank)
        )
        if (player_id, rank) not in told:
            rows.append((clan_id, player_id, epoch_ms(now), rank, previous))
    await insert_new(session, RankChangeRow.__table__, rows)
    return len(changed)

"""Who joined or left since the last look at the group?

The membership list is the truth and the activity feed only supplies times: the feed is not
append-only, and a clan's first members never appear in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.asking import rows
from clanstats.db.bulk import insert_new
from clanstats.db.models import MembershipRow, PlayerRow, RankChangeRow
from clanstats.harvest.ranks import record_ranks
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
    returned = _returned(open_stays, present, feed)
    for player_id, at in returned.items():
        await _close(session, open_stays.pop(player_id).id, at)
    await _date_departures(session, stays, feed)
    joining = {who: m for who, m in present.items() if who not in open_stays}
    await _open(session, clan_id, joining, stays, now)
    held = {stay.player_id: stay for stay in open_stays.values() if stay.player_id in present}
    changes = await record_ranks(session, clan_id, present, held, feed, now)
    left = len(leaving) + len(returned)
    return RosterChange(len(joining), left, changes, len(gone) - len(leaving))


async def _stays(session: AsyncSession, clan_id: int) -> Sequence[Any]:
    return await rows(
        session,
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
        .order_by(MembershipRow.joined_at),
    )


def _believed(
    gone: Sequence[Any], group: WomGroup, feed: Sequence[WomActivity], members: int
) -> Sequence[Any]:
    if group.skipped:
        return ()
    if group.memberships and len(gone) <= max(_FEW, members * _MANY):
        return gone
    return [stay for stay in gone if _left_at(feed, stay.wom_id, stay.joined_at)]


def _left_at(feed: Sequence[WomActivity], wom_id: int, joined_at: datetime) -> datetime | None:
    times = [line.at for line in feed if line.kind == "left" and line.wom_id == wom_id]
    return max((at for at in times if at >= joined_at), default=None)


def _returned(
    open_stays: Mapping[int, Any],
    present: Mapping[int, WomMembership],
    feed: Sequence[WomActivity],
) -> Mapping[int, datetime]:
    """When those members left who left and came back since the last look, by player id.

    A later join date alone doesn't say so: it is also what a rename the clan synced early leaves.
    """
    times: dict[int, datetime] = {}
    for player_id, stay in open_stays.items():
        rejoined_at = present[player_id].joined_at if player_id in present else stay.joined_at
        before = [line for line in feed if line.at <= rejoined_at]
        at = _left_at(before, stay.wom_id, stay.joined_at)
        if at is not None and rejoined_at - stay.joined_at > SAME_INSTANT:
            times[player_id] = at
    return times


async def _date_departures(
    session: AsyncSession, stays: Sequence[Any], feed: Sequence[WomActivity]
) -> None:
    """Correct the ends of stays that were dated when they were noticed, the feed being unread."""
    for stay in stays:
        if stay.left_at is None:
            continue
        until = [line for line in feed if line.at <= stay.left_at]
        at = _left_at(until, stay.wom_id, stay.joined_at)
        if at is not None and at != stay.left_at:
            await _close(session, stay.id, at)


async def _close(session: AsyncSession, membership_id: int, at: datetime) -> None:
    await session.execute(
        update(MembershipRow).where(MembershipRow.id == membership_id).values(left_at=at)
    )


async def _open(
    session: AsyncSession,
    clan_id: int,
    joining: Mapping[int, WomMembership],
    stays: Sequence[Any],
    now: datetime,
) -> None:
    """Begin stays, or go on with the last one when it never really ended.

    It did not end when Wise Old Man gives the same join date as before, nor when the new stay
    begins no later than the old one ended: that is how a rename the clan synced early looks.
    """
    last = {stay.player_id: stay for stay in stays if stay.left_at is not None}
    new = []
    for player_id, membership in joining.items():
        stay = last.get(player_id)
        if stay is not None and membership.joined_at <= stay.left_at + SAME_INSTANT:
            only = sum(each.player_id == player_id for each in stays) == 1
            # An import knows of a member, and often not since when: what is said now is better.
            joined_at = min(stay.joined_at, membership.joined_at) if only else stay.joined_at
            await _reopen(session, stay, clan_id, membership.role, now, joined_at=joined_at)
        else:
            new.append(
                {
                    "clan_id": clan_id,
                    "player_id": player_id,
                    "joined_at": membership.joined_at,
                    "rank": membership.role,
                }
            )
    if new:
        await session.execute(insert(MembershipRow), new)


async def _reopen(  # noqa: PLR0913 — what is known of the stay, and what is new
    session: AsyncSession,
    stay: Any,  # noqa: ANN401 — a row
    clan_id: int,
    rank: str,
    now: datetime,
    *,
    joined_at: datetime,
) -> None:
    await session.execute(
        update(MembershipRow)
        .where(MembershipRow.id == stay.id)
        .values(left_at=None, rank=rank, joined_at=joined_at)
    )
    if rank != stay.rank:
        change = (clan_id, stay.player_id, epoch_ms(now), rank, stay.rank)
        await insert_new(session, RankChangeRow.__table__, [change])

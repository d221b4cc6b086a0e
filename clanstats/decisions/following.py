"""What became of approved ranks: were they given in game, or can they be given no longer?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import DecisionRow, MembershipRow, PlayerRow
from clanstats.decisions import audit
from clanstats.decisions.record import State
from clanstats.roles import title

_LAPSED = f"decision.{State.LAPSED}"  # as the log calls it


@dataclass(frozen=True, slots=True)
class Lapse:
    """An approval that came to nothing."""

    name: str  # the player's present one
    to_rank: str
    why: str


@dataclass(frozen=True, slots=True)
class Followed:
    """Which approved ranks came to an end."""

    done: int = 0  # Wise Old Man shows so many
    lapsed: Sequence[Lapse] = ()


async def follow(session: AsyncSession, clan_id: int, now: datetime) -> Followed:
    """Note which approved ranks Wise Old Man shows by now, and which can't come to that any more.

    An approval is of one change in one stay: it ends with the stay, and when the member has a
    rank that is neither the one before nor the one after.
    """
    found = await session.execute(
        select(
            DecisionRow.id,
            DecisionRow.player_id,
            PlayerRow.name,
            DecisionRow.from_rank,
            DecisionRow.to_rank,
            DecisionRow.decided_at,
            MembershipRow.joined_at,
            MembershipRow.rank,
        )
        .join_from(DecisionRow, PlayerRow, PlayerRow.id == DecisionRow.player_id)
        .outerjoin(
            MembershipRow,
            and_(
                MembershipRow.clan_id == DecisionRow.clan_id,
                MembershipRow.player_id == DecisionRow.player_id,
                MembershipRow.left_at.is_(None),
            ),
        )
        .where(
            DecisionRow.clan_id == clan_id,
            DecisionRow.state == State.APPROVED,
            DecisionRow.to_rank.is_not(None),
        )
    )
    done, lapsed = 0, list[Lapse]()
    for row in found.all():
        this = update(DecisionRow).where(DecisionRow.id == row.id)
        if (why := _why_not(row.joined_at, row.decided_at)) is None and row.rank == row.to_rank:
            await session.execute(this.values(state=State.DONE, done_at=now))
            done += 1
            continue
        if why is None and row.rank == row.from_rank:
            continue
        lapse = Lapse(row.name, row.to_rank, why or f"is {title(row.rank)} in game")
        await session.execute(this.values(state=State.LAPSED))
        await audit.note(
            session,
            clan_id,
            at=now,
            actor=None,
            action=_LAPSED,
            detail=f"{title(lapse.to_rank)}: {lapse.why}",
            player_id=row.player_id,
            subject_id=row.id,
        )
        lapsed.append(lapse)
    return Followed(done, tuple(lapsed))


def _why_not(joined_at: datetime | None, decided_at: datetime) -> str | None:
    """Why the stay of the decision is over; None if it isn't."""
    if joined_at is None:
        return "left the clan"
    return "left, and joined again" if joined_at > decided_at else None

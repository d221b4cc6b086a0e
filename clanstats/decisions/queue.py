"""Whom do officers have to look at? What the rules propose, less what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import Clan
from clanstats.db.models import DecisionRow
from clanstats.decisions.judging import Judged, judge
from clanstats.decisions.record import Decision, State, decisions, pending
from clanstats.rules.decisions import Change, Missing, Proposal
from clanstats.services import Services

OVERDUE = timedelta(days=5)  # approved, and still not given in game
OF_RANK = (Change.PROMOTE, Change.DEMOTE, Change.SUGGEST)


@dataclass(frozen=True, slots=True)
class Queue:
    """What there is to decide about ranks, and what was."""

    judged: Judged
    now: datetime
    due: Sequence[Proposal]
    opened: Sequence[Decision]  # due, and more officers have to agree
    almost: Sequence[Missing]
    waiting: Sequence[Missing]
    cant_tell: Sequence[Missing]
    held: Sequence[Decision]  # held or denied, for some time yet
    pending: Sequence[Decision]  # approved, and to be given in game; oldest first
    history: Sequence[Decision]  # newest first

    @property
    def overdue(self) -> Sequence[Decision]:
        """Approved days ago, and still not given in game."""
        return [one for one in self.pending if self.now - one.decided_at >= OVERDUE]


async def queue(
    services: Services, session: AsyncSession, clan: Clan, as_of: datetime | None = None
) -> Queue:
    """The queue at an instant; in the past nothing of it was decided yet.

    Raises:
        NoDataError: The clan has no rules.
        RuleError: Its file can't be used.
    """
    judged = await judge(services, session, clan, as_of)
    now = judged.decisions.as_of
    known = await decisions(session, clan.clan_id) if as_of is None else ()
    proposals = judged.decisions.of(*OF_RANK)
    settled = [one for one in known if one.state is not State.OPEN]
    return Queue(
        judged,
        now,
        [p for p in proposals if not any(one.settles(p, now) for one in settled)],
        [one for one in known if one.state is State.OPEN and one.stands(now)],
        judged.decisions.almost,
        judged.decisions.waiting,
        judged.decisions.cant_tell,
        [one for one in known if one.state in {State.HELD, State.DENIED} and one.stands(now)],
        pending(known),
        known,
    )


async def follow(session: AsyncSession, clan: Clan, queue_: Queue) -> int:
    """Note which approved ranks Wise Old Man shows by now; returns how many."""
    ranks = {member.player_id: member.rank for member in queue_.judged.table.members}
    done = [one.decision_id for one in queue_.pending if ranks.get(one.player_id) == one.to_rank]
    if done:
        await session.execute(
            update(DecisionRow)
            .where(DecisionRow.clan_id == clan.clan_id, DecisionRow.id.in_(done))
            .values(state=State.DONE, done_at=queue_.now)
        )
    return len(done)


def feed(approved: Sequence[Decision]) -> Sequence[dict[str, str]]:
    """For the RuneLite plugin Clan Rank Helper, which highlights whose rank is to be changed."""
    return [{"mainRSN": one.name, "osrsName": one.name} for one in approved]

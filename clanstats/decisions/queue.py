"""Whom do officers have to look at? What the rules propose, less what was decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import Clan
from clanstats.decisions.judging import Judged, judge
from clanstats.decisions.record import Decision, State, decisions, pending, standing
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
    history: Sequence[Decision]  # newest first; at most 500
    unsupported: Collection[int]  # of those pending which the rules propose no longer, by ID

    @property
    def overdue(self) -> Sequence[Decision]:
        """Approved days ago, and still not given in game."""
        return [one for one in self.pending if self.now - one.decided_at >= OVERDUE]


async def queue(
    services: Services,
    session: AsyncSession,
    clan: Clan,
    as_of: datetime | None = None,
    *,
    counts: bool = False,
) -> Queue:
    """The queue at an instant; in the past nothing of it was decided yet.

    Args:
        services: For the rules and the clan's timezone.
        session: Only read from.
        clan: Whose.
        as_of: None is now.
        counts: Whether this is a run, of which a ladder may ask for several in a row.

    Raises:
        NoDataError: The clan has no rules.
        RuleError: Its file can't be used.
    """
    judged = await judge(services, session, clan, as_of, counts=counts)
    now = judged.decisions.as_of
    known = await decisions(session, clan.clan_id) if as_of is None else ()
    stand = await standing(session, clan.clan_id, now) if as_of is None else ()
    proposals = judged.decisions.of(*OF_RANK)
    settled = [one for one in stand if one.state is not State.OPEN]
    approved = pending(stand)
    return Queue(
        judged,
        now,
        [p for p in proposals if not any(one.settles(p, now) for one in settled)],
        [one for one in stand if one.state is State.OPEN],
        judged.decisions.almost,
        judged.decisions.waiting,
        judged.decisions.cant_tell,
        [one for one in stand if one.state in {State.HELD, State.DENIED}],
        approved,
        known,
        {
            one.decision_id
            for one in approved
            if not any(one.settles(proposal, now) for proposal in proposals)
        },
    )


def feed(approved: Sequence[Decision]) -> Sequence[dict[str, str]]:
    """For the RuneLite plugin Clan Rank Helper, which highlights whose rank is to be changed."""
    return [{"mainRSN": one.name, "osrsName": one.name} for one in approved]

"""What was decided about whom, and does it stand?"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import DecisionRow, PlayerRow, VoteRow
from clanstats.errors import NoDataError
from clanstats.rules.decisions import Proposal

_MOST = 500


class State(StrEnum):
    """What has become of a decision."""

    OPEN = "open"  # more officers have to say what they think
    APPROVED = "approved"  # the rank has to be given in game yet
    HELD = "held"
    DENIED = "denied"
    DONE = "done"  # Wise Old Man shows the rank
    UNDONE = "undone"
    LAPSED = "lapsed"  # approved, and the member left or got another rank instead


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a member."""

    decision_id: int
    player_id: int
    name: str  # the player's present one
    rule_id: str
    change: str
    from_rank: str | None
    to_rank: str | None
    rules_hash: str
    as_of: datetime
    evidence: str
    state: State
    decided_by: int | None
    decided_at: datetime
    held_until: datetime | None  # from then on it no longer stands; None is for good
    done_at: datetime | None
    agreed: int  # officers, where it takes several
    against: int

    def stands(self, now: datetime) -> bool:
        """Whether it keeps the same from being decided again."""
        over = self.held_until is not None and self.held_until <= now
        return self.state in _LIVE and not over

    def settles(self, proposal: Proposal, now: datetime) -> bool:
        """Whether it stands, and is about the same as a proposal."""
        return self.stands(now) and (
            (self.player_id, self.rule_id, self.change, self.to_rank)
            == (
                proposal.member.player_id,
                proposal.rule_id,
                proposal.change,
                proposal.to_rank,
            )
        )


_LIVE = (State.OPEN, State.APPROVED, State.HELD, State.DENIED)


async def decisions(
    session: AsyncSession, clan_id: int, *, player_id: int | None = None
) -> Sequence[Decision]:
    """What was decided, newest first; at most 500 of them."""
    wanted = _wanted(clan_id).limit(_MOST)
    if player_id is not None:
        wanted = wanted.where(DecisionRow.player_id == player_id)
    return tuple(_decision(row) for row in await session.execute(wanted))


async def standing(
    session: AsyncSession, clan_id: int, now: datetime, *, player_id: int | None = None
) -> Sequence[Decision]:
    """Every decision that stands, newest first."""
    wanted = _wanted(clan_id).where(DecisionRow.state.in_(_LIVE))
    if player_id is not None:
        wanted = wanted.where(DecisionRow.player_id == player_id)
    found = [_decision(row) for row in await session.execute(wanted)]
    return tuple(one for one in found if one.stands(now))


async def decision(session: AsyncSession, clan_id: int, decision_id: int) -> Decision:
    """One of them.

    Raises:
        NoDataError: There is none.
    """
    found = await session.execute(_wanted(clan_id).where(DecisionRow.id == decision_id))
    row = found.one_or_none()
    if row is None:
        raise NoDataError("That decision isn't there any longer.")
    return _decision(row)


def pending(known: Sequence[Decision]) -> Sequence[Decision]:
    """Ranks that are approved and not given in game yet; the oldest first."""
    return [one for one in reversed(known) if one.state is State.APPROVED and one.to_rank]


def _votes(*, yes: bool) -> Any:  # noqa: ANN401 — a statement
    return (
        select(func.count())
        .select_from(VoteRow)
        .where(VoteRow.decision_id == DecisionRow.id, VoteRow.yes.is_(yes))
        .scalar_subquery()
    )


def _wanted(clan_id: int) -> Any:  # noqa: ANN401 — a statement
    return (
        select(
            DecisionRow.id,
            DecisionRow.player_id,
            PlayerRow.name,
            DecisionRow.rule_id,
            DecisionRow.change,
            DecisionRow.from_rank,
            DecisionRow.to_rank,
            DecisionRow.rules_hash,
            DecisionRow.as_of,
            DecisionRow.evidence,
            DecisionRow.state,
            DecisionRow.decided_by,
            DecisionRow.decided_at,
            DecisionRow.held_until,
            DecisionRow.done_at,
            _votes(yes=True),
            _votes(yes=False),
        )
        .join_from(DecisionRow, PlayerRow, PlayerRow.id == DecisionRow.player_id)
        .where(DecisionRow.clan_id == clan_id)
        .order_by(DecisionRow.id.desc())
    )


def _decision(row: Any) -> Decision:  # noqa: ANN401 — a row
    values = dict(zip((field.name for field in fields(Decision)), row, strict=True))
    return Decision(**values | {"state": State(values["state"])})

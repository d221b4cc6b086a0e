"""What does an officer's word do? Approve, hold, deny; once, however many press at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import DecisionRow, PlayerRow, VoteRow
from clanstats.decisions import audit
from clanstats.errors import BadInputError, NoDataError
from clanstats.roles import title
from clanstats.rules.book import Approval
from clanstats.rules.decisions import Proposal
from clanstats.rules.leaves import leaves_json

HELD = timedelta(days=30)
DENIED = timedelta(days=30)  # before the same is proposed again


class State(StrEnum):
    """What has become of a decision."""

    OPEN = "open"  # more officers have to agree
    APPROVED = "approved"  # the rank has to be given in game yet
    HELD = "held"
    DENIED = "denied"
    DONE = "done"  # Wise Old Man shows the rank
    UNDONE = "undone"


class Verdict(StrEnum):
    """What an officer says."""

    APPROVE = "approve"
    HOLD = "hold"
    DENY = "deny"


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
    held_until: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an officer's word."""

    decision_id: int
    entry_id: int  # of the log
    state: State
    votes: int = 0  # who agreed so far
    needed: int = 1


COLUMNS: tuple[Any, ...] = (
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
)
_LIVE = (State.OPEN, State.APPROVED, State.HELD, State.DENIED)


async def decisions(
    session: AsyncSession, clan_id: int, *, player_id: int | None = None, limit: int = 500
) -> Sequence[Decision]:
    """What was decided, newest first."""
    wanted = (
        select(*COLUMNS)
        .join_from(DecisionRow, PlayerRow, PlayerRow.id == DecisionRow.player_id)
        .where(DecisionRow.clan_id == clan_id)
        .order_by(DecisionRow.id.desc())
        .limit(limit)
    )
    if player_id is not None:
        wanted = wanted.where(DecisionRow.player_id == player_id)
    return tuple(_decision(row) for row in await session.execute(wanted))


async def decide_on(  # noqa: PLR0913 — what, by which rules, who says what
    session: AsyncSession,
    clan_id: int,
    proposal: Proposal,
    *,
    verdict: Verdict,
    rules_hash: str,
    as_of: datetime,
    by: int | None,
    now: datetime,
) -> Decided:
    """Note what an officer says of a proposal that still holds.

    Args:
        session: Written to: it holds the lock, so of two who press at once one comes second.
        clan_id: Ours.
        proposal: As the rules have it now.
        verdict: The officer's.
        rules_hash: Of the rules by which it was proposed.
        as_of: Of its facts.
        by: Their Discord user; None is the bot, where a ladder says "auto".
        now: When.

    Raises:
        BadInputError: Somebody has decided it already; the text says how.
    """
    known = await _standing(session, clan_id, proposal, now)
    if known is not None and known.state is not State.OPEN:
        raise BadInputError(
            f"{known.name} is {known.state} already: somebody else was faster. "
            "`/promotions show:history` has it."
        )
    values = {
        "rules_hash": rules_hash,
        "as_of": as_of,
        "evidence": leaves_json(proposal.leaves),
        "decided_by": by,
        "decided_at": now,
    }
    if verdict is Verdict.APPROVE:
        return await _approved(session, clan_id, proposal, known, values)
    state = State.HELD if verdict is Verdict.HOLD else State.DENIED
    until = now + (HELD if verdict is Verdict.HOLD else DENIED)
    values |= {"state": state, "held_until": until}
    decision_id = await _save(session, clan_id, proposal, known, values)
    return await _noted(session, clan_id, proposal, decision_id, state, by=by, now=now)


async def undo(
    session: AsyncSession, clan_id: int, line: audit.Entry, *, now: datetime, by: int
) -> Decision:
    """Take a decision back; what it did on Discord is for the caller to undo.

    Raises:
        BadInputError: It is no decision, was undone already, or Wise Old Man shows the rank.
    """
    if not line.action.startswith("decision.") or line.subject_id is None:
        raise BadInputError("Only decisions, cases, points and exemptions can be undone.")
    known = await decision(session, clan_id, line.subject_id)
    if known.state is State.DONE:
        raise BadInputError(
            f"{known.name} has the rank in game already: change it there, and it follows."
        )
    await audit.mark_undone(session, line, at=now, by=by)
    await session.execute(
        update(DecisionRow).where(DecisionRow.id == known.decision_id).values(state=State.UNDONE)
    )
    return known


async def decision(session: AsyncSession, clan_id: int, decision_id: int) -> Decision:
    """One of them.

    Raises:
        NoDataError: There is none.
    """
    found = await session.execute(
        select(*COLUMNS)
        .join_from(DecisionRow, PlayerRow, PlayerRow.id == DecisionRow.player_id)
        .where(DecisionRow.clan_id == clan_id, DecisionRow.id == decision_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NoDataError("That decision isn't there any longer.")
    return _decision(row)


def in_the_way(known: Decision, proposal: Proposal, now: datetime) -> bool:
    """Whether a decision settles a proposal for now."""
    same = (known.player_id, known.rule_id, known.change, known.to_rank) == (
        proposal.member.player_id,
        proposal.rule_id,
        proposal.change,
        proposal.to_rank,
    )
    over = known.held_until is not None and known.held_until <= now
    return same and known.state in _LIVE and not over


async def _standing(
    session: AsyncSession, clan_id: int, proposal: Proposal, now: datetime
) -> Decision | None:
    found = await decisions(session, clan_id, player_id=proposal.member.player_id)
    return next((one for one in found if in_the_way(one, proposal, now)), None)


async def _approved(
    session: AsyncSession,
    clan_id: int,
    proposal: Proposal,
    known: Decision | None,
    values: dict[str, Any],
) -> Decided:
    by, now = values["decided_by"], values["decided_at"]
    needed = max(proposal.votes, 1) if proposal.approval is not Approval.AUTO else 1
    decision_id = await _save(session, clan_id, proposal, known, values | {"state": State.OPEN})
    if by is not None:
        if await session.get(VoteRow, (decision_id, by)) is not None:
            raise BadInputError("You agreed already: it takes somebody else now.")
        await session.execute(
            insert(VoteRow).values(decision_id=decision_id, discord_user_id=by, yes=True, at=now)
        )
    votes = await session.scalar(
        select(func.count()).select_from(VoteRow).where(VoteRow.decision_id == decision_id)
    )
    agreed = votes or 0
    state = State.APPROVED if by is None or agreed >= needed else State.OPEN
    await session.execute(
        update(DecisionRow).where(DecisionRow.id == decision_id).values(state=state)
    )
    done = await _noted(session, clan_id, proposal, decision_id, state, by=by, now=now)
    return Decided(done.decision_id, done.entry_id, state, agreed, needed)


async def _save(
    session: AsyncSession,
    clan_id: int,
    proposal: Proposal,
    known: Decision | None,
    values: dict[str, Any],
) -> int:
    if known is not None:
        await session.execute(
            update(DecisionRow).where(DecisionRow.id == known.decision_id).values(**values)
        )
        return known.decision_id
    made = await session.execute(
        insert(DecisionRow)
        .values(
            clan_id=clan_id,
            player_id=proposal.member.player_id,
            rule_id=proposal.rule_id,
            change=proposal.change,
            from_rank=proposal.from_rank,
            to_rank=proposal.to_rank,
            **values,
        )
        .returning(DecisionRow.id)
    )
    return int(made.scalar_one())


async def _noted(  # noqa: PLR0913 — what, who, when
    session: AsyncSession,
    clan_id: int,
    proposal: Proposal,
    decision_id: int,
    state: State,
    *,
    by: int | None,
    now: datetime,
) -> Decided:
    entry_id = await audit.note(
        session,
        clan_id,
        at=now,
        actor=by,
        action=f"decision.{state}",
        detail=what(proposal),
        player_id=proposal.member.player_id,
        subject_id=decision_id,
    )
    return Decided(decision_id, entry_id, state)


def what(proposal: Proposal) -> str:
    """In a few words, "Prospector → Member (main)"."""
    if proposal.to_rank is not None:
        return f"{title(proposal.from_rank)} → {title(proposal.to_rank)} ({proposal.rule_id})"
    return f"{proposal.change} ({proposal.rule_id})"


def _decision(row: Any) -> Decision:  # noqa: ANN401 — a row
    values = list(row)
    values[10] = State(values[10])
    return Decision(*values)

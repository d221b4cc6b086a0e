"""What does an officer's word do? Approve, hold, deny; once, however many press at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import AuditRow, DecisionRow, VoteRow
from clanstats.decisions import audit
from clanstats.decisions.record import Decision, State, decision, standing
from clanstats.errors import BadInputError
from clanstats.roles import title
from clanstats.rules.book import Approval
from clanstats.rules.decisions import Proposal
from clanstats.rules.leaves import leaves_json

STANDS = timedelta(days=30)  # what is held, denied, or not agreed on; then it is proposed again
_STEP = "decision."  # what the log calls each step of one begins so
_OPEN = f"{_STEP}{State.OPEN}"


class Verdict(StrEnum):
    """What an officer says."""

    APPROVE = "approve"
    HOLD = "hold"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Word:
    """Who says what of a proposal, and on which grounds."""

    verdict: Verdict
    rules_hash: str  # of the rules by which it was proposed
    as_of: datetime  # of its facts
    by: int | None  # their Discord user; None is the bot, where a ladder says "auto"
    now: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an officer's word."""

    decision_id: int
    entry_id: int  # of the log
    state: State
    agreed: int = 0  # officers so far
    against: int = 0
    needed: int = 1


async def decide_on(session: AsyncSession, clan_id: int, proposal: Proposal, word: Word) -> Decided:
    """Note what an officer says of a proposal that still holds.

    Where two have to agree, one who denies is enough against it. In a vote each has a voice, and
    may change their mind: once as many spoke as it takes, the majority decides; while it is even,
    the next one does.

    Args:
        session: Written to: it holds the lock, so of two who press at once one comes second.
        clan_id: Ours.
        proposal: As the rules have it now.
        word: The officer's.

    Raises:
        BadInputError: Somebody has decided it already, or they said the same before.
    """
    known = await _standing(session, clan_id, proposal, word.now)
    if known is not None and known.state is not State.OPEN:
        raise BadInputError(
            f"{known.name} is {known.state} already: somebody else was faster. "
            "`/promotions show:history` has it."
        )
    decision_id = await _save(session, clan_id, proposal, known, word)
    state = _at_once(proposal, word)
    if state is None:
        await _vote(session, decision_id, word)
        state = _outcome(await decision(session, clan_id, decision_id), proposal)
    await session.execute(
        update(DecisionRow)
        .where(DecisionRow.id == decision_id)
        .values(state=state, held_until=_until(state, proposal, word.now))
    )
    entry_id = await audit.note(
        session,
        clan_id,
        at=word.now,
        actor=word.by,
        action=f"decision.{state}",
        detail=what(proposal),
        player_id=proposal.member.player_id,
        subject_id=decision_id,
    )
    now = await decision(session, clan_id, decision_id)
    return Decided(decision_id, entry_id, state, now.agreed, now.against, max(proposal.votes, 1))


async def undo(
    session: AsyncSession, clan_id: int, line: audit.Entry, *, now: datetime, by: int
) -> Decision:
    """Take a decision back, or one officer's voice; what it did on Discord the caller undoes.

    A voice that is taken back decides nothing by itself, whatever the others come to: the next
    officer who speaks does.

    Raises:
        BadInputError: It is no decision, was undone already, has lapsed, Wise Old Man shows the
            rank, or there is a later word on it: of a voice the same officer's, or what decided it.
    """
    if not line.action.startswith("decision.") or line.subject_id is None:
        raise BadInputError("Only decisions, roles, points and exemptions can be undone.")
    known = await decision(session, clan_id, line.subject_id)
    if known.state is State.DONE:
        raise BadInputError(
            f"{known.name} has the rank in game already: change it there, and it follows."
        )
    if known.state is State.LAPSED:
        raise BadInputError(
            f"{known.name}'s approval has lapsed by itself; `/roster drift` shows what disagrees."
        )
    later = await _said_later(session, clan_id, line)
    if later is not None:
        raise BadInputError(
            f"Entry {later} of `/audit log` came after it, about the same: undo that one instead."
        )
    await audit.mark_undone(session, line, at=now, by=by)
    if line.action == _OPEN:
        await _retract(session, clan_id, line, now=now, by=by)
        left = await decision(session, clan_id, known.decision_id)
        if left.agreed or left.against:
            return left
    await session.execute(
        update(DecisionRow).where(DecisionRow.id == known.decision_id).values(state=State.UNDONE)
    )
    return known


async def _said_later(session: AsyncSession, clan_id: int, line: audit.Entry) -> int | None:
    """The log's last entry that took this one's place; None if it still is what counts."""
    later = select(func.max(AuditRow.id)).where(
        AuditRow.clan_id == clan_id,
        AuditRow.subject_id == line.subject_id,
        AuditRow.action.startswith(_STEP),
        AuditRow.id > line.entry_id,
        AuditRow.undone_at.is_(None),
    )
    if line.action == _OPEN:
        later = later.where((AuditRow.action != _OPEN) | (AuditRow.actor == line.actor))
    return await session.scalar(later)


async def _retract(
    session: AsyncSession, clan_id: int, line: audit.Entry, *, now: datetime, by: int
) -> None:
    """Take an officer's voice back, with all that they said before they changed their mind."""
    await session.execute(
        delete(VoteRow).where(
            VoteRow.decision_id == line.subject_id, VoteRow.discord_user_id == line.actor
        )
    )
    await session.execute(
        update(AuditRow)
        .where(
            AuditRow.clan_id == clan_id,
            AuditRow.subject_id == line.subject_id,
            AuditRow.action == _OPEN,
            AuditRow.actor == line.actor,
            AuditRow.undone_at.is_(None),
        )
        .values(undone_at=now, undone_by=by)
    )


def what(proposal: Proposal) -> str:
    """In a few words, "Prospector → Member (main)"."""
    if proposal.to_rank is not None:
        return f"{title(proposal.from_rank)} → {title(proposal.to_rank)} ({proposal.rule_id})"
    return f"{proposal.change} ({proposal.rule_id})"


async def _standing(
    session: AsyncSession, clan_id: int, proposal: Proposal, now: datetime
) -> Decision | None:
    found = await standing(session, clan_id, now, player_id=proposal.member.player_id)
    return next((one for one in found if one.settles(proposal, now)), None)


def _at_once(proposal: Proposal, word: Word) -> State | None:
    """What one word makes of it; None if others have a say."""
    if word.verdict is Verdict.HOLD:
        return State.HELD
    if word.verdict is Verdict.DENY and proposal.approval is not Approval.VOTE:
        return State.DENIED
    if word.by is None or not proposal.votes:
        return State.APPROVED
    return None


async def _vote(session: AsyncSession, decision_id: int, word: Word) -> None:
    yes = word.verdict is Verdict.APPROVE
    said = await session.scalar(
        select(VoteRow.yes).where(
            VoteRow.decision_id == decision_id, VoteRow.discord_user_id == word.by
        )
    )
    if said is yes:
        raise BadInputError("You said so already: it takes somebody else now.")
    if said is not None:
        await session.execute(
            update(VoteRow)
            .where(VoteRow.decision_id == decision_id, VoteRow.discord_user_id == word.by)
            .values(yes=yes, at=word.now)
        )
        return
    await session.execute(
        insert(VoteRow).values(
            decision_id=decision_id, discord_user_id=word.by, yes=yes, at=word.now
        )
    )


def _outcome(known: Decision, proposal: Proposal) -> State:
    if known.agreed + known.against < proposal.votes or known.agreed == known.against:
        return State.OPEN
    return State.APPROVED if known.agreed > known.against else State.DENIED


def _until(state: State, proposal: Proposal, now: datetime) -> datetime | None:
    """A rank that is approved stays so; a suggestion may come again, as it names no rank."""
    return None if state is State.APPROVED and proposal.to_rank is not None else now + STANDS


async def _save(
    session: AsyncSession, clan_id: int, proposal: Proposal, known: Decision | None, word: Word
) -> int:
    values: dict[str, Any] = {
        "rules_hash": word.rules_hash,
        "as_of": word.as_of,
        "evidence": leaves_json(proposal.leaves),
        "decided_by": word.by,
        "decided_at": word.now,
        "state": State.OPEN,
    }
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

"""How did a decision stand at an instant? The table has its present state, the log each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clanstats.analytics.members import AT, CLAN
from clanstats.db.asking import rows
from clanstats.db.models import AuditRow, DecisionRow, PlayerRow
from clanstats.decisions.record import State
from clanstats.domain import Window

_STEP = "decision."  # what the log calls each of them begins so
_OPEN = f"{_STEP}{State.OPEN}"
_STEPS = (
    AuditRow.clan_id == DecisionRow.clan_id,
    AuditRow.subject_id == DecisionRow.id,
    AuditRow.action.startswith(_STEP),
    AuditRow.at <= AT,
)
_LAST = select(func.max(AuditRow.id)).where(*_STEPS).correlate(DecisionRow).scalar_subquery()
_voice = aliased(AuditRow)
# Whether some officer's voice stands that didn't decide yet.
_WAITS = (
    select(literal(1))
    .where(
        _voice.clan_id == DecisionRow.clan_id,
        _voice.subject_id == DecisionRow.id,
        _voice.action == _OPEN,
        _voice.at <= AT,
        or_(_voice.undone_at.is_(None), _voice.undone_at > AT),
    )
    .correlate(DecisionRow)
    .exists()
)
_DECIDED = (
    select(
        DecisionRow.id.label("decision_id"),
        DecisionRow.player_id,
        PlayerRow.wom_id,
        PlayerRow.name,
        DecisionRow.rule_id,
        DecisionRow.change,
        DecisionRow.from_rank,
        DecisionRow.to_rank,
        DecisionRow.rules_hash,
        DecisionRow.evidence,
        AuditRow.action,
        AuditRow.actor,
        AuditRow.at,
        AuditRow.undone_at,
        _WAITS.label("waits"),
        DecisionRow.held_until,
        DecisionRow.done_at,
    )
    .join_from(DecisionRow, AuditRow, AuditRow.id == _LAST)
    .join(PlayerRow, and_(PlayerRow.id == DecisionRow.player_id, PlayerRow.wom_id > 0))
    .where(DecisionRow.clan_id == CLAN)
    .order_by(AuditRow.at.desc(), DecisionRow.id.desc())
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision as it stood."""

    decision_id: int
    player_id: int
    wom_id: int
    name: str  # the player's present one
    rule_id: str
    change: str
    from_rank: str | None
    to_rank: str | None
    rules_hash: str
    evidence: str
    state: State
    decided_by: int | None  # Discord user; None is the bot, 0 who asked to be forgotten
    decided_at: datetime
    undone_at: datetime | None
    held_until: datetime | None
    done_at: datetime | None


async def decided(
    session: AsyncSession, clan_id: int, *, window: Window | None, as_of: datetime
) -> Sequence[Standing]:
    """What was decided in `window`, or at any time before, newest first; as it was at `as_of`.

    A decision that several officers had to agree to is there from the first one on.
    """
    found = await rows(session, _DECIDED, {"clan_id": clan_id, "at": as_of})
    standings = [_standing(row, as_of) for row in found]
    if window is None:
        return standings
    return [one for one in standings if window.start < one.decided_at <= window.end]


def _standing(row: Any, as_of: datetime) -> Standing:  # noqa: ANN401 — a row
    undone_at, done_at = (
        at if at is not None and at <= as_of else None for at in (row.undone_at, row.done_at)
    )
    state = State(row.action.removeprefix(_STEP))
    if undone_at is not None:
        # One officer's voice may be taken back while others' stand.
        waits = row.action == _OPEN and row.waits
        state, undone_at = (State.OPEN, None) if waits else (State.UNDONE, undone_at)
    elif done_at is not None:
        state = State.DONE
    return Standing(
        row.decision_id,
        row.player_id,
        row.wom_id,
        row.name,
        row.rule_id,
        row.change,
        row.from_rank,
        row.to_rank,
        row.rules_hash,
        row.evidence,
        state,
        row.actor,
        row.at,
        undone_at,
        row.held_until,
        done_at,
    )

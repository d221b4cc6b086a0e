"""How does what officers decided and noted come to say one thing?"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.integrity.records import SAME_DECISION, STANDING, SUBJECTS, TERMS
from clanstats.db.models import AuditRow, DecisionRow
from clanstats.repairs.changing import Repair, changed


async def _terms(session: AsyncSession, _now: datetime) -> int:
    return sum(
        [
            await changed(session, update(since.class_).where(until < since).values({until: since}))
            for since, until in TERMS
        ]
    )


async def _audit(session: AsyncSession, _now: datetime) -> int:
    return sum(
        [
            await changed(
                session,
                update(AuditRow)
                .where(
                    AuditRow.action.startswith(beginning, autoescape=True),
                    AuditRow.subject_id.not_in(select(subject)),
                )
                .values(subject_id=None),
            )
            for beginning, subject in SUBJECTS.items()
        ]
    )


async def _decisions(session: AsyncSession, _now: datetime) -> int:
    done = DecisionRow.state == "done"
    undated = update(DecisionRow).where(done, DecisionRow.done_at.is_(None))
    dated = update(DecisionRow).where(~done, DecisionRow.done_at.is_not(None))
    latest = select(func.max(DecisionRow.id)).where(STANDING).group_by(*SAME_DECISION)
    earlier = update(DecisionRow).where(STANDING, DecisionRow.id.not_in(latest))
    return (
        await changed(session, undated.values(done_at=DecisionRow.decided_at))
        + await changed(session, dated.values(done_at=None))
        + await changed(session, earlier.values(state="undone"))
    )


REPAIRS: Mapping[str, Repair] = {"terms": _terms, "audit": _audit, "decisions": _decisions}

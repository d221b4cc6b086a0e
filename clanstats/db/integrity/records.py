"""Does what officers decided and noted say one thing?"""

from collections.abc import Iterator

from sqlalchemy import func, or_, select

from clanstats.db.integrity.check import Check
from clanstats.db.models import (
    AbsenceRow,
    AuditRow,
    CaseRow,
    DecisionRow,
    ExemptionRow,
    NoticeRow,
    PointsRow,
)

# What is said to last, from when to when.
TERMS = (
    (AbsenceRow.since, AbsenceRow.until),
    (ExemptionRow.since, ExemptionRow.until),
    (NoticeRow.sent_at, NoticeRow.deadline),
    (CaseRow.made_at, CaseRow.expires_at),
)
# What a line of the log is about, by how its action begins.
SUBJECTS = {
    "case.": CaseRow.id,
    "decision.": DecisionRow.id,
    "exemption.": ExemptionRow.id,
    "notice.": NoticeRow.id,
    "points.": PointsRow.id,
}
STANDING = DecisionRow.state.in_(["open", "approved"])
SAME_DECISION = (
    DecisionRow.clan_id,
    DecisionRow.player_id,
    DecisionRow.rule_id,
    DecisionRow.change,
    DecisionRow.to_rank,
)


def checks() -> Iterator[Check]:
    for since, until in TERMS:
        row = since.class_
        yield Check(
            "terms",
            "it ends before it begins",
            row.__tablename__,
            select(row.id, since, until).where(until < since),
            "ends it when it begins",
        )
    for beginning, subject in SUBJECTS.items():
        of_kind = AuditRow.action.startswith(beginning, autoescape=True)
        known = select(subject).where(subject == AuditRow.subject_id).exists()
        yield Check(
            "audit",
            "it is about something that isn't there",
            "audit",
            select(AuditRow.id, AuditRow.action, AuditRow.subject_id).where(
                of_kind, AuditRow.subject_id.is_not(None), ~known
            ),
            "says no longer what it is about",
        )
    done = DecisionRow.state == "done"
    yield Check(
        "decisions",
        "it is done and nobody knows since when, or it isn't and yet somebody does",
        "decisions",
        select(DecisionRow.id, DecisionRow.state, DecisionRow.done_at).where(
            or_(
                done & DecisionRow.done_at.is_(None),
                ~done & DecisionRow.done_at.is_not(None),
            )
        ),
        "takes it to be done when it was decided, or not done",
    )
    yield Check(
        "decisions",
        "the same was decided twice, and both stand",
        "decisions",
        select(*SAME_DECISION).where(STANDING).group_by(*SAME_DECISION).having(func.count() > 1),
        "lets the later one stand",
    )

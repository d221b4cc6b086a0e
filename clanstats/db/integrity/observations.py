"""Is every number one that was seen, and stored where it changed and only there?"""

from collections.abc import Iterator

from sqlalchemy import func, literal, select

from clanstats.db.integrity.check import CLOCK, MS, Check
from clanstats.db.models import MetricValueRow, SnapshotRow

_row = MetricValueRow
_KEY = _row.player_id, _row.metric_id, _row.taken_at
_before = func.lag(_row.value).over(
    partition_by=(_row.player_id, _row.metric_id), order_by=_row.taken_at
)
_changes = select(*_KEY, _row.value, _before.label("before")).subquery()
UNOBSERVED = select(*_KEY).where(
    ~select(literal(1))
    .where(SnapshotRow.player_id == _row.player_id, SnapshotRow.taken_at == _row.taken_at)
    .exists()
)
UNCHANGED = select(_changes.c.player_id, _changes.c.metric_id, _changes.c.taken_at).where(
    _changes.c.value.is_not_distinct_from(_changes.c.before)
)


def checks() -> Iterator[Check]:
    yield Check(
        "unobserved-values",
        "a value changed when nobody looked",
        "metric_values",
        UNOBSERVED,
        "adds the observation",
    )
    yield Check(
        "unchanged-values",
        "it says what the one before says",
        "metric_values",
        UNCHANGED,
        "deletes it; no answer changes",
    )
    yield Check(
        "negative-values",
        "nothing stored is below zero",
        "metric_values",
        select(*_KEY, _row.value).where(_row.value < 0),
        "says that the metric wasn't ranked",
    )
    yield Check(
        "future",
        f"it was taken in the future{CLOCK}",
        "snapshots",
        select(SnapshotRow.player_id, SnapshotRow.taken_at).where(SnapshotRow.taken_at > MS),
        "deletes it, with what was seen then: see to the clock first",
    )

"""How is a value found at an instant, without walking the history?

Each function is a correlated scalar subquery that seeks on a primary key, so that its cost doesn't
grow with the history. Window functions and GROUP BY would read every snapshot to keep one.
Instants are integer milliseconds.
"""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute

from clanstats.db.models import MetricValueRow, SnapshotRow

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def value_at(player: Column, metric: Column, at: Column) -> ScalarSelect[int]:
    """The value at `at`; NULL when the metric was not ranked then, whatever came before."""
    return (
        select(MetricValueRow.value)
        .where(
            MetricValueRow.player_id == player,
            MetricValueRow.metric_id == metric,
            MetricValueRow.taken_at <= at,
        )
        .order_by(MetricValueRow.taken_at.desc())
        .limit(1)
        .correlate_except(MetricValueRow)
        .scalar_subquery()
    )


def first_ranked(
    column: Column, player: Column, metric: Column, *, after: Column, until: Column
) -> ScalarSelect[int]:
    """`column` of the first ranked value after `after`, up to `until`."""
    return (
        select(column)
        .where(
            MetricValueRow.player_id == player,
            MetricValueRow.metric_id == metric,
            MetricValueRow.taken_at > after,
            MetricValueRow.taken_at <= until,
            MetricValueRow.value.is_not(None),
        )
        .order_by(MetricValueRow.taken_at)
        .limit(1)
        .correlate_except(MetricValueRow)
        .scalar_subquery()
    )


def newest_snapshot(
    player: Column, *, until: Column, not_before: Column | None = None
) -> ScalarSelect[int]:
    """When the player was last observed up to `until`."""
    found = select(func.max(SnapshotRow.taken_at)).where(
        SnapshotRow.player_id == player, SnapshotRow.taken_at <= until
    )
    if not_before is not None:
        found = found.where(SnapshotRow.taken_at >= not_before)
    return found.correlate_except(SnapshotRow).scalar_subquery()


def oldest_snapshot(player: Column, *, since: Column, until: Column) -> ScalarSelect[int]:
    """When the player was first observed at or after `since`, up to `until`."""
    return (
        select(func.min(SnapshotRow.taken_at))
        .where(
            SnapshotRow.player_id == player,
            SnapshotRow.taken_at >= since,
            SnapshotRow.taken_at <= until,
        )
        .correlate_except(SnapshotRow)
        .scalar_subquery()
    )

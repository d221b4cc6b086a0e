"""How did one player's number develop, and how much came in each week?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    bindparam,
    cast,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains, seeks
from clanstats.analytics.metrics import metric_named
from clanstats.db.asking import rows
from clanstats.db.models import MetricValueRow, SnapshotRow
from clanstats.domain import GainPolicy, Member, Point, WeekGain, Window
from clanstats.metrics import Metric
from clanstats.timestamps import from_epoch_ms

_PLAYER = bindparam("player_id", type_=BigInteger)
_METRIC = bindparam("metric_id", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Series:
    """The ranked values of one metric in a window, oldest first.

    A point stands where the value changed, and at the window's start if it was known by then:
    between two points the value stayed, as long as there are observations in between.
    """

    metric: Metric
    points: Sequence[Point]
    observed: Sequence[datetime]  # every observation in the window


_POINTS = (
    select(MetricValueRow.taken_at, MetricValueRow.value)
    .where(
        MetricValueRow.player_id == _PLAYER,
        MetricValueRow.metric_id == _METRIC,
        MetricValueRow.taken_at > gains.START,
        MetricValueRow.taken_at <= gains.END,
        MetricValueRow.value.is_not(None),
    )
    .union_all(select(cast(gains.START, BigInteger), seeks.value_at(_PLAYER, _METRIC, gains.START)))
    .order_by("taken_at")
)
_OBSERVED = (
    select(SnapshotRow.taken_at)
    .where(
        SnapshotRow.player_id == _PLAYER,
        SnapshotRow.taken_at > gains.START,
        SnapshotRow.taken_at <= gains.END,
    )
    .order_by(SnapshotRow.taken_at)
)


async def series(
    session: AsyncSession, player_id: int, *, metric_name: str, window: Window
) -> Series:
    """The course of one metric of one player."""
    metric_id, metric = await metric_named(session, metric_name)
    asked = {"player_id": player_id, "metric_id": metric_id, **gains.bounds(window)}
    points = await rows(session, _POINTS, asked)
    observed = await rows(session, _OBSERVED, asked)
    return Series(
        metric,
        tuple(
            Point(from_epoch_ms(at), value / metric.scale)
            for at, value in points
            if value is not None
        ),
        tuple(from_epoch_ms(at) for (at,) in observed),
    )


async def weekly_gains(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    member: Member,
    *,
    metric_name: str,
    weeks: Sequence[Window],
    updated_at: int | None,
    last_changed_at: int | None,
) -> Sequence[WeekGain]:
    """What one player gained in each of `weeks`, in one statement.

    `updated_at` and `last_changed_at` are what Wise Old Man says of the profile, in ms.
    """
    if not weeks:
        return ()
    metric_id, metric = await metric_named(session, metric_name)
    asked: dict[str, object] = {
        "player_id": member.player_id,
        "metric_id": metric_id,
        "updated_at": updated_at,
        "last_changed_at": last_changed_at,
    }
    for number, week in enumerate(weeks):
        asked |= {f"week{number}_{name}": at for name, at in gains.bounds(week).items()}
    found = await rows(session, _weeks(len(weeks)), asked)
    lines = (
        (week, gains.decide(member, metric, week, row, GainPolicy.AS_OF))
        for week, row in zip(weeks, found, strict=True)
    )
    return tuple(WeekGain(week, line.shown, line.unknown) for week, line in lines)


@cache
def _weeks(count: int) -> Select[Any]:
    """The gains in `count` weeks; built and compiled once, which costs fifty times the answer."""
    rows = [
        select(
            literal(number).label("number"),
            *(
                bindparam(f"week{number}_{name}", type_=BigInteger).label(name)
                for name in ("start_ms", "end_ms", "floor_ms")
            ),
        )
        for number in range(count)
    ]
    asked = union_all(*rows).cte("weeks")
    return select(
        asked.c.number,
        bindparam("updated_at", type_=BigInteger).label("updated_at"),
        bindparam("last_changed_at", type_=BigInteger).label("last_changed_at"),
        *gains.facts(
            _PLAYER,
            _METRIC,
            GainPolicy.AS_OF,
            start=asked.c.start_ms,
            end=asked.c.end_ms,
            floor=asked.c.floor_ms,
        ),
    ).order_by(asked.c.number)

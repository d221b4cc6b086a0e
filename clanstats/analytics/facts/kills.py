"""How many kills do the hiscores list for a member, of all bosses or of the raids?

What was never listed adds nothing: that is what "listed kills" are. What was listed once and no
longer is, or is only listed since lately, makes the sum one that is at least so much.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    type_coerce,
)

from clanstats.analytics import gains, seeks
from clanstats.analytics.facts.asking import Asked, Number, Person, column
from clanstats.analytics.facts.game import REASONS, known_since, looked_at, trusted
from clanstats.db.asking import rows
from clanstats.db.models import MetricRow, MetricValueRow, PlayerRow
from clanstats.domain import UnknownReason, Window
from clanstats.facts import RAIDS, Column, FactKey
from clanstats.metrics import OVERALL, MetricKind
from clanstats.timestamps import from_epoch_ms

_PLAYERS = bindparam("players", expanding=True, type_=BigInteger)
_DELISTED = "the hiscores no longer list a boss that they listed before"
_NEW = "the hiscores list a boss only since lately"
_OVERALL = select(MetricRow.id).where(MetricRow.name == OVERALL).scalar_subquery()
_UPDATED = type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at")


def _bosses(raids_only: bool) -> ColumnElement[bool]:  # noqa: FBT001 — which bosses
    return MetricRow.name.in_(RAIDS) if raids_only else MetricRow.kind == MetricKind.BOSS


def _totals(*, raids_only: bool) -> Select[*tuple[Any, ...]]:
    """The sum of what stands at the end, and how many bosses were listed once and no longer."""
    value = seeks.value_at(PlayerRow.id, MetricRow.id, gains.END)
    ever = (
        select(literal(1))
        .where(
            MetricValueRow.player_id == PlayerRow.id,
            MetricValueRow.metric_id == MetricRow.id,
            MetricValueRow.taken_at <= gains.END,
        )
        .correlate(PlayerRow, MetricRow)
        .exists()
    )
    return (
        select(
            PlayerRow.id.label("player_id"),
            seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
            seeks.value_at(PlayerRow.id, _OVERALL, gains.END).label("overall"),
            _UPDATED,
            func.sum(func.coalesce(value, 0)).label("kills"),
            func.sum(case((and_(value.is_(None), ever), 1), else_=0)).label("delisted"),
        )
        .join_from(PlayerRow, MetricRow, _bosses(raids_only))
        .where(PlayerRow.id.in_(_PLAYERS))
        .group_by(PlayerRow.id)
    )


def _gained(*, raids_only: bool) -> Select[*tuple[Any, ...]]:
    """A row a player and boss that changed after the baseline: what stood there and at the end."""
    base_at = func.coalesce(
        seeks.newest_snapshot(PlayerRow.id, until=gains.START, not_before=gains.FLOOR),
        seeks.oldest_snapshot(PlayerRow.id, since=gains.START + 1, until=gains.END),
    )
    base = (
        select(PlayerRow.id.label("player_id"), base_at.label("base_at"))
        .where(PlayerRow.id.in_(_PLAYERS))
        .cte("base")
        .prefix_with("MATERIALIZED")  # else it is found anew for each boss
    )
    changed_at = (
        select(func.max(MetricValueRow.taken_at))
        .where(
            MetricValueRow.player_id == base.c.player_id,
            MetricValueRow.metric_id == MetricRow.id,
            MetricValueRow.taken_at <= gains.END,
        )
        .correlate(base, MetricRow)
        .scalar_subquery()
    )
    return (
        select(
            base.c.player_id,
            seeks.value_at(base.c.player_id, MetricRow.id, base.c.base_at).label("base_value"),
            seeks.value_at(base.c.player_id, MetricRow.id, gains.END).label("end_value"),
            seeks.first_ranked(
                MetricValueRow.value,
                base.c.player_id,
                MetricRow.id,
                after=base.c.base_at,
                until=gains.END,
            ).label("ranked_value"),
        )
        .select_from(base)
        .join(MetricRow, _bosses(raids_only))
        .where(changed_at > base.c.base_at)
    )


_SEEN = select(
    PlayerRow.id.label("player_id"),
    seeks.newest_snapshot(PlayerRow.id, until=gains.START, not_before=gains.FLOOR).label("base_at"),
    seeks.oldest_snapshot(PlayerRow.id, since=gains.START + 1, until=gains.END).label("first_at"),
    seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
    seeks.value_at(PlayerRow.id, _OVERALL, gains.END).label("overall"),
    _UPDATED,
    type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
).where(PlayerRow.id.in_(_PLAYERS))
_TOTALS = {raids_only: _totals(raids_only=raids_only) for raids_only in (False, True)}
_GAINED = {raids_only: _gained(raids_only=raids_only) for raids_only in (False, True)}


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that are sums of kills."""
    found: dict[FactKey, Column] = {}
    for key in needs:
        if key.name == "kc" and key.part in {None, "raids"}:
            raids_only = key.part is not None
            if key.days is None:
                found[key] = column(await _held(asked, raids_only=raids_only))
            else:
                window = asked.window(key.days)
                found[key] = column(await _came(asked, window, raids_only=raids_only))
    return found


async def _held(asked: Asked, *, raids_only: bool) -> list[Number]:
    known = await _rows(asked, _TOTALS[raids_only], Window(asked.as_of, asked.as_of))
    by_player = {row.player_id: row for row in known}
    return [_total(asked, one, by_player.get(one.member.player_id)) for one in asked.people]


def _total(asked: Asked, person: Person, row: Any) -> Number:  # noqa: ANN401 — a row
    if row is None:
        return Number.unknown(REASONS[UnknownReason.NEVER_TRACKED])
    observed_at = looked_at(asked, row.last_at, row.updated_at)
    if (reason := _in_doubt(asked, person, row, observed_at)) is not None:
        return Number.unknown(reason, observed_at)
    if row.delisted:
        return Number.unknown(_DELISTED, observed_at, low=float(row.kills))
    return Number.exactly(float(row.kills), observed_at)


async def _came(asked: Asked, window: Window, *, raids_only: bool) -> list[Number]:
    seen = {row.player_id: row for row in await _rows(asked, _SEEN, window)}
    changes: dict[int, list[tuple[float, float]]] = {}
    for row in await _rows(asked, _GAINED[raids_only], window):
        changes.setdefault(row.player_id, []).append(_change(row))
    return [
        _gain(
            asked,
            person,
            window,
            seen.get(person.member.player_id),
            changes.get(person.member.player_id, []),
        )
        for person in asked.people
    ]


def _change(row: Any) -> tuple[float, float]:  # noqa: ANN401 — a row
    """Bounds of what was gained of one boss."""
    if row.end_value is None:
        return 0.0, float("inf")
    if row.base_value is None:
        return max(float(row.end_value - (row.ranked_value or 0)), 0.0), float(row.end_value)
    gained = max(float(row.end_value - row.base_value), 0.0)
    return gained, gained


def _gain(
    asked: Asked,
    person: Person,
    window: Window,
    row: Any,  # noqa: ANN401 — a row
    changes: Collection[tuple[float, float]],
) -> Number:
    if row is None:
        return Number.unknown(REASONS[UnknownReason.NEVER_TRACKED])
    observed_at = looked_at(asked, row.last_at, row.updated_at)
    reason = _in_doubt(asked, person, row, observed_at) or _unmeasured(row, window)
    if reason is not None:
        return Number.unknown(reason, observed_at)
    low, high = sum(one for one, _ in changes), sum(one for _, one in changes)
    if row.base_at is None and row.first_at is not None:
        since = known_since(asked, from_epoch_ms(row.first_at))
        return Number(low, float("inf"), since, observed_at)
    unsure = _DELISTED if high == float("inf") else _NEW
    return Number(low, high, None if low == high else unsure, observed_at)


def _in_doubt(asked: Asked, person: Person, row: Any, observed_at: datetime | None) -> str | None:  # noqa: ANN401
    if (reason := trusted(asked, person, observed_at)) is not None:
        return reason
    return REASONS[UnknownReason.UNRANKED] if row.overall is None else None


def _unmeasured(row: Any, window: Window) -> str | None:  # noqa: ANN401 — a row
    """Why nothing was measured in the window, by the one definition of a gain."""
    if row.first_at is None:
        if gains.stood_still(row, window):
            return None
        return REASONS[UnknownReason.NOT_UPDATED]
    if row.base_at is None and row.first_at == row.last_at:
        return REASONS[UnknownReason.NO_BASELINE]
    return None


async def _rows(asked: Asked, statement: Select[*tuple[Any, ...]], window: Window) -> Any:  # noqa: ANN401 — rows
    players = [person.member.player_id for person in asked.people]
    return await rows(asked.session, statement, {"players": players, **gains.bounds(window)})

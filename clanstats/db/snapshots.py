"""How is an observation stored, so that only what changed takes room?

For each player and metric the snapshots form a sequence of states: a value, or "not ranked". A row
is kept where a state differs from the one before it (before the first: not ranked). That loses
nothing: whatever the order in which snapshots arrive, the table ends up the same, and it answers
for every instant what a table with a row per snapshot and metric would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    bindparam,
    delete,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.bulk import insert_new
from clanstats.db.models import MetricRow, MetricValueRow, PlayerRow, SnapshotRow

MISSING = -1  # stands for a NULL state inside this module; no stored value is negative
_CHUNK = 400  # snapshots a statement: keeps under every database's limit on parameters

_snapshots = SnapshotRow.__table__
_values = MetricValueRow.__table__
_metrics = MetricRow.__table__


@dataclass(frozen=True, slots=True)
class Observation:
    """One snapshot, ready to be stored: only what was ranked, in stored integers."""

    player_id: int
    taken_at: int  # ms
    values: Mapping[int, int]  # by metric id


async def add_snapshots(session: AsyncSession, observations: Sequence[Observation]) -> int:
    """Store what is new in `observations`.

    One that is stored already only fills in metrics it did not have: Wise Old Man's windowed
    answers leave out some that its full snapshots hold.

    Returns:
        How many snapshots were not known before.
    """
    unique = {(one.player_id, one.taken_at): one for one in observations}
    by_player = groupby(sorted(unique.values(), key=_key), key=lambda one: one.player_id)
    queues = [list(queue) for _, queue in by_player]
    added = 0
    # One snapshot of each player at a time: a player's next one builds on the one before it.
    while queues:
        layer = [queue.pop(0) for queue in queues]
        for first in range(0, len(layer), _CHUNK):
            added += await _add_layer(session, layer[first : first + _CHUNK])
        queues = [queue for queue in queues if queue]
    return added


def _key(one: Observation) -> tuple[int, int]:
    return one.player_id, one.taken_at


async def _add_layer(session: AsyncSession, layer: Sequence[Observation]) -> int:
    keys = [_key(one) for one in layer]
    known = {tuple(row) for row in await session.execute(select(_snapshots).where(_in(keys)))}
    new = [key for key in keys if key not in known]
    await insert_new(session, _snapshots, new)
    found = await session.execute(_NEWEST, {"players": [one.player_id for one in layer]})
    newest = {row.id: row.newest for row in found}
    at_the_end = [
        one for one in layer if _key(one) not in known and newest[one.player_id] == one.taken_at
    ]
    in_between = [one for one in layer if newest[one.player_id] != one.taken_at]
    again = [one for one in layer if _key(one) in known and newest[one.player_id] == one.taken_at]
    await _append(session, at_the_end)
    await _insert(session, in_between + again, known)
    return len(new)


def _in(keys: Sequence[tuple[int, int]]) -> ColumnElement[bool]:
    return tuple_(_snapshots.c.player_id, _snapshots.c.taken_at).in_(keys)


def _state(at: ColumnElement[bool]) -> ScalarSelect[int]:
    """The newest state that satisfies `at`: a value, MISSING, or NULL where there is no row."""
    return (
        select(func.coalesce(_values.c.value, MISSING))
        .where(
            _values.c.player_id == _snapshots.c.player_id,
            _values.c.metric_id == _metrics.c.id,
            at,
        )
        .order_by(_values.c.taken_at.desc())
        .limit(1)
        .correlate(_snapshots, _metrics)
        .scalar_subquery()
    )


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_each = (
    select(_snapshots.c.player_id, _snapshots.c.taken_at, _metrics.c.id)
    .select_from(_snapshots.join(_metrics, true()))
    .where(tuple_(_snapshots.c.player_id, _snapshots.c.taken_at).in_(_KEYS))
)
_before = _state(_values.c.taken_at < _snapshots.c.taken_at).label("before")
_APPEND = _each.add_columns(_before).where(_before.is_not(None))

# A seek per player; GROUP BY would walk each player's whole history.
_mine = SnapshotRow.__table__.alias("mine")
_NEWEST = select(
    PlayerRow.id,
    select(func.max(_mine.c.taken_at))
    .where(_mine.c.player_id == PlayerRow.id)
    .correlate(PlayerRow)
    .scalar_subquery()
    .label("newest"),
).where(PlayerRow.id.in_(bindparam("players", expanding=True)))

_following = SnapshotRow.__table__.alias("following")
_next_at = (
    select(func.min(_following.c.taken_at))
    .where(
        _following.c.player_id == _snapshots.c.player_id,
        _following.c.taken_at > _snapshots.c.taken_at,
    )
    .correlate(_snapshots)
    .scalar_subquery()
)
_INSERT = _each.add_columns(
    _before,
    _state(_values.c.taken_at == _snapshots.c.taken_at).label("here"),
    _next_at.label("next_at"),
    _state(_values.c.taken_at == _next_at).label("there"),
)


async def _append(session: AsyncSession, observations: Sequence[Observation]) -> None:
    """Store snapshots that are newer than any other of their players."""
    if not observations:
        return
    states: dict[int, dict[int, int]] = {one.player_id: {} for one in observations}
    found = await session.execute(_APPEND, {"keys": [_key(one) for one in observations]})
    for player_id, _, metric_id, before in found:
        states[player_id][metric_id] = before
    rows: list[tuple[int, int, int, int | None]] = []
    for one in observations:
        before = states[one.player_id]
        rows += [
            (one.player_id, metric_id, one.taken_at, value)
            for metric_id, value in one.values.items()
            if before.get(metric_id, MISSING) != value
        ]
        rows += [
            (one.player_id, metric_id, one.taken_at, None)
            for metric_id, value in before.items()
            if value != MISSING and metric_id not in one.values
        ]
    await insert_new(session, _values, rows)


async def _insert(
    session: AsyncSession, observations: Sequence[Observation], known: set[tuple[int, int]]
) -> None:
    """Store snapshots that have a later neighbour, or that are known already."""
    if not observations:
        return
    by_key = {_key(one): one for one in observations}
    new: list[tuple[int, int, int, int | None]] = []
    gone: list[dict[str, int]] = []

    def put(player_id: int, metric_id: int, at: int, *, has: int | None, wants: int | None) -> None:
        """Make the row at `at` say `wants`, None for no row; `has` is what stands there."""
        if has == wants:
            return
        if has is not None:
            gone.append({"p": player_id, "m": metric_id, "t": at})
        if wants is not None:
            new.append((player_id, metric_id, at, None if wants == MISSING else wants))

    found = await session.execute(_INSERT, {"keys": list(by_key)})
    for player_id, at, metric_id, row_before, here, next_at, there in found:
        key = (player_id, at)
        before = MISSING if row_before is None else row_before
        old = before if here is None else here
        state = by_key[key].values.get(metric_id, MISSING)
        if key in known and old != MISSING:
            state = old  # what was stored first stays; only gaps are filled
        put(player_id, metric_id, at, has=here, wants=None if state == before else state)
        if next_at is not None:
            after = old if there is None else there
            put(player_id, metric_id, next_at, has=there, wants=None if after == state else after)
    if gone:
        await (await session.connection()).execute(
            delete(MetricValueRow).where(
                MetricValueRow.player_id == bindparam("p"),
                MetricValueRow.metric_id == bindparam("m"),
                MetricValueRow.taken_at == bindparam("t"),
            ),
            gone,
        )
    await insert_new(session, _values, new)

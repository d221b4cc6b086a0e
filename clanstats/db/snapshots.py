"""How is an observation stored, so that only what changed takes room?

For each player and metric the snapshots form a sequence of states: a value, or "not ranked". A row
is kept where a state differs from the one before it (before the first: not ranked). That loses
nothing: whatever the order in which snapshots arrive, the table ends up the same, and it answers
for every instant what a table with a row per snapshot and metric would.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.asking import rows
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.models import MetricRow, MetricValueRow, PlayerRow, SnapshotRow

MISSING = -1  # stands for a NULL state inside this module; no stored value is negative
_NO_ROW = -2  # never ranked so far
_CHUNK = 400  # snapshots a statement: keeps under every database's limit on parameters

_snapshots = SnapshotRow.__table__
_values = MetricValueRow.__table__
_metrics = MetricRow.__table__
_Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Observation:
    """One snapshot, ready to be stored: only what was ranked, in stored integers."""

    player_id: int
    taken_at: int  # ms
    values: Mapping[int, int]  # by metric id


async def add_snapshots(session: AsyncSession, observations: Sequence[Observation]) -> int:
    """Store what is new in `observations`.

    Of two accounts of one snapshot the greater value of each metric stays, so that it doesn't
    matter which came first: Wise Old Man's windowed answers leave out zeros that its full
    snapshots hold, and may count fewer levels.

    Returns:
        How many snapshots were not known before.
    """
    by_player = groupby(sorted(_united(observations), key=_key), key=lambda one: one.player_id)
    queues = [list(queue)[::-1] for _, queue in by_player]
    added = 0
    # One snapshot of each player at a time: a player's next one builds on the one before it.
    while queues:
        layer = [queue.pop() for queue in queues]
        for first in range(0, len(layer), _CHUNK):
            added += await _add_layer(session, layer[first : first + _CHUNK])
        queues = [queue for queue in queues if queue]
    return added


def _key(one: Observation) -> _Key:
    return one.player_id, one.taken_at


def _united(observations: Iterable[Observation]) -> Iterable[Observation]:
    """One observation a snapshot."""
    united: dict[_Key, Observation] = {}
    for one in observations:
        other = united.get(_key(one))
        united[_key(one)] = one if other is None else _union(one, other)
    return united.values()


def _union(one: Observation, other: Observation) -> Observation:
    greatest = dict(one.values)
    for metric_id, value in other.values.items():
        greatest[metric_id] = max(value, greatest.get(metric_id, MISSING))
    return Observation(one.player_id, one.taken_at, greatest)


async def _add_layer(session: AsyncSession, layer: Sequence[Observation]) -> int:
    players = {"players": [one.player_id for one in layer]}
    newest = {row.id: row.newest for row in await rows(session, _NEWEST, players)}
    known = {_key(one) for one in layer if newest[one.player_id] == one.taken_at} | await _known(
        session, [_key(one) for one in layer if _is_older(one, newest)]
    )
    new = [_key(one) for one in layer if _key(one) not in known]
    await insert_new(session, _snapshots, new)
    at_the_end = [one for one in layer if not _is_older(one, newest)]
    states = await _states(session, at_the_end)
    await _append(session, [one for one in at_the_end if _key(one) not in known], states)
    again = [one for one in at_the_end if _key(one) in known and _adds_to(one, states)]
    await _insert(session, [one for one in layer if _is_older(one, newest)] + again, known)
    return len(new)


def _is_older(one: Observation, newest: Mapping[int, int | None]) -> bool:
    """Whether a later snapshot of the player is stored."""
    last = newest[one.player_id]
    return last is not None and one.taken_at < last


async def _known(session: AsyncSession, keys: Sequence[_Key]) -> set[_Key]:
    if not keys:
        return set()
    asked = _asked(keys)
    found = await rows(
        session,
        select(asked.c.player_id, asked.c.taken_at).join(
            _snapshots,
            (_snapshots.c.player_id == asked.c.player_id)
            & (_snapshots.c.taken_at == asked.c.taken_at),
        ),
    )
    return {(row.player_id, row.taken_at) for row in found}


def _asked(keys: Sequence[_Key]) -> CTE:
    """A table of `keys`: `IN` with pairs would walk all snapshots there are."""
    pairs = values(column("player_id", BigInteger), column("taken_at", BigInteger), name="asked")
    return pairs.data(list(keys)).cte("asked")


# A seek per player; GROUP BY would walk each player's whole history.
_NEWEST = select(
    PlayerRow.id,
    select(func.max(_snapshots.c.taken_at))
    .where(_snapshots.c.player_id == PlayerRow.id)
    .correlate(PlayerRow)
    .scalar_subquery()
    .label("newest"),
).where(PlayerRow.id.in_(bindparam("players", expanding=True)))


def _state(
    player: ColumnElement[int], metric: ColumnElement[int], *conditions: ColumnElement[bool]
) -> ScalarSelect[int]:
    """The newest state that satisfies these: a value, MISSING, or NULL where there is no row."""
    return (
        select(func.coalesce(_values.c.value, MISSING))
        .where(_values.c.player_id == player, _values.c.metric_id == metric, *conditions)
        .order_by(_values.c.taken_at.desc())
        .limit(1)
        .correlate_except(_values)
        .scalar_subquery()
    )


# One list of states a player, in the order of the inner query: handing over a row per player and
# metric would cost as much again as the seeks, and so would naming the metrics.
_METRICS = select(_metrics.c.id).order_by(_metrics.c.id)
_in_order = _METRICS.subquery()
_LATEST = select(
    PlayerRow.id,
    select(
        func.aggregate_strings(
            cast(
                func.coalesce(_state(PlayerRow.__table__.c.id, _in_order.c.id), literal(_NO_ROW)),
                Text,
            ),
            ",",
        )
    )
    .select_from(_in_order)
    .correlate(PlayerRow)
    .scalar_subquery(),
).where(PlayerRow.id.in_(bindparam("players", expanding=True)))
_STATES = msgspec.json.Decoder(list[int])

_States = Mapping[int, Mapping[int, int]]


async def _states(session: AsyncSession, observations: Sequence[Observation]) -> _States:
    """What stands at the end of each one's history, by player and metric."""
    states: dict[int, dict[int, int]] = {one.player_id: {} for one in observations}
    if states:
        metrics = [metric_id for (metric_id,) in await rows(session, _METRICS)]
        found = await rows(session, _LATEST, {"players": list(states)})
        for player_id, listed in found:
            known = zip(metrics, _STATES.decode(f"[{listed or ''}]"), strict=True)
            states[player_id] = {metric: state for metric, state in known if state != _NO_ROW}
    return states


def _adds_to(one: Observation, states: _States) -> bool:
    state = states[one.player_id]
    return any(value > state.get(metric_id, MISSING) for metric_id, value in one.values.items())


async def _append(
    session: AsyncSession, observations: Sequence[Observation], states: _States
) -> None:
    """Store snapshots that are newer than any other of their players."""
    changed: list[tuple[int, int, int, int | None]] = []
    for one in observations:
        before = states[one.player_id]
        changed += [
            (one.player_id, metric_id, one.taken_at, value)
            for metric_id, value in one.values.items()
            if before.get(metric_id, MISSING) != value
        ]
        changed += [
            (one.player_id, metric_id, one.taken_at, None)
            for metric_id, value in before.items()
            if value != MISSING and metric_id not in one.values
        ]
    await insert_new(session, _values, changed)


async def _insert(
    session: AsyncSession, observations: Sequence[Observation], known: set[_Key]
) -> None:
    """Store snapshots that have a later neighbour, or that are known already."""
    if not observations:
        return
    by_key = {_key(one): one for one in observations}
    new: list[tuple[int, int, int, int | None]] = []
    gone: list[tuple[int, int, int]] = []

    def put(player_id: int, metric_id: int, at: int, *, has: int | None, wants: int | None) -> None:
        """Make the row at `at` say `wants`, None for no row; `has` is what stands there."""
        if has == wants:
            return
        if has is not None:
            gone.append((player_id, metric_id, at))
        if wants is not None:
            new.append((player_id, metric_id, at, None if wants == MISSING else wants))

    found = await rows(session, _neighbours(list(by_key)))
    for player_id, at, metric_id, row_before, here, next_at, there in found:
        key = (player_id, at)
        before = MISSING if row_before is None else row_before
        old = before if here is None else here
        state = by_key[key].values.get(metric_id, MISSING)
        if key in known:
            state = max(state, old)
        put(player_id, metric_id, at, has=here, wants=None if state == before else state)
        if next_at is not None:
            after = old if there is None else there
            put(player_id, metric_id, next_at, has=there, wants=None if after == state else after)
    await delete_keys(session, _values, gone)
    await insert_new(session, _values, new)


def _neighbours(keys: Sequence[_Key]) -> Select[Any]:
    """For each of `keys` and each metric: the states before, at and after it."""
    asked = _asked(keys)
    player, at = asked.c.player_id, asked.c.taken_at
    next_at = (
        select(func.min(_snapshots.c.taken_at))
        .where(_snapshots.c.player_id == player, _snapshots.c.taken_at > at)
        .correlate_except(_snapshots)
        .scalar_subquery()
    )
    return select(
        player,
        at,
        _metrics.c.id,
        _state(player, _metrics.c.id, _values.c.taken_at < at).label("before"),
        _state(player, _metrics.c.id, _values.c.taken_at == at).label("here"),
        next_at.label("next_at"),
        _state(player, _metrics.c.id, _values.c.taken_at == next_at).label("there"),
    ).select_from(asked.join(_metrics, true()))

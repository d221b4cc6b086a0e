"""How is a long history of one player united with what is stored of them?

`db.snapshots` adds a snapshot at a time, which is right for a harvest: a few hundred, of as many
players. Here there are thousands of one player, so all that is stored of them is read, the table is
laid out anew in memory, and what differs is written. The rules are the same, and so are the rows (a
test compares them): a row where a state differs from the one before; of two accounts of one
snapshot the greater value.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.asking import rows
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.models import MetricValueRow, SnapshotRow
from clanstats.db.snapshots import MISSING

_snapshots = SnapshotRow.__table__
_values = MetricValueRow.__table__
_TIMES = select(_snapshots.c.taken_at).where(_snapshots.c.player_id == bindparam("player_id"))
_ROWS = select(_values.c.taken_at, _values.c.metric_id, _values.c.value).where(
    _values.c.player_id == bindparam("player_id")
)

States = Mapping[int, int]  # by metric id; what isn't ranked lacks


@dataclass(frozen=True, slots=True)
class Stored:
    """What the tables say of a player: when they were observed, and the rows, by instant (ms)."""

    times: frozenset[int]
    changes: Mapping[int, States]  # MISSING for a NULL


async def stored_history(session: AsyncSession, player_id: int) -> Stored:
    """Read it."""
    asked = {"player_id": player_id}
    times = frozenset(row.taken_at for row in await rows(session, _TIMES, asked))
    changes: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for taken_at, metric_id, value in await rows(session, _ROWS, asked):
        changes[taken_at][metric_id] = MISSING if value is None else value
    return Stored(times, changes)


async def unite(
    session: AsyncSession, player_id: int, stored: Stored, seen: Mapping[int, States]
) -> None:
    """Add to a player's history.

    Args:
        session: Written to.
        player_id: Ours.
        stored: As just read.
        seen: By instant, ms.
    """
    wanted = laid_out(stored, seen)
    new: list[tuple[int, int, int, int | None]] = []
    gone: list[tuple[int, int, int]] = []
    for at in sorted(wanted.keys() | stored.changes.keys()):
        right, had = wanted.get(at, {}), stored.changes.get(at, {})
        gone += [(player_id, metric, at) for metric in had if had[metric] != right.get(metric)]
        new += [
            (player_id, metric, at, None if value == MISSING else value)
            for metric, value in right.items()
            if had.get(metric) != value
        ]
    times = sorted(seen.keys() - stored.times)
    await insert_new(session, _snapshots, [(player_id, at) for at in times])
    await delete_keys(session, _values, gone)
    await insert_new(session, _values, sorted(new, key=lambda row: row[:3]))


def laid_out(stored: Stored, seen: Mapping[int, States]) -> Mapping[int, States]:
    """The rows that say what is stored and what was seen; MISSING for a NULL."""
    wanted: dict[int, dict[int, int]] = {}
    told: dict[int, int] = {}  # by the rows so far
    known: dict[int, int] = {}  # by those that are stored
    for at in sorted(stored.times | seen.keys()):
        known |= stored.changes.get(at, {})
        if at not in seen:
            state: States = known
        elif at not in stored.times:
            state = seen[at]
        else:
            state = _greater(seen[at], known)
        changed = {
            metric: value for metric, value in state.items() if told.get(metric, MISSING) != value
        }
        changed |= dict.fromkeys(
            (metric for metric, value in told.items() if value != MISSING and metric not in state),
            MISSING,
        )
        if changed:
            wanted[at] = changed
            told |= changed
    return wanted


def _greater(one: States, other: States) -> States:
    return {
        metric: max(one.get(metric, MISSING), other.get(metric, MISSING))
        for metric in one.keys() | other.keys()
    }

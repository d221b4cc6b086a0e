"""How does Wise Old Man write down a player, a snapshot and a gain?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from clanstats.levels import level_at
from clanstats.metrics import OVERALL, TOTAL_LEVEL, MetricKind, catalogue
from demo.world import History, World
from demo.world.rates import HOUR, hours

Body = dict[str, Any]  # the JSON of an answer; only its reader knows its shape

_METRICS = tuple(metric for name, metric in catalogue().items() if name != TOTAL_LEVEL)
_ALL_MAXED = 1_700 * HOUR  # efficient hours to 99 in everything, roughly
_ALL_200M = 20_000 * HOUR


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def player_of(world: World, wom_id: int, at: datetime) -> Body:
    """The profile, as it is embedded in every answer; all zeros when there is no snapshot."""
    player, history = world.player(wom_id, at), world.history(wom_id)
    index = -1 if player.status == "archived" else history.last_index(at)
    values = history.values(index) if index >= 0 else {}
    ehp = values.get("ehp", 0)
    return {
        "id": player.wom_id,
        "username": player.username,
        "displayName": player.name,
        "type": player.account_type,
        "build": player.build,
        "status": player.status,
        "country": player.country,
        "patron": False,
        "exp": values.get(OVERALL, 0),
        "ehp": _hours(ehp),
        "ehb": _hours(values.get("ehb", 0)),
        "ttm": _hours(max(_ALL_MAXED - ehp, 0)) if values else 0,
        "tt200m": _hours(max(_ALL_200M - ehp, 0)) if values else 0,
        "registeredAt": stamp(player.registered_at) if player.registered_at else None,
        "updatedAt": stamp(player.updated_at) if player.updated_at else None,
        "lastChangedAt": stamp(player.last_changed_at) if player.last_changed_at else None,
        "lastImportedAt": None,
    }


def snapshot_body(wom_id: int, history: History, index: int) -> Body:
    """A whole snapshot: all metrics, the unranked ones too."""
    values = history.values(index)
    data: dict[MetricKind, Body] = {kind: {} for kind in MetricKind}
    for metric in _METRICS:
        value = values.get(metric.name, -1)
        data[metric.kind][metric.name] = _ENTRIES[metric.kind](metric.name, value, values)
    return {
        "id": -1,
        "playerId": wom_id,
        "createdAt": stamp(history.taken_at(index)),
        "importedAt": None,
        "data": {
            "skills": data[MetricKind.SKILL],
            "bosses": data[MetricKind.BOSS],
            "activities": data[MetricKind.ACTIVITY],
            "computed": data[MetricKind.COMPUTED],
        },
    }


def gains_body(history: History, first: int, last: int) -> list[Body]:
    """The difference of two snapshots, metric by metric."""
    before, after = history.values(first), history.values(last)
    return [
        _gain(metric.name, before.get(metric.name, -1), after.get(metric.name, -1), metric.scale)
        for metric in _METRICS
    ]


def combat_level(values: Mapping[str, int]) -> int:
    """The game's own formula, from experience by skill."""

    def of(skill: str) -> int:
        return level_at(values.get(skill, 0))

    base = of("defence") + max(of("hitpoints"), 10) + of("prayer") // 2
    shooting, casting = of("ranged") * 3 // 2, of("magic") * 3 // 2
    best = max(of("attack") + of("strength"), shooting, casting)
    return int(base / 4 + best * 13 / 40)


def _gain(metric: str, start: int, end: int, scale: int) -> Body:
    gained = max(end - max(start, 0), 0)
    if metric == OVERALL and start < 0:
        gained = 0  # a first appearance on the table isn't a gain, there
    return {
        "metric": metric,
        "gained": _number(gained, scale),
        "start": _number(start, scale) if start > 0 else -1,  # 0 is written as -1, too
        "end": _number(end, scale) if end > 0 else -1,
    }


def _skill(metric: str, value: int, values: Mapping[str, int]) -> Body:
    if metric == OVERALL:
        reached, worth = values.get(TOTAL_LEVEL, 0), values.get("ehp", 0)
    else:
        reached, worth = level_at(max(value, 0)), hours(metric, max(value, 0))
    rank = _rank(value, 2_000_000, 400_000)
    return {
        "metric": metric,
        "experience": value,
        "rank": rank,
        "level": reached,
        "ehp": _hours(worth),
    }


def _boss(metric: str, value: int, _: Mapping[str, int]) -> Body:
    rank = _rank(value, 300_000, 25)
    return {
        "metric": metric,
        "kills": value,
        "rank": rank,
        "ehb": _hours(hours(metric, max(value, 0))),
    }


def _activity(metric: str, value: int, _: Mapping[str, int]) -> Body:
    return {"metric": metric, "score": value, "rank": _rank(value, 200_000, 30)}


def _computed(metric: str, value: int, _: Mapping[str, int]) -> Body:
    worth = max(value, 0)
    return {"metric": metric, "value": _hours(worth), "rank": _rank(worth, 200_000, 10 * HOUR)}


_ENTRIES = {
    MetricKind.SKILL: _skill,
    MetricKind.BOSS: _boss,
    MetricKind.ACTIVITY: _activity,
    MetricKind.COMPUTED: _computed,
}


def _rank(value: int, last: int, half: int) -> int:
    """A place among `last` players, the middle one at `half`; better for more."""
    return max(1, last * half // (half + value)) if value >= 0 else -1


def _hours(value: int) -> float:
    return _number(value, HOUR)


def _number(value: int, scale: int) -> float:
    """Whole numbers without a point, as JavaScript writes them."""
    whole, rest = divmod(value, scale)
    return value / scale if rest else whole

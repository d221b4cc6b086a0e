"""What does a member have in game, and what have they gained, metric by metric?"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, select, type_coerce

from clanstats.analytics import gains, seeks
from clanstats.analytics.facts.asking import Asked, Number, Person, column
from clanstats.db.asking import rows
from clanstats.db.models import MetricRow, PlayerRow
from clanstats.domain import Gain, GainPolicy, UnknownReason, Window
from clanstats.facts import Column, FactKey
from clanstats.levels import level_at
from clanstats.metrics import OVERALL, TOTAL_LEVEL, Metric, named
from clanstats.timestamps import from_epoch_ms

_PLAYERS = bindparam("players", expanding=True, type_=BigInteger)
_METRICS = bindparam("metrics", expanding=True, type_=Text)
_SEEN = (
    type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at"),
    type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
)
_PEOPLE = (
    select(PlayerRow.id.label("player_id"), *gains.seen(PlayerRow.id), *_SEEN)
    .where(PlayerRow.id.in_(_PLAYERS))
    .cte("people")
    .prefix_with("MATERIALIZED")  # else it is found anew for each metric
)
_GAINS = select(
    *_PEOPLE.c,
    MetricRow.name.label("metric"),
    *gains.values(_PEOPLE.c.player_id, MetricRow.id, GainPolicy.AS_OF, first_at=_PEOPLE.c.first_at),
).join_from(_PEOPLE, MetricRow, MetricRow.name.in_(_METRICS))
_TOTALS = (
    select(
        PlayerRow.id.label("player_id"),
        MetricRow.name.label("metric"),
        seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
        seeks.value_at(PlayerRow.id, MetricRow.id, gains.END).label("end_value"),
        *_SEEN,
    )
    .join_from(PlayerRow, MetricRow, MetricRow.name.in_(_METRICS))
    .where(PlayerRow.id.in_(_PLAYERS))
)
_NAMES = {"ehp": "ehp", "ehb": "ehb", "clog": "collections_logged", "total_level": TOTAL_LEVEL}
_SUMS = (None, "raids")  # parts of `kc` that are no boss

UNTRUSTED = {
    "archived": "Wise Old Man has put this profile aside: look whether they were renamed",
    "flagged": "Wise Old Man has flagged this profile: it has to be resolved there",
    "banned": "Wise Old Man says that this account is banned",
}
REASONS = {
    UnknownReason.NEVER_TRACKED: "Wise Old Man never saw them: add them there",
    UnknownReason.ARCHIVED: UNTRUSTED["archived"],
    UnknownReason.NOT_UPDATED: "Wise Old Man didn't look in that time: update them there",
    UnknownReason.NO_BASELINE: "they were only seen once so far",
    UnknownReason.UNRANKED: "the hiscores don't list them",
    UnknownReason.NEWLY_RANKED: "the hiscores list them only since lately",
}


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that are one metric each."""
    wanted: defaultdict[int | None, dict[FactKey, Metric]] = defaultdict(dict)
    for key in needs:
        if (metric := _metric(key)) is not None:
            wanted[key.days][key] = metric
    found: dict[FactKey, Column] = {}
    for days, metrics in wanted.items():
        window = None if days is None else asked.window(days)
        known = await _known(asked, window, {metric.name for metric in metrics.values()})
        for key, metric in metrics.items():
            numbers = [
                _number(asked, one, metric, window, known.get((one.member.player_id, metric.name)))
                for one in asked.people
            ]
            if key.name == "level":
                numbers = [_level(number) for number in numbers]
            found[key] = column(numbers)
    return found


def trusted(asked: Asked, person: Person, observed_at: datetime | None) -> str | None:
    """Why nothing of what Wise Old Man says of them can be relied on; None if it can."""
    if person.member.status in UNTRUSTED:
        return UNTRUSTED[person.member.status]
    if observed_at is None:
        return REASONS[UnknownReason.NEVER_TRACKED]
    age = asked.as_of - observed_at
    if asked.max_data_age is not None and age > asked.max_data_age:
        return f"Wise Old Man's data is {_age(age.total_seconds())} old: update them there"
    return None


def _age(seconds: float) -> str:
    hours = int(seconds // 3600)
    return f"{hours} h" if hours < 72 else f"{hours // 24} d"  # noqa: PLR2004 — three days


def _metric(key: FactKey) -> Metric | None:
    if key.name in _NAMES:
        return named(_NAMES[key.name])
    if key.name in {"xp", "level"}:
        return named(key.part or OVERALL)
    if key.name == "activity" or (key.name == "kc" and key.part not in _SUMS):
        return named(key.part or "")
    return None


async def _known(
    asked: Asked, window: Window | None, metrics: Collection[str]
) -> Mapping[tuple[int, str], Any]:
    """What the database has of each player and metric; without a window, of totals."""
    statement = _TOTALS if window is None else _GAINS
    window = window or Window(asked.as_of, asked.as_of)
    parameters = {
        "players": [person.member.player_id for person in asked.people],
        "metrics": sorted(metrics),
        **gains.bounds(window),
    }
    found = await rows(asked.session, statement, parameters)
    return {(row.player_id, row.metric): row for row in found}


def _number(
    asked: Asked,
    person: Person,
    metric: Metric,
    window: Window | None,
    row: Any,  # noqa: ANN401 — a row
) -> Number:
    if row is None:
        return Number.unknown(f"nobody in the clan has any {metric.title} yet")
    observed_at = looked_at(asked, row.last_at, row.updated_at)
    if (reason := trusted(asked, person, observed_at)) is not None:
        return Number.unknown(reason, observed_at)
    gain = _total(person, metric, row) if window is None else _gain(person, metric, window, row)
    if gain.shown is None:
        return Number.unknown(REASONS[gain.unknown or UnknownReason.UNRANKED], observed_at)
    if gain.since is not None:
        # What came before is unknown: all that they have may have come in this window.
        most = max(gain.end or 0, gain.shown)
        return Number(gain.shown, most, known_since(asked, gain.since), observed_at)
    return Number.exactly(gain.shown, observed_at)


def known_since(asked: Asked, at: datetime) -> str:
    """Why a gain that could only be counted from a later instant isn't exact."""
    day = at.astimezone(asked.tz)
    return f"it is only known from {day.day} {day:%b %Y} on"


def looked_at(asked: Asked, last_at: int | None, updated_at: int | None) -> datetime | None:
    """When Wise Old Man last looked, by the instant asked about; both in ms."""
    now = asked.as_of_ms
    known = [one for one in (last_at, updated_at) if one is not None and one <= now]
    return from_epoch_ms(max(known)) if known else None


def _total(person: Person, metric: Metric, row: Any) -> Gain:  # noqa: ANN401 — a row
    if row.end_value is None:
        return Gain(person.member, None, UnknownReason.UNRANKED)
    return Gain(person.member, gains.scaled(row.end_value, metric), None)


def _gain(person: Person, metric: Metric, window: Window, row: Any) -> Gain:  # noqa: ANN401
    return gains.decide(person.member, metric, window, row, GainPolicy.AS_OF)


def _level(xp: Number) -> Number:
    if xp.low != xp.high:
        return replace(xp, low=1.0, high=99.0)
    return replace(xp, low=float(level_at(xp.low)), high=float(level_at(xp.high)))

"""What did someone gain? The one definition, used by every number that is a gain.

The end is the newest observation at or before the window's end. The baseline is the newest one at
or before its start, unless that is older than the start by more than the window's length or seven
days, whichever is longer; else the first observation inside the window, and the gain is said to
be "since" then. Whoever was observed only once has gained an unknown amount. Whoever wasn't
observed inside the window has no known gain, unless Wise Old Man looked after the start and has
seen no change since before it: that is a true 0.

What isn't ranked at the end is unknown, and an older value doesn't stand in for it. What isn't
ranked at the baseline counts from its first ranked value inside the window: that value is a
baseline, never a gain.

The policy `wom` is Wise Old Man's own definition, to compare with its pages: from the first to the
last snapshot inside the window (both ends included), never negative, an unranked start counted as
0 (but for the overall XP, whose gain is then 0).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, bindparam

from clanstats.analytics import seeks
from clanstats.db.models import MetricValueRow
from clanstats.domain import Gain, GainPolicy, Member, UnknownReason, Window
from clanstats.metrics import OVERALL, Metric
from clanstats.timestamps import epoch_ms, from_epoch_ms

START = bindparam("start_ms", type_=BigInteger)
END = bindparam("end_ms", type_=BigInteger)
FLOOR = bindparam("floor_ms", type_=BigInteger)
_MIN_BASELINE_AGE = timedelta(days=7)


def bounds(window: Window) -> dict[str, int]:
    """The parameters that `facts` needs."""
    start, end = epoch_ms(window.start), epoch_ms(window.end)
    oldest = window.start - max(window.length, _MIN_BASELINE_AGE)
    return {"start_ms": start, "end_ms": end, "floor_ms": epoch_ms(oldest)}


def facts(  # noqa: PLR0913 — a window has three bounds
    player: seeks.Column,
    metric: seeks.Column,
    policy: GainPolicy,
    *,
    start: seeks.Column = START,
    end: seeks.Column = END,
    floor: seeks.Column = FLOOR,
) -> Sequence[ColumnElement[Any]]:
    """The columns `decide` needs, for a statement that runs over players, metrics or windows.

    Instants are ms. `base_at`: the newest observation up to the start (policy wom: the first one
    inside); `first_at`, `last_at`: the first inside, the newest up to the end; `base_value`,
    `first_value`, `end_value`: what stood there; `ranked_at`, `ranked_value`: the first ranked
    value inside.
    """
    seen = _seen(player, policy, start=start, end=end, floor=floor)
    held = values(player, metric, policy, first_at=seen["first_at"], start=start, end=end)
    return [*(column.label(name) for name, column in seen.items()), *held]


def seen(
    player: seeks.Column,
    *,
    start: seeks.Column = START,
    end: seeks.Column = END,
    floor: seeks.Column = FLOOR,
) -> Sequence[ColumnElement[Any]]:
    """Those of `facts` that are the same for every metric, by our own policy."""
    columns = _seen(player, GainPolicy.AS_OF, start=start, end=end, floor=floor)
    return [column.label(name) for name, column in columns.items()]


def values(  # noqa: PLR0913 — as above
    player: seeks.Column,
    metric: seeks.Column,
    policy: GainPolicy,
    *,
    first_at: seeks.Column,
    start: seeks.Column = START,
    end: seeks.Column = END,
) -> Sequence[ColumnElement[Any]]:
    """The others of `facts`."""
    if policy is GainPolicy.WOM:
        columns: dict[str, ColumnElement[Any]] = {
            "base_value": seeks.value_at(player, metric, first_at),
            "end_value": seeks.value_at(player, metric, end),
        }
    else:
        columns = {
            "base_value": seeks.value_at(player, metric, start),
            "first_value": seeks.value_at(player, metric, first_at),
            "ranked_at": seeks.first_ranked(
                MetricValueRow.taken_at, player, metric, after=start, until=end
            ),
            "ranked_value": seeks.first_ranked(
                MetricValueRow.value, player, metric, after=start, until=end
            ),
            "end_value": seeks.value_at(player, metric, end),
        }
    return [column.label(name) for name, column in columns.items()]


def _seen(
    player: seeks.Column,
    policy: GainPolicy,
    *,
    start: seeks.Column,
    end: seeks.Column,
    floor: seeks.Column,
) -> dict[str, ColumnElement[Any]]:
    inside = start if policy is GainPolicy.WOM else start + 1
    first_at = seeks.oldest_snapshot(player, since=inside, until=end)
    base_at = first_at
    if policy is not GainPolicy.WOM:
        base_at = seeks.newest_snapshot(player, until=start, not_before=floor)
    last_at = seeks.newest_snapshot(player, until=end)
    return {"base_at": base_at, "first_at": first_at, "last_at": last_at}


def decide(  # noqa: PLR0911 — one return a case of the definition, in its order
    member: Member,
    metric: Metric,
    window: Window,
    found: Row[Any],
    policy: GainPolicy,
) -> Gain:
    """Apply the definition.

    `found` is a row of `facts` with `updated_at` and `last_changed_at`, which is what Wise Old
    Man says of the profile, in ms.
    """
    if member.status == "archived":
        return Gain(member, None, UnknownReason.ARCHIVED)
    seen = None if found.last_at is None else from_epoch_ms(found.last_at)
    if found.first_at is None:
        return _unobserved(member, metric, window, found, policy)
    if policy is GainPolicy.WOM:
        return _by_wom(member, metric, found)
    if found.end_value is None:
        return Gain(member, None, UnknownReason.UNRANKED, observed_at=seen)
    base, since = found.base_value, None
    if found.base_at is None:
        if found.first_at == found.last_at:
            return Gain(member, None, UnknownReason.NO_BASELINE, observed_at=seen)
        base, since = found.first_value, found.first_at
    if base is None:
        if found.ranked_at == found.last_at:
            return Gain(member, None, UnknownReason.NEWLY_RANKED, observed_at=seen)
        base, since = found.ranked_value, found.ranked_at
    return Gain(
        member,
        scaled(found.end_value - base, metric),
        None,
        since=None if since is None else from_epoch_ms(since),
        start=scaled(base, metric),
        end=scaled(found.end_value, metric),
        observed_at=seen,
    )


def held(member: Member, last_at: int | None, total: float | None) -> Gain:
    """What a member has by some instant, or why that isn't known.

    `last_at` is when they were last observed, in ms; a total of None isn't listed.
    """
    if member.status == "archived":
        return Gain(member, None, UnknownReason.ARCHIVED)
    if last_at is None:
        return Gain(member, None, UnknownReason.NEVER_TRACKED)
    seen = from_epoch_ms(last_at)
    if total is None:
        return Gain(member, None, UnknownReason.UNRANKED, observed_at=seen)
    return Gain(member, total, None, end=total, observed_at=seen)


def scaled(value: int | None, metric: Metric) -> float | None:
    """A stored integer in the metric's own unit."""
    return value if value is None or metric.scale == 1 else value / metric.scale


def stood_still(found: Row[Any], window: Window) -> bool:
    """Whether Wise Old Man looked after the window's start, and saw no change since before it."""
    start = epoch_ms(window.start)
    return (
        found.updated_at is not None
        and found.last_changed_at is not None
        and found.last_changed_at <= start < found.updated_at
    )


def _unobserved(
    member: Member,
    metric: Metric,
    window: Window,
    found: Row[Any],
    policy: GainPolicy,
) -> Gain:
    seen = None if found.last_at is None else from_epoch_ms(found.last_at)
    if seen is None or policy is GainPolicy.WOM or not stood_still(found, window):
        reason = UnknownReason.NEVER_TRACKED if seen is None else UnknownReason.NOT_UPDATED
        return Gain(member, None, reason, observed_at=seen)
    if found.end_value is None:
        return Gain(member, None, UnknownReason.UNRANKED, observed_at=seen)
    total = scaled(found.end_value, metric)
    return Gain(member, 0, None, start=total, end=total, observed_at=seen)


def _by_wom(member: Member, metric: Metric, found: Row[Any]) -> Gain:
    start, end = found.base_value, found.end_value
    gained = 0 if end is None else max(0, end - (start or 0))
    if start is None and metric.name == OVERALL:
        gained = 0
    return Gain(
        member,
        scaled(gained, metric),
        None,
        start=scaled(start, metric),
        end=scaled(end, metric),
        observed_at=from_epoch_ms(found.last_at),
    )

"""Which contests does the make-believe clan hold, and who wins them?

One every other week, for a week, on a skill or a boss in turn; the next one is always announced.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count

from clanstats.metrics import catalogue
from clanstats.wom.rows import WomCompetition, WomPlace
from demo.world.history import History

_METRICS = ("ehp", "slayer", "zulrah", "woodcutting", "vorkath", "mining", "general_graardor")
_LENGTH = timedelta(days=7)
_EVERY = timedelta(days=14)
_FIRST = timedelta(days=7)  # after the world began, so that everybody was seen before
_AHEAD = timedelta(days=12)  # so long before its start a contest is announced


def competitions(first_day: datetime, at: datetime) -> tuple[WomCompetition, ...]:
    """All that were announced by `at`, the latest first."""
    return tuple(reversed([*_announced(first_day, at)]))


def _announced(first_day: datetime, at: datetime) -> Iterator[WomCompetition]:
    for number in count():
        starts_at = first_day + _FIRST + number * _EVERY
        if starts_at - _AHEAD > at:
            return
        metric = catalogue()[_METRICS[number % len(_METRICS)]]
        title = f"{metric.title} week"
        yield WomCompetition(
            number + 1, title, (metric.name,), starts_at, starts_at + _LENGTH, starts_at - _AHEAD
        )


def values_in(
    history: History, competition: WomCompetition, at: datetime
) -> tuple[int | None, int | None]:
    """What a member had at a contest's start and at its end, or by `at`; None is unranked."""
    (metric,) = competition.metrics
    last = min(competition.ends_at, at)
    return history.value_at(metric, competition.starts_at), history.value_at(metric, last)


def places(gains: Mapping[int, int]) -> tuple[WomPlace, ...]:
    """Who is how good, by ID and gain; who gained nothing has no place."""
    return tuple(
        WomPlace(wom_id, 1 + sum(other > gain for other in gains.values()))
        for wom_id, gain in sorted(gains.items(), key=lambda one: (-one[1], one[0]))
        if gain
    )

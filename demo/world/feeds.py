"""What do the group's feeds say: who came and went, who was renamed, who reached what?"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from clanstats.levels import xp_of_level
from clanstats.metrics import MetricKind, catalogue
from clanstats.wom.rows import WomAchievement, WomActivity, WomNameChange
from demo.world.history import History
from demo.world.model import Case, Person, Stay, as_of

_REVIEW = timedelta(seconds=40)  # from submitting a rename to its approval
_KILLS = (50, 100, 500, 1_000, 5_000)
_SCORES = (100, 500, 1_000)


def activity(people: Iterable[Person], at: datetime) -> tuple[WomActivity, ...]:
    """The lines in the feed at `at`, newest first; equal ones by ID."""
    lines = [
        line
        for person in people
        for stay in person.stays
        for line in _stay_lines(person, stay, at)
        if line.at <= at
    ]
    return tuple(sorted(lines, key=lambda line: (-line.at.timestamp(), line.wom_id)))


def _stay_lines(person: Person, stay: Stay, at: datetime) -> Iterator[WomActivity]:
    name = as_of(person.names, at)
    in_feed = stay.feed_until is None or at < stay.feed_until
    if stay.join_logged and in_feed:
        joined_as = stay.roles[0].what
        yield WomActivity(person.wom_id, name, "joined", joined_as, None, stay.joined_at)
    for before, after in pairwise(stay.roles):
        yield WomActivity(person.wom_id, name, "changed_role", after.what, before.what, after.at)
    if stay.left_at and in_feed:
        role = as_of(stay.roles, stay.left_at)
        yield WomActivity(person.wom_id, name, "left", role, None, stay.left_at)


def renames(people: Iterable[Person]) -> tuple[WomNameChange, ...]:
    """Every rename that is approved sooner or later, newest first."""
    found = sorted(
        (after.at, person.wom_id, before.what, after.what)
        for person in people
        if person.case is not Case.ARCHIVED  # being moved aside isn't a rename
        for before, after in pairwise(person.names)
    )
    return tuple(
        WomNameChange(number, wom_id, old_name, new_name, at - _REVIEW, at)
        for number, (at, wom_id, old_name, new_name) in reversed([*enumerate(found, start=1)])
    )


def achievements(wom_id: int, history: History) -> tuple[WomAchievement, ...]:
    """All milestones of one player, in no order; those of the first snapshot have no date."""
    return tuple(
        WomAchievement(wom_id, title, metric, threshold, measure, _reached_at(history, index))
        for metric, series in history.series.items()
        for title, threshold, measure in _milestones(metric)
        if (place := bisect_left(series.values, threshold)) < len(series.values)
        for index in (series.indices[place],)
    )


def newest_first(milestone: WomAchievement) -> tuple[float, int, str]:
    """The feed's order: by date, undated ones last; equal ones by ID, then name."""
    reached = milestone.achieved_at
    return (-reached.timestamp() if reached else 0.0, milestone.wom_id, milestone.name)


def _reached_at(history: History, index: int) -> datetime | None:
    return history.taken_at(index) if index else None


def _milestones(metric: str) -> Iterator[tuple[str, int, str]]:
    known = catalogue()[metric]
    if known.kind is MetricKind.SKILL and metric != "overall":
        yield f"99 {known.title}", xp_of_level(99), "experience"
    elif known.kind is MetricKind.BOSS:
        for kills in _KILLS:
            yield f"{kills:,} {known.title} kills", kills, "kills"
    elif known.kind is MetricKind.ACTIVITY:
        for score in _SCORES:
            yield f"{score:,} {known.title}", score, "score"

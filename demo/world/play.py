"""On which days does somebody play, and when are they looked up?"""
# ruff: noqa: S311 - a make-believe clan needs repeatable luck, not secrets

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.world.career import Career
from demo.world.history import History, from_ms, to_ms
from demo.world.model import Case, Person, Span

_DAY_MS = 86_400_000
_MOST_JITTER_MS = 20 * 60_000
_MISSED = 1 / 3  # of a patchy player's updates


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the world, and how often each of them everybody is updated."""

    start: datetime
    end: datetime
    days: int
    snapshots_per_day: int
    seed: int

    @property
    def slot_ms(self) -> int:
        """From one update to the next."""
        return _DAY_MS // self.snapshots_per_day

    @property
    def jitter_ms(self) -> int:
        """By how much an update may be late."""
        return min(_MOST_JITTER_MS, self.slot_ms // 10)


def history(person: Person, calendar: Calendar) -> History:
    """Live through `person`'s days; the same person and calendar give the same history."""
    made = History()
    if person.tracked is None:
        return made
    rng = random.Random(f"{calendar.seed}/{person.wom_id}")
    career = Career(person.style, rng)
    offset = rng.randrange(calendar.slot_ms - calendar.jitter_ms)
    playing, rolled_back = False, False
    for day in range(calendar.days):
        playing = _plays(person, playing=playing, rng=rng)
        midnight = to_ms(calendar.start) + day * _DAY_MS
        if person.rolled_back_at and not rolled_back and midnight >= to_ms(person.rolled_back_at):
            career.roll_back()
            rolled_back = True
        elif playing and not _resting(person, midnight):
            career.play()
        _look_up(person, calendar, career, made, midnight + offset, rng)
    return made


def _plays(person: Person, *, playing: bool, rng: random.Random) -> bool:
    style = person.style
    if playing:
        return rng.random() < style.goes_on
    return rng.random() * (1 - style.plays) < style.plays * (1 - style.goes_on)


def _resting(person: Person, ms: int) -> bool:
    return bool(person.breaks) and any(span.covers(from_ms(ms)) for span in person.breaks)


def _look_up(  # noqa: PLR0913, PLR0917 - the loop's body, apart for reading
    person: Person,
    calendar: Calendar,
    career: Career,
    made: History,
    due: int,
    rng: random.Random,
) -> None:
    """Take the day's snapshots."""
    since, until = _limits(person.tracked, calendar)
    for slot in range(calendar.snapshots_per_day):
        at = due + slot * calendar.slot_ms + int(rng.random() * calendar.jitter_ms)
        if not since <= at < until:
            continue
        if person.case is Case.PATCHY and rng.random() < _MISSED:
            continue
        career.publish(made, len(made.taken))
        made.taken.append(at)


def _limits(tracked: Span | None, calendar: Calendar) -> tuple[int, int]:
    span = tracked or Span(calendar.end)
    return to_ms(span.start), to_ms(span.end or calendar.end + timedelta(milliseconds=1))

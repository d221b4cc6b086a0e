"""What makes some of the players awkward?"""
# ruff: noqa: S311 - a make-believe clan needs repeatable luck, not secrets

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from demo.world.model import Case, Dated, Person, Span, Stay
from demo.world.names import LOOKALIKES, names
from demo.world.play import Calendar
from demo.world.styles import BEGINNER, GRINDER, STILL

_A_DAY = timedelta(days=1)
_PAIR = 2
_SYNC_LEAD = timedelta(hours=10)  # by which the clan's sync may come before it


class Extras:
    """New IDs, names and dates for the cast, each handed out once."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.rng = random.Random(f"{calendar.seed}/people")
        self._names = names(self.rng)
        self._last_id = 100_000
        self._likenesses = iter(LOOKALIKES)

    def next_id(self) -> int:
        """A Wise Old Man ID; they ascend, with gaps."""
        self._last_id += self.rng.randrange(1, 400)
        return self._last_id

    def next_name(self) -> str:
        """A name nobody has."""
        return next(self._names)

    def next_likeness(self) -> str:
        """A name that looks like another one."""
        return next(self._likenesses)

    def ago(self, days: float) -> datetime:
        """About `days` before the world's end, in its second hour at the earliest."""
        jitter = timedelta(milliseconds=self.rng.randrange(3_600_000))
        calendar = self.calendar
        before = timedelta(milliseconds=int(days * 86_400_000))
        return max(calendar.end - before - jitter, calendar.start + timedelta(hours=1) + jitter)


Twist = Callable[[Person, Extras], tuple[Person, ...]]


def _never_tracked(person: Person, _: Extras) -> tuple[Person, ...]:
    return (replace(person, tracked=None, account_types=_always(person, "unknown")),)


def _archived(person: Person, extras: Extras) -> tuple[Person, ...]:
    at = extras.ago(20)
    aside = Dated(at, f"archive{extras.rng.randrange(10_000, 100_000)}")
    successor = replace(
        person,
        wom_id=extras.next_id(),
        case=Case.SUCCESSOR,
        names=(Dated(at, person.names[-1].what),),
        known=Span(at),
        tracked=Span(at),
        stays=(),
    )
    archived = replace(person, names=(*person.names, aside))
    return (_closed(archived, at, "archived", extras), successor)


def _flagged(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_closed(person, extras.ago(6), "flagged", extras),)


def _banned(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_closed(person, extras.ago(9), "banned", extras),)


def _unranked(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_closed(person, extras.ago(12), "unranked", extras),)


def _stale(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_closed(person, extras.ago(21), "active", extras),)


def _renamed(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_with_names(person, (extras.ago(45), extras.next_name())),)


def _renamed_twice(person: Person, extras: Extras) -> tuple[Person, ...]:
    first, second = (extras.ago(100), extras.next_name()), (extras.ago(8), extras.next_name())
    return (_with_names(person, first, second),)


def _recapitalised(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (_with_names(person, (extras.ago(30), person.names[-1].what.upper())),)


def _synced_first(person: Person, extras: Extras) -> tuple[Person, ...]:
    """The new name was a stranger in the clan until Wise Old Man merged the two."""
    approved_at = extras.ago(5)
    synced_at, new_name = approved_at - _SYNC_LEAD, extras.next_name()
    role = person.stays[0].roles[-1].what
    joined_at = min(person.stays[0].joined_at, synced_at - timedelta(minutes=30))
    before = Stay(
        joined_at,
        synced_at,
        (Dated(joined_at, role),),
        join_logged=person.stays[0].join_logged,
        feed_until=approved_at,
    )
    between = Stay(synced_at, approved_at, (Dated(synced_at, role),), feed_until=approved_at)
    after = replace(between, left_at=None, join_logged=False, listed_from=approved_at)
    stand_in = replace(
        person,
        wom_id=extras.next_id(),
        names=(Dated(synced_at, new_name),),
        account_types=_always(person, "unknown"),
        case=Case.STAND_IN,
        known=Span(synced_at, approved_at),
        tracked=None,
        stays=(between,),
    )
    return (replace(_with_names(person, (approved_at, new_name)), stays=(before, after)), stand_in)


def _lookalike(person: Person, extras: Extras) -> tuple[Person, ...]:
    return (replace(person, names=(Dated(person.known.start, extras.next_likeness()),)),)


def _never_changes(person: Person, _: Extras) -> tuple[Person, ...]:
    return (replace(person, style=STILL),)


def _returned(person: Person, extras: Extras) -> tuple[Person, ...]:
    away = Span(extras.ago(150), extras.ago(12))
    return (replace(person, style=GRINDER, breaks=(away,)),)


def _faded(person: Person, extras: Extras) -> tuple[Person, ...]:
    at = extras.ago(extras.rng.uniform(45, 70))
    since = extras.calendar.start
    stay = Stay(since, None, (Dated(since, "sapphire"),), join_logged=False)
    gone = replace(
        person,
        style=GRINDER,
        stays=(stay,),
        tracked=Span(since),
        breaks=(Span(at, extras.calendar.end + _A_DAY),),
        silent_from=at,
    )
    return (gone,)


def _rolled_back(person: Person, extras: Extras) -> tuple[Person, ...]:
    tracked = Span(extras.calendar.start)
    return (replace(person, style=GRINDER, tracked=tracked, rolled_back_at=extras.ago(10)),)


def _died(person: Person, extras: Extras) -> tuple[Person, ...]:
    types = (*_always(person, "hardcore"), Dated(extras.ago(15), "ironman"))
    return (replace(person, account_types=types),)


def _rejoined(person: Person, extras: Extras) -> tuple[Person, ...]:
    start = extras.calendar.start
    left_at, back_at = extras.ago(90), extras.ago(14)
    first = Stay(start, left_at, (Dated(start, "sapphire"),), join_logged=False)
    second = Stay(back_at, None, (Dated(back_at, "prospector"),))
    return (replace(person, stays=(first, second), tracked=Span(start)),)


def _newcomer(person: Person, extras: Extras) -> tuple[Person, ...]:
    at = extras.ago(extras.rng.uniform(2, 20))
    return (replace(person, stays=(Stay(at, None, (Dated(at, "prospector"),)),)),)


def _new_account(person: Person, extras: Extras) -> tuple[Person, ...]:
    (joined,) = _newcomer(person, extras)
    at = joined.stays[0].joined_at
    named = (Dated(at, person.names[0].what),)
    return (replace(joined, style=BEGINNER, names=named, known=Span(at), tracked=Span(at)),)


def _left(person: Person, extras: Extras) -> tuple[Person, ...]:
    days = extras.calendar.days
    at = extras.ago(extras.rng.uniform(0.01, 0.9) * days)
    joined_at = extras.calendar.start
    stay = Stay(joined_at, at, (Dated(joined_at, "sapphire"),), join_logged=False)
    return (replace(person, stays=(stay,), tracked=Span(joined_at, at)),)


TWISTS: dict[Case, Twist] = {
    Case.NEVER_TRACKED: _never_tracked,
    Case.ARCHIVED: _archived,
    Case.FLAGGED: _flagged,
    Case.BANNED: _banned,
    Case.UNRANKED: _unranked,
    Case.STALE: _stale,
    Case.RENAMED: _renamed,
    Case.RENAMED_TWICE: _renamed_twice,
    Case.RECAPITALISED: _recapitalised,
    Case.SYNCED_FIRST: _synced_first,
    Case.LOOKALIKE: _lookalike,
    Case.NEVER_CHANGES: _never_changes,
    Case.RETURNED: _returned,
    Case.FADED: _faded,
    Case.ROLLED_BACK: _rolled_back,
    Case.DIED: _died,
    Case.REJOINED: _rejoined,
    Case.NEWCOMER: _newcomer,
    Case.NEW_ACCOUNT: _new_account,
    Case.LEFT: _left,
}


def swapped(cast: Iterable[Person], extras: Extras) -> Iterator[Person]:
    """Everyone, the two who exchange their names as they are afterwards.

    One takes a third name first, since nobody can take a name that is borne.
    """
    pair = []
    for person in cast:
        if person.case is Case.SWAPPED:
            pair.append(person)
        else:
            yield person
    if len(pair) < _PAIR:
        yield from (replace(person, case=None) for person in pair)
        return
    one, other = pair
    first, second = one.names[-1].what, other.names[-1].what
    at = extras.ago(24)
    yield _with_names(one, (at, extras.next_name()), (at + 2 * _A_DAY, second))
    yield _with_names(other, (at + _A_DAY, first))


def _always(person: Person, what: str) -> tuple[Dated, ...]:
    return (Dated(person.known.start, what),)


def _with_names(person: Person, *renames: tuple[datetime, str]) -> Person:
    return replace(person, names=(*person.names, *(Dated(*rename) for rename in renames)))


def _closed(person: Person, at: datetime, status: str, extras: Extras) -> Person:
    """`person`, updated from the world's first day until `at`."""
    statuses = (*person.statuses, Dated(at, status))
    return replace(person, statuses=statuses, tracked=Span(extras.calendar.start, at))

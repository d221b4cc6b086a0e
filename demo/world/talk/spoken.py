"""What is somebody called in the game, and when are they there to talk?

In the game a new name holds at once; Wise Old Man learns of it later.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.world.clan import World
from demo.world.model import Case, Dated, Person, Span
from demo.world.talk.accounts import LINGERS

_LEADS = {
    Case.RENAMED: timedelta(hours=6),
    Case.RENAMED_TWICE: timedelta(days=5),
    Case.RECAPITALISED: timedelta(hours=1),
    Case.SYNCED_FIRST: timedelta(hours=20),  # the clan was synced 10 hours before the approval
    Case.SWAPPED: timedelta(hours=2),
}
_GUEST_BEFORE = timedelta(days=5)
_SUCCESSOR_WAITS = timedelta(days=5)


def spoken_names(person: Person) -> tuple[Dated, ...]:
    """The names as the game has them, oldest first; without the one an archive gave."""
    if person.case is Case.ARCHIVED:
        return person.names[:1]
    lead = _LEADS.get(person.case, timedelta()) if person.case else timedelta()
    first, *others = person.names
    return (first, *(Dated(named.at - lead, named.what) for named in others))


def turning_points(person: Person) -> Iterator[datetime]:
    """Instants around each new name: before it, and after it with and without everybody knowing."""
    for spoken, known in zip(spoken_names(person)[1:], person.names[1:], strict=False):
        yield spoken.at - timedelta(minutes=30)
        yield spoken.at + timedelta(minutes=1)
        yield spoken.at + (known.at - spoken.at) / 2 + timedelta(minutes=2)
        yield known.at + timedelta(minutes=30)


def in_game(person: Person, world: World) -> tuple[Span, ...]:
    """When `person` can be heard in clan chat, as a member or as a guest."""
    calendar = world.calendar
    if person.case is Case.SUCCESSOR:
        return (Span(person.known.start + _SUCCESSOR_WAITS, calendar.end),)
    if person.case is Case.STAND_IN:
        return ()
    spans = []
    for stay in person.stays:
        since = stay.joined_at - _GUEST_BEFORE if person.case is Case.NEWCOMER else stay.joined_at
        until = stay.left_at or calendar.end
        until += LINGERS if person.case is Case.LEFT else timedelta()
        spans.append(Span(max(since, calendar.start), min(until, calendar.end)))
    cut = _cut(spans, _gone_at(person))
    return tuple(span for span in cut if span.end and span.start < span.end)


def _gone_at(person: Person) -> datetime | None:
    """From when on they say nothing in game: the account can't play, or they don't care to."""
    closed = (s.at for s in person.statuses if s.what in {"archived", "banned"})
    return next(closed, person.silent_from)


def _cut(spans: list[Span], gone: datetime | None) -> list[Span]:
    if gone is None:
        return spans
    return [Span(span.start, min(span.end or gone, gone)) for span in spans]

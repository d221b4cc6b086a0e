"""Who is in the make-believe clan?"""

import random
from datetime import datetime, timedelta

from demo.world.cases import TWISTS, Extras, swapped
from demo.world.model import Case, Dated, Person, Span, Stay
from demo.world.play import Calendar
from demo.world.styles import COMMON

ROLE_ORDER = (
    "owner", "deputy_owner", "zenyte", "dragonstone", "onyx", "ruby", "emerald", "sapphire",
    "prospector", "guest",
)  # fmt: skip
_LEADERS = ("owner", "deputy_owner", "deputy_owner")
_ROLES = {
    "zenyte": 3, "dragonstone": 5, "onyx": 6, "ruby": 16, "emerald": 20, "sapphire": 24,
    "prospector": 14, "guest": 6, "achiever": 3,  # the last isn't in the clan's own order
}  # fmt: skip
_TYPES = {"regular": 64, "ironman": 25, "hardcore": 7, "ultimate": 4}
_BUILDS = {"main": 92, "zerker": 4, "def1": 3, "f2p": 1}
_COUNTRIES = (None, None, "GB", "US", "NO", "NL", "AU", "GB_SCT")
_ONCE = (
    Case.RENAMED, Case.LOOKALIKE, Case.LOOKALIKE, Case.NEVER_TRACKED, Case.ARCHIVED, Case.STALE,
    Case.NEWCOMER, Case.REJOINED, Case.FLAGGED, Case.BANNED, Case.UNRANKED, Case.RETURNED,
    Case.NEVER_CHANGES, Case.RENAMED_TWICE, Case.RECAPITALISED, Case.SYNCED_FIRST,
    Case.ROLLED_BACK, Case.DIED, Case.PATCHY, Case.NEW_ACCOUNT,
    Case.SWAPPED, Case.SWAPPED, Case.FADED, Case.FADED, Case.FADED, Case.FADED, Case.FADED,
)  # fmt: skip
_NEWCOMER_EVERY = 20
_LEAVER_EVERY = 15


def people(members: int, *, calendar: Calendar) -> tuple[Person, ...]:
    """Cast `members` who are in the clan at the end, and everybody who once was, by ID."""
    extras = Extras(calendar)
    cast: list[Person] = []
    for place in range(members):
        case = _case(place)
        cast += _twisted(_ordinary(place, case, extras), extras)
    for place in range(members, members + max(1, members // _LEAVER_EVERY)):
        cast += _twisted(_ordinary(place, Case.LEFT, extras), extras)
    return tuple(sorted(swapped(cast, extras), key=lambda person: person.wom_id))


def _case(place: int) -> Case | None:
    """Every other member after the leaders is a case, until each has been cast."""
    cast, plain = divmod(place - len(_LEADERS), 2)
    if cast >= 0 and not plain and cast < len(_ONCE):
        return _ONCE[cast]
    return Case.NEWCOMER if place % _NEWCOMER_EVERY == _NEWCOMER_EVERY - 1 else None


def _twisted(person: Person, extras: Extras) -> tuple[Person, ...]:
    twist = TWISTS.get(person.case) if person.case else None
    return twist(person, extras) if twist else (person,)


def _ordinary(place: int, case: Case | None, extras: Extras) -> Person:
    rng, start = extras.rng, extras.calendar.start
    before = timedelta(days=rng.randrange(30, 900), milliseconds=rng.randrange(86_400_000))
    registered_at = start - before
    stay = _stay(place, extras)
    newly_tracked = stay.join_logged and rng.random() < 0.4  # noqa: PLR2004 - a chance
    since = stay.joined_at if newly_tracked else start
    return Person(
        wom_id=extras.next_id(),
        names=(Dated(registered_at, extras.next_name()),),
        account_types=(Dated(registered_at, _pick(_TYPES, rng)),),
        statuses=(Dated(registered_at, "active"),),
        build=_pick(_BUILDS, rng),
        country=rng.choice(_COUNTRIES),
        style=rng.choices(COMMON, [style.share for style in COMMON])[0],
        case=case,
        known=Span(registered_at),
        tracked=Span(since),
        stays=(stay,),
    )


def _stay(place: int, extras: Extras) -> Stay:
    rng, start = extras.rng, extras.calendar.start
    founding = place < len(_LEADERS) or rng.random() < 0.7  # noqa: PLR2004 - a chance
    joined_at = start if founding else extras.ago(rng.uniform(0.1, 0.9) * extras.calendar.days)
    role = _LEADERS[place] if place < len(_LEADERS) else _pick(_ROLES, rng)
    return Stay(joined_at, None, _ranks(role, joined_at, extras), join_logged=not founding)


def _ranks(role: str, joined_at: datetime, extras: Extras) -> tuple[Dated, ...]:
    """How somebody came to be `role`; one in three was promoted to it, some in two steps."""
    rng = extras.rng
    below = ROLE_ORDER[ROLE_ORDER.index(role) + 1 : -1] if role in ROLE_ORDER else ()
    if not below or role in _LEADERS or rng.random() > 1 / 3:
        return (Dated(joined_at, role),)
    before = rng.sample(below, rng.randrange(1, min(2, len(below)) + 1))
    steps = (*sorted(before, key=ROLE_ORDER.index, reverse=True), role)
    days = (extras.calendar.end - joined_at) / timedelta(days=1)
    dates = sorted(extras.ago(rng.uniform(0.02, 0.9) * days) for _ in before)
    return tuple(Dated(at, step) for at, step in zip((joined_at, *dates), steps, strict=True))


def _pick(weights: dict[str, int], rng: random.Random) -> str:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]

"""Who sat in which voice channel, from when to when?"""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from demo.world.model import Span
from demo.world.play import Calendar
from demo.world.talk.hours import instants
from demo.world.talk.model import Account, AccountKind, Sat
from demo.world.talk.places import AFK, VOICE

_SITS = 0.4  # of the people on the server
_MOVES = 0.2  # of the sessions are followed by one in the other channel, at once
_APART = timedelta(minutes=1)  # at least, from one evening's session to the next


def voice(
    accounts: Iterable[Account], calendar: Calendar, rng: random.Random, *, sessions: float
) -> tuple[Sat, ...]:
    """About `sessions` of them, by start; one is still open at the end."""
    people = [one for one in accounts if one.kind is AccountKind.PERSON]
    sitting = [one for one in people if rng.random() < _SITS]
    found = [sat for one in sitting for sat in _of(one, sessions / len(sitting), calendar, rng)]
    there = next((one for one in sitting if one.linked and one.heard.end is None), None)
    if there is not None:
        since = calendar.end - timedelta(minutes=42, milliseconds=345)
        found = [
            sat for sat in found if sat.account_id != there.discord_user_id or _over(sat, since)
        ]
        found.append(Sat(there.discord_user_id, VOICE, since, None))
    return tuple(sorted(found, key=lambda sat: (sat.since, sat.account_id)))


def _over(sat: Sat, at: datetime) -> bool:
    return sat.until is not None and sat.until < at


def _of(account: Account, count: float, calendar: Calendar, rng: random.Random) -> Iterator[Sat]:
    here = Span(account.heard.start, account.heard.end or calendar.end)
    free = here.start
    for since in sorted(instants(count * (0.3 + 1.4 * rng.random()), (here,), rng)):
        until = since + timedelta(milliseconds=rng.randrange(5 * 60_000, 180 * 60_000))
        if since < free or here.end is None or until + timedelta(hours=3) > here.end:
            continue
        yield Sat(account.discord_user_id, VOICE, since, until)
        if rng.random() < _MOVES:
            moved = until + timedelta(milliseconds=rng.randrange(60_000, 60 * 60_000))
            yield Sat(account.discord_user_id, AFK, until, moved)
            until = moved
        free = until + _APART

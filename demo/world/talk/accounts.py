"""Who is on the make-believe server, and whose account is it?"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from clanstats.chat import snowflake
from demo.world.clan import World
from demo.world.model import Case, Person, Span, as_of
from demo.world.talk.model import Account, AccountKind

WEBHOOK_ID = 1_000_000_000_000_000_201
_BOTS = ((1_000_000_000_000_000_202, "Jukebox"), (1_000_000_000_000_000_203, "Greeter"))
_STRANGERS = ("Nana", "Someone's friend", "Old clanmate", "Streamer")
_WITH_ACCOUNT = 0.55  # of members who aren't linked
_LINKED = 0.6  # of them; ex-members are linked twice and then no more
_LINKED_LEAVERS = 2
LINGERS = timedelta(days=10)  # on the server, after leaving the clan
_NOBODY = (Case.STAND_IN, Case.SUCCESSOR)


def accounts(world: World, rng: random.Random) -> tuple[Account, ...]:
    """Linked members, others, ex-members, strangers, bots and the relay; by ID."""
    start = world.calendar.start
    found = [
        Account(WEBHOOK_ID, "Clan chat", AccountKind.RELAY, Span(start)),
        *(Account(bot_id, name, AccountKind.BOT, Span(start)) for bot_id, name in _BOTS),
    ]
    found += [
        Account(
            discord_user_id,
            as_of(world.person(wom_ids[0]).names, world.calendar.end),
            AccountKind.PERSON,
            Span(start),
            wom_ids,
            linked=True,
        )
        for discord_user_id, wom_ids in world.friends.items()
    ]
    found += _others(world, rng)
    found += [
        Account(_made(start, 900 + place), name, AccountKind.PERSON, Span(start))
        for place, name in enumerate(_STRANGERS)
    ]
    return tuple(sorted(found, key=lambda account: account.discord_user_id))


def _others(world: World, rng: random.Random) -> Iterator[Account]:
    friends = {wom_id for wom_ids in world.friends.values() for wom_id in wom_ids}
    linked_leavers = 0
    for place, person in enumerate(world.people):
        if person.wom_id in friends or person.case in _NOBODY or not person.stays:
            continue
        left = person.case is Case.LEFT
        if not (left or _known(person)) and rng.random() > _WITH_ACCOUNT:
            continue
        linked = linked_leavers < _LINKED_LEAVERS if left else rng.random() < _LINKED
        linked = linked or _known(person)
        linked_leavers += left
        yield Account(
            _made(world.calendar.start, 300 + place),
            _nickname(as_of(person.names, world.calendar.end), rng),
            AccountKind.PERSON,
            _here(person, world),
            (person.wom_id,),
            linked=linked,
            silent_from=person.silent_from,
        )


def _known(person: Person) -> bool:
    """Whether they are linked for certain: whoever is silent could else not be told from others."""
    return person.case is Case.FADED


def _here(person: Person, world: World) -> Span:
    first, last = person.stays[0], person.stays[-1]
    since = first.joined_at if first.join_logged else world.calendar.start
    until = last.left_at + LINGERS if last.left_at else None
    return Span(since, until if until and until < world.calendar.end else None)


def _nickname(name: str, rng: random.Random) -> str:
    """Most are called as in game, some otherwise."""
    shape = rng.random()
    if shape < 0.6:  # noqa: PLR2004 - chances
        return name
    return f"{name} | BST" if shape < 0.7 else name.split(" ", maxsplit=1)[0].title()  # noqa: PLR2004


def _made(start: datetime, days_before: int) -> int:
    """An account's ID; no two of them were made on one day."""
    return snowflake(start - timedelta(days=days_before)) | 7

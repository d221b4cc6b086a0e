"""How is a clan of a given size and age made up?"""

from datetime import datetime, timedelta

from demo.world.clan import World
from demo.world.model import Group, Person
from demo.world.people import ROLE_ORDER, people
from demo.world.play import Calendar

_SHORTEST = 30  # days; the cases need room
_DISCORD_EPOCH_MS = 1_420_070_400_000
_FRIENDS = 12
_WITH_TWO_ACCOUNTS = 2


def make_world(
    *,
    members: int = 120,
    days: int = 365,
    end: datetime,
    seed: int = 1,
    snapshots_per_day: int = 1,
) -> World:
    """Make up a clan that has `members` at `end`.

    Args:
        members: In the clan at the end; ex-members come on top.
        days: Of history before the end; at least 30.
        end: Aware UTC; cut to whole milliseconds. Nothing happens after it.
        seed: Equal arguments make equal worlds.
        snapshots_per_day: How often everybody who is tracked is looked up.

    Raises:
        ValueError: Too few days for what must happen in them.
    """
    if days < _SHORTEST:
        raise ValueError(f"A world of {days} days is too short; give it at least {_SHORTEST}.")
    end = end.replace(microsecond=end.microsecond // 1000 * 1000)
    calendar = Calendar(end - timedelta(days=days), end, days, snapshots_per_day, seed)
    cast = people(members, calendar=calendar)
    return World(
        group=_group(calendar.start),
        calendar=calendar,
        people=cast,
        friends=_friends(cast, calendar),
        _by_id={person.wom_id: person for person in cast},
    )


def _group(founded_at: datetime) -> Group:
    return Group(
        group_id=4_242,
        name="Make Believe",
        clan_chat="MakeBelieve",
        description="A clan of people who don't exist",
        homeworld=330,
        verification_code="123-456-789",
        role_order=ROLE_ORDER,
        founded_at=founded_at,
    )


def _friends(cast: tuple[Person, ...], calendar: Calendar) -> dict[int, tuple[int, ...]]:
    """Link ordinary members to Discord users, the first of them with a second account."""
    plain = [
        person.wom_id
        for person in cast
        if person.case is None and person.stays[-1].covers(calendar.end)
    ]
    owners, seconds = plain[:_FRIENDS], plain[_FRIENDS : _FRIENDS + _WITH_TWO_ACCOUNTS]
    linked = {}
    for place, wom_id in enumerate(owners):
        created = calendar.start - timedelta(days=500 - place)
        discord_id = (int(created.timestamp() * 1000) - _DISCORD_EPOCH_MS) << 22 | place
        linked[discord_id] = (wom_id, *seconds[place : place + 1])
    return linked

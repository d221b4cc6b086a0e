"""In how many of the clan's competitions did a person take part, and how well?

Each of their accounts counts for itself, as it competes on Wise Old Man.
"""

from collections.abc import Collection, Mapping
from math import inf

from clanstats.analytics.competitions import TakenPart, list_read_at, taken_part
from clanstats.analytics.facts.asking import Asked, Number, Person, column
from clanstats.facts import Column, FactKey

_PODIUM = 3


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that are about competitions that are over."""
    wanted = [key for key in needs if key.name == "competition"]
    if not wanted:
        return {}
    gap = await _gap(asked)
    found: dict[FactKey, Column] = {}
    for days in {key.days for key in wanted}:
        window = asked.window(days)
        known = await taken_part(asked.session, asked.clan_id, since=window.start, until=window.end)
        for key in wanted:
            if key.days == days:
                worst = _PODIUM if key.part == "podiums" else None
                found[key] = column(_number(one, known, worst, gap) for one in asked.people)
    return found


def _number(person: Person, known: TakenPart, worst: int | None, gap: str | None) -> Number:
    """How many of their places are at least `worst`; None takes any."""
    places = [place for player in person.players for place in known.places.get(player, ())]
    count = sum(worst is None or place <= worst for place in places)
    if gap is not None:
        return Number(count, inf, gap)
    if known.unread:
        reason = f"who did how well isn't read yet of {known.unread} competitions that are over"
        return Number(count, count + known.unread * len(person.players), reason)
    return Number.exactly(count)


async def _gap(asked: Asked) -> str | None:
    """Why competitions may be missing; None if none can be."""
    read_at = await list_read_at(asked.session, asked.clan_id)
    if read_at is None:
        return "the clan's competitions were never read: the bot does so every three hours"
    if asked.max_data_age is not None and asked.as_of - read_at > asked.max_data_age:
        return "the clan's competitions were last read too long ago: see /health"
    return None

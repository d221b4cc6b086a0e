"""Since how many days is there no sign of life of a member?

As of the newest observation: what somebody did since then shows with the next one, so the data may
be as old as the rules allow. Who wasn't watched throughout may have been quiet for less.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from math import inf

from clanstats.analytics import voice
from clanstats.analytics.channels import channels_read
from clanstats.analytics.facts.asking import Asked, Number, Person, column
from clanstats.analytics.facts.game import trusted
from clanstats.analytics.facts.talk import UNLINKED
from clanstats.analytics.signals import GameSigns, game_signs, heard_last, talk_signs
from clanstats.domain import Window
from clanstats.facts import LONGEST_DAYS, Column, FactKey

_DAY = timedelta(days=1)
_NEVER = "nothing was ever heard of them"
_UNREAD = "channels weren't read, or voice not watched, all that time"


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that say how long it is since somebody was last seen."""
    wanted = {key for key in needs if key.name == "quiet_days"}
    if not wanted:
        return {}
    parts = {key.part for key in wanted}
    in_game = await _in_game(asked) if parts & {None, "game"} else []
    in_chat = await _in_chat(asked) if parts & {None, "chat"} else []
    of_part = {
        "game": in_game,
        "chat": in_chat,
        None: [_least(one, other) for one, other in zip(in_game, in_chat, strict=False)],
    }
    return {key: column(of_part[key.part]) for key in wanted}


def _least(one: Number, other: Number) -> Number:
    """The newest sign of both sorts."""
    low, high = min(one.low, other.low), min(one.high, other.high)
    reason = None
    if low != high:
        # What may have been more lately than is known decides what would help.
        reason = other.reason if other.low < one.low or one.reason is None else one.reason
    return Number(low, high, reason, one.observed_at)


async def _in_game(asked: Asked) -> list[Number]:
    # Of accounts outside of the clan nothing new is read.
    present = {person.member.player_id for person in asked.people}
    found = await game_signs(asked.session, sorted(present), asked.as_of)
    return [
        # Other accounts of a person speak for them, too.
        _least_of(
            [
                _game(asked, person, found.get(player))
                for player in person.players
                if player in present
            ]
        )
        for person in asked.people
    ]


def _least_of(numbers: list[Number]) -> Number:
    known = numbers[0]
    for one in numbers[1:]:
        known = _least(known, one)
    return known


def _game(asked: Asked, person: Person, signs: GameSigns | None) -> Number:
    signs = signs or GameSigns()
    if (reason := trusted(asked, person, signs.observed_at)) is not None:
        return Number.unknown(reason, signs.observed_at)
    if signs.last_at is not None:
        return Number.exactly((asked.as_of - signs.last_at) / _DAY, signs.observed_at)
    if signs.first_at is None:
        return Number.unknown(_NEVER, signs.observed_at)
    # Nothing has changed since they were first looked at.
    watched = (asked.as_of - signs.first_at) / _DAY
    return Number(watched, inf, "nothing has changed since they are followed", signs.observed_at)


async def _in_chat(asked: Asked) -> list[Number]:
    signs = await talk_signs(asked.session, asked.clan_id, asked.as_of)
    since = await _heard_since(asked)
    found = []
    for person in asked.people:
        last = heard_last(signs, person.players).last_at
        most = inf if last is None else (asked.as_of - last) / _DAY
        if not person.linked:
            found.append(Number(0.0, most, UNLINKED))
        elif since is None:
            found.append(Number(0.0, most, _UNREAD))
        else:
            least = min(most, (asked.as_of - since) / _DAY)
            reason = None if least == most else _UNREAD if last else _NEVER
            found.append(Number(least, most, reason))
    return found


async def _heard_since(asked: Asked) -> datetime | None:
    """From when on everything said in channels that the bot may read, and in voice, is known."""
    window = Window.last(LONGEST_DAYS, now=asked.as_of)
    read = await channels_read(asked.session, asked.clan_id, window)
    watched = await voice.watched_since(asked.session, asked.clan_id)
    if read.behind or read.since is None or watched is None:
        return None
    return min(max(read.since, window.start, watched), asked.as_of)

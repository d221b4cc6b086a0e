"""How does a make-believe clan come to talk?"""
# ruff: noqa: S311 - a make-believe clan needs repeatable luck, not secrets

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from clanstats.chat import snowflake
from demo.world.clan import World
from demo.world.talk.accounts import accounts
from demo.world.talk.model import Said, Talk
from demo.world.talk.people import Talker, talkers
from demo.world.talk.places import RELAY, channels
from demo.world.talk.talking import Server, discord_talk, fixtures, game_talk
from demo.world.talk.voice import voice

_MESSAGES_A_SESSION = 20
_DELETED, _EDITED = 0.012, 0.025  # of what is said on Discord itself


def make_talk(world: World, *, messages: int = 8_000) -> Talk:
    """Let the people of `world` talk for as long as it lasts; equal arguments say the same.

    Args:
        world: Whose people.
        messages: About so many in all.
    """
    calendar = world.calendar
    rng = random.Random(f"{calendar.seed}/talk")
    places = channels(calendar, rng)
    members = accounts(world, rng)
    people = talkers(world, members, rng)
    server = Server(world, members, places)
    each = messages / sum(talker.weight for talker in people)
    drafts = [*fixtures(server, rng, messages=messages)]
    for talker in people:
        drafts += _of(talker, talker.weight * each, server)
    said = _numbered(_changed(drafts, calendar.end, rng))
    sat = voice(members, calendar, rng, sessions=messages / _MESSAGES_A_SESSION)
    return Talk(places, members, said, sat)


def _of(talker: Talker, count: float, server: Server) -> Iterator[Said]:
    """What one person says; it doesn't depend on anybody else."""
    rng = random.Random(f"{server.world.calendar.seed}/talk/{talker.key}")
    yield from game_talk(talker, count * talker.in_game, server, rng)
    if talker.account is not None:
        yield from discord_talk(talker.account, count * (1 - talker.in_game), server, rng)


def _changed(drafts: Iterable[Said], end: datetime, rng: random.Random) -> Iterator[Said]:
    """Some were edited, and some deleted, minutes or days later; the relay's stay."""
    for draft in drafts:
        chance, wait = rng.random(), timedelta(milliseconds=int(rng.expovariate(1 / 36e5)))
        later = draft.at + wait + timedelta(seconds=5)
        if draft.system or draft.starts_thread or draft.channel_id == RELAY or later > end:
            yield draft
        elif chance < _DELETED:
            yield replace(draft, deleted_at=later)
        elif chance < _DELETED + _EDITED:
            yield replace(draft, edited_at=later, edited_text=f"{draft.text} (edit: typo)")
        else:
            yield draft


def _numbered(drafts: Iterable[Said]) -> tuple[Said, ...]:
    """Give the messages of one millisecond different IDs; what began a thread keeps its own."""
    found = []
    ordered = sorted(drafts, key=lambda said: (said.message_id, said.account_id, said.text))
    for first_id, together in groupby(ordered, key=lambda said: snowflake(said.at)):
        for place, said in enumerate(together, start=1):
            message_id = first_id if said.starts_thread else first_id + place
            found.append(replace(said, message_id=message_id))
    return tuple(sorted(found, key=lambda said: said.message_id))

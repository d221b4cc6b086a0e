"""What does one person say, in game and on Discord?"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clanstats.chat import snowflake
from demo.world.clan import World
from demo.world.model import Case, Span, as_of
from demo.world.talk.accounts import WEBHOOK_ID
from demo.world.talk.hours import instants
from demo.world.talk.model import Account, AccountKind, Channel, Said
from demo.world.talk.people import Talker
from demo.world.talk.phrases import announcement, not_understood, relayed, saying
from demo.world.talk.places import FORUM, GENERAL, NEWS, OFFICERS, RELAY, VOICE
from demo.world.talk.spoken import in_game, spoken_names, turning_points

_MAIN = 0.7  # of what somebody with two accounts says in game
_ANNOUNCED = 0.18  # of the lines in clan chat
_IN_THREADS, _IN_VOICE_TEXT = 0.25, 0.06  # of what is said on Discord
_STRANGE = 0.004  # of all messages: lines of the relay that nobody understands
_SECRET = 0.02  # of all messages: what officers say among themselves
_OFFICERS = 3


@dataclass(frozen=True, slots=True)
class Server:
    """Where people talk."""

    world: World
    accounts: Sequence[Account]
    channels: Sequence[Channel]

    def threads(self, at: datetime) -> list[Channel]:
        """Those that somebody can write in at `at`."""
        return [place for place in self.channels if place.open and place.open.covers(at)]


def game_talk(talker: Talker, count: float, server: Server, rng: random.Random) -> Iterator[Said]:
    """Lines of clan chat and broadcasts, as the relay posts them."""
    shares = (1.0,) if len(talker.wom_ids) == 1 else (_MAIN, 1 - _MAIN)
    for wom_id, share in zip(talker.wom_ids, shares, strict=False):
        person = server.world.person(wom_id)
        names, spans = spoken_names(person), in_game(person, server.world)
        roles = [role for stay in person.stays for role in stay.roles]
        whose = None if person.case is Case.SUCCESSOR else wom_id
        decisive = [at for at in turning_points(person) if any(span.covers(at) for span in spans)]
        for at in (*decisive, *instants(count * share, spans, rng)):
            name = as_of(names, at)
            if rng.random() < _ANNOUNCED:
                kind, text = announcement(name, rng)
                yield Said(snowflake(at), RELAY, WEBHOOK_ID, text, broadcast=kind, about=whose)
            else:
                rank = as_of(roles, at) if roles else "guest"
                text = relayed(name, rank, saying(rng), rng)
                yield Said(snowflake(at), RELAY, WEBHOOK_ID, text, wom_id=whose)


def discord_talk(
    account: Account, count: float, server: Server, rng: random.Random
) -> Iterator[Said]:
    """Messages of one account, in channels and in threads while they are open."""
    whose = account.wom_ids[0] if account.wom_ids else None
    here = Span(account.heard.start, account.heard.end or server.world.calendar.end)
    shift = rng.randrange(-3, 4)
    for at in instants(count, (here,), rng, shift=shift):
        yield Said(
            snowflake(at),
            _channel(at, server, rng, bot=account.kind is AccountKind.BOT),
            account.discord_user_id,
            saying(rng),
            wom_id=whose,
            reply=rng.random() < 0.2,  # noqa: PLR2004 - chances
            attachment=rng.random() < 0.05,  # noqa: PLR2004
        )


def fixtures(server: Server, rng: random.Random, *, messages: int) -> Iterator[Said]:
    """Who joined, weekly news, how threads begin, officers among themselves, and noise."""
    calendar = server.world.calendar
    year = (Span(calendar.start, calendar.end),)
    people = [one for one in server.accounts if one.kind is AccountKind.PERSON]
    leaders = [one for one in people if one.linked and one.here.end is None][:_OFFICERS]
    for account in people:
        if account.here.start > calendar.start:
            joined = account.here.start + timedelta(milliseconds=1)
            author = account.discord_user_id
            yield Said(snowflake(joined), GENERAL, author, "", system=True)
    for week in range(calendar.days // 7):
        at = calendar.start + timedelta(days=7 * week, hours=19, minutes=rng.randrange(60))
        text = "Clan event on Saturday, 20:00. Bring food!"
        yield _by(leaders[0], at, NEWS, text)
    for thread in server.channels:
        if thread.open is None:
            continue
        there = [one for one in people if one.here.covers(thread.open.start)]
        place = thread.channel_id if thread.parent_id == FORUM else thread.parent_id
        yield _by(rng.choice(there), thread.open.start, place or GENERAL, thread.name, thread=True)
    for at in instants(messages * _SECRET, year, rng):
        yield _by(rng.choice(leaders), at, OFFICERS, saying(rng))
    for at in instants(max(messages * _STRANGE, 3), year, rng):
        yield Said(snowflake(at), RELAY, WEBHOOK_ID, not_understood(rng))


def _channel(at: datetime, server: Server, rng: random.Random, *, bot: bool) -> int:
    luck = rng.random()
    threads = server.threads(at)
    if threads and luck < _IN_THREADS and not bot:
        return rng.choice(threads).channel_id
    return VOICE if luck > 1 - _IN_VOICE_TEXT else GENERAL


def _by(
    account: Account, at: datetime, channel_id: int, text: str, *, thread: bool = False
) -> Said:
    whose = account.wom_ids[0] if account.wom_ids else None
    author = account.discord_user_id
    return Said(snowflake(at), channel_id, author, text, whose, starts_thread=thread)

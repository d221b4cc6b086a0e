"""How much does a member write and speak, with all their accounts?

Whoever has no Discord account linked, and whoever writes in channels that weren't read throughout,
has written at least what is known.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from clanstats.analytics import spoken, voice
from clanstats.analytics.channels import channels_read
from clanstats.analytics.days import days_together, days_written
from clanstats.analytics.facts.asking import Asked, Number, column
from clanstats.domain import ChannelsRead, Window
from clanstats.facts import Column, FactKey, Numbers
from clanstats.known import read_words

UNLINKED = "no Discord account is linked: only game chat is known"
_UNWATCHED = "voice channels weren't watched all that time"
_DAY = timedelta(days=1)
_FIRST_DAY = date(1970, 1, 1)


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that are about talking."""
    found: dict[FactKey, Column] = {}
    for key in needs:
        if key.name == "messages":
            found[key] = column(await _messages(asked, asked.window(key.days)))
        elif key.name == "voice_hours":
            found[key] = column(await _voice(asked, asked.window(key.days)))
        elif key.name == "active_days":
            window = asked.window(key.days)
            days = await _days(asked, window)
            read = await channels_read(asked.session, asked.clan_id, window)
            length = (key.days or 0) + 1.0  # a window begins and ends within a day
            found[key] = column(
                _known(float(sum(map(bool, one.values()))), length, why)
                for one, why in zip(days, _gaps(asked, read), strict=True)
            )
    return found


async def by_day(asked: Asked, daily: Collection[FactKey]) -> Mapping[FactKey, Sequence[Numbers]]:
    """Messages on each of the last days of the clan's calendar, the present one among them."""
    found = {}
    for key in daily:
        today = asked.as_of.astimezone(asked.tz).replace(hour=0, minute=0, second=0, microsecond=0)
        dates = [today.date() - back * _DAY for back in reversed(range(key.days or 1))]
        # A window leaves its start out, and midnight belongs to the day.
        midnight = today.replace(year=dates[0].year, month=dates[0].month, day=dates[0].day)
        window = Window(midnight - timedelta(milliseconds=1), asked.as_of)
        counts = await _days(asked, window)
        read = await channels_read(asked.session, asked.clan_id, window)
        gaps = _gaps(asked, read)
        first = (dates[0] - _FIRST_DAY).days
        found[key] = [
            column(
                _known(float(one.get(first + number, 0)), float("inf"), why)
                for one, why in zip(counts, gaps, strict=True)
            )
            for number in range(len(dates))
        ]
    return found


def _known(value: float, most: float, why: str | None) -> Number:
    """Exactly so much, or at least."""
    return Number.exactly(value) if why is None else Number(value, max(most, value), why)


def _gaps(asked: Asked, read: ChannelsRead) -> list[str | None]:
    """For each member, why there may be more than is known."""
    missing = None if read.whole else read_words(read, asked.tz) or "not all channels are read"
    return [missing if person.linked else UNLINKED for person in asked.people]


async def _messages(asked: Asked, window: Window) -> list[Number]:
    read = await channels_read(asked.session, asked.clan_id, window)
    written = await spoken.spoken(asked.session, asked.clan_id, window)
    found = []
    for person, why in zip(asked.people, _gaps(asked, read), strict=True):
        own = spoken.together(written, person.players)
        found.append(_known(float(own.typed + own.relayed), float("inf"), why))
    return found


async def _voice(asked: Asked, window: Window) -> list[Number]:
    watched = await voice.watched_since(asked.session, asked.clan_id)
    heard = await voice.voice(asked.session, asked.clan_id, window)
    partly = watched is None or watched > window.start
    return [
        _known(
            voice.together(heard, person.players).hours,
            window.length / timedelta(hours=1),
            UNLINKED if not person.linked else _UNWATCHED if partly else None,
        )
        for person in asked.people
    ]


async def _days(asked: Asked, window: Window) -> list[Mapping[int, int]]:
    found = await days_written(asked.session, asked.clan_id, window=window, tz=asked.tz)
    return [days_together(found, person.players) for person in asked.people]

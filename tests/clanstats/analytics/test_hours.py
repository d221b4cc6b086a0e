"""Does each message fall into the hour and the day that the clan's clock showed?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from clanstats.analytics.hours import active_days, heat_map
from clanstats.analytics.talk import talk_hours
from clanstats.chat import AuthorKind
from clanstats.domain import UnknownReason, Window
from clanstats.timestamps import utc_offsets
from tests.factories import add_clan, add_member
from tests.talking import add_author, add_channel, link, say

QUARTER = timedelta(minutes=15)
MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
FORTNIGHT = Window(MONDAY, MONDAY + timedelta(days=14))  # in it clocks go back in Europe
ODD = Window(MONDAY + timedelta(hours=5, minutes=47, seconds=13), MONDAY + timedelta(days=11.3))
SPRING = Window(datetime(2026, 3, 26, 7, tzinfo=UTC), datetime(2026, 4, 8, 22, tzinfo=UTC))
ZONES = (
    "Europe/London",
    "Asia/Kathmandu",  # a quarter to
    "Australia/Lord_Howe",  # its summer time is half an hour
    "America/St_Johns",
    "Pacific/Kiritimati",
    "UTC",
)


def moments(window, *, seed=1, number=150):
    """Some instants in it, its edges among them, all in different milliseconds."""
    random = Random(seed)  # noqa: S311 — not a secret
    span = int(window.length / timedelta(milliseconds=1))
    inside = {window.start + timedelta(milliseconds=random.randint(1, span)) for _ in range(number)}
    return [*inside - {window.end}, window.end]


def hour_of_week(at, tz):
    local = at.astimezone(tz)
    return local.weekday() * 24 + local.hour


@pytest.fixture
async def session(services):
    async with services.write() as opened:
        await add_clan(opened)
        yield opened


@pytest.fixture
async def wrote(session):
    """One who wrote at some moments, in game chat and on Discord."""
    player = await add_member(session, "Zezima")
    await link(session, 1, [player])
    channel = await add_channel(session)
    authors = [
        await add_author(session, player),
        await add_author(session, player, kind=AuthorKind.RELAY),
    ]
    at = sorted({*moments(FORTNIGHT), *moments(SPRING)})
    for number, author in enumerate(authors):
        edges = (FORTNIGHT.start, SPRING.start)  # which are no longer inside
        await say(session, author, channel, *edges, *at[number::2])
    return player, at


@pytest.mark.parametrize("zone", ZONES)
async def test_hours_and_days_are_those_of_the_local_clock(session, wrote, zone):
    player, at = wrote
    tz = ZoneInfo(zone)

    for window in (FORTNIGHT, ODD, SPRING):
        inside = [one for one in at if window.start < one <= window.end]
        asked = {"window": window, "tz": tz, "first": window.start}
        heat = await heat_map(session, 1, players=(player,), **asked)
        everybody = await heat_map(session, 1, **asked)
        days = await active_days(session, (player,), window=window, tz=tz)

        counted = Counter(hour_of_week(one, tz) for one in inside)
        assert [hour.messages for hour in heat.hours] == [counted[hour] for hour in range(168)]
        assert everybody == heat
        assert heat.total == len(inside) > 50
        assert days == len({one.astimezone(tz).date() for one in inside})


@pytest.mark.parametrize("zone", ZONES)
async def test_an_hour_is_as_long_as_the_window_has_of_it(session, wrote, zone):
    tz = ZoneInfo(zone)

    for window in (FORTNIGHT, SPRING):
        heat = await heat_map(session, 1, window=window, tz=tz, first=window.start)

        quarters = int(window.length / QUARTER)
        spent = Counter(hour_of_week(window.start + n * QUARTER, tz) for n in range(quarters))
        assert [hour.hours for hour in heat.hours] == [spent[hour] / 4 for hour in range(168)]


async def test_hour_that_the_window_does_not_reach_is_unknown_not_quiet(session, wrote):
    player, _ = wrote
    day = Window(MONDAY, MONDAY + timedelta(days=1))

    heat = await heat_map(session, 1, window=day, tz=UTC, first=MONDAY, players=(player,))

    assert {hour.rate is None for hour in heat.hours[:24]} == {False}
    assert {hour.rate for hour in heat.hours[24:]} == {None}


async def test_time_before_anything_was_read_does_not_count(session, wrote):
    first = MONDAY + timedelta(days=10)

    heat = await heat_map(session, 1, window=FORTNIGHT, tz=UTC, first=first)

    assert heat.window == Window(first, FORTNIGHT.end)
    assert sum(hour.hours for hour in heat.hours) == 96


async def test_all_time_begins_with_the_first_message(session, wrote):
    forever = Window(datetime(2000, 1, 1, tzinfo=UTC), FORTNIGHT.end)

    heat = await heat_map(session, 1, window=forever, tz=UTC, first=forever.start)

    span = FORTNIGHT.end - SPRING.start
    assert sum(hour.hours for hour in heat.hours) == pytest.approx(span / timedelta(hours=1))


async def test_nobody_wrote_is_quiet(session):
    heat = await heat_map(session, 1, window=FORTNIGHT, tz=UTC, first=MONDAY)

    assert {hour.rate for hour in heat.hours} == {0}


async def test_bots_are_not_among_everybody_but_the_forgotten_are(session):
    channel = await add_channel(session)
    at = MONDAY + timedelta(hours=2.5)
    for kind in AuthorKind:
        await say(session, await add_author(session, kind=kind), channel, at)
    other = await add_clan(session, "Others", wom_group_id=2)
    await say(session, await add_author(session, clan_id=other), channel, at)

    heat = await heat_map(session, 1, window=FORTNIGHT, tz=UTC, first=MONDAY)

    assert (heat.total, heat.hours[2].messages) == (3, 3)


async def test_hours_of_a_person_are_unknown_as_their_messages_are(session):
    heard, stranger, linked, alt = [
        await add_member(session, name) for name in ("Heard", "Stranger", "Linked", "Alt")
    ]
    await link(session, 1, [linked, alt])
    asked = {"window": FORTNIGHT, "as_of": FORTNIGHT.end, "tz": UTC}
    unread = await talk_hours(session, 1, player_id=linked, **asked)
    channel = await add_channel(session)
    name = await add_author(session, heard, kind=AuthorKind.RELAY)
    for author in (name, await add_author(session, linked)):
        await say(session, author, channel, MONDAY + timedelta(hours=2.5))

    hours = [
        await talk_hours(session, 1, player_id=player, **asked)
        for player in (heard, stranger, linked, alt)
    ]

    assert unread.unknown is UnknownReason.NOT_READ
    assert [(one.total, one.unknown, one.partial) for one in hours] == [
        (1, None, True),
        (0, UnknownReason.NOT_LINKED, False),
        (1, None, False),
        (1, None, False),
    ]
    assert (await talk_hours(session, 1, **asked)).total == 2


@pytest.mark.parametrize("zone", [*ZONES, "Africa/Casablanca", "Antarctica/Troll"])
def test_window_is_cut_where_the_clock_changes(zone):
    tz = ZoneInfo(zone)
    window = Window(datetime(2024, 5, 1, 3, 7, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))

    parts = utc_offsets(window, tz)

    assert [part.start for part, _ in parts] == [
        window.start,
        *(part.end for part, _ in parts[:-1]),
    ]
    assert parts[-1][0].end == window.end
    instant = timedelta.resolution
    for part, ahead in parts:
        for at in (part.start, part.start + part.length / 2, part.end - instant):
            assert at.astimezone(tz).utcoffset() == ahead


def test_no_time_has_no_parts():
    assert utc_offsets(Window(MONDAY, MONDAY), UTC) == ()

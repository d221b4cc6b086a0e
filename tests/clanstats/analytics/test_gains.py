"""What is a gain, in each case that the definition tells apart?"""

from datetime import UTC, datetime

import pytest

from clanstats.analytics.leaderboard import leaderboard
from clanstats.domain import GainPolicy, UnknownReason, Window
from tests.factories import add_clan, add_member, day

JAN = Window(day("d2026_01_10"), day("d2026_01_17"))
MONTH = Window(day("d2026_01_31"), day("d2026_03_02"))

AS_OF = [
    pytest.param(
        JAN,
        {"d2026_01_10": 100, "d2026_01_17": 700},
        {},
        (600, None, None),
        id="observed exactly at both ends",
    ),
    pytest.param(
        JAN,
        {"d2026_01_08": 100, "d2026_01_12": 300, "d2026_01_16": 400, "d2026_01_18": 999},
        {},
        (300, None, None),
        id="from the newest before the start to the newest before the end",
    ),
    pytest.param(
        JAN,
        {"d2026_01_03": 100, "d2026_01_12": 300, "d2026_01_16": 400},
        {},
        (300, None, None),
        id="a baseline of seven days before counts",
    ),
    pytest.param(
        JAN,
        {"d2026_01_02": 100, "d2026_01_12": 300, "d2026_01_16": 400},
        {},
        (100, None, "d2026_01_12"),
        id="an older one doesn't: since the first inside",
    ),
    pytest.param(
        MONTH,
        {"d2026_01_01": 100, "d2026_02_10": 300, "d2026_03_01": 400},
        {},
        (300, None, None),
        id="in a longer window it may be as old as that is long",
    ),
    pytest.param(
        MONTH,
        {"d2025_12_31": 100, "d2026_02_10": 300, "d2026_03_01": 400},
        {},
        (100, None, "d2026_02_10"),
        id="but no older",
    ),
    pytest.param(
        JAN,
        {"d2026_01_12": 300, "d2026_01_16": 400},
        {},
        (100, None, "d2026_01_12"),
        id="first seen inside the window",
    ),
    pytest.param(
        JAN,
        {"d2026_01_12": 300},
        {},
        (None, UnknownReason.NO_BASELINE, None),
        id="seen once only",
    ),
    pytest.param(
        JAN,
        {"d2026_01_02": 100, "d2026_01_12": 300},
        {},
        (None, UnknownReason.NO_BASELINE, None),
        id="seen once, and long before",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": None, "d2026_01_12": 300},
        {},
        (None, UnknownReason.NEWLY_RANKED, None),
        id="entered the hiscores",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": None, "d2026_01_12": 300, "d2026_01_16": 350},
        {},
        (50, None, "d2026_01_12"),
        id="entered the hiscores and went on",
    ),
    pytest.param(
        JAN,
        {"d2026_01_11": None, "d2026_01_12": 300, "d2026_01_16": 350},
        {},
        (50, None, "d2026_01_12"),
        id="first seen inside, unranked",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 0, "d2026_01_12": 5},
        {},
        (5, None, None),
        id="zero is a value",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": None, "d2026_01_12": None},
        {},
        (None, UnknownReason.UNRANKED, None),
        id="never ranked",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 100, "d2026_01_12": None},
        {},
        (None, UnknownReason.UNRANKED, None),
        id="dropped off the hiscores: an older value doesn't stand in",
    ),
    pytest.param(
        JAN,
        {"d2025_02_01": 50, "d2026_01_09": None, "d2026_01_12": None},
        {},
        (None, UnknownReason.UNRANKED, None),
        id="ranked long ago, at no look since",
    ),
    pytest.param(
        JAN,
        {"d2025_02_01": 50, "d2026_01_09": None, "d2026_01_12": 400, "d2026_01_15": 430},
        {},
        (30, None, "d2026_01_12"),
        id="ranked again: what came in between is no gain of this window",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500, "d2026_01_16": 450},
        {},
        (-50, None, None),
        id="rolled back",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500},
        {},
        (None, UnknownReason.NOT_UPDATED, None),
        id="not observed inside",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500, "d2026_01_17T00_01": 600},
        {},
        (None, UnknownReason.NOT_UPDATED, None),
        id="observed a minute after the end",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500},
        {"updated_at": day("d2026_01_12"), "last_changed_at": day("d2026_01_05")},
        (0, None, None),
        id="not observed, but looked at and unchanged since before: truly zero",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500},
        {"updated_at": day("d2026_01_12"), "last_changed_at": day("d2026_01_11")},
        (None, UnknownReason.NOT_UPDATED, None),
        id="not observed, and changed since",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 500},
        {"updated_at": day("d2026_01_10"), "last_changed_at": day("d2026_01_05")},
        (None, UnknownReason.NOT_UPDATED, None),
        id="not looked at after the start",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": None},
        {"updated_at": day("d2026_01_12"), "last_changed_at": day("d2026_01_05")},
        (None, UnknownReason.UNRANKED, None),
        id="looked at, unchanged and unranked",
    ),
    pytest.param(
        JAN,
        {"d2026_01_09": 100, "d2026_01_16": 300},
        {"status": "archived"},
        (None, UnknownReason.ARCHIVED, None),
        id="archived",
    ),
    pytest.param(JAN, {}, {}, (None, UnknownReason.NEVER_TRACKED, None), id="never tracked"),
    pytest.param(
        JAN,
        {"d2026_01_09": 100, "d2026_01_16": 300},
        {"status": "flagged"},
        (200, None, None),
        id="flagged, banned and unranked players keep their numbers",
    ),
]

BY_WOM = [
    pytest.param(
        {"d2026_01_08": 100, "d2026_01_12": 300, "d2026_01_16": 400},
        (100, None),
        id="from the first inside",
    ),
    pytest.param({"d2026_01_10": 100, "d2026_01_17": 400}, (300, None), id="both ends included"),
    pytest.param({"d2026_01_12": 300}, (0, None), id="seen once"),
    pytest.param({"d2026_01_12": None, "d2026_01_16": 73}, (73, None), id="unranked counts as 0"),
    pytest.param({"d2026_01_12": 500, "d2026_01_16": 450}, (0, None), id="never negative"),
    pytest.param({"d2026_01_08": 100}, (None, UnknownReason.NOT_UPDATED), id="not observed inside"),
    pytest.param({}, (None, UnknownReason.NEVER_TRACKED), id="never tracked"),
]


async def gain(services, window, metric="zulrah", policy=GainPolicy.AS_OF):
    async with services.read() as session:
        board = await leaderboard(
            session, 1, metric_name=metric, window=window, as_of=window.end, policy=policy
        )
    (found,) = [*(line.gain for line in board.standings), *board.unknown]
    return found


@pytest.mark.parametrize(("window", "values", "profile", "expected"), AS_OF)
async def test_a_gain_is_what_the_definition_says(services, window, values, profile, expected):
    async with services.write() as session:
        await add_member(session, "Zezima", metric="zulrah", **profile, **values)

    found = await gain(services, window)

    value, unknown, since = expected
    assert (found.value, found.unknown) == (value, unknown)
    assert found.since == (None if since is None else day(since))
    assert found.shown == (None if value is None else max(value, 0))


@pytest.mark.parametrize(("values", "expected"), BY_WOM)
async def test_by_wise_old_mans_policy_it_is_what_he_says(services, values, expected):
    async with services.write() as session:
        await add_member(session, "Zezima", metric="zulrah", **values)

    found = await gain(services, JAN, policy=GainPolicy.WOM)

    assert (found.value, found.unknown) == expected


async def test_by_wise_old_mans_policy_an_unranked_total_gains_nothing(services):
    async with services.write() as session:
        await add_member(session, "Zezima", d2026_01_12=None, d2026_01_16=5_000)

    assert (await gain(services, JAN, "overall", GainPolicy.WOM)).value == 0


async def test_hours_are_given_to_five_decimals(services):
    async with services.write() as session:
        await add_member(session, "Zezima", metric="ehp", d2026_01_09=9860523, d2026_01_16=10157835)

    found = await gain(services, JAN, "ehp")

    assert (found.start, found.end, found.value) == (98.60523, 101.57835, 2.97312)


async def test_the_newest_observation_the_answer_rests_on_is_told(services):
    async with services.write() as session:
        await add_clan(session)
        await add_member(
            session,
            "Quiet",
            metric="zulrah",
            d2026_01_09=1,
            updated_at=datetime(2026, 5, 1, tzinfo=UTC),
            last_changed_at=day("d2026_01_05"),
        )

    found = await gain(services, JAN)

    # Unchanged until May: so also then. But nobody looked inside January.
    assert (found.value, found.observed_at) == (0, day("d2026_01_09"))

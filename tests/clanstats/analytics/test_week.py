"""Is only said of a week what is known of it, and is everybody held against themselves?"""

from datetime import UTC, datetime, timedelta

import pytest

from clanstats.analytics.news import Happening, NewsKind
from clanstats.analytics.week import Gathered, headline, own_period, summarised
from clanstats.analytics.week.bests import Best
from clanstats.analytics.week.gathering import Stay
from clanstats.domain import (
    ChannelsRead,
    Gain,
    GainPolicy,
    Leaderboard,
    Member,
    Standing,
    UnknownReason,
    Window,
)
from clanstats.metrics import KILLS, MESSAGES, OVERALL, TALK, VOICE, named
from clanstats.posts.calendar import Period, PostKind
from cogs.summary import embed

START = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = timedelta(weeks=1)
METRICS = {OVERALL: named(OVERALL), KILLS.name: KILLS, **TALK}
NAMES = ("Ann", "Ben", "Cid", "Dee", "Eve")


def window(back=0):
    return Window(START - back * WEEK, START - (back - 1) * WEEK)


def member(name):
    number = NAMES.index(name)
    return Member(number, 100 + number, name, "ruby", "regular")


def board(name, values, at, *, whole=True, **doubts):
    """`values` by name; None is unknown."""
    gains = [
        Gain(
            member(who),
            value,
            None if value is not None else UnknownReason.NOT_UPDATED,
            since=START if who in doubts.get("since", ()) else None,
            partial=who in doubts.get("partial", ()),
        )
        for who, value in values.items()
    ]
    known = sorted((one for one in gains if one.value is not None), key=lambda one: -one.value)
    read = ChannelsRead(2, 2 if whole else 1, 0 if whole else 1, 0, at.start, at.start)
    return Leaderboard(
        METRICS[name],
        at,
        at.end,
        GainPolicy.AS_OF,
        [Standing(place, one, None) for place, one in enumerate(known, start=1)],
        [one for one in gains if one.value is None],
        read if name == MESSAGES else None,
        at.start if name == VOICE else None,
    )


def told(  # noqa: PLR0913 — a week has many sides
    weeks, *, happened=(), stays=(), bests=None, unnamed=(), before=None, **options
):
    """The summary of boards by signal, of five weeks; a signal that isn't given is 0 for all.

    `options` are of the last week, `before` are those of the four others.
    """
    periods = []
    for back in range(4, -1, -1):
        at = window(back)
        periods.append(
            {
                name: board(
                    name,
                    weeks[name][4 - back] if name in weeks else dict.fromkeys(NAMES, 0),
                    at,
                    **((before or {}) if back else options),
                )
                for name in METRICS
            }
        )
    gathered = Gathered(window(), UTC, periods, list(happened), list(stays), bests or {})
    return summarised(gathered, periods[-1], unnamed)


def period():
    return Period("2026-W47", window(), UTC)


def five(*values):
    """The same for Ann alone, week by week; the others did nothing."""
    return [dict.fromkeys(NAMES, 0) | {"Ann": value} for value in values]


def test_usual_is_the_middle_of_the_four_weeks_before():
    (xp, *_) = told({OVERALL: five(1, 9, 2, 4, 6)}).figures

    assert (xp.total, xp.usual, xp.ratio) == (6, 3, 2)


@pytest.mark.parametrize(
    "weeks",
    [
        pytest.param([{"Ann": 5} | dict.fromkeys(NAMES[1:])] * 4, id="few are known of"),
        pytest.param([dict.fromkeys(NAMES)] * 4, id="nothing is known of"),
    ],
)
def test_weeks_that_are_known_less_are_not_compared_with(weeks):
    (xp, *_) = told({OVERALL: [*weeks, dict.fromkeys(NAMES, 10)]}).figures

    assert (xp.total, xp.usual) == (50, None)


def test_messages_of_a_week_that_was_not_read_whole_are_compared_with_nothing():
    figures = {
        one.metric.name: one
        for one in told({MESSAGES: five(100, 100, 100, 100, 300)}, whole=False).figures
    }

    assert figures[MESSAGES].usual is None
    assert figures[OVERALL].usual == 0


def test_headline_is_what_differs_most_and_is_not_of_a_few():
    found = told(
        {
            OVERALL: five(4e6, 4e6, 4e6, 4e6, 6e6),
            MESSAGES: five(400, 400, 400, 400, 100),
            VOICE: five(1, 1, 1, 1, 9),
        }
    )

    assert headline(found).metric.name == MESSAGES


def test_a_week_in_which_nothing_happened_is_told_before_all_else():
    found = told({OVERALL: five(4e6, 4e6, 4e6, 4e6, 0), MESSAGES: five(400, 400, 400, 400, 100)})

    assert headline(found).metric.name == OVERALL
    assert embed.headline_words(found) == "0 XP, where 4m is usual."
    numbers = embed.summary(found, "X", PostKind.WEEKLY, period()).fields[0].value.splitlines()
    assert numbers[0] == "0 XP · -100%, usually 4m"
    assert numbers[1] == "0 kills · as usual (0)"


def test_of_what_never_was_before_there_is_no_percentage():
    found = told({VOICE: five(0, 0, 0, 0, 4)})

    numbers = embed.summary(found, "X", PostKind.WEEKLY, period()).fields[0].value.splitlines()
    assert numbers[3] == "4 h in voice · usually nothing"


def test_members_who_did_anything_are_compared_only_by_signals_known_in_both():
    plays = {"Ann": 5, "Ben": 5, "Cid": 5, "Dee": 0, "Eve": 0}
    silent = dict.fromkeys(NAMES)  # messages of nobody are known
    talks = dict.fromkeys(NAMES, 9)

    lately_read = told({OVERALL: [plays] * 5, MESSAGES: [silent] * 4 + [talks]})
    always_read = told({OVERALL: [plays] * 5, MESSAGES: [talks] * 5})
    never_read = told({OVERALL: [plays] * 5, MESSAGES: [silent] * 5})

    assert (lately_read.active.total, lately_read.active.usual) == (5, None)
    assert headline(lately_read) is None
    assert (always_read.active.total, always_read.active.usual) == (5, 5)
    assert (never_read.active.total, never_read.active.usual) == (3, 3)


def test_weeks_that_were_not_read_whole_are_compared_with_neither():
    found = told({MESSAGES: five(9, 9, 9, 9, 90)}, before={"whole": False})

    figures = {one.metric.name: one for one in found.figures}
    assert (figures[MESSAGES].usual, found.active.usual) == (None, None)


def test_members_of_a_week_that_was_not_read_whole_are_compared_with_nothing():
    assert told({MESSAGES: five(9, 9, 9, 9, 9)}, whole=False).active.usual is None


def test_a_usual_week_has_no_headline():
    assert headline(told({OVERALL: five(4e6, 4e6, 4e6, 4e6, 4.2e6)})) is None


def test_who_does_far_more_or_less_than_is_usual_for_them_is_told_once():
    found = told(
        {
            OVERALL: [
                dict.fromkeys(NAMES, 0) | {"Ann": 1e6, "Ben": 9e6, "Cid": 9e6} for _ in range(4)
            ]
            + [dict.fromkeys(NAMES, 0) | {"Ann": 5e6, "Ben": 1e6, "Cid": 9e6}],
            KILLS.name: five(10, 10, 10, 10, 80),
        }
    )

    assert [(one.member.name, one.metric.name) for one in found.risen] == [("Ann", OVERALL)]
    assert [(one.member.name, one.usual) for one in found.fallen] == [("Ben", 9e6)]


@pytest.mark.parametrize(
    "options", [{"since": ("Ann",)}, {"partial": ("Ann",)}], ids=["counted later", "game chat only"]
)
def test_who_is_known_only_in_part_neither_rises_nor_has_a_record(options):
    best = {0: Best(1e6, 20, window(9))}

    found = told({OVERALL: five(1e6, 1e6, 1e6, 1e6, 5e6)}, bests=best, **options)

    assert (list(found.risen), list(found.records)) == ([], [])
    assert found.tops[OVERALL][0].gain.member.name == "Ann"


def test_back_is_who_surely_did_nothing_before():
    quiet = five(0, 0, 0, 0, 1e5)
    unsure = [week | {"Ben": None} for week in quiet[:4]] + [quiet[4] | {"Ben": 1e5}]

    assert [one.name for one in told({OVERALL: unsure}).back] == ["Ann"]


def test_record_is_of_the_clan_if_nobody_else_had_as_much():
    bests = {0: Best(2e6, 20, window(9)), 1: Best(4e6, 20, window(9))}

    (own,) = told({OVERALL: five(1, 1, 1, 1, 3e6)}, bests=bests).records
    (all_of_them,) = told({OVERALL: five(1, 1, 1, 1, 5e6)}, bests=bests).records

    assert (own.xp, own.before, own.of_clan) == (3e6, 2e6, False)
    assert all_of_them.of_clan


def stay(name, joined_at, left_at=None):
    return Stay(NAMES.index(name), name, joined_at, left_at, again=False)


def test_anniversaries_joins_and_leaves_are_of_that_week():
    found = told(
        {},
        stays=[
            stay("Ann", datetime(2024, 11, 18, tzinfo=UTC)),
            stay("Ben", datetime(2024, 11, 25, tzinfo=UTC)),
            stay("Cid", START + WEEK / 2),
            stay("Dee", START - 9 * WEEK, START + WEEK / 3),
        ],
    )

    assert [(one.name, one.years) for one in found.anniversaries] == [("Ann", 2)]
    assert [one.name for one in found.joined] == ["Cid"]
    assert [one.name for one in found.left] == ["Dee"]


def test_who_is_not_to_be_named_is_in_nothing_but_the_sums():
    happened = [Happening(NewsKind.ACHIEVEMENT, 0, "99 Attack", 0, START + WEEK / 2)]

    found = told(
        {}, happened=happened, stays=[stay("Ann", START + WEEK / 2)], unnamed=frozenset({0})
    )

    assert (list(found.happened), list(found.joined)) == ([], [])


def test_own_week_says_place_and_what_is_usual_for_oneself():
    found = told({OVERALL: five(1e6, 2e6, 3e6, 4e6, 9e6)}).gathered

    own = {one.metric.name: one for one in own_period(found, [0])}

    assert (own[OVERALL].gain.shown, own[OVERALL].place, own[OVERALL].usual) == (9e6, 1, 2.5e6)
    assert own[MESSAGES].place is None
    assert own_period(found, [77]) == []

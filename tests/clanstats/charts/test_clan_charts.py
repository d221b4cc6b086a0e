"""Do the pictures of a whole clan show what is known, and describe the same?"""

from datetime import UTC, datetime, timedelta

from clanstats import charts
from clanstats.analytics.quadrant import Drifter, Quadrant, Spot
from clanstats.analytics.trend import ClanWeeks
from clanstats.charts import style
from clanstats.domain import Member, UnknownReason, WeekGain, Window
from tests.clanstats.charts.seeing import image, pixels_like

START = datetime(2026, 8, 31, tzinfo=UTC)
WEEK = timedelta(weeks=1)
NAMES = ("Ann", "木", "$_*@everyone", "Dee")


def weeks(*values):
    return [
        WeekGain(
            Window(START + number * WEEK, START + (number + 1) * WEEK),
            value,
            UnknownReason.NOT_UPDATED if value is None else None,
        )
        for number, value in enumerate(values)
    ]


def drifter(number, xp, messages, before=None):
    return Drifter(
        Member(number, number, NAMES[number], "ruby", "regular"),
        Spot(xp, messages),
        None if before is None else Spot(*before),
    )


QUADRANT = Quadrant(
    Window(START, START + 4 * WEEK),
    [
        drifter(0, 9e6, 100, (1e5, 1)),
        drifter(1, 8e6, 0, (8e6, 90)),
        drifter(2, 0, 80),
        drifter(3, 0, 0, (9e6, 100)),
    ],
    Spot(4e6, 40),
    7,
)


def test_weeks_of_which_nothing_is_known_are_hatched():
    known = ClanWeeks(weeks(5e7, 6e7, 4e7), weeks(100, 90, 80), [40, 41, 42])
    unsure = ClanWeeks(weeks(5e7, None, 4e7), weeks(100, None, 80), [40, 41, 42])

    whole, hatched = (image(charts.clan_weeks(one, title="Clan")) for one in (known, unsure))

    assert whole.size == (1200, 912)
    assert pixels_like(hatched, style.HATCH) > pixels_like(whole, style.HATCH) + 500
    assert "7 Sep unknown" in charts.clan_weeks_alt(unsure, title="Clan")


def test_everyone_has_a_spot_and_who_moved_a_trace():
    still = Quadrant(
        QUADRANT.window, [Drifter(one.member, one.now, None) for one in QUADRANT.people],
        QUADRANT.middle, 0,
    )  # fmt: skip

    moved, unmoved = (image(charts.quadrant(one, title="Clan")) for one in (QUADRANT, still))

    assert moved.size == (1200, 1000)
    assert pixels_like(moved, style.BAR_BEGUN) > pixels_like(unmoved, style.BAR_BEGUN) + 200
    assert pixels_like(unmoved, style.BEST) > 300


def test_nobody_who_does_little_of_both_is_named():
    said = charts.quadrant_alt(QUADRANT, title="Clan")

    assert "Ann went from 100k XP and 1 messages to 9m XP and 100 messages." in said
    assert "talkers 1, both 1, ghosts 1, grinders 1" in said
    assert "Dee" not in said


def test_nobody_known_says_so():
    empty = Quadrant(QUADRANT.window, [], Spot(0, 0), 12)

    assert image(charts.quadrant(empty, title="Clan")).size == (1200, 1000)
    assert "ghosts 0" in charts.quadrant_alt(empty, title="Clan")


def test_two_players_have_a_line_each_broken_where_nothing_is_known():
    both = [weeks(1e6, 2e6, 3e6), weeks(3e6, None, 1e6)]
    whole = [both[0], weeks(3e6, 2e6, 1e6)]

    broken, unbroken = (image(charts.two_players(["Ann", "木"], one)) for one in (both, whole))

    assert broken.size == (1200, 640)
    assert pixels_like(unbroken, style.BEST) > pixels_like(broken, style.BEST) + 500
    assert "木: 3m; unknown; 1m." in charts.two_players_alt(["Ann", "木"], both, subtitle="XP")

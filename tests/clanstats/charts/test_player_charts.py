from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clanstats import charts
from clanstats.charts import style
from clanstats.domain import UnknownReason, WeekGain, Window
from clanstats.levels import level_at, way_to_max
from tests.clanstats.charts.factory import NOW, bosses, overall, profile, skills, weeks
from tests.clanstats.charts.seeing import image, pixels_like

pytestmark = pytest.mark.slow


def column(png, week):
    """The part of the picture in which a week's bar is."""
    pitch = (1200 - 44 - 124) / 12
    return image(png).crop(
        (int(124 + pitch * week) + 3, 182, int(124 + pitch * (week + 1)) - 3, 498)
    )


def weeks_with(value, *, at=4):
    values = [4_000_000] * 11 + [3_000_000]
    values[at] = value
    return profile(by_week=weeks(tuple(values)))


def test_an_unknown_week_is_hatched_and_has_no_bar():
    unknown = column(charts.player_weeks(weeks_with(None)), 4)

    assert pixels_like(unknown, style.BAR) == 0
    assert pixels_like(unknown, style.HATCH) > 2_000


def test_a_week_without_gains_has_a_sliver_of_a_bar_and_no_hatching():
    nothing = column(charts.player_weeks(weeks_with(0)), 4)

    assert 100 < pixels_like(nothing, style.BAR) < 500
    assert pixels_like(nothing, style.HATCH) < 200


def test_the_week_that_has_not_ended_is_drawn_differently():
    whole, begun = (column(charts.player_weeks(weeks_with(4_000_000)), week) for week in (10, 11))

    assert pixels_like(whole, style.BAR) > 10_000
    assert pixels_like(begun, style.BAR) < 3_000
    assert pixels_like(begun, style.BAR_BEGUN) > 5_000


def test_no_week_is_so_far_but_the_last_one_under_way():
    past = Window(NOW - timedelta(weeks=30), NOW - timedelta(weeks=20))
    over = replace(profile(), window=past)

    assert charts.player_weeks_alt(profile()).count("so far") == 1
    assert "so far" not in charts.player_weeks_alt(over)


def test_a_picture_of_totals_says_nothing_of_gains():
    player = profile(place=24)

    said = charts.player_weeks_alt(player, totals=True)
    skills_said = charts.player_skills_alt(player, totals=True)

    assert "#24 of 312 in total XP: 401.2m total XP." in said
    assert "Skills · 401.2m XP: 2,187 total level. Levels: Attack 99" in skills_said
    assert "13.7k kills in all. Zulrah 4,210 KC;" in charts.player_bosses_alt(player, totals=True)
    green = pixels_like(image(charts.player_skills(player, totals=True)), style.UP)
    assert green == 0


def test_kills_that_are_unknown_are_not_said_to_be_none():
    newly = profile(metrics=bosses({"nex": (999, None)}))

    assert "unknown in 30 days" in charts.player_bosses_alt(newly)


def test_who_gained_nothing_has_no_place_in_the_heading():
    idle = profile(metrics=(overall(gained=0),))

    assert "#18" not in charts.player_weeks_alt(idle)


def test_a_loss_is_drawn_as_nothing_gained():
    loss, nothing = (charts.player_weeks(weeks_with(value)) for value in (-500, 0))

    assert loss == nothing


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((), id="no week"),
        pytest.param((None,) * 12, id="nothing known"),
        pytest.param((0,) * 12, id="nothing gained"),
        pytest.param((1,), id="one week"),
        pytest.param((5, None) * 26, id="a year"),
    ],
)
def test_any_number_of_weeks_can_be_drawn(values):
    png = charts.player_weeks(profile(by_week=weeks(values)))

    assert image(png).size == (1200, 640)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/London", "Etc/GMT+12"])
def test_weeks_are_named_after_their_monday_in_every_timezone(zone):
    monday = datetime(2026, 7, 27, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    week = WeekGain(Window(monday, monday + timedelta(days=7)), 5, None)

    assert "27 Jul 5." in charts.player_weeks_alt(profile(by_week=(week,)))


def test_the_description_of_weeks_tells_unknown_from_nothing():
    player = profile(by_week=weeks((4_120_000, None, 0, 3_105_000)))

    assert charts.player_weeks_alt(player) == (
        "Zezima, Deputy owner · #18 of 312 in XP gained: 12.4m XP in 30 days. "
        "XP by week: 13 Jul 4.1m; 20 Jul unknown; 27 Jul 0; 3 Aug 3.1m so far."
    )


def test_an_unknown_gain_is_not_shown_as_nothing():
    player = profile(metrics=(overall(gained=None),), by_week=())

    assert "? XP in 30 days: newly ranked" in charts.player_weeks_alt(player)
    assert "XP gained in 30 days is unknown" in charts.player_skills_alt(player)


@pytest.mark.parametrize(
    ("xp", "level"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(82, 1, id="just below 2"),
        pytest.param(83, 2, id="2"),
        pytest.param(1_154, 10, id="10, where hitpoints begin"),
        pytest.param(6_517_253, 92, id="92, half of 99"),
        pytest.param(13_034_430, 98, id="one XP short of 99"),
        pytest.param(13_034_431, 99, id="99"),
        pytest.param(200_000_000, 99, id="as much as there is"),
    ],
)
def test_levels_are_the_games(xp, level):
    assert level_at(xp) == level


def test_the_way_to_99_goes_from_nothing_to_all():
    ways = [way_to_max(xp) for xp in (0, 83, 1_000_000, 13_034_430, 13_034_431)]

    assert ways == sorted(ways)
    assert (ways[0], ways[-1]) == (0, 1)


def test_only_skills_at_99_are_golden():
    some = charts.player_skills(profile(metrics=skills((13_034_431,) + (1_000,) * 23, {})))
    none = charts.player_skills(profile(metrics=skills((1_000,) * 24, {})))

    def golden(png):  # below the heading, whose number is golden too
        return pixels_like(image(png).crop((0, 132, 1200, 700)), style.BEST)

    assert golden(some) > 3_000
    assert golden(none) == 0


def test_an_unranked_skill_has_an_empty_bar():
    unranked = charts.player_skills(profile(metrics=skills((None,) * 24, {})))

    assert pixels_like(image(unranked), style.BAR) == 0


def test_the_description_of_skills_names_those_that_moved():
    player = profile(
        metrics=(overall(gained=512_000), *skills(gains={"mining": 512_000, "sailing": None}))
    )

    assert charts.player_skills_alt(player).endswith("Level and XP gained: Mining 91 (+512k).")


def test_bosses_are_ordered_by_kills_in_the_window():
    counts = {"zulrah": (4_210, 2), "vorkath": (50, 30), "nex": (999, 0), "yama": (61, None)}

    said = charts.player_bosses_alt(profile(metrics=bosses(counts)))

    assert said == (
        "Zezima, Bosses · most kills in 30 days: 32 kills in 30 days. "
        "Vorkath +30 (50 KC); Zulrah +2 (4,210 KC)."
    )


def test_without_kills_in_the_window_the_totals_are_drawn():
    counts = {"zulrah": (4_210, 0), "nex": (999, None)}

    said = charts.player_bosses_alt(profile(metrics=bosses(counts)))

    assert said.endswith("; none in 30 days: 0 kills in 30 days. Zulrah 4,210 KC; Nex 999 KC.")
    assert pixels_like(image(charts.player_bosses(profile(metrics=bosses(counts)))), style.BAR) > 0


def test_a_player_without_bosses_is_told_so():
    player = profile(metrics=bosses({}))

    assert pixels_like(image(charts.player_bosses(player)), style.BAR) == 0
    assert charts.player_bosses_alt(player).endswith("No boss on the hiscores.")


def test_the_factory_has_a_reason_for_each_unknown():
    for progress in profile().metrics:
        assert (progress.gain.value is None) == isinstance(progress.gain.unknown, UnknownReason)
    assert NOW.tzinfo is UTC

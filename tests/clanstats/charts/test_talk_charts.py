"""Do the pictures of talk tell nothing from unknown, and from maybe more?"""

from dataclasses import replace

import pytest

from clanstats import charts
from clanstats.charts import style
from clanstats.domain import UnknownReason
from tests.clanstats.charts.factory import board, heat, profile, talk
from tests.clanstats.charts.seeing import image, pixels_like

pytestmark = pytest.mark.slow


def panel(png, week):
    """The part of the picture in which a week's messages are, down to the axis."""
    pitch = (1200 - 44 - 124) / 12
    left = 124 + pitch * week
    return image(png).crop((int(left) + 3, 582, int(left + pitch) - 3, 768))


def cell(png, hour):
    """The part of the picture in which an hour of the week is."""
    left, top = 118 + 39 * (hour % 24), 184 + 52 * (hour // 24)
    return image(png).crop((left + 2, top + 3, left + 37, top + 49))


def with_talk(*values, **options):
    return charts.player_weeks(replace(profile(), talk=talk(values, **options)))


def test_messages_have_a_panel_of_their_own_below_the_xp():
    alone, both = charts.player_weeks(profile()), with_talk(*[100] * 12)

    assert (image(alone).size, image(both).size) == ((1200, 640), (1200, 912))
    assert pixels_like(image(alone), style.TALK) == 0
    below = image(both).crop((0, 500, 1200, 912))
    assert pixels_like(below, style.TALK) > 50_000
    assert pixels_like(below, style.BAR) == 0


def test_week_without_messages_is_not_an_unknown_one():
    png = with_talk(100, 0, None, 50, *[100] * 8, partial=0)
    nothing, unknown = panel(png, 1), panel(png, 2)

    assert 100 < pixels_like(nothing, style.TALK) < 500
    assert pixels_like(nothing, style.HATCH) < 200
    assert pixels_like(unknown, style.TALK) == 0
    assert pixels_like(unknown, style.HATCH) > 1_000


def test_week_that_is_not_wholly_read_is_dashed_and_said_to_be_at_least_that():
    player = replace(profile(), talk=talk((None, 100, *[100] * 10), partial=2))
    png = charts.player_weeks(player)

    assert pixels_like(panel(png, 1), style.TALK_BEGUN) > 5_000
    assert pixels_like(panel(png, 2), style.TALK_BEGUN) < 50
    said = charts.player_weeks_alt(player)
    assert "By week: 18 May unknown; 25 May 100+; 1 Jun 100;" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({}, "Messages · 148 in 30 days on 19 days.", id="known"),
        pytest.param({"game_chat": True}, "on 19 days · game chat only.", id="game chat only"),
        pytest.param(
            {"count": None, "unknown": UnknownReason.NOT_LINKED},
            "Messages · no Discord account linked.",
            id="not linked",
        ),
        pytest.param(
            {"count": None, "unknown": UnknownReason.NOT_READ},
            "Messages · not read in this time.",
            id="not read",
        ),
    ],
)
def test_description_says_what_the_messages_rest_on(options, said):
    player = replace(profile(), talk=talk(**options))

    assert said in charts.player_weeks_alt(player)


def test_busier_hours_are_larger_and_the_busiest_golden():
    png = charts.heat_map(heat(), title="Zezima")

    quiet, busier = cell(png, 14), cell(png, 18)
    assert 0 < pixels_like(quiet, style.TALK) < pixels_like(busier, style.TALK)
    assert pixels_like(cell(png, 5 * 24 + 20), style.BEST) > 900


def test_silent_hour_has_a_dot_and_an_unknown_one_is_hatched():
    png = charts.heat_map(heat(reached=range(24)), title="Zezima")

    silent, unknown = cell(png, 6), cell(png, 30)
    assert 0 < pixels_like(silent, style.HATCH) < 60
    assert pixels_like(unknown, style.HATCH) > 200
    assert pixels_like(unknown, style.TALK) == 0


def test_description_of_hours_names_the_busiest_and_each_day():
    said = charts.heat_map_alt(heat(), title="Zezima")

    assert said.startswith("Zezima: 2,474 messages in 30 days. Busiest: Saturdays 20–21 h 12 an")
    assert said.endswith(
        "Messages on an average day: Mon 80, Tue 80, Wed 80, Thu 80, Fri 80, Sat 109, Sun 109."
    )


def test_hours_say_why_they_are_unknown_and_when_nobody_wrote():
    unknown = heat(unknown=UnknownReason.NOT_LINKED)
    quiet = heat(scale=0)

    assert charts.heat_map_alt(unknown, title="Z") == "Z: unknown, no Discord account linked."
    assert "Nothing was written." in charts.heat_map_alt(quiet, title="Z")
    assert pixels_like(image(charts.heat_map(unknown, title="Z")), style.TALK) == 0
    assert pixels_like(image(charts.heat_map(quiet, title="Z")), style.TALK) == 0


def test_board_of_messages_counts_people_and_marks_who_is_only_heard_in_game():
    talkers = board((30, 20, 0), metric="messages")
    first = talkers.standings[0]
    marked = replace(first, gain=replace(first.gain, partial=True))
    some = replace(talkers, standings=(marked, *talkers.standings[1:]))

    said = charts.leaderboard_alt(some, title="Messages")

    assert said == (
        "Messages, in messages. 9 people · 1 wrote nothing · 6 unknown · ~ game chat only. "
        "1. Zezima 30; 2. Iron Mammal 20"
    )


def test_board_on_which_nobody_talked_says_so():
    silent = board((0,), names=("Zezima",), metric="voice", unknown=0)

    said = charts.leaderboard_alt(silent, title="Voice time")

    assert "1 person · 1 spent no time in voice. Nobody said anything" in said

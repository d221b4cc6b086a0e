import pytest

from clanstats import charts
from clanstats.charts import layout, style
from tests.clanstats.charts.factory import board
from tests.clanstats.charts.seeing import image, pixels_like

TOP, PITCH = 132, 50  # of the rows
BARS = (478, 1018)


def bar_lengths(png, *, rows):
    """The pixels that each row's bar is long."""
    picture = image(png)
    middles = [TOP + PITCH * row + PITCH // 2 for row in range(rows)]
    lines = [picture.crop((BARS[0], y, BARS[1], y + 1)) for y in middles]
    return [pixels_like(line, style.BAR) + pixels_like(line, style.BEST) for line in lines]


def test_ten_rows_make_a_picture_of_1200_by_700():
    assert image(charts.leaderboard(board(), title="XP gained")).size == (1200, 700)


def test_fewer_rows_make_a_lower_picture():
    few = charts.leaderboard(board((300, 200, 100, 50)), title="XP gained")

    assert image(few).size == (1200, 400)


def test_bars_are_as_long_as_their_values_say():
    png = charts.leaderboard(board((1_000, 500, 500, 250)), title="XP gained")

    whole = BARS[1] - BARS[0]
    expected = [whole, whole / 2, whole / 2, whole / 4]
    assert bar_lengths(png, rows=4) == pytest.approx(expected, abs=4)


def test_every_first_place_stands_out_also_when_it_is_shared():
    picture = image(charts.leaderboard(board((9, 9, 3)), title="Zulrah"))

    colours = [picture.getpixel((BARS[0] + 20, TOP + PITCH * row + 25)) for row in range(3)]
    assert colours[0] == colours[1] != colours[2]


def test_climbing_and_falling_are_marked_in_two_colours():
    still = image(charts.leaderboard(board((2, 1), before=(1, 2)), title="XP"))
    moved = image(charts.leaderboard(board((2, 1), before=(2, 1)), title="XP"))

    assert pixels_like(still, style.UP) == pixels_like(still, style.DOWN) == 0
    assert pixels_like(moved, style.UP) > 50
    assert pixels_like(moved, style.DOWN) > 50


def test_a_place_that_was_not_known_before_has_no_arrow():
    new = image(charts.leaderboard(board((2, 1), before=(None, None)), title="XP"))

    assert pixels_like(new, style.UP) == pixels_like(new, style.DOWN) == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param((), "Nothing known yet", id="nobody is known"),
        pytest.param((0, 0, -5), "Nobody gained any", id="nobody gained"),
    ],
)
def test_a_board_without_bars_says_so(values, sentence):
    png = charts.leaderboard(board(values), title="XP gained")

    assert pixels_like(image(png), style.BAR) == pixels_like(image(png), style.BEST) == 0
    assert sentence in charts.leaderboard_alt(board(values), title="XP gained")


def test_the_note_below_a_board_is_never_cut():
    card = layout.blank(300)
    left = "1,024 members · 512 gained nothing · 128 unknown · * since later"
    layout.foot(card, 300, left=left, right="WOM data 59 min to 999 d old")

    assert left in [artist.get_text() for artist in card._axes.texts]


@pytest.mark.parametrize(
    ("metric", "golden"),
    [
        pytest.param("total_level", False, id="levels"),
        pytest.param("pvp_arena", False, id="ratings"),
        pytest.param("zulrah", True, id="kills"),
    ],
)
def test_sums_stand_only_where_they_mean_something(metric, golden):
    png = charts.leaderboard(board(window=None, metric=metric), title="All")

    heading = image(png).crop((700, 0, 1200, TOP))
    assert (pixels_like(heading, style.BEST) > 0) is golden


def test_totals_are_drawn_also_when_they_are_zero():
    totals = board((5, 0), window=None, metric="zulrah")

    assert "2. Iron Mammal 0" in charts.leaderboard_alt(totals, title="Zulrah")


def test_the_description_has_places_values_and_how_many_are_unknown():
    said = charts.leaderboard_alt(board((1_500_000, 900, 900, 0)), title="XP, last 30 days")

    assert said == (
        "XP, last 30 days, in XP. 10 members · 1 gained nothing · 6 unknown. "
        "1. Zezima 1.5m; 2. Iron Mammal 900; 2. Lynx Titan 900"
    )

"""What holds for every picture."""

import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from clanstats import charts
from clanstats.charts import style
from tests.clanstats.charts.factory import (
    XP,
    board,
    bosses,
    heat,
    overall,
    profile,
    skills,
    talk,
    weeks,
)
from tests.clanstats.charts.seeing import image, margins_are_empty, pixels_like

pytestmark = pytest.mark.slow

NASTY = [
    pytest.param("a_b*c", id="markdown"),
    pytest.param("@everyone", id="a mention"),
    pytest.param("竈門炭治郎の日輪刀강철연금술사", id="Chinese, Japanese and Korean"),
    pytest.param(r"$\frac{1}$", id="TeX"),
    pytest.param("$", id="half of TeX"),
    pytest.param("W" * 12, id="as wide as a name gets"),
    pytest.param("W" * 400, id="far too long"),
    pytest.param("🎉💎🔥", id="nothing but emoji"),
    pytest.param("Z̸̢̛͎a̷͇͐l̴̰̈́g̶̨͝o̵͕͠" * 9, id="piles of accents"),
    pytest.param("\u202egnp.exe\x00\ud800\n", id="control characters"),
    pytest.param("محمد אבג ไทย", id="scripts from right to left, and one without a glyph"),
    pytest.param("", id="no name"),
]
ALL = [case.values[0] for case in NASTY]
HUGE = 4_600_000_000_000


def everything():
    return (
        charts.leaderboard(board(), title="XP gained", subtitle="30 days", footer="3 h old"),
        charts.player_weeks(profile(), footer="3 h old"),
        charts.player_skills(profile(), footer="3 h old"),
        charts.player_bosses(profile(), footer="3 h old"),
        charts.player_weeks(replace(profile(), talk=talk()), footer="3 h old"),
        charts.heat_map(heat(), title="Zezima", footer="3 h old"),
    )


def descriptions(name):
    player = profile(name=name)
    return (
        charts.leaderboard_alt(board(names=(name,) * 12), title=name),
        charts.player_weeks_alt(player),
        charts.player_skills_alt(player),
        charts.player_bosses_alt(player),
        charts.player_weeks_alt(replace(player, talk=talk((HUGE,) * 12))),
        charts.heat_map_alt(heat(), title=name),
    )


@pytest.fixture(scope="module")
def drawn():
    """Each kind of picture, once for those who only look at them."""
    return everything()


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_a_heading_or_leaves_the_card(name):
    png = charts.leaderboard(board(()), title=name, subtitle=name, footer=name)

    assert margins_are_empty(png)


@pytest.mark.parametrize(
    "names", [pytest.param(ALL[:10], id="ten"), pytest.param(ALL[-10:], id="the other ones")]
)
def test_no_name_breaks_a_row_or_leaves_the_card(names):
    png = charts.leaderboard(board(XP[:10], names=names), title="XP gained")

    assert margins_are_empty(png)


def test_numbers_too_large_to_be_true_stay_on_the_card():
    player = profile(
        metrics=(
            overall(HUGE, HUGE),
            *skills((HUGE,) * 24, {"attack": HUGE, "runecrafting": HUGE}),
            *bosses({"tombs_of_amascut_expert": (HUGE, HUGE)}),
        ),
        by_week=weeks((HUGE,) * 12),
        place=1_000_000,
    )
    pngs = (
        charts.leaderboard(board((HUGE,) * 12, before=(HUGE,) * 12), title="XP"),
        charts.player_weeks(player),
        charts.player_skills(player),
        charts.player_bosses(player),
        charts.player_weeks(replace(player, talk=talk((HUGE,) * 12, count=HUGE))),
        charts.heat_map(heat(scale=HUGE), title="XP"),
    )

    assert all(margins_are_empty(png) for png in pngs)


def test_pictures_are_wide_enough_small_files_and_not_blank(drawn):
    for png in drawn:
        picture = image(png)
        assert picture.width == 1200
        assert len(png) < 60_000
        assert pixels_like(picture, style.TEXT) > 1_000
        bars = pixels_like(picture, style.BAR), pixels_like(picture, style.TALK)
        assert max(bars) > 1_000


def test_the_same_input_gives_the_same_bytes(drawn):
    assert everything() == drawn


def test_text_is_never_smaller_than_12_pixels_in_a_picture_800_wide():
    sizes = (style.LEAST, style.NOTE, style.AXIS, style.LABEL, style.ROW, style.TITLE)

    assert min(sizes) * 800 / style.WIDTH >= 12


@pytest.mark.parametrize(
    "chart",
    [
        pytest.param(lambda form: charts.leaderboard(board(), title="XP", form=form), id="board"),
        pytest.param(lambda form: charts.player_weeks(profile(), form=form), id="weeks"),
        pytest.param(lambda form: charts.player_skills(profile(), form=form), id="skills"),
        pytest.param(lambda form: charts.player_bosses(profile(), form=form), id="bosses"),
        pytest.param(lambda form: charts.heat_map(heat(), title="XP", form=form), id="hours"),
    ],
)
def test_the_same_picture_can_be_had_as_svg(chart):
    first, again = chart("svg"), chart("svg")

    root = ET.fromstring(first)  # noqa: S314  we have just made it
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["width"] == "1200pt"
    assert first == again


@pytest.mark.parametrize("name", NASTY)
def test_descriptions_fit_into_discords_limit(name):
    for text in descriptions(name):
        assert 0 < len(text) <= 1024


def test_naming_a_chart_does_not_load_matplotlib():
    code = (
        "import clanstats.charts, clanstats.drawing, sys;"
        "sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  ours


def test_drawing_needs_neither_a_home_nor_a_settings_folder(tmp_path):
    code = "import clanstats.charts.card as c, os; assert 'MPLCONFIGDIR' not in os.environ"
    nowhere = str(tmp_path / "nowhere")
    environ = {"HOME": nowhere, "XDG_CONFIG_HOME": nowhere, "XDG_CACHE_HOME": nowhere}

    ended = subprocess.run(  # noqa: S603  ours
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert not (tmp_path / "nowhere").exists()

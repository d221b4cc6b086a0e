from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats.charts import writing
from clanstats.domain import UnknownReason, Window
from tests.clanstats.charts.factory import NOW, member

ASCII = range(0x20, 0x7F)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        pytest.param("Zezima", "Zezima", id="a name"),
        pytest.param("  a \n\t b ", "a b", id="one line"),
        pytest.param("gg 🎉 wp", "gg wp", id="what has no glyph is left out"),
        pytest.param("🎉", "?", id="nothing is left"),
        pytest.param("", "", id="there was nothing"),
        pytest.param("a\u202eb\x00c", "abc", id="control characters"),
        pytest.param("a" + "\u0301" * 50, "?", id="a composed letter without a glyph"),
    ],
)
def test_text_is_reduced_to_what_can_be_drawn(text, drawn):
    assert writing.clean(text, drawable=ASCII) == drawn


@given(st.text())
def test_nothing_that_cannot_be_drawn_is_left(text):
    assert all(ord(letter) in ASCII for letter in writing.clean(text, drawable=ASCII))


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        pytest.param(1, "1 hour", id="an hour"),
        pytest.param(6, "6 hours", id="hours"),
        pytest.param(24, "1 day", id="a day"),
        pytest.param(167, "7 days", id="a week that lost an hour"),
        pytest.param(720, "30 days", id="a month"),
        pytest.param(24 * 1_200, "1,200 days", id="years"),
    ],
)
def test_periods_are_said_in_days_or_hours(hours, said):
    assert writing.period(Window(NOW - timedelta(hours=hours), NOW)) == said


def test_every_reason_can_be_said():
    said = {writing.reason(why) for why in UnknownReason}

    assert len(said) == len(UnknownReason)


def test_ranks_are_words():
    assert writing.rank(member(rank="deputy_owner")) == "Deputy owner"
    assert writing.rank(member(rank=None)) == "No longer in the clan"


def test_a_description_that_is_too_long_is_cut():
    text = writing.alt(["a" * 1_000, "b" * 1_000])

    assert len(text) == 1_024
    assert text.endswith("b…")

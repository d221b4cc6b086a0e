import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats.numbers import brief, compact, full, signed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(9_871, "9,871", id="four digits are written out"),
        pytest.param(9_999, "9,999", id="the last that is written out"),
        pytest.param(10_000, "10k", id="the first in thousands"),
        pytest.param(950_000, "950k", id="thousands"),
        pytest.param(88_120, "88.1k", id="thousands with a decimal"),
        pytest.param(999_949, "999.9k", id="just below a million"),
        pytest.param(999_950, "1m", id="never a thousand thousands"),
        pytest.param(12_400_331, "12.4m", id="millions"),
        pytest.param(12_450_000, "12.5m", id="halves go up"),
        pytest.param(12_449_999, "12.4m", id="rounded once, not twice"),
        pytest.param(200_000_000, "200m", id="no empty decimal"),
        pytest.param(1_234_567_890, "1.2b", id="billions"),
        pytest.param(999_950_000_000, "1t", id="trillions"),
        pytest.param(5 * 10**15, "5,000t", id="beyond the last unit"),
        pytest.param(-999_950, "-1m", id="a loss"),
        pytest.param(-4, "-4", id="a small loss"),
        pytest.param(12.345, "12.3", id="hours"),
        pytest.param(12.0, "12", id="whole hours"),
        pytest.param(9_999.96, "10k", id="hours that round up to the next form"),
        pytest.param(-0.04, "0", id="no negative nothing"),
    ],
)
def test_compact_is_how_players_write(value, written):
    assert compact(value) == written


@given(st.integers(-(10**13), 10**13))
def test_compact_is_short_and_within_half_a_step(value):
    written = compact(value)

    number, unit = written.rstrip("kmbt"), written[-1]
    size = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}.get(unit, 1)
    assert len(written.lstrip("-")) <= 6
    assert abs(float(number.replace(",", "")) * size - value) <= size * 0.0500001


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(12_345_678, "12,345,678", id="every digit"),
        pytest.param(-1_000, "-1,000", id="a loss"),
        pytest.param(1_234.567, "1,234.57", id="two decimals of hours"),
        pytest.param(1_234.5, "1,234.5", id="no empty decimals"),
        pytest.param(1_000.0, "1,000", id="a whole number that came as a float"),
    ],
)
def test_full_keeps_every_digit(value, written):
    assert full(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(950_000, "+950k", id="gained"),
        pytest.param(0, "0", id="nothing"),
        pytest.param(-20_000, "-20k", id="lost"),
    ],
)
def test_signed_shows_what_was_gained_with_a_plus(value, written):
    assert signed(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (278_540, "279k"),
        (99_960, "100k"),
        (12_440, "12.4k"),
        (1_234.5, "1,235"),
        (-830_100, "-830k"),
        (0, "0"),
    ],
)
def test_where_there_is_little_room_large_numbers_lose_their_decimal(value, written):
    assert brief(value) == written

"""Are instants what a person in the clan's timezone means by them?"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats import timestamps
from clanstats.domain import Window
from clanstats.errors import BadInputError

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 8, 5, 12, tzinfo=UTC)  # a Wednesday


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_now_is_aware_utc_and_moves_forward():
    before = timestamps.now_utc()

    assert before.tzinfo is UTC
    assert timestamps.now_utc() >= before


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2026, 1, 1), utc(2026, 1, 1), id="naive is UTC"),  # noqa: DTZ001 the case
        pytest.param(
            datetime(2026, 7, 1, 1, tzinfo=LONDON), utc(2026, 7, 1, 0), id="another timezone"
        ),
        pytest.param(None, None, id="None stays None"),
    ],
)
def test_to_utc(at, expected):
    result = timestamps.to_utc(at)

    assert result == expected
    assert result is None or result.tzinfo is UTC


def test_cutoff_counts_24_hours_a_day_also_when_clocks_change():
    spring = datetime(2026, 3, 29, 12, tzinfo=LONDON)

    assert timestamps.cutoff_days_ago(1, spring) == utc(2026, 3, 28, 11)


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        pytest.param(utc(1999, 12, 31, 23, 59, 59), False, id="last second of 1999"),
        pytest.param(utc(2000, 1, 1), True, id="first second of 2000"),
        pytest.param(NOW + timedelta(days=365), True, id="in a year"),
        pytest.param(NOW + timedelta(days=365, seconds=1), False, id="in more than a year"),
        pytest.param(None, False, id="None"),
    ],
)
def test_timestamps_lie_between_2000_and_next_year(at, valid):
    assert timestamps.validate_timestamp(at, NOW) is valid


def test_display_is_in_the_given_timezone_and_names_it():
    assert timestamps.format_for_display(NOW) == "2026-08-05 12:00 UTC"
    assert timestamps.format_for_display(NOW, LONDON) == "2026-08-05 13:00 BST"
    assert timestamps.format_for_display(None, LONDON) == "unknown"


def test_discord_is_given_whole_seconds_and_a_style():
    at = utc(1970, 1, 1, 0, 1, 0, 999_000)

    assert timestamps.discord_time(at) == "<t:60:R>"
    assert timestamps.discord_time(at, "D") == "<t:60:D>"


@given(st.integers(min_value=-(10**13), max_value=10**14))
def test_milliseconds_survive_the_way_there_and_back(milliseconds):
    assert timestamps.epoch_ms(timestamps.from_epoch_ms(milliseconds)) == milliseconds


def test_microseconds_are_rounded_down_to_milliseconds():
    assert timestamps.epoch_ms(timestamps.EPOCH + timedelta(microseconds=1999)) == 1
    assert timestamps.epoch_ms(timestamps.EPOCH - timedelta(microseconds=1)) == -1


@pytest.mark.parametrize(
    ("text", "tz", "expected"),
    [
        pytest.param("2026-07-01", UTC, utc(2026, 7, 1), id="date"),
        pytest.param("2026-07-01", LONDON, utc(2026, 6, 30, 23), id="date in the clan's timezone"),
        pytest.param(
            "2025-04-02T22:38:33.685Z", LONDON, utc(2025, 4, 2, 22, 38, 33, 685_000), id="Z, ms"
        ),
        pytest.param(" 2026-07-01 18:00+02:00 ", UTC, utc(2026, 7, 1, 16), id="offset"),
    ],
)
def test_instant_is_read(text, tz, expected):
    assert timestamps.parse_instant(text, tz=tz) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("yesterday", id="a word"),
        pytest.param("", id="empty"),
        pytest.param("2026-02-30", id="no such day"),
        pytest.param("0001-01-01T00:00+14:00", id="before the year 1 in UTC"),
    ],
)
def test_instant_that_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(BadInputError, match="2026-01-31"):
        timestamps.parse_instant(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("7d", Window(utc(2026, 7, 29, 12), NOW), id="days"),
        pytest.param(" 4W ", Window(utc(2026, 7, 8, 12), NOW), id="weeks, capital, spaces"),
        pytest.param("365d", Window(utc(2025, 8, 5, 12), NOW), id="a year"),
        pytest.param(
            "2026-01-01..2026-01-31",
            Window(utc(2026, 1, 1), utc(2026, 2, 1)),
            id="both days included",
        ),
        pytest.param(
            "2026-03-29..2026-03-29",
            Window(utc(2026, 3, 29), utc(2026, 3, 29, 23)),
            id="one day of 23 hours",
        ),
        pytest.param(
            "2026-08-01..2026-12-31",
            Window(utc(2026, 7, 31, 23), NOW),
            id="ends now rather than in the future",
        ),
        pytest.param("all", None, id="everything"),
    ],
)
def test_period_is_read_in_the_timezone_of_the_clan(text, expected):
    assert timestamps.parse_period(text, now=NOW, tz=LONDON) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a while", "`7d`", id="words"),
        pytest.param("", "`7d`", id="empty"),
        pytest.param("7", "`7d`", id="no unit"),
        pytest.param("-7d", "`7d`", id="negative"),
        pytest.param("٧d", "`7d`", id="digits of another script"),
        pytest.param("9" * 5000 + "d", "`7d`", id="absurdly many digits"),
        pytest.param("0d", "`30d`", id="no time at all"),
        pytest.param("999999w", "`30d`", id="thousands of years"),
        pytest.param("2026-02-01..2026-01-01", "`2026-01-01..2026-02-01`", id="turned around"),
        pytest.param("2026-02-30..2026-03-01", "2026-02-30", id="no such day"),
        pytest.param("0001-01-01..2026-01-01", "year 1", id="before the game"),
        pytest.param("2001-01-01..2026-01-01", "20 years", id="over 20 years"),
        pytest.param("2027-01-01..2027-02-01", "yet to come", id="in the future"),
        pytest.param("2026-01-01..", "`7d`", id="no end"),
    ],
)
def test_period_that_cannot_be_meant_is_refused_with_what_can(text, said):
    with pytest.raises(BadInputError) as refusal:
        timestamps.parse_period(text, now=NOW, tz=LONDON)

    assert said in str(refusal.value)


def test_weeks_begin_on_monday_in_the_clans_timezone_and_the_last_ends_now():
    weeks = timestamps.iso_weeks(NOW, count=3, tz=LONDON)

    assert weeks == (
        Window(utc(2026, 7, 19, 23), utc(2026, 7, 26, 23)),
        Window(utc(2026, 7, 26, 23), utc(2026, 8, 2, 23)),
        Window(utc(2026, 8, 2, 23), NOW),
    )


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        pytest.param(utc(2026, 4, 1), 167, id="spring"),
        pytest.param(utc(2026, 10, 28), 169, id="autumn"),
        pytest.param(NOW, 168, id="summer"),
    ],
)
def test_week_in_which_clocks_change_is_an_hour_off(now, hours):
    week, _ = timestamps.iso_weeks(now, count=2, tz=LONDON)

    assert week.length == timedelta(hours=hours)


def test_monday_midnight_still_belongs_to_the_week_it_ends():
    midnight = datetime(2026, 8, 3, tzinfo=LONDON)

    assert timestamps.iso_weeks(midnight, count=1, tz=LONDON)[0].length == timedelta(days=7)


def test_a_second_into_monday_the_new_week_is_a_second_long():
    now = datetime(2026, 8, 3, 0, 0, 1, tzinfo=LONDON)

    assert timestamps.iso_weeks(now, count=1, tz=LONDON)[0].length == timedelta(seconds=1)


def test_day_whose_midnight_the_clocks_skip_begins_when_they_jump():
    window = timestamps.parse_period(
        "2025-09-07..2025-09-07", now=NOW, tz=ZoneInfo("America/Santiago")
    )

    assert window == Window(utc(2025, 9, 7, 4), utc(2025, 9, 8, 3))


@given(
    st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis adds it
    st.sampled_from([LONDON, ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Apia"), UTC]),
)
def test_weeks_touch_and_now_is_in_the_last(now, tz):
    weeks = timestamps.iso_weeks(now, count=9, tz=tz)

    assert all(a.end == b.start for a, b in pairwise(weeks))
    assert weeks[-1].start < now == weeks[-1].end
    assert len(weeks) == 9


@pytest.mark.parametrize(
    ("text", "until"),
    [
        pytest.param("2w", utc(2026, 8, 19, 12), id="weeks"),
        pytest.param(" 10D ", utc(2026, 8, 15, 12), id="days"),
        pytest.param("2026-08-05", utc(2026, 8, 5, 23), id="the end of today"),
        pytest.param("2026-12-24", utc(2026, 12, 25), id="the end of a day"),
    ],
)
def test_something_lasts_until(text, until):
    assert timestamps.parse_until(text, now=NOW, tz=LONDON) == until


@pytest.mark.parametrize(
    "text", ["", "soon", "0d", "999999w", "2026-08-04", "2026-02-30", "2026-8-5", "-2w"]
)
def test_nothing_lasts_until(text):
    with pytest.raises(BadInputError):
        timestamps.parse_until(text, now=NOW, tz=LONDON)

"""Is each period's post due once, at the hour that clocks show?"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats.errors import BadInputError
from clanstats.posts.calendar import (
    SUMMARIES,
    PostKind,
    PostSchedule,
    last_slot,
    period_at,
    period_named,
    period_over,
    slot_of,
    slots_after,
)
from tests.clanstats.posts.conftest import LONDON
from tests.factories import NOW

WEEKLY, MONTHLY, YEARLY = PostKind.WEEKLY, PostKind.MONTHLY, PostKind.YEARLY
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "UTC")


def schedule(kind=WEEKLY, *, weekday=0, at=time(9), tz=LONDON):
    return PostSchedule(1, kind, 5, weekday, at, tz, timedelta(hours=48), NOW)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "day", "key", "hours"),
    [
        pytest.param(WEEKLY, date(2026, 11, 22), "2026-W47", 168, id="week"),
        pytest.param(WEEKLY, date(2026, 3, 29), "2026-W13", 167, id="clocks go forward"),
        pytest.param(WEEKLY, date(2026, 10, 25), "2026-W43", 169, id="clocks go back"),
        pytest.param(WEEKLY, date(2027, 1, 3), "2026-W53", 168, id="week of the year before"),
        pytest.param(MONTHLY, date(2026, 2, 28), "2026-02", 28 * 24, id="month"),
        pytest.param(MONTHLY, date(2026, 10, 1), "2026-10", 31 * 24 + 1, id="month of that"),
        pytest.param(YEARLY, date(2028, 12, 31), "2028", 366 * 24, id="leap year"),
    ],
)
def test_period_lasts_as_long_as_clocks_say(kind, day, key, hours):
    period = period_at(kind, day, LONDON)

    assert (period.key, period.window.length) == (key, timedelta(hours=hours))
    assert period.first_day <= day <= period.last_day


@pytest.mark.parametrize(
    ("wanted", "now", "due_at"),
    [
        pytest.param(schedule(), utc(2026, 11, 24), utc(2026, 11, 23, 9), id="Monday at nine"),
        pytest.param(schedule(), utc(2026, 3, 30, 8), utc(2026, 3, 30, 8), id="in summer"),
        pytest.param(
            schedule(weekday=6, at=time(1, 30)),
            utc(2026, 3, 29, 5),
            utc(2026, 3, 29, 1, 30),
            id="an hour that is skipped",
        ),
        pytest.param(
            schedule(weekday=6, at=time(1, 30)),
            utc(2026, 10, 25, 5),
            utc(2026, 10, 25, 0, 30),
            id="an hour that comes twice: the first",
        ),
        pytest.param(
            schedule(MONTHLY), utc(2026, 11, 24), utc(2026, 11, 1, 9), id="first of the month"
        ),
        pytest.param(schedule(YEARLY), utc(2026, 11, 24), utc(2026, 1, 1, 9), id="New Year"),
    ],
)
def test_post_is_due_when_the_clocks_of_its_timezone_show_it(wanted, now, due_at):
    assert last_slot(wanted, now).due_at == due_at


def test_post_due_on_sunday_is_about_the_week_that_was_over():
    assert last_slot(schedule(weekday=6), utc(2026, 11, 22, 10)).period.key == "2026-W46"


@given(
    kind=st.sampled_from(SUMMARIES),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_slots_are_one_a_period_in_a_row_and_none_is_left_out(kind, weekday, at, zone, now):
    wanted = schedule(kind, weekday=weekday, at=at, tz=ZoneInfo(zone))
    slot = last_slot(wanted, now)
    slots = [slot, *islice(slots_after(wanted, now), 4)]

    assert slot.due_at <= now < slots[1].due_at
    assert all(a.period.window.end == b.period.window.start for a, b in pairwise(slots))
    assert all(one.due_at >= one.period.window.end for one in slots)
    assert slot_of(wanted, period_named(kind, slot.period.key, now=now, tz=wanted.tz)) == slot


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        pytest.param(WEEKLY, "2026-W07", "2026-W07", id="week"),
        pytest.param(WEEKLY, " 2026-w7 ", "2026-W07", id="week in short"),
        pytest.param(WEEKLY, "2026-11-20", "2026-W47", id="a day of it"),
        pytest.param(MONTHLY, "2026-10", "2026-10", id="month"),
        pytest.param(YEARLY, "2025", "2025", id="year"),
    ],
)
def test_period_is_found_by_its_key_or_a_day(kind, text, key):
    assert period_named(kind, text, now=NOW, tz=LONDON).key == key


@pytest.mark.parametrize("text", ["", "2026-W54", "2026-13", "last", "0000-W01", "9999-12-31"])
@pytest.mark.parametrize("kind", SUMMARIES)
def test_what_is_no_period_or_not_over_is_refused_with_one_that_is(kind, text):
    with pytest.raises(BadInputError, match=period_over(kind, NOW, LONDON).key):
        period_named(kind, text, now=NOW, tz=LONDON)


@pytest.mark.parametrize("text", ["0001-01-01", "1999-W01", "1900-01-01"])
def test_week_before_any_runescape_is_refused(text):
    with pytest.raises(BadInputError, match="Nothing is known of that; try `2026-W47`"):
        period_named(PostKind.WEEKLY, text, now=NOW, tz=UTC)


def test_week_under_way_is_refused():
    with pytest.raises(BadInputError, match="2026-W48 isn't over yet"):
        period_named(WEEKLY, "2026-W48", now=NOW, tz=LONDON)

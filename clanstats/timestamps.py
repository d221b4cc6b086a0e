"""What time is it, and which instants does a person mean?

Instants are aware UTC inside; the clan's timezone decides where days and weeks begin.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, overload

from clanstats.domain import Window
from clanstats.errors import BadInputError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before any RuneScape
LONGEST_DAYS = 20 * 366

_UNITS = {"d": 1, "w": 7}
_DAY = timedelta(days=1)
_YEARS = range(EARLIEST.year, 3000)
_AGO = re.compile(r"(\d{1,6})([dw])", re.ASCII)
_ONE_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", re.ASCII)


def now_utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 the one place that reads the clock


@overload
def to_utc(at: datetime) -> datetime: ...
@overload
def to_utc(at: None) -> None: ...
def to_utc(at: datetime | None) -> datetime | None:
    """Turn `at` into aware UTC; a naive one is taken to be UTC already, None stays None."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def cutoff_days_ago(days: float, now: datetime) -> datetime:
    """The instant `days` times 24 hours before `now`, UTC."""
    return to_utc(now) - timedelta(days=days)


def validate_timestamp(at: datetime | None, now: datetime) -> bool:
    """Whether `at` can be true: not None, from 2000 on, at most a year after `now`."""
    return at is not None and EARLIEST <= to_utc(at) <= to_utc(now) + timedelta(days=365)


def format_for_display(at: datetime | None, tz: tzinfo = UTC) -> str:
    """Write `at` to the minute with its timezone: "2026-02-01 14:05 UTC"; None is "unknown"."""
    return "unknown" if at is None else to_utc(at).astimezone(tz).strftime("%Y-%m-%d %H:%M %Z")


def discord_time(at: datetime, style: Literal["t", "T", "d", "D", "f", "F", "R"] = "R") -> str:
    """Write `at` so that Discord shows it in the reader's own timezone; "R" is "2 hours ago"."""
    return f"<t:{epoch_ms(at) // 1000}:{style}>"


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970, rounded down; how instants are stored."""
    return (to_utc(at) - EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=4096)  # a player's instants come with each of their metrics
def from_epoch_ms(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def next_at(at: time, now: datetime, tz: tzinfo) -> datetime:
    """The next instant at which the clocks of `tz` show `at`, UTC."""
    today = now.astimezone(tz).date()
    days = (today + timedelta(days=ahead) for ahead in range(3))
    instants = (datetime.combine(day, at, tzinfo=tz).astimezone(UTC) for day in days)
    return next(instant for instant in instants if instant > now)


def parse_instant(text: str, *, tz: tzinfo = UTC) -> datetime:
    """Read an ISO 8601 date or date and time; UTC.

    Args:
        text: A date alone is the midnight it begins with.
        tz: Where it is meant if it doesn't say.

    Raises:
        BadInputError: It isn't one.
    """
    try:
        at = datetime.fromisoformat(text.strip())
        return (at.replace(tzinfo=tz) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInputError(
            "That isn't a date I can read; try `2026-01-31` or `2026-01-31T18:00Z`."
        ) from None


def parse_past(text: str, *, now: datetime, tz: tzinfo) -> datetime:
    """Read an instant of which something may be known, as `parse_instant` does; UTC.

    Raises:
        BadInputError: It isn't one, is yet to come, or was before any RuneScape.
    """
    at = parse_instant(text, tz=tz)
    if not EARLIEST < at <= to_utc(now):
        raise BadInputError("Nothing is known of that day; try `2026-01-31`.")
    return at


def parse_period(text: str, *, now: datetime, tz: tzinfo) -> Window | None:
    """Read how far back someone wants to look.

    Args:
        text: `7d` and `4w` are so many times 24 hours before `now`. `2026-01-01..2026-01-31` is
            from the first day's midnight to the end of the last day, both of them included.
            `all` is everything.
        now: Where a period ends that would reach into the future.
        tz: The clan's timezone, whose days are meant.

    Returns:
        None for `all`.

    Raises:
        BadInputError: It is none of these, turned around, yet to come or over 20 years.
    """
    period = text.strip().lower()
    if period == "all":
        return None
    if ago := _AGO.fullmatch(period):
        days = int(ago[1]) * _UNITS[ago[2]]
        if not 0 < days <= LONGEST_DAYS:
            raise BadInputError("A period is from one day to 20 years long; try `30d` or `all`.")
        return Window(cutoff_days_ago(days, now), to_utc(now))
    if days_meant := _DAYS.fullmatch(period):
        return _between(_day(days_meant[1]), _day(days_meant[2]), now=now, tz=tz)
    raise BadInputError(
        "That isn't a period I can read; try `7d`, `4w`, `2026-01-01..2026-01-31` or `all`."
    )


def parse_until(text: str, *, now: datetime, tz: tzinfo) -> datetime:
    """Read until when something lasts; UTC.

    Args:
        text: `10d` and `2w` are so many times 24 hours after `now`; a day, as `2026-12-24`, is
            included to its end in `tz`.
        now: From when.
        tz: The clan's timezone.

    Raises:
        BadInputError: It is none of these, or over.
    """
    wanted = text.strip().lower()
    if ahead := _AGO.fullmatch(wanted):
        days = int(ahead[1]) * _UNITS[ahead[2]]
        if 0 < days <= LONGEST_DAYS:
            return to_utc(now) + timedelta(days=days)
    if _ONE_DAY.fullmatch(wanted):
        until = _midnight(_day(wanted) + timedelta(days=1), tz)
        if until > to_utc(now):
            return until
        raise BadInputError("That day is over; give one that is yet to come.")
    raise BadInputError("That isn't a time I can read; try `2w`, `10d` or `2026-12-24`.")


def iso_weeks(now: datetime, *, count: int, tz: tzinfo) -> tuple[Window, ...]:
    """Cut the time up to `now` into weeks, from Monday 00:00 in `tz`; they last 167 to 169 hours.

    Returns:
        `count` weeks, oldest first. The last one is under way and ends `now`; at Monday 00:00
        sharp that is the week just over.
    """
    # A window excludes its start: Monday's midnight itself belongs to the week before.
    today = (to_utc(now) - timedelta.resolution).astimezone(tz).date()
    monday = today - timedelta(days=today.weekday())
    starts = [_midnight(monday - timedelta(weeks=back), tz) for back in reversed(range(count))]
    return tuple(map(Window, starts, [*starts[1:], to_utc(now)]))


def utc_offsets(window: Window, tz: tzinfo) -> tuple[tuple[Window, timedelta], ...]:
    """Cut a window where the clock of `tz` changes; each part with what it is ahead of UTC."""
    parts = []
    start = window.start
    while start < window.end:
        ahead, end = _ahead(start, tz), start
        while end < window.end and _ahead(end + _DAY, tz) == ahead:
            end += _DAY
        if end < window.end:
            end = _change(end, end + _DAY, tz)
        parts.append((Window(start, min(end, window.end)), ahead))
        start = end
    return tuple(parts)


def _change(before: datetime, after: datetime, tz: tzinfo) -> datetime:
    """When between these two the clock changed; that is on a whole second."""
    ahead = _ahead(before, tz)
    known, end = epoch_ms(before) // 1000, epoch_ms(after) // 1000
    while end - known > 1:
        middle = (known + end) // 2
        known, end = (middle, end) if _ahead(_second(middle), tz) == ahead else (known, middle)
    return _second(end)


def _second(number: int) -> datetime:
    return EPOCH + timedelta(seconds=number)


def _ahead(at: datetime, tz: tzinfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def _between(first: date, last: date, *, now: datetime, tz: tzinfo) -> Window:
    if first > last:
        raise BadInputError(f"A period begins before it ends; try `{last}..{first}`.")
    start, end = _midnight(first, tz), _midnight(last + timedelta(days=1), tz)
    if start >= to_utc(now):
        raise BadInputError("That period is yet to come; try `30d`.")
    if (last - first).days >= LONGEST_DAYS:
        raise BadInputError("A period is at most 20 years long; try `all`.")
    return Window(start, min(end, to_utc(now)))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"There is no day {text}; write it as `2026-01-31`.") from None
    if day.year not in _YEARS:
        raise BadInputError(f"Nothing is known of the year {day.year}; try `2026-01-31`.")
    return day


def _midnight(day: date, tz: tzinfo) -> datetime:
    """When `day` begins, UTC; where clocks jump over midnight, the instant they jump."""
    return datetime.combine(day, time(), tzinfo=tz).astimezone(UTC)

"""Which post is due when? Pure; in the clan's timezone, whose weeks have 167 to 169 hours.

A post is about a whole week, month or year that is over, and is due at one instant after it: so
each period has one post, and whatever instants are missed, the calendar says the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.timestamps import EARLIEST

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_WEEK_KEY = re.compile(r"(\d{4})-w(\d\d?)", re.ASCII)
_MONTH_KEY = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_YEAR_KEY = re.compile(r"\d{4}", re.ASCII)


class PostKind(StrEnum):
    """What a clan can have posted."""

    WEEKLY = "weekly"
    WEEKLY_OFFICERS = "weekly_officers"  # for a private channel
    MONTHLY = "monthly"
    YEARLY = "yearly"
    NEWS = "news"  # whenever there is some, so it is in no calendar

    @property
    def words(self) -> str:
        """In a sentence: "weekly summary for officers"."""
        if self is PostKind.NEWS:
            return "news"
        name, _, readers = self.partition("_")
        return f"{name} summary" + (f" for {readers}" if readers else "")


SUMMARIES = tuple(kind for kind in PostKind if kind is not PostKind.NEWS)
# What they say is about a period alone, so that what is learnt later corrects it.
OF_A_PERIOD = tuple(kind for kind in SUMMARIES if kind is not PostKind.WEEKLY_OFFICERS)


@dataclass(frozen=True, slots=True)
class Period:
    """What a post is about: an ISO week, a month or a year.

    Attributes:
        key: "2026-W47", "2026-10", "2026".
        window: From midnight to midnight on the clocks of `tz`.
    """

    key: str
    window: Window
    tz: tzinfo

    @property
    def first_day(self) -> date:
        return self.window.start.astimezone(self.tz).date()

    @property
    def last_day(self) -> date:
        return (self.window.end - timedelta.resolution).astimezone(self.tz).date()


@dataclass(frozen=True, slots=True)
class PostSchedule:
    """When and where a clan has a kind of post made.

    Attributes:
        weekday: 0 is Monday; the weekly ones are due on it, the others on the first day after
            their period.
        at: On the clocks of `tz`; one that these clocks skip is due when they would have shown
            it, and of one that they show twice the first counts.
        grace: How late a missed post is still made.
        since: What was due until then isn't made up for.
        problem: Why it can't be made, if officers were told so.
    """

    clan_id: int
    kind: PostKind
    discord_channel_id: int
    weekday: int
    at: time
    tz: ZoneInfo
    grace: timedelta
    since: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A post in the calendar."""

    period: Period
    due_at: datetime


def period_at(kind: PostKind, day: date, tz: tzinfo) -> Period:
    """The week, month or year in which a day lies."""
    first = _first_day(kind, day)
    window = Window(_instant(first, time(), tz), _instant(_following(kind, first), time(), tz))
    return Period(_key(kind, first), window, tz)


def period_over(kind: PostKind, now: datetime, tz: tzinfo) -> Period:
    """The last one that is over."""
    first = _first_day(kind, now.astimezone(tz).date())
    return period_at(kind, first - _DAY, tz)


def period_named(kind: PostKind, text: str, *, now: datetime, tz: tzinfo) -> Period:
    """Read which one somebody means.

    Args:
        kind: Of which post.
        text: Its key, such as "2026-W47", "2026-10" or "2026", or a day in it.
        now: It has to be over by then.
        tz: The clan's timezone.

    Raises:
        BadInputError: It can't be read, isn't over, or was before any RuneScape.
    """
    example = period_over(kind, now, tz)
    try:
        day = _day_in(kind, text.strip().lower())
        period = period_at(kind, day, tz)
    except (ValueError, OverflowError):
        raise BadInputError(
            f"That isn't a time I can read; try `{example.key}`, or a day in it, "
            f"`{example.first_day}`."
        ) from None
    if period.window.end <= EARLIEST:
        raise BadInputError(f"Nothing is known of that; try `{example.key}`.")
    if period.window.end > now:
        raise BadInputError(f"{period.key} isn't over yet; the last one that is: `{example.key}`.")
    return period


def slot_of(schedule: PostSchedule, period: Period) -> Slot:
    """When the post about a period is due."""
    day = period.window.end.astimezone(schedule.tz).date()
    if _is_weekly(schedule.kind):
        day += timedelta(days=schedule.weekday)
    return Slot(period, _instant(day, schedule.at, schedule.tz))


def last_slot(schedule: PostSchedule, now: datetime) -> Slot:
    """The latest that was due by now."""
    return next(slot for slot in _backwards(schedule, now) if slot.due_at <= now)


def slots_after(schedule: PostSchedule, now: datetime) -> Iterator[Slot]:
    """What is due later, soonest first, without an end."""
    period = last_slot(schedule, now).period
    while True:
        period = period_at(schedule.kind, period.last_day + _DAY, schedule.tz)
        yield slot_of(schedule, period)


def _backwards(schedule: PostSchedule, now: datetime) -> Iterator[Slot]:
    # What lies in the present period isn't over, so nothing later can be due.
    day = now.astimezone(schedule.tz).date()
    while True:
        period = period_at(schedule.kind, day, schedule.tz)
        yield slot_of(schedule, period)
        day = period.first_day - _DAY


def _is_weekly(kind: PostKind) -> bool:
    return kind in {PostKind.WEEKLY, PostKind.WEEKLY_OFFICERS}


def _first_day(kind: PostKind, day: date) -> date:
    if _is_weekly(kind):
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind is PostKind.MONTHLY else day.replace(month=1, day=1)


def _following(kind: PostKind, first: date) -> date:
    """The first day of the next one."""
    if _is_weekly(kind):
        return first + _WEEK
    return _first_day(kind, first + timedelta(days=32 if kind is PostKind.MONTHLY else 366))


def _key(kind: PostKind, first: date) -> str:
    if _is_weekly(kind):
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return f"{first:%Y-%m}" if kind is PostKind.MONTHLY else f"{first:%Y}"


def _day_in(kind: PostKind, text: str) -> date:
    if _is_weekly(kind) and (week := _WEEK_KEY.fullmatch(text)):
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if kind is PostKind.MONTHLY and (month := _MONTH_KEY.fullmatch(text)):
        return date(int(month[1]), int(month[2]), 1)
    if kind is PostKind.YEARLY and _YEAR_KEY.fullmatch(text):
        return date(int(text), 1, 1)
    return date.fromisoformat(text)


def _instant(day: date, at: time, tz: tzinfo) -> datetime:
    return datetime.combine(day, at, tzinfo=tz).astimezone(UTC)

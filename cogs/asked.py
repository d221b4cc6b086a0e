"""Which time is a command about, and how does a button remember it?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Self

from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.services import Services
from clanstats.timestamps import epoch_ms, from_epoch_ms, parse_past, parse_period
from cogs.interactions import Choice
from cogs.words import sentence

DEFAULT_PERIOD = "30d"
ALL = "all"
PERIODS = {
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "365d": "Last year",
    ALL: "All time",
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MINUTE_MS = 60_000
_MONTHS_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, counted back from an instant; `as_of` None is whenever it is looked at."""

    period: str  # as `parse_period` reads it
    as_of: datetime | None = None

    @classmethod
    def read(cls, period: str | None, as_of: str | None, *, now: datetime, tz: tzinfo) -> Self:
        """What a member typed.

        Raises:
            BadInputError: It can't be read, or is yet to come.
        """
        at = None if as_of is None else _past(as_of, now=now, tz=tz)
        asked = cls((period or DEFAULT_PERIOD).strip().lower(), at)
        asked.window(now, tz)
        return asked

    def instant(self, now: datetime) -> datetime:
        """At which moment the clan is looked at."""
        return self.as_of or now

    def window(self, now: datetime, tz: tzinfo) -> Window | None:
        """What the gains are counted in; None for all time."""
        return parse_period(self.period, now=self.instant(now), tz=tz)

    def end(self, now: datetime, tz: tzinfo) -> datetime:
        """Until when is looked: a period from day to day ends before `instant`."""
        window = self.window(now, tz)
        return self.instant(now) if window is None else window.end

    def pack(self) -> str:
        """Few characters for a custom ID: "30d.", "260101-260131.t2x4k1"."""
        days = self.period.replace("-", "").split("..")
        period = "-".join(day[2:] for day in days) if len(days) > 1 else self.period
        return f"{period}." + (pack_instant(self.as_of) if self.as_of else "")

    @classmethod
    def unpack(cls, packed: str) -> Self:
        period, _, minutes = packed.partition(".")
        if "-" in period:
            period = "..".join(
                f"20{day[:2]}-{day[2:4]}-{day[4:]}" for day in period.split("-", maxsplit=1)
            )
        return cls(period, unpack_instant(minutes) if minutes else None)

    def words(self, now: datetime, tz: tzinfo) -> str:
        """For a title: "last 30 days", "1 Jan 2026 to 31 Jan 2026 · as of 5 Feb 2026"."""
        said = self._period_words(self.window(now, tz), tz)
        if self.as_of is None:
            return said
        at = self.as_of.astimezone(tz)
        return f"{said} · as of {date_words(self.as_of, tz)}" + (
            f", {at:%H:%M}" if (at.hour, at.minute) != (0, 0) else ""
        )

    def _period_words(self, window: Window | None, tz: tzinfo) -> str:
        if window is None:
            return "all time"
        if ".." in self.period:
            last = window.end - timedelta(microseconds=1)
            return f"{date_words(window.start, tz)} to {date_words(last, tz)}"
        count, unit = int(self.period[:-1]), {"d": "day", "w": "week"}[self.period[-1]]
        return f"last {unit}" if count == 1 else f"last {count:,} {unit}s"


def past_of(services: Services, as_of: str | None) -> datetime | None:
    """The past instant that somebody typed; None is now.

    Raises:
        BadInputError: It can't be read, or nothing is known of it.
    """
    if as_of is None:
        return None
    return _past(as_of, now=services.clock(), tz=services.settings.timezone)


def pack_instant(at: datetime) -> str:
    """An instant for a custom ID, to the minute: "t2x4k1"."""
    return number(epoch_ms(at) // _MINUTE_MS)


def unpack_instant(packed: str) -> datetime:
    """What `pack_instant` made."""
    return from_epoch_ms(int(packed, 36) * _MINUTE_MS)


def _past(text: str, *, now: datetime, tz: tzinfo) -> datetime:
    """To the minute, as a button remembers it."""
    return parse_past(text, now=now, tz=tz).replace(second=0, microsecond=0)


def number(value: int) -> str:
    """Write a whole number in base 36, as `int(text, 36)` reads it.

    Raises:
        ValueError: It is negative.
    """
    if value < 0:
        raise ValueError(f"no custom ID holds {value}")
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def digest(*said: object) -> str:
    """Eight digits by which a button tells whether what it was about has changed."""
    return hashlib.sha256(repr(said).encode()).hexdigest()[:8]


def date_words(at: datetime, tz: tzinfo) -> str:
    """The day it is in `tz`: "5 Feb 2026"."""
    local = at.astimezone(tz)
    return f"{local.day} {local:%b %Y}"


def offered(typed: str, *, now: datetime, tz: tzinfo) -> Sequence[Choice]:
    """Periods to choose from while typing; one that is typed out comes first."""
    text = typed.strip().lower()
    found = [Choice(label, period) for period, label in PERIODS.items() if text in period]
    if not text or text in PERIODS:
        return found
    try:
        label = sentence(Asked(text).words(now, tz))
    except BadInputError:
        return found
    return [Choice(label, text), *found]


def days_offered(typed: str, *, now: datetime, tz: tzinfo) -> Sequence[Choice]:
    """Past days to choose from while typing: the last ones, then the month beginnings of a year."""
    today = now.astimezone(tz).date()
    first = today.replace(day=1)
    days = [today, *(today - timedelta(days=back) for back in (1, 7, 30, 90))]
    for _ in range(_MONTHS_OFFERED):
        days.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    text = typed.strip()
    known = {day.isoformat(): f"{day.day} {day:%b %Y}" for day in days if day < today}
    found = [
        Choice(label, iso) for iso, label in known.items() if text.lower() in iso + label.lower()
    ]
    try:
        at = parse_past(text, now=now, tz=tz)
    except BadInputError:
        return found
    return found if text in known else [Choice(date_words(at, tz), text), *found]

"""How many requests has somebody left in this minute, and when is a player read again?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

_WINDOW = timedelta(seconds=60)
_WITHOUT_KEY = 20
_WITH_KEY = 100


@dataclass(slots=True)
class _Window:
    began_at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What the limiter says of one request."""

    allowed: bool
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Limiter:
    """Fixed windows of 60 s, one per consumer, each beginning with its first request."""

    clock: Callable[[], datetime]
    _windows: dict[str, _Window] = field(default_factory=dict)

    def count(self, consumer: str, *, with_key: bool) -> Counted:
        """Take one point from `consumer`; refused requests don't lengthen the window."""
        now, limit = self.clock(), _WITH_KEY if with_key else _WITHOUT_KEY
        window = self._windows.get(consumer)
        if window is None or now >= window.began_at + _WINDOW:
            window = self._windows[consumer] = _Window(now)
        window.used += 1
        wait = str(ceil((window.began_at + _WINDOW - now).total_seconds()))
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(limit - window.used, 0)),
            "RateLimit-Reset": wait,
        }
        allowed = window.used <= limit
        return Counted(allowed, headers if allowed else headers | {"Retry-After": wait})


@dataclass(frozen=True, slots=True)
class Cooldowns:
    """A player is read again once a minute at most, whoever asks."""

    clock: Callable[[], datetime]
    _read_at: dict[int, datetime] = field(default_factory=dict)

    def wait_s(self, wom_id: int) -> int:
        """Seconds until this player may be read; 0 is now, and reads them."""
        now = self.clock()
        left = self._read_at.get(wom_id, now - _WINDOW) + _WINDOW - now
        if left > timedelta():
            return ceil(left.total_seconds())
        self._read_at[wom_id] = now
        return 0

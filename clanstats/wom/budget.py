"""When may the next request be sent?

Wise Old Man counts in fixed windows of 60 seconds that begin with the first request: 20 requests
an address, 100 a key. Whatever it answers costs one. What its headers say is believed over our
own count, for others may share the address.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from clanstats.wom.errors import WomBlockedError, WomRateLimitedError

KEYLESS_LIMIT = 20
KEYED_LIMIT = 100

_WINDOW_S = 60.0
_RESERVED = 5  # one request in so many is kept for commands
_SAME_WINDOW_S = 2.0  # the header counts whole seconds

_is_priority: ContextVar[bool] = ContextVar("wom_priority", default=False)


@contextmanager
def priority() -> Iterator[None]:
    """Mark the requests made inside as a command's: somebody waits, so they may use the reserve."""
    token = _is_priority.set(True)
    try:
        yield
    finally:
        _is_priority.reset(token)


class Budget:
    """The requests of one process, whichever clan they are for."""

    def __init__(
        self,
        *,
        limit: int = KEYLESS_LIMIT,
        longest_wait_s: float = 120,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._longest_wait_s = longest_wait_s
        self._sleep = sleep
        self._monotonic = monotonic
        self._used = 0
        self._unanswered = 0
        self._requests = 0
        self._ends: float | None = None  # of the window; None before the first request
        self._blocked_until: float | None = None

    @property
    def limit(self) -> int:
        """Requests per window."""
        return self._limit

    @property
    def used(self) -> int:
        """Requests of this window."""
        return 0 if self.resets_in_s == 0 else self._used

    @property
    def requests(self) -> int:
        """Requests since the process began."""
        return self._requests

    @property
    def resets_in_s(self) -> float:
        """Seconds to the window's end; 0 between windows."""
        return 0.0 if self._ends is None else max(0.0, self._ends - self._monotonic())

    @property
    def blocked_for_s(self) -> float | None:
        """Seconds until a blocked address is tried again; None when it isn't blocked."""
        if self._blocked_until is None:
            return None
        left = self._blocked_until - self._monotonic()
        return left if left > 0 else None

    async def take(self) -> None:
        """Wait for a place in a window and use it; `answered` must follow.

        Raises:
            WomBlockedError: The address is blocked; asking on would only prolong it.
            WomRateLimitedError: The wait would be too long.
        """
        while (wait_s := self._wait_s()) > 0:
            if wait_s > self._longest_wait_s:
                raise WomRateLimitedError(
                    f"Wise Old Man takes no more requests for {wait_s:.0f} seconds. Ask again then."
                )
            await self._sleep(wait_s)
        if self.resets_in_s == 0:
            self._ends = self._monotonic() + _WINDOW_S
            self._used = self._unanswered
        self._used += 1
        self._unanswered += 1
        self._requests += 1

    def answered(self) -> None:
        """Note that a request is over, well or badly."""
        self._unanswered -= 1

    def observe(self, headers: Mapping[str, str]) -> None:
        """Believe the `RateLimit-*` headers of an answer; a master key's answers have none."""
        self._limit = _whole(headers.get("RateLimit-Limit")) or self._limit
        remaining = _whole(headers.get("RateLimit-Remaining"))
        reset_s = _whole(headers.get("RateLimit-Reset"))
        if remaining is None or reset_s is None:
            return
        ends = self._monotonic() + reset_s
        seen = max(0, self._limit - remaining) + self._unanswered
        if self._ends is not None and abs(ends - self._ends) <= _SAME_WINDOW_S:
            seen = max(seen, self._used)  # answers may overtake each other
        self._used = seen
        self._ends = ends

    def exhaust(self, headers: Mapping[str, str]) -> None:
        """Send nothing until `Retry-After` is over; a whole window when it isn't given."""
        self.observe(headers)
        wait_s = _whole(headers.get("Retry-After")) or _whole(headers.get("RateLimit-Reset"))
        self._used = self._limit
        self._ends = self._monotonic() + (wait_s or _WINDOW_S)

    def block(self, seconds: float) -> None:
        """Refuse every request for so long."""
        self._blocked_until = self._monotonic() + seconds

    def _wait_s(self) -> float:
        if self.blocked_for_s is not None:
            raise WomBlockedError
        reserve = 0 if _is_priority.get() else self._limit // _RESERVED
        return 0.0 if self.used < self._limit - reserve else self.resets_in_s


def _whole(header: str | None) -> int | None:
    """A header's number of seconds or requests; None when absent or odd."""
    if header is None or not header.isdecimal() or len(header) > len("31536000"):
        return None
    return int(header)

"""When may Discord be asked for the next page?

Its own limits aren't documented and its headers can't be relied on, so the pace is ours: one
request a second in a channel, so many channels at once, so many requests a second in all.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

PER_CHANNEL = 1.0  # seconds from one request in a channel to the next
AT_ONCE = 5  # channels being read at the same time
PER_SECOND = 10.0  # requests in all, spread evenly


class Pacer:
    """Lets requests through no faster than that; one for the whole process."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._channels: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next_of: dict[int, float] = {}
        self._next = 0.0

    @asynccontextmanager
    async def turn(self, discord_channel_id: int) -> AsyncIterator[None]:
        """Wait until a request to this channel may be made, and make it inside."""
        async with self._channels[discord_channel_id]:
            await self._until(self._next_of.get(discord_channel_id, 0.0))
            async with self._at_once:
                now = self._clock()
                at = max(now, self._next)
                self._next = at + 1 / PER_SECOND
                await self._until(at)
                self._next_of[discord_channel_id] = max(at, self._clock()) + PER_CHANNEL
                yield

    async def _until(self, at: float) -> None:
        wait = at - self._clock()
        if wait > 0:
            await self._sleep(wait)

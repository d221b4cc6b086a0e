"""Who tells the process about the clan? A make-believe Wise Old Man that can be slow or silent."""

import asyncio
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from clanstats.timestamps import now_utc
from demo.wom_server import make_app
from demo.world import make_world

_PATIENCE_S = 30


class WiseOldMan:
    """A clan of 10 that lives up to this moment; `async with` starts it on a free port.

    Attributes:
        past: The windows of the past that were asked for, in order, each by its end.
        slow_s: Seconds that each answer about the past takes.
    """

    def __init__(self) -> None:
        self.world = make_world(members=10, days=30, end=now_utc())
        self.group_id = self.world.group.group_id
        self.past: list[str] = []
        self.slow_s = 0.0
        self.url = ""
        self._past_begun = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = make_app(self.world, clock=now_utc, rate_limit=False)
        app.middlewares.insert(0, self._delaying())
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.vanish()

    async def asked_about_the_past(self) -> None:
        """Wait for the first request that a backfill makes."""
        async with asyncio.timeout(_PATIENCE_S):
            await self._past_begun.wait()

    async def vanish(self) -> None:
        """Answer nobody any more."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _delaying(self):
        @web.middleware
        async def delay(request: web.Request, handler: Handler) -> web.StreamResponse:
            if "startDate" in request.query:
                self.past.append(request.query["endDate"])
                self._past_begun.set()
                await asyncio.sleep(self.slow_s)
            return await handler(request)

        return delay

"""How are pictures drawn without stopping everything else?

In a process of their own: a picture takes 0.1 s of Python, which a thread would take from the
event loop, and matplotlib's memory stays out of the bot's.
"""

import asyncio
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal, ParamSpec

import structlog

from clanstats.charts import worker
from clanstats.charts.process import ChartError, Process

P = ParamSpec("P")
Mode = Literal["process", "thread", "inline"]

_TIMEOUT = 20.0  # seconds for one picture, the loading of matplotlib included
_LIFETIME = 500  # pictures after which the process is replaced, whatever it has piled up

_ATTEMPTS = 2  # it may have died long before, of something else

__all__ = ["ChartError", "Drawing", "Mode"]

log = structlog.get_logger(__name__)


class Drawing:
    """Draws one picture at a time; nothing is started before the first, or `warm`."""

    def __init__(
        self, mode: Mode = "process", *, timeout: float = _TIMEOUT, lifetime: int = _LIFETIME
    ) -> None:
        """Choose where to draw.

        Args:
            mode: "process" turns into "thread" on a machine where no process can be started.
            timeout: In seconds, for one picture, once it is its turn.
            lifetime: Pictures after which the process is replaced.
        """
        self.mode: Mode = mode
        self._timeout = timeout
        self._lifetime = lifetime
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drawing")
        self._closed = False

    async def draw(self, chart: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> bytes:
        """Call `chart`, a function of a module, with values that can be pickled.

        Raises:
            ChartError: It failed or took too long, or this was closed. In "thread" and "inline"
                the failure is raised as it is.
        """
        call = partial(chart, *args, **kwargs)
        async with self._turn:
            if self.mode == "process" and not self._closed:
                drawn = await self._in_process(pickle.dumps(call))
                if drawn is not None:
                    return drawn
            if self._closed:
                raise ChartError("Pictures are no longer drawn: the bot is stopping.")
            return call() if self.mode == "inline" else await self._in_thread(call)

    async def warm(self) -> None:
        """Load what drawing needs, so that the first picture is as quick as the next."""
        await self.draw(worker.loaded)

    async def close(self) -> None:
        """End the process, also in the middle of a picture; may be called twice."""
        self._closed = True
        if self._process:
            self._process.kill()
        async with self._turn:
            await self._discard()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_process(self, request: bytes) -> bytes | None:
        """Draw there; None when there is no process to be had."""
        for _ in range(_ATTEMPTS):
            process = None if self._closed else await self._started()
            if process is None:
                return None
            try:
                async with asyncio.timeout(self._timeout):
                    return await process.drawn(request)
            except TimeoutError as error:
                raise ChartError(f"A picture took over {self._timeout:g} s.") from error
            except (EOFError, ConnectionError):
                log.warning("drawing.process_lost", drawn=process.answered)
            finally:
                if process.busy or process.answered >= self._lifetime:
                    await self._discard()
        # Not in a thread now: what ends a process twice would end the bot.
        raise ChartError("The drawing process ended in the middle of a picture.")

    async def _in_thread(self, call: Callable[[], bytes]) -> bytes:
        drawing = asyncio.get_running_loop().run_in_executor(self._thread, call)
        try:
            async with asyncio.timeout(self._timeout):
                return await drawing
        except TimeoutError as error:
            raise ChartError(f"A picture took over {self._timeout:g} s.") from error

    async def _started(self) -> Process | None:
        if self._process and self._process.busy:
            await self._discard()  # whoever asked it last didn't wait for the answer
        if self._process is None:
            try:
                self._process = await Process.start()
                async with asyncio.timeout(_TIMEOUT):
                    await self._process.ready()
            except (OSError, EOFError, TimeoutError) as error:
                await self._discard()
                if not self._closed:
                    self.mode = "thread"
                    log.warning("drawing.no_process", error=str(error))
        return self._process

    async def _discard(self) -> None:
        process, self._process = self._process, None
        if process:
            await process.end()

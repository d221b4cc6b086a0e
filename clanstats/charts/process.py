"""How is the drawing process started, asked and ended?

It is a plain subprocess rather than one of `concurrent.futures`: those import the bot's own main
module again, can't be stopped while they draw, and stay behind when the bot is killed.
"""

import asyncio
import sys
from typing import Self

from clanstats.charts import worker


class ChartError(Exception):
    """A picture could not be drawn; its numbers can still be said in words."""


class Process:
    """A running `clanstats.charts.worker`; it is asked one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.busy = False  # a question is open: the next one would get its answer
        self.answered = 0

    @classmethod
    async def start(cls) -> Self:
        """Start one.

        Raises:
            OSError: The machine won't have it.
        """
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                worker.__name__,
                stdin=pipe,
                stdout=pipe,
                start_new_session=True,  # out of the reach of a terminal's Ctrl-C
            )
        )

    @property
    def pid(self) -> int:
        """As the machine numbers it."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until it can be asked.

        Raises:
            EOFError: It ended instead.
        """
        self.busy = True
        await self._answer()

    async def drawn(self, request: bytes) -> bytes:
        """The picture that `request`, a pickled call, makes.

        Raises:
            ChartError: The call failed; the text is its traceback.
            EOFError: The process ended; or a ConnectionError, which says the same.
        """
        assert self._process.stdin  # noqa: S101  it was started with one
        self.busy = True
        self._process.stdin.write(worker.framed(request))
        await self._process.stdin.drain()
        answer = await self._answer()
        self.answered += 1
        if answer.startswith(worker.FAILED):
            raise ChartError(answer[1:].decode())
        return answer[1:]

    def kill(self) -> None:
        """End it now, whatever it is doing."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """End it now and wait until nothing is left of it."""
        self.kill()
        await self._process.communicate(b"")

    async def _answer(self) -> bytes:
        assert self._process.stdout  # noqa: S101  it was started with one
        header = await self._process.stdout.readexactly(worker.LENGTH.size)
        (length,) = worker.LENGTH.unpack(header)
        answer = await self._process.stdout.readexactly(length)
        self.busy = False
        return answer

"""How is the real bot run as a process of its own, and what can be seen of it from outside?"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from tests.wire.fake_discord import FakeDiscord
from tests.wire.payloads import OWNER, TOKEN
from tests.wire.wise_old_man import WiseOldMan

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
_LOOK_EVERY_S = 0.02


def environment(discord: FakeDiscord, wom: WiseOldMan) -> dict[str, str]:
    """The settings with which the bot finds both of them."""
    return {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE": discord.url,
        "WOM_GROUP_ID": str(wom.group_id),
        "WOM_BASE_URL": wom.url,
        "OWNER_IDS": str(OWNER),
    }


class BotProcess:
    """`python -m bot` with one set of settings; it may be started again after it ended.

    Attributes:
        database: Its file.
    """

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.database = folder / "clan.db"
        self._folder = folder
        self._out, self._err = folder / "out.txt", folder / "err.txt"
        self._env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "BACKUP_DIR": str(folder / "backups"),
            **env,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str) -> None:
        """Start it with `arguments` for the interpreter; `-m bot run` if there are none."""
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(arguments or ("-m", "bot", "run")),
                cwd=self._folder,
                env=self._env,
                stdout=out,
                stderr=err,
            )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; returns the exit code and how many seconds the end took."""
        assert self._process is not None
        began = monotonic()
        self._process.send_signal(number)
        code = await self.ended()
        return code, monotonic() - began

    async def ended(self) -> int:
        """Wait until it ends by itself; returns the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    async def discard(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log so far about that event, over all starts."""
        return [line for line in self._logged() if line["event"] == event]

    async def logged(self, event: str, *, times: int = 1) -> dict[str, Any]:
        """Wait for a line of the log; returns the last one."""
        deadline = monotonic() + PATIENCE_S
        while len(found := self.lines(event)) < times:
            running = self._process is not None and self._process.returncode is None
            assert running, f"ended before it logged {event}:\n{self.err}"
            assert monotonic() < deadline, f"never logged {event}:\n{self.err}"
            await asyncio.sleep(_LOOK_EVERY_S)
        return found[-1]

    def reports(self, job: str) -> list[str]:
        """What the runs of a job reported so far."""
        return [line["report"] for line in self.lines("job.reported") if line["job"] == job]

    async def reported(self, job: str, *, times: int = 1, patience_s: float = PATIENCE_S) -> str:
        """Wait for a job's report; returns the last one."""
        await self.until(lambda: len(self.reports(job)) >= times, patience_s=patience_s)
        return self.reports(job)[-1]

    async def until(self, true: Callable[[], Any], *, patience_s: float = PATIENCE_S) -> None:
        """Wait for something that can be seen from outside."""
        deadline = monotonic() + patience_s
        while not true():
            assert monotonic() < deadline, f"it never came to that:\n{self.err}"
            await asyncio.sleep(_LOOK_EVERY_S)

    def memory_mb(self) -> float:
        """What the process holds in memory just now."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1000

    def rows(self, statement: str, *values: object) -> list[Any]:
        """What the database holds."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(statement, values).fetchall()

    def change(self, statement: str) -> None:
        """Make the database what a test needs."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    def damage(self) -> list[Any]:
        """What SQLite finds wrong with the file."""
        pages = [row for row in self.rows("PRAGMA integrity_check") if row != ("ok",)]
        return pages + self.rows("PRAGMA foreign_key_check")

    def _logged(self) -> Iterator[dict[str, Any]]:
        # A last line without its end is still being written.
        for line in self.err.split("\n")[:-1]:
            if line.startswith("{"):
                yield json.loads(line)

"""Is anything lost or doubled when an import is killed? Killed for real, often, and gone on with.

`python -m tests.wire.kill_import --times 20` starts `clanstats import-legacy` twenty times and
kills it (SIGKILL) at random moments between its start and its end. Each time the database must be
sound and contradict itself nowhere; and importing again must lead to the same rows, and to the same
report, as an import that nobody interrupted. Exit code 1 if anything of that isn't so. `--file`
takes a file of the predecessor's instead of one that is made up.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from clanstats.db.migrate import current
from clanstats.timestamps import now_utc
from clanstats.upkeep import inspect
from tests.clanstats.legacy.building import a_clan
from tests.wire.bot_process import ROOT

_PATIENCE_S = 900
_NOTHING = "no tables"
_WHEN = {"clans": {"created_at"}, "channels": {"state_since"}}  # columns that hold our clock


class Importer:
    """A folder with a database, and the import as a process in it."""

    def __init__(self, folder: Path, source: Path) -> None:
        folder.mkdir()
        self.source = source
        self.folder = folder
        self.file = folder / "clan.db"
        self.report = folder / "report.json"

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 — our own interpreter and module
            [sys.executable, "-m", "bot", "import-legacy", self.source, "--report", self.report],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "DATABASE_URL": f"sqlite:///{self.file}",
                "BACKUP_DIR": str(self.folder / "backups"),
                "WOM_GROUP_ID": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self) -> float:
        """Let it end; returns how many seconds it took."""
        began = monotonic()
        process = self.start()
        _, said = process.communicate(timeout=_PATIENCE_S)
        assert process.returncode == 0, said.decode()
        return monotonic() - began

    def kill(self, *, after_s: float) -> bool:
        """Start and kill it; returns whether it was still running."""
        process = self.start()
        sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=_PATIENCE_S)
        return process.returncode == -signal.SIGKILL

    def stage(self) -> str:
        """How far it is; the database has to be sound.

        Raises:
            AssertionError: It isn't.
        """
        if asyncio.run(current(f"sqlite+aiosqlite:///{self.file}")) is None:
            return _NOTHING
        found = asyncio.run(inspect(self.file, in_use=True, now=now_utc()))
        assert found.good, f"{found.soundness}, {found.violations}"
        with closing(sqlite3.connect(self.file)) as connection:
            noted = connection.execute("SELECT value FROM bot_state WHERE key = 'legacy_import'")
            (text,) = noted.fetchone() or ("{}",)
        progress = json.loads(text)
        return f"player {progress.get('player', 0)}, message row {progress.get('message', 0)}"

    def rows(self) -> str:
        """A digest of all rows, but for what our clock says."""
        digest = hashlib.blake2b(digest_size=8)
        with closing(sqlite3.connect(self.file)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in sorted(tables.fetchall()):
                columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
                kept = [f'"{name}"' for (name,) in columns if name not in _WHEN.get(table, ())]
                digest.update(table.encode())
                statement = f"SELECT {', '.join(kept)} FROM {table}"  # noqa: S608 — our own
                for row in connection.execute(statement):
                    digest.update(repr(row).encode())
        return digest.hexdigest()


def kill_often(times: int, *, seed: int, seconds: float, file: Path | None = None) -> int:
    """Kill so often, or as long as there is time; returns how often it was wrong."""
    chance, wrong, began = random.Random(seed), 0, monotonic()  # noqa: S311 — no secret
    with TemporaryDirectory() as made:
        folder = Path(made)
        if file is None:
            file = folder / "clan_data.db"
            a_clan(file, players=40, snapshots=25, messages=20_000)
        untouched = file.read_bytes()
        whole = Importer(folder / "whole", file)
        takes = whole.run()
        number = 0
        while number < times:
            if monotonic() - began > seconds:
                print(f"out of time after {number} kills")  # noqa: T201
                return wrong + 1
            with TemporaryDirectory() as here:
                killed = Importer(Path(here) / "killed", file)
                after_s = chance.uniform(takes / 4, takes)  # before that, nothing has begun
                if not killed.kill(after_s=after_s):
                    continue  # it was quicker this time
                try:
                    told = _looked(whole, killed)
                except AssertionError as error:
                    told, wrong = f"WRONG: {error}", wrong + 1
            number += 1
            print(f"{number:3}: killed after {after_s:5.2f} of {takes:.2f} s: {told}", flush=True)  # noqa: T201
        if file.read_bytes() != untouched:
            print("WRONG: the predecessor's file was written")  # noqa: T201
            wrong += 1
    print(f"{times} kills in {monotonic() - began:.0f} s, {wrong} of them wrong")  # noqa: T201
    return wrong


def _looked(whole: Importer, killed: Importer) -> str:
    """What the kill left behind, and where it led.

    Raises:
        AssertionError: Something is lost, doubled or damaged.
    """
    stage = killed.stage()
    done = stage != _NOTHING and killed.rows() == whole.rows()
    killed.run()
    killed.stage()
    assert killed.rows() == whole.rows(), f"at {stage}: importing again leads elsewhere"
    if done:  # what was told is lost, and all is known now
        return "all imported"
    assert killed.report.read_text() == whole.report.read_text(), f"at {stage}: another report"
    return stage


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills (default 20)")
    parser.add_argument("--seconds", type=float, default=900, help="at most (default 900)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--file", type=Path, help="a clan_data.db")
    options = parser.parse_args()
    wrong = kill_often(options.times, seed=options.seed, seconds=options.seconds, file=options.file)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

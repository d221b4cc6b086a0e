"""Is the database ever between two states when `clanstats db` is killed? Killed for real, often.

`python -m tests.wire.kill_upkeep --times 20` starts an upgrade, a backup and a restore twenty times
each and kills them (SIGKILL) at random moments between their start and their end. Each time the
database must be sound and hold exactly what it held before or what it was to hold after, every copy
that has a copy's name must be sound, no earlier one may be gone; and doing it again must succeed.
Exit code 1 if anything of that isn't so.
"""

import argparse
import asyncio
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from clanstats.db import backup, migrate
from clanstats.db.copies import look, unpack
from clanstats.timestamps import now_utc
from tests.clanstats.db.filling import fill
from tests.wire.bot_process import ROOT

_AWAKE = 0.7  # of what the shortest command takes: before that, nothing has begun
_PATIENCE_S = 120


class Keeper:
    """A folder with a database and copies, and `clanstats db` as a process in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "clan.db"
        self.copies = folder / "backups"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 — our own interpreter and module
            [sys.executable, "-m", "bot", "db", *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "DATABASE_URL": f"sqlite:///{self.file}",
                "BACKUP_DIR": str(self.copies),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> float:
        """Let it end; returns how many seconds it took."""
        began = monotonic()
        process = self.start(*arguments)
        _, said = process.communicate(timeout=_PATIENCE_S)
        assert process.returncode == 0, said.decode()
        return monotonic() - began

    def kill(self, *arguments: str, after_s: float) -> bool:
        """Start and kill it; returns whether it was still running."""
        process = self.start(*arguments)
        sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=_PATIENCE_S)
        return process.returncode == -signal.SIGKILL

    def copied(self) -> dict[str, str]:
        """What each copy holds, by its name; whatever has a copy's name has to be sound."""
        found = {}
        for one in backup.listed(self.copies):
            with TemporaryDirectory() as folder:
                plain = Path(folder) / "plain.db"
                unpack(one.path, plain)
                found[one.path.name] = sound(plain)
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What is killed, in a copy of which folder, and what the database may then hold."""

    arguments: tuple[str, ...]
    folder: Path
    before: str
    after: str
    kept: str  # what the copy made before holds

    @property
    def takes_the_place(self) -> bool:
        """Whether the database is another one afterwards, so that what it was has to be kept."""
        return self.before != self.after


def sound(file: Path) -> str:
    """A digest of a database's version and all its rows.

    Raises:
        AssertionError: It is damaged.
    """
    assert str(look(file)) == "sound", f"{file}: {look(file)}"
    digest = hashlib.blake2b(digest_size=8)
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in sorted(tables.fetchall()):
            digest.update(table.encode())
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 — our own
                digest.update(repr(row).encode())
    return digest.hexdigest()


def plans(folder: Path, *, messages: int) -> Mapping[str, Plan]:
    """Make what each operation starts from, and see where it leads when nobody interrupts."""
    newest, older = migrate.head(), migrate.revisions()[-2]
    now = Keeper(folder / "now")
    asyncio.run(
        migrate.migrate(f"sqlite+aiosqlite:///{now.file}", backup_dir=now.copies, now=now_utc())
    )
    fill(now.file)
    with closing(sqlite3.connect(now.file)) as connection, connection:
        connection.executemany(
            "INSERT INTO messages VALUES (?, ?, ?, ?, 0)",
            (
                (1000 + n * (1 << 40) + luck % 1000, luck % 3 + 1, n % 3 + 1, luck % 200)
                for n in range(messages)
                for luck in [n * 2_654_435_761 % (1 << 32)]
            ),
        )
    now.run("backup")
    (copy,) = now.copied()

    then = Keeper(folder / "then")
    shutil.copytree(now.folder, then.folder)
    then.run("downgrade", older)

    changed = Keeper(folder / "changed")
    shutil.copytree(now.folder, changed.folder)
    with closing(sqlite3.connect(changed.file)) as connection, connection:
        connection.execute("DELETE FROM messages WHERE author_id = 2 AND id > 1000")

    state = {each.folder.name: sound(each.file) for each in (now, then, changed)}
    kept = state["now"]
    upgraded = Keeper(folder / "upgraded")
    shutil.copytree(then.folder, upgraded.folder)
    upgraded.run("upgrade")
    return {
        "upgrade": Plan(
            ("upgrade", "--to", newest), then.folder, state["then"], sound(upgraded.file), kept
        ),
        "backup": Plan(("backup",), now.folder, kept, kept, kept),
        "restore": Plan(("restore", copy), changed.folder, state["changed"], kept, kept),
    }


def kill_often(times: int, *, seed: int, seconds: float, messages: int = 300_000) -> int:
    """Kill each operation so often, or as long as there is time; returns how often it was wrong."""
    chance, wrong, began = random.Random(seed), 0, monotonic()  # noqa: S311 — no secret
    with TemporaryDirectory() as made:
        folder = Path(made)
        planned = plans(folder, messages=messages)
        awake = _AWAKE * Keeper(folder / "now").run("current")
        for name, plan in planned.items():
            wrong += _rounds(name, plan, times, awake, chance, until=began + seconds)
    print(f"{times} kills of each in {monotonic() - began:.0f} s, {wrong} of them wrong")  # noqa: T201
    return wrong


def _rounds(  # noqa: PLR0913 — what, how often, and when
    name: str, plan: Plan, times: int, awake: float, chance: random.Random, *, until: float
) -> int:
    wrong, seen = 0, Counter[str]()
    with TemporaryDirectory() as made:
        whole = Keeper(Path(made) / "whole")
        shutil.copytree(plan.folder, whole.folder)
        takes = whole.run(*plan.arguments)
    number = 1
    while number <= times:
        if monotonic() > until:
            print(f"{name}: out of time after {number - 1} kills")  # noqa: T201
            return wrong + 1
        with TemporaryDirectory() as made:
            keeper = Keeper(Path(made) / "here")
            shutil.copytree(plan.folder, keeper.folder)
            after_s = chance.uniform(awake, takes)
            if not keeper.kill(*plan.arguments, after_s=after_s):
                continue  # it was quicker this time
            try:
                told = _looked(plan, keeper)
            except AssertionError as error:
                told, wrong = f"WRONG: {error}", wrong + 1
        seen[told] += 1
        moment = f"{name:8} {number:3}: killed after {after_s:5.2f} of {takes:.2f} s"
        print(f"{moment}: {told}", flush=True)  # noqa: T201
        number += 1
    print(f"{name:8} {dict(seen)}")  # noqa: T201
    return wrong


def _looked(plan: Plan, keeper: Keeper) -> str:
    """What the kill left behind.

    Raises:
        AssertionError: Something is lost, damaged or between two states.
    """
    unfinished = any(keeper.folder.rglob(".unfinished-*"))
    earlier = {one.path.name for one in backup.listed(Keeper(plan.folder).copies)}
    copies = keeper.copied()
    state = sound(keeper.file)
    assert state in {plan.before, plan.after}, "between two states"
    # A copy of the same state may have taken the earlier one's place.
    assert plan.kept in copies.values(), "an earlier copy is gone"
    done = plan.takes_the_place and state == plan.after
    if done:
        assert plan.before in copies.values(), "what it was before is nowhere"
    keeper.run(*plan.arguments)
    assert sound(keeper.file) == plan.after, "doing it again leads elsewhere"
    new = "a new copy" if set(copies) - earlier else "no new copy"
    rest = ", something unfinished" if unfinished else ""
    return f"{'after' if done else 'before'}, {new}{rest}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills of each (default 20)")
    parser.add_argument("--seconds", type=float, default=900, help="at most (default 900)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    options = parser.parse_args()
    return 1 if kill_often(options.times, seed=options.seed, seconds=options.seconds) else 0


if __name__ == "__main__":
    sys.exit(main())

"""How is the database copied while it is in use, and can the copy be trusted?

SQLite's own backup interface copies page by page under a read lock, so that the copy is one
consistent state. A copy counts only after it was opened and checked.
"""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clanstats.errors import ClanStatsError

_OURS = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
_NAME = re.compile(r"clanstats-\d{8}T\d{6}Z-[\w-]+\.db")


class BackupError(ClanStatsError):
    """No copy could be made, or the file is damaged."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy on disk."""

    path: Path
    size: int  # bytes


async def create(file: Path, folder: Path, *, label: str, now: datetime) -> Path:
    """Copy the database `file` into `folder` and verify the copy.

    Raises:
        BackupError: There is no trustworthy copy; nothing was changed.
    """
    target = folder / f"clanstats-{now:%Y%m%dT%H%M%SZ}-{label}.db"
    try:
        await asyncio.to_thread(_copy, file, target)
    except (sqlite3.Error, OSError) as error:
        raise BackupError(
            f"The database could not be backed up to {folder} ({error}): is the folder writable, "
            "and is there room on the disk?"
        ) from error
    problems = await verify(target)
    if problems:
        target.unlink()
        raise BackupError(f"The database is damaged: {problems[0]}. Restore an earlier backup.")
    return target


def listed(folder: Path) -> Sequence[Backup]:
    """The copies in `folder`, newest first."""
    files = [file for file in folder.glob("clanstats-*.db") if _NAME.fullmatch(file.name)]
    files.sort(key=lambda file: file.name, reverse=True)
    return tuple(Backup(file, file.stat().st_size) for file in files)


def prune(folder: Path, *, keep: int) -> None:
    """Delete all copies but the newest `keep`."""
    for old in listed(folder)[keep:]:
        old.path.unlink()


async def verify(file: Path) -> Sequence[str]:
    """What is wrong with a database file: damaged pages and dangling references; () if nothing."""
    try:
        return await asyncio.to_thread(_problems, file)
    except sqlite3.OperationalError as error:
        raise BackupError(f"There is no readable database at {file} ({error}).") from error
    except sqlite3.DatabaseError as error:
        return (str(error),)


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # a copy is one file, without a log beside it
    part.replace(target)


def _problems(file: Path) -> Sequence[str]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        pages = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
        if not connection.execute(_OURS).fetchall():
            return (*pages, "there are none of ClanStats' tables in it")
    return (*pages, *(f"{row[0]}: row {row[1]} points to nothing in {row[2]}" for row in dangling))

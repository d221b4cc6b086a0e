"""How is the database copied while it is in use, and which copies are kept?

A copy counts only after it was packed, unpacked again, opened and checked; until then it has no
name by which it could be taken for one.
"""

import asyncio
import errno
import filecmp
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from clanstats.db.copies import (
    PACKED,
    BackupError,
    DamagedError,
    advised,
    copy,
    look,
    pack,
    unpack,
)
from clanstats.db.lock import settle, workshop

NIGHTLY, MANUAL = "nightly", "manual"

_NAME = re.compile(rf"clanstats-(\d{{8}}T\d{{6}}Z)-([\w-]+)\.db({re.escape(PACKED)})?")
_AT = "%Y%m%dT%H%M%SZ"
_SECOND = timedelta(seconds=1)
_ROOM = 2  # the copy and its packed form, next to each other


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy on disk. `label` says why it was made: "nightly", "manual", "before-0003"."""

    path: Path
    at: datetime
    label: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """Of how many of the last days, weeks and months that have copies the newest one stays.

    What was made by hand or before a change stays for `daily` days besides.
    """

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


async def create(file: Path, folder: Path, *, label: str, now: datetime) -> Backup:
    """Copy the database `file` into `folder`, packed, and check the copy.

    It takes the place of those with its label that are the same to the last byte: who tries again
    and again what fails would fill the disk.

    Raises:
        BackupError: There is no trustworthy copy; nothing was changed.
    """
    return await asyncio.to_thread(take, file, folder, label=label, now=now)


def listed(folder: Path) -> Sequence[Backup]:
    """The copies in `folder`, newest first."""
    found = []
    for file in folder.glob("clanstats-*.db*"):
        if named := _NAME.fullmatch(file.name):
            at = datetime.strptime(named[1], _AT).replace(tzinfo=UTC)
            found.append(Backup(file, at, named[2], file.stat().st_size))
    return tuple(sorted(found, key=lambda one: (one.at, one.path.name), reverse=True))


def prune(folder: Path, keep: Keep, *, now: datetime, dry_run: bool = False) -> Sequence[Backup]:
    """Delete the copies that need not stay; returns them, newest first."""
    copies = listed(folder)
    kept = spared(copies, keep, now=now)
    gone = tuple(one for one in copies if one not in kept)
    if not dry_run:
        for one in gone:
            one.path.unlink(missing_ok=True)
    return gone


def spared(copies: Sequence[Backup], keep: Keep, *, now: datetime) -> frozenset[Backup]:
    """Which of `copies`, newest first, stay. Days, weeks (from Monday) and months are UTC's."""
    lately = now - timedelta(days=keep.daily)
    purposeful = (one for one in copies if one.label != NIGHTLY and one.at > lately)
    return frozenset(
        (
            *purposeful,
            *_newest(copies, lambda at: at.date(), keep.daily),
            *_newest(copies, lambda at: at.isocalendar()[:2], keep.weekly),
            *_newest(copies, lambda at: (at.year, at.month), keep.monthly),
        )
    )


def _newest(
    copies: Sequence[Backup], period: Callable[[datetime], object], count: int
) -> Iterator[Backup]:
    first: dict[object, Backup] = {}
    for one in copies:
        first.setdefault(period(one.at), one)
    return islice(first.values(), count)


def take(file: Path, folder: Path, *, label: str, now: datetime) -> Backup:
    """As `create`, for whoever is in a thread already."""
    if not file.exists():
        raise BackupError(f"There is no database at {file} yet.")
    names = (f"clanstats-{stamp(now + n * _SECOND)}-{label}.db{PACKED}" for n in count())
    target = next(folder / name for name in names if not (folder / name).exists())
    with advised(folder, setting="BACKUP_DIR"):
        folder.mkdir(parents=True, exist_ok=True)
        _leave_room(file, folder)
        with workshop(folder) as made:
            packed = _checked(file, made / target.name)
            settle(packed)
            packed.replace(target)
            settle(target)
        for one in listed(folder):
            same = one.label == label and one.path != target
            if same and filecmp.cmp(one.path, target, shallow=False):
                one.path.unlink()
    return next(one for one in listed(folder) if one.path == target)


def stamp(now: datetime) -> str:
    """An instant in a file's name."""
    return now.strftime(_AT)


def log_of(file: Path) -> Path:
    """Where SQLite keeps what isn't merged into `file` yet."""
    return file.with_name(f"{file.name}-wal")


def _checked(file: Path, packed: Path) -> Path:
    plain = packed.with_name("copy.db")
    copy(file, plain)
    pack(plain, packed)
    unpack(packed, plain)
    if damage := look(plain).damage:
        raise DamagedError(
            f"The database is damaged: {damage[0]}. `clanstats db restore` brings back an earlier "
            "copy."
        )
    return packed


def _leave_room(file: Path, folder: Path) -> None:
    """The bot may write to the same disk: it must not be a copy that takes the last of it."""
    size = sum(part.stat().st_size for part in (file, log_of(file)) if part.exists())
    if shutil.disk_usage(folder).free < size * _ROOM:
        raise OSError(errno.ENOSPC, "not enough room")

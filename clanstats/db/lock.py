"""Who has the database open, and what was left unfinished? Told by locks that die with a process.

Whoever uses the database shares the lock of a file beside it; who puts another database in its
place, or changes its tables, has to be alone. The system releases a lock when its process ends,
however it ends: a note of a process id, or of a last sign of life, may outlive whom it speaks of.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from clanstats.errors import ClanStatsError

_UNFINISHED = ".unfinished-"
_ATTEMPTS, _APART_S = 50, 0.1  # a health check is gone within a second or two


class DatabaseInUseError(ClanStatsError):
    """Another process has the database open, or needs it alone."""


class FolderError(ClanStatsError):
    """Nothing can be written where the database is."""


@contextmanager
def shared(file: Path | None) -> Iterator[None]:
    """Have the database open, beside others who do; None is a database that isn't a file.

    Raises:
        DatabaseInUseError: Another process needs it alone.
    """
    if file is None:
        yield
        return
    with _opened(file) as lock:
        if not _taken(lock, fcntl.LOCK_SH):
            raise DatabaseInUseError(
                f"{file} is being upgraded or restored: try again when that is done."
            )
        yield


@asynccontextmanager
async def alone(file: Path | None) -> AsyncIterator[None]:
    """Have the database to oneself, once whoever only looks at it is done.

    Raises:
        DatabaseInUseError: They aren't after five seconds.
    """
    if file is None:
        yield
        return
    with _opened(file) as lock:
        for _ in range(_ATTEMPTS):
            if _taken(lock, fcntl.LOCK_EX):
                break
            await asyncio.sleep(_APART_S)
        else:
            raise DatabaseInUseError(
                f"ClanStats is running on {file}: stop the bot and every other `clanstats` command "
                "first, then try again."
            )
        yield


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new folder inside `folder` for what isn't finished yet; it is gone afterwards.

    What killed processes left in theirs goes, too.
    """
    with _folder(folder) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # or a new one might be taken for a left one
        for left in folder.glob(f"{_UNFINISHED}*"):
            with suppress(FileNotFoundError), _folder(left) as owner:
                if _taken(owner, fcntl.LOCK_EX):
                    shutil.rmtree(left)
        made = Path(mkdtemp(prefix=_UNFINISHED, dir=folder))
        held = os.open(made, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(held)


def settle(file: Path) -> None:
    """Wait until a file, and that it is called so, would outlast a power cut."""
    for path in (file, file.parent):
        with _folder(path) as opened:
            os.fsync(opened)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    opened = os.open(path, os.O_RDONLY)
    try:
        yield opened
    finally:
        os.close(opened)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    """The lock's file, which is never deleted: who waits for it would hold another one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(file.with_name(f"{file.name}.lock"), os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError as error:
        raise FolderError(
            f"{file.parent} can't be written ({error.strerror}): mend its permissions, or "
            "DATABASE_URL."
        ) from error
    try:
        yield lock
    finally:
        os.close(lock)


def _taken(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

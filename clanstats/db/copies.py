"""How is a database copied, packed, and looked at? What is synchronous is called in a thread.

A copy is packed with xz at its lightest: of a clan's database that leaves a quarter, where gzip
leaves two fifths for more work; its next steps take five times as long for a tenth less. Packing
and unpacking go through small buffers, so memory stays flat whatever the size.
"""

import asyncio
import errno
import lzma
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clanstats.db.lock import workshop
from clanstats.errors import ClanStatsError

PACKED = ".xz"
_LIGHTEST = 0
_BUFFER = 1 << 18
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, "SQLITE_FULL"}
_SIZES = """
SELECT coalesce(tbl_name, dbstat.name), sum(pgsize) AS size
FROM dbstat LEFT JOIN sqlite_master ON sqlite_master.name = dbstat.name
WHERE aggregate = TRUE GROUP BY 1 ORDER BY size DESC
"""
_UNUSED = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"

Ask = Callable[[str], Sequence[Any]]

_AGAIN = "`clanstats db restore` brings back an earlier copy."
_MOST = 20  # complaints about one file: who reads the first has to act already
_REVISION = "SELECT version_num FROM alembic_version"
_OURS = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
_DANGLING = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2'


class BackupError(ClanStatsError):
    """A copy can't be made or brought back, or isn't what it should be; nothing was changed."""


class DamagedError(BackupError):
    """The database itself is damaged."""


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a look at a database file found.

    Attributes:
        revision: Of its tables; None if there are none.
        damage: Nothing in it can be trusted.
        dangling: How many rows of a table point to nothing in another; all else can be read.
    """

    revision: str | None = None
    damage: Sequence[str] = ()
    dangling: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Each complaint in a line; "sound" if there is none."""
        lines = [*self.damage]
        for (table, parent), count in self.dangling.items():
            lines.append(f"{table}: {count} rows point to nothing in {parent}")
        return "\n".join(lines) or "sound"


def copy(file: Path, target: Path) -> None:
    """Copy a database in use page by page under a read lock: one state, in one file."""
    with closing(opened(file)) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")  # without a log beside it


def opened(file: Path) -> sqlite3.Connection:
    """A connection that can't write."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def pack(file: Path, target: Path) -> None:
    """Compress a file."""
    with file.open("rb") as plain, lzma.open(target, "wb", preset=_LIGHTEST) as packed:
        shutil.copyfileobj(plain, packed, _BUFFER)


def unpack(packed: Path, target: Path) -> None:
    """Put what is in a copy, packed or plain, into a file of its own.

    Raises:
        BackupError: There is none, or it is cut off or was changed.
    """
    if not packed.is_file():
        raise BackupError(f"There is no {packed}: `clanstats db list` lists the copies.")
    try:
        if packed.suffix != PACKED:
            copy(packed, target)
            return
        with lzma.open(packed) as source, target.open("wb") as plain:
            shutil.copyfileobj(source, plain, _BUFFER)
    except (lzma.LZMAError, EOFError, sqlite3.DatabaseError) as error:
        raise BackupError(f"{packed} can't be read: {error}. Choose another copy.") from error


@contextmanager
def advised(folder: Path, *, setting: str) -> Iterator[None]:
    """Turn what the disk or SQLite refuses into what to do about it.

    Args:
        folder: Where is written.
        setting: That names another one.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if _code(error) in _FULL:
            raise BackupError(
                f"There is no room on the disk of {folder}: free some (`clanstats db prune` "
                f"deletes copies that need not stay), or have {setting} name another one."
            ) from error
        if isinstance(error, OSError):
            raise BackupError(
                f"{folder} can't be used ({error.strerror}): mend its permissions, or have "
                f"{setting} name another one."
            ) from error
        if isinstance(error, sqlite3.OperationalError):
            raise BackupError(
                f"SQLite can't go on ({error}): is the disk of {folder} full, or broken?"
            ) from error
        raise DamagedError(f"The database is damaged: {error}. {_AGAIN}") from error


def _code(error: sqlite3.Error | OSError) -> int | str | None:
    return error.errno if isinstance(error, OSError) else getattr(error, "sqlite_errorname", None)


@asynccontextmanager
async def unpacked(packed: Path) -> AsyncIterator[Path]:
    """A copy as a database file beside it, which may be written to and is gone afterwards.

    Raises:
        BackupError: As `unpack`; or there is no room for it.
    """
    with advised(packed.parent, setting="BACKUP_DIR"), workshop(packed.parent) as folder:
        file = folder / "unpacked.db"
        await asyncio.to_thread(unpack, packed, file)
        yield file


def look(file: Path) -> Soundness:
    """Read every page of a database file, and follow every reference.

    Raises:
        BackupError: There is no file, or it can't be read.
    """
    try:
        with closing(opened(file)) as connection:
            return looked(lambda sql: connection.execute(sql).fetchall())
    except sqlite3.OperationalError as error:
        raise BackupError(f"There is no readable database at {file} ({error}).") from error
    except sqlite3.DatabaseError as error:
        return Soundness(damage=(str(error),))


def looked(ask: Ask) -> Soundness:
    """The same of an open database, with what its transaction changed; `ask` runs a statement."""
    damage = tuple(text for (text,) in ask(f"PRAGMA integrity_check({_MOST})") if text != "ok")
    if not damage and not ask(_OURS):
        damage = ("there are none of ClanStats' tables in it",)
    if damage:
        return Soundness(damage=damage)
    revision = next((text for (text,) in ask(_REVISION)), None)
    return Soundness(revision, dangling=dangling(ask))


def dangling(ask: Ask) -> Mapping[tuple[str, str], int]:
    """How many rows of a table point to nothing in another."""
    return {(table, parent): count for table, parent, count in ask(_DANGLING)}


def weighed(file: Path) -> Mapping[str, int]:
    """How many bytes each table takes with its indexes, the largest first, and what is unused.

    Empty where SQLite was built without the means to tell.
    """
    with closing(opened(file)) as connection:
        try:
            sizes = dict(connection.execute(_SIZES).fetchall())
        except sqlite3.OperationalError:
            return {}
        (unused,) = connection.execute(_UNUSED).fetchone()
    return {**sizes, "unused": unused}

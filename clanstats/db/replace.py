"""How does another file take the database's place, so that a kill leaves the one or the other?"""

import sqlite3
from contextlib import closing
from pathlib import Path

from clanstats.db.copies import unpack
from clanstats.db.lock import DatabaseInUseError, settle, workshop


def bring_back(packed: Path, file: Path) -> None:
    """Put what is in a copy in the place of `file`; see `put`.

    Raises:
        BackupError: The copy is damaged; `file` is as it was.
    """
    with workshop(file.parent) as folder:
        new = folder / file.name
        unpack(packed, new)
        put(new, file)


def put(new: Path, file: Path) -> None:
    """Move a database, on the same disk, to where `file` is or will be.

    Nobody else may have it open: see `lock.alone`. What a log still holds of the old one is
    merged into it before, for a log beside a file is taken to be that file's.

    Raises:
        DatabaseInUseError: Some other program has it open; nothing was changed.
    """
    settle(new)
    _close(file)
    for part in ("-wal", "-shm", "-journal"):
        file.with_name(f"{file.name}{part}").unlink(missing_ok=True)
    new.replace(file)
    settle(file)


def _close(file: Path) -> None:
    """Merge the log; of a damaged file it says nothing that could be used."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise DatabaseInUseError(
            f"{file} can't be closed ({error}): does another program have it open?"
        ) from error
    except sqlite3.DatabaseError:
        return
    if mode != "delete":
        raise DatabaseInUseError(f"Another program has {file} open: close it, then try again.")

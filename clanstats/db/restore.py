"""How does the database go back to a copy, and what is refused?

The copy is checked before anything changes, the present state is saved before it is replaced, and
nobody may have the database open meanwhile.
"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clanstats.db import backup
from clanstats.db.copies import BackupError, DamagedError, advised, look, pack, unpack
from clanstats.db.lock import alone, settle, workshop
from clanstats.db.migrate import head, revisions
from clanstats.db.replace import put
from clanstats.tombstones import SALT

_BEFORE = "before-restore"
_HAVE_TOMBSTONES = """
SELECT count(*) FROM (
  SELECT name FROM main.sqlite_master UNION ALL SELECT name FROM present.sqlite_master
) WHERE name = 'tombstones'
"""
_SALTS = """
SELECT DISTINCT value FROM (SELECT * FROM bot_state UNION ALL SELECT * FROM present.bot_state)
WHERE key = ?
"""
_TOMBSTONES = (
    "INSERT OR IGNORE INTO tombstones SELECT * FROM present.tombstones",
    f"INSERT OR IGNORE INTO bot_state SELECT * FROM present.bot_state WHERE key = '{SALT}'",  # noqa: S608 — ours
    "UPDATE schedules SET next_run_at = 0 WHERE job = 'purge'",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done.

    Attributes:
        revision: Of the tables now.
        saved: Where the state from before is; None if there was none.
        readable: Whether that can be restored; otherwise it is the damaged file as it was.
    """

    revision: str | None
    saved: Path | None
    readable: bool = True


async def restore(file: Path, packed: Path, *, folder: Path, now: datetime) -> Restored:
    """Make the database `file` what the copy `packed` says.

    Args:
        file: The database; it need not be there.
        packed: A copy, or any database file of ours that nobody is writing to.
        folder: Where the present state is saved.
        now: Names that.

    Raises:
        DatabaseInUseError: The bot or a command has it open.
        BackupError: The copy isn't one of ours, is damaged, or is of a newer version; or the
            present state can't be saved. Nothing was changed.
    """
    async with alone(file):
        return await asyncio.to_thread(_restore, file, packed, folder, now)


def _restore(file: Path, packed: Path, folder: Path, now: datetime) -> Restored:
    if file.exists() and packed.exists() and packed.samefile(file):
        raise BackupError(f"{packed} is the database itself: name a copy of it.")
    with advised(file.parent, setting="DATABASE_URL"), workshop(file.parent) as made:
        new = made / file.name
        unpack(packed, new)
        revision = _accepted(new, packed)
        saved, readable = _saved(file, folder, now)
        if saved is not None and readable:
            _carry_over(file, new)
        put(new, file)
    return Restored(revision, saved, readable)


def _accepted(new: Path, packed: Path) -> str | None:
    """The revision of a copy that may be restored."""
    found = look(new)
    if found.damage:
        raise BackupError(f"{packed} can't be restored: {found.damage[0]}. Choose an earlier copy.")
    if found.revision is not None and found.revision not in revisions():
        raise BackupError(
            f"{packed} is of version {found.revision}, this program knows up to {head()}: install "
            "the newer ClanStats that wrote it."
        )
    return found.revision


def _saved(file: Path, folder: Path, now: datetime) -> tuple[Path | None, bool]:
    if not file.exists():
        return None, True
    try:
        return backup.take(file, folder, label=_BEFORE, now=now).path, True
    except DamagedError:
        return _saved_as_it_is(file, folder, now), False


def _carry_over(file: Path, new: Path) -> None:
    """Whoever asked to be deleted since the copy was made stays deleted: see `privacy.again`."""
    with closing(sqlite3.connect(new.as_uri(), uri=True)) as connection, connection:
        connection.execute("ATTACH ? AS present", (f"{file.absolute().as_uri()}?mode=ro",))
        both = connection.execute(_HAVE_TOMBSTONES).fetchone()[0] == 2  # noqa: PLR2004
        salts = connection.execute(_SALTS, (SALT,)).fetchall() if both else ()
        if len(salts) == 1:  # with another one nobody would be known by theirs
            for statement in _TOMBSTONES:
                connection.execute(statement)


def _saved_as_it_is(file: Path, folder: Path, now: datetime) -> Path:
    """Somebody may still get something out of it."""
    kept = folder / f"damaged-{backup.stamp(now)}"
    with advised(folder, setting="BACKUP_DIR"), workshop(folder) as made:
        for part in (file, backup.log_of(file)):
            if part.exists():
                pack(part, made / f"{part.name}.xz")
                settle(made / f"{part.name}.xz")
        kept.mkdir(exist_ok=True)
        for each in made.iterdir():
            each.replace(kept / each.name)
    return kept

"""What is in the predecessor's file, whatever state it is in? It is only ever read.

Columns are asked for by name: old files and fresh installs have them in different places, and some
not at all, which then say NULL. No index is relied on, nor any id of a member: the predecessor lost
those.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from clanstats.db.lock import workshop
from clanstats.errors import ClanStatsError

MEMBERS, SNAPSHOTS = "clan_members", "wom_snapshots"
BOSSES, MESSAGES = "boss_snapshots", "discord_messages"
READ = (MEMBERS, SNAPSHOTS, BOSSES, MESSAGES)

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100  # bytes; they hold a count of all changes
_UNMERGED = ("-wal", "-journal")  # what SQLite hasn't put into the file itself, or taken back, yet
_OURS = {"players", "metric_values"}


class LegacyFileError(ClanStatsError):
    """The file can't be imported from."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open file of the predecessor's.

    Attributes:
        revision: Its tables' version, as it calls them; None if it doesn't say.
        counts: Rows by table, also of tables that aren't read.
        fingerprint: Tells it from other files, and from itself after a change.
    """

    revision: str | None
    counts: Mapping[str, int]
    fingerprint: str
    _connection: sqlite3.Connection
    _columns: Mapping[str, frozenset[str]]

    def rows(
        self, table: str, *columns: str, tail: str = "", values: tuple[object, ...] = ()
    ) -> Iterator[Any]:
        """The rows of a table, with `columns` in this order; none if there is no such table.

        Texts are bytes: a snapshot's JSON needn't be decoded, and of what isn't UTF-8 only the
        characters are lost (`text`).

        Args:
            table: Its name.
            columns: By name; one that isn't there says NULL. `row` is SQLite's own number.
            tail: What follows in SQL; it may use `columns`.
            values: Of the tail's parameters.
        """
        if table not in self._columns:
            return
        found = self._columns[table]
        names = (
            "rowid AS row" if n == "row" else n if n in found else f"NULL AS {n}" for n in columns
        )
        query = f"SELECT * FROM (SELECT {', '.join(names)} FROM {table}) {tail}"  # noqa: S608 — our own
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise LegacyFileError(
                f"{table} can't be read: {error}. What was imported before stays; repair the file "
                "(`sqlite3 FILE .recover`), then import again."
            ) from error


def text(value: object) -> str | None:
    """What a column says as text; None for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)


@contextmanager
def opened(file: Path, *, beside: Path) -> Iterator[Source]:
    """Open a file so that neither it nor anything beside it is written.

    Args:
        file: The predecessor's `clan_data.db`.
        beside: A folder of ours. If the predecessor was interrupted, what it hasn't merged into
            its file can only be read from a copy, which is made there for a while.

    Raises:
        LegacyFileError: It isn't such a file.
    """
    try:
        with file.open("rb") as opened_file:
            header = opened_file.read(_HEADER)
        left = [part for part in map(_beside(file), _UNMERGED) if _size(part)]
    except OSError as error:
        raise LegacyFileError(f"{file} can't be opened: {error.strerror}.") from error
    if not header:
        raise LegacyFileError(f"{file} is empty: copy it again, while the scripts don't run.")
    if not header.startswith(_MAGIC):
        raise LegacyFileError(f"{file} isn't an SQLite database.")
    if not left:
        # Only so SQLite makes no files beside it, as it would of one that was left in WAL mode.
        with closing(_connect(file, "mode=ro&immutable=1")) as connection:
            yield _source(connection, file, header)
        return
    with workshop(beside) as folder:
        for part in (file, *left):
            shutil.copyfile(part, folder / part.name)
        with closing(_connect(folder / file.name, "mode=rw")) as connection:
            yield _source(connection, file, header)


def _connect(file: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)
    connection.text_factory = bytes
    return connection


def _source(connection: sqlite3.Connection, file: Path, header: bytes) -> Source:
    try:
        tables = [
            name.decode()
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        columns = {
            table: frozenset(
                name.decode()
                for (name,) in connection.execute(
                    "SELECT lower(name) FROM pragma_table_info(?)", (table,)
                )
            )
            for table in tables
        }
        if columns.keys() >= _OURS or not {SNAPSHOTS, MESSAGES} & columns.keys():
            raise LegacyFileError(f"{file} isn't a database of the predecessor's.")
        revision = None
        if "alembic_version" in columns:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            revision = text(found[0]) if found else None
        counts = {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
            for table in tables
            if table != "alembic_version"
        }
        source = Source(revision, counts, "", connection, columns)
        digest = blake2b(header, digest_size=16)
        digest.update(repr((_size(file), counts)).encode())
        for row in source.rows(MEMBERS, "username", "role", "joined_at", "last_updated"):
            digest.update(repr(row).encode())
    except sqlite3.DatabaseError as error:
        raise LegacyFileError(f"{file} can't be read: {error}.") from error
    return Source(revision, counts, digest.hexdigest(), connection, columns)


def _beside(file: Path) -> Any:  # noqa: ANN401
    return lambda part: file.with_name(f"{file.name}{part}")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0

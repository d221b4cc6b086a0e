"""How is the database opened, so that many read while one writes?

Two engines on one file. Reads begin a snapshot of their own (`BEGIN`), so that all statements of
one command see the same data. Writes take the write lock at once (`BEGIN IMMEDIATE`): a
transaction that reads first and writes later would fail with "database is locked" whatever the
busy timeout is.
"""

import sqlite3
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from clanstats.db.driver import connect
from clanstats.errors import ClanStatsError

log = structlog.get_logger()

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten with zeros
)
_FREE = "BEGIN"  # takes no lock, so that it may come with the first statement
_NO_KEYS = "PRAGMA foreign_keys=OFF"
# A question about a year walks the same pages as the one before it. What is written is spread
# over the file: a larger cache only fills, and is no quicker.
_READ_CACHE, _WRITE_CACHE = "PRAGMA cache_size=-16384", "PRAGMA cache_size=-2048"


def reading(url: str) -> AsyncEngine:
    """The engine for reads. More connections only fight for the interpreter's lock."""
    return _engine(url, begin=_FREE, connections=2, pragmas=(*PRAGMAS, _READ_CACHE))


def writing(url: str) -> AsyncEngine:
    """The engine for writes: one connection, so writers of this process queue here."""
    return _engine(url, begin="BEGIN IMMEDIATE", connections=1, pragmas=(*PRAGMAS, _WRITE_CACHE))


def migrating(url: str) -> AsyncEngine:
    """As `writing`, but foreign keys aren't enforced.

    SQLite rebuilds a table to alter it, and dropping the old one would delete, by its foreign
    keys, whatever points to it.
    """
    pragmas = (*PRAGMAS, _READ_CACHE, _NO_KEYS)
    return _engine(url, begin="BEGIN IMMEDIATE", connections=1, pragmas=pragmas)


def database_file(url: str) -> Path | None:
    """The SQLite file behind `url`; None for another database or one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


async def compact(engine: AsyncEngine) -> bool:
    """Write SQLite's file anew and empty its log, which takes as much room again meanwhile.

    What came in newest first fills its pages by two thirds only; and of what was deleted, copies
    may lie in unused parts of pages and in the log: only this removes them for certain.

    Args:
        engine: The one for writes, so that others of this process wait their turn.

    Returns:
        Whether it was done; otherwise the file stays as it is, and nothing is lost.
    """
    if engine.dialect.name != "sqlite":
        return True
    async with engine.connect() as connection:
        # Past SQLAlchemy, which would begin a transaction.
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            await driver.execute("PRAGMA temp_store=FILE")  # or memory has to hold all of it
            await driver.execute("VACUUM")
            await driver.execute("PRAGMA temp_store=MEMORY")
            ((busy, *_),) = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            log.warning("database.not_compacted", reason=str(error))
            return False
    return not busy


def _engine(url: str, *, begin: str, connections: int, pragmas: Sequence[str]) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite" and find_spec("asyncpg") is None:
        raise ClanStatsError(
            "This installation can only use SQLite: set DATABASE_URL to sqlite+aiosqlite:/// and a "
            "file's path."
        )
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error is logged, and they hold names and words
        connect_args={"async_creator_fn": connect},
    )
    file = database_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)

    def prepare(connection: Any, _: object) -> None:  # noqa: ANN401 — the driver's own class
        # The driver's implicit BEGIN comes too late for reads and too weak for writes.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def begin_ours(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if begin == _FREE:
            driver.driver_connection.begin_with(begin)
            return
        try:
            driver.run_async(lambda raw: raw.begin(begin))
        except sqlite3.Error as error:  # who waits for the lock in vain expects SQLAlchemy's
            raise OperationalError(begin, None, error) from error

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin_ours)
    return engine

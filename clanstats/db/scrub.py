"""How do the bytes of what was deleted leave the disk?

A deleted row is gone from its table at once, but copies of it may lie in unused parts of pages and
in the write-ahead log. Only writing the file anew removes them for certain.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import structlog

log = structlog.get_logger()

_WAIT_MS = 10_000  # for whoever is reading or writing


async def scrub(file: Path) -> bool:
    """Write the database anew and empty its log; others may read meanwhile.

    Not inside a transaction of ours. It takes about a second for 100 MB, and that much room.

    Returns:
        Whether it was done; otherwise try again later, nothing is lost.
    """
    try:
        return await asyncio.to_thread(_scrub, file)
    except sqlite3.Error as error:
        log.warning("scrub.failed", reason=str(error))
        return False


def _scrub(file: Path) -> bool:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout={_WAIT_MS}")
        connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy

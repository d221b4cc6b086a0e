"""Are the bytes of what was deleted gone, even where nothing overwrote them?"""

import sqlite3
from contextlib import closing

import pytest

from clanstats.db import scrub as module
from clanstats.db.scrub import scrub

NAME = b"Zezima of Varrock"


@pytest.fixture
def file(tmp_path):
    """A database that had names in it, and doesn't overwrite what it deletes."""
    made = tmp_path / "clan.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany(
            "INSERT INTO names (name) VALUES (?)", [(f"{NAME.decode()} {n}",) for n in range(500)]
        )
        connection.execute("DELETE FROM names WHERE id > 1")
    return made


def on_disk(file):
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


async def test_what_was_deleted_is_nowhere_in_the_file(file):
    before = on_disk(file).count(NAME)

    done = await scrub(file)

    assert before > 1
    assert done
    assert on_disk(file).count(NAME) == 1


async def test_file_that_is_written_to_is_left_for_later(file, monkeypatch):
    monkeypatch.setattr(module, "_WAIT_MS", 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        refused = await scrub(file)

    assert not refused
    assert await scrub(file)

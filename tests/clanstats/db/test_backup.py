"""Can a copy of the database be trusted?"""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import insert

from clanstats.db import backup
from clanstats.db.backup import BackupError
from clanstats.db.engine import database_file
from clanstats.db.models import BotStateRow
from tests.factories import NOW


@pytest.fixture
def file(settings):
    return database_file(settings.database_url)


def state(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT key, value FROM bot_state").fetchall()


async def test_a_copy_made_in_use_holds_what_was_committed_and_nothing_else(
    services, file, tmp_path
):
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="a", value="1"))
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="b", value="2"))

        copy = await backup.create(file, tmp_path / "copies", label="by-hand", now=NOW)

    assert copy.name == "clanstats-20261123T022100Z-by-hand.db"
    assert state(copy) == [("a", "1")]
    assert await backup.verify(copy) == ()
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]


async def test_copies_are_listed_and_pruned_by_age_and_other_files_left_alone(file, tmp_path):
    other = tmp_path / "clanstats-notes.db"
    other.write_text("mine")
    made = [
        await backup.create(file, tmp_path, label="x", now=NOW + timedelta(days=n))
        for n in (2, 0, 1)
    ]

    backup.prune(tmp_path, keep=2)

    assert [each.path for each in backup.listed(tmp_path)] == [made[0], made[2]]
    assert all(each.size > 0 for each in backup.listed(tmp_path))
    assert other.exists()


async def test_a_damaged_database_is_told_and_no_copy_is_left(file, tmp_path):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO snapshots VALUES (99, 5)")

    with pytest.raises(BackupError, match="points to nothing"):
        await backup.create(file, tmp_path / "copies", label="x", now=NOW)

    assert backup.listed(tmp_path / "copies") == ()


async def test_torn_pages_are_found(file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(
            "INSERT INTO bot_state VALUES (?, ?)", [(str(n), "x" * 500) for n in range(400)]
        )
    torn = bytearray(file.read_bytes())
    torn[-40_000:-20_000] = b"\x55" * 20_000
    file.write_bytes(torn)

    assert await backup.verify(file) != ()


@pytest.mark.parametrize("content", [None, b"this is no database" * 100], ids=["absent", "no db"])
async def test_what_is_no_database_is_told(tmp_path, content):
    file = tmp_path / "x.db"
    if content:
        file.write_bytes(content)
        assert await backup.verify(file) == ("file is not a database",)
    else:
        with pytest.raises(BackupError, match="no readable database"):
            await backup.verify(file)


async def test_a_folder_that_cant_be_written_is_named(file, tmp_path):
    (tmp_path / "folder").write_text("a file")

    with pytest.raises(BackupError, match="is the folder writable"):
        await backup.create(file, tmp_path / "folder", label="x", now=NOW)


async def test_an_empty_file_is_not_sound(tmp_path):
    file = tmp_path / "empty.db"
    file.touch()

    assert await backup.verify(file) == ("there are none of ClanStats' tables in it",)

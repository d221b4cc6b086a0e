"""Does the database go back to a copy, and is nothing lost whatever stands in the way?"""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from clanstats.db import backup, lock, restore
from clanstats.db.copies import BackupError, copy, look, unpacked
from clanstats.db.engine import database_file
from clanstats.db.lock import DatabaseInUseError
from clanstats.db.migrate import head
from clanstats.services import open_services
from tests.factories import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(lock, "_ATTEMPTS", 1)
    monkeypatch.setattr(lock, "_APART_S", 0)


@pytest.fixture
def file(settings):
    file = database_file(settings.database_url)
    write(file, "PRAGMA journal_mode=WAL")
    write(file, "INSERT INTO bot_state VALUES ('then', 'yes')")
    return file


@pytest.fixture
async def packed(file, tmp_path):
    """A copy; what came since is in the log beside the database."""
    made = await backup.create(file, tmp_path / "elsewhere", label="manual", now=NOW - HOUR)
    write(file, "INSERT INTO bot_state VALUES ('since', 'yes')")
    return made.path


@pytest.fixture
def back(file, tmp_path):
    """Restore a copy."""

    async def restored(packed):
        return await restore.restore(file, packed, folder=tmp_path / "copies", now=NOW)

    return restored


def write(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def state(file):
    with closing(sqlite3.connect(file)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM bot_state ORDER BY key")]


def beside(file):
    return {each.name for each in file.parent.glob(f"{file.name}*")}


async def test_database_is_what_the_copy_says_and_what_it_was_can_be_restored(back, file, packed):
    done = await back(packed)
    then = state(file)
    again = await back(done.saved)

    assert (done.revision, done.readable) == (head(), True)
    assert then == ["then"]
    assert again.saved != done.saved
    assert state(file) == ["since", "then"]


async def test_log_of_the_database_before_is_not_read_into_the_new_one(back, file, packed):
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO bot_state VALUES ('in the log', 'yes')")
        log = (file.with_name("clan.db-wal").read_bytes(), file.read_bytes())
    file.with_name("clan.db-wal").write_bytes(log[0])  # as after a kill
    file.write_bytes(log[1])

    done = await back(packed)

    assert beside(file) == {"clan.db", "clan.db.lock"}
    assert state(file) == ["then"]
    async with unpacked(done.saved) as plain:
        assert "in the log" in state(plain)


async def test_plain_file_can_be_restored_too(back, file, packed, tmp_path):
    copy(file, tmp_path / "mine.db")
    write(file, "DELETE FROM bot_state")

    await back(tmp_path / "mine.db")

    assert state(file) == ["since", "then"]


async def test_lost_database_is_restored_though_there_is_nothing_to_save(back, file, packed):
    for each in file.parent.glob("clan.db*"):
        each.unlink()

    done = await back(packed)

    assert done.saved is None
    assert state(file) == ["then"]


async def test_database_of_a_running_bot_is_left_alone(back, settings, file, packed):
    async with open_services(settings):
        with pytest.raises(DatabaseInUseError, match="stop the bot"):
            await back(packed)

    assert state(file) == ["since", "then"]


async def test_database_that_another_program_reads_is_left_alone(back, file, packed):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM bot_state").fetchall()
        with pytest.raises(DatabaseInUseError, match="another program"):
            await back(packed)

    assert state(file) == ["since", "then"]


def strange(file):
    write(file, "CREATE TABLE notes (text)")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda file: file.write_text("no database " * 99), "can't be read", id="text"),
        pytest.param(strange, "none of ClanStats' tables", id="somebody else's database"),
        pytest.param(lambda _: None, "There is no", id="nothing"),
        pytest.param(lambda file: file.mkdir(), "There is no", id="folder"),
    ],
)
async def test_wrong_file_is_refused(back, packed, tmp_path, make, said):
    make(tmp_path / "wrong.db")

    with pytest.raises(BackupError, match=said):
        await back(tmp_path / "wrong.db")

    assert state(tmp_path / "clan.db") == ["since", "then"]
    assert backup.listed(tmp_path / "copies") == ()


async def test_database_itself_is_no_copy(back, file, packed):
    with pytest.raises(BackupError, match="is the database itself"):
        await back(file)


async def test_copy_of_a_newer_version_is_refused(back, file, packed, tmp_path):
    copy(file, tmp_path / "newer.db")
    write(tmp_path / "newer.db", "UPDATE alembic_version SET version_num = '9000'")

    with pytest.raises(BackupError, match="install the newer ClanStats"):
        await back(tmp_path / "newer.db")

    assert state(file) == ["since", "then"]


async def test_damaged_database_is_kept_as_it_is_and_replaced(back, file, packed):
    torn = bytearray(file.read_bytes())
    torn[4096 * 3 : 4096 * 9] = b"\x55" * 4096 * 6
    file.write_bytes(torn)

    done = await back(packed)

    assert not done.readable
    assert state(file) == ["then"]
    assert str(look(file)) == "sound"
    assert {each.name for each in done.saved.iterdir()} >= {"clan.db.xz"}


async def test_without_room_to_save_the_present_nothing_is_replaced(
    back, file, packed, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_leave_room", full)

    with pytest.raises(BackupError, match="no room"):
        await back(packed)

    assert state(file) == ["since", "then"]

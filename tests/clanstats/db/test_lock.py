"""Does nobody change the database under another's hands, and is nothing left of what was killed?"""

import pytest

from clanstats.db import lock
from clanstats.db.lock import DatabaseInUseError, FolderError, alone, shared, workshop
from clanstats.services import open_services


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(lock, "_ATTEMPTS", 1)
    monkeypatch.setattr(lock, "_APART_S", 0)


async def test_who_uses_it_shares_it_and_who_needs_it_alone_is_refused(settings, tmp_path):
    file = tmp_path / "clan.db"

    async with open_services(settings), open_services(settings):
        with pytest.raises(DatabaseInUseError, match="stop the bot"):
            async with alone(file):
                pytest.fail("two had it")
    async with alone(file):
        pass


async def test_who_has_it_alone_keeps_everybody_out(settings, tmp_path):
    file = tmp_path / "clan.db"

    async with alone(file):
        with pytest.raises(DatabaseInUseError, match="being upgraded or restored"):
            async with open_services(settings):
                pytest.fail("two had it")
        with pytest.raises(DatabaseInUseError):
            async with alone(file):
                pytest.fail("two had it")


async def test_who_needs_it_alone_waits_until_who_only_looks_is_done(tmp_path, monkeypatch):
    looking = shared(tmp_path / "clan.db")
    looking.__enter__()

    async def done(_seconds):
        looking.__exit__(None, None, None)

    monkeypatch.setattr(lock, "_ATTEMPTS", 2)
    monkeypatch.setattr(lock.asyncio, "sleep", done)

    async with alone(tmp_path / "clan.db"):
        pass


async def test_database_that_is_no_file_needs_no_lock():
    with shared(None):
        async with alone(None):
            pass


def test_folder_that_cant_be_written_is_told(tmp_path):
    (tmp_path / "data").write_text("a file")

    with (
        pytest.raises(FolderError, match=r"data can't be written .*: mend its permissions"),
        shared(tmp_path / "data" / "clan.db"),
    ):
        pytest.fail("it was locked")


def test_workshop_is_gone_afterwards_with_all_that_is_in_it(tmp_path):
    with workshop(tmp_path) as made:
        (made / "half").write_text("done")
        assert made.parent == tmp_path

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_another_is_at_stays(tmp_path):
    left = tmp_path / ".unfinished-left"
    left.mkdir()
    (left / "copy.db").write_text("half a copy")

    with workshop(tmp_path) as one, workshop(tmp_path) as other:
        there = set(tmp_path.iterdir())

    assert there == {one, other}

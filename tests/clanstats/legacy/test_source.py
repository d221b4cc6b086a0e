"""Is the predecessor's file read in every state it may be in, and never written?"""

import shutil
import sqlite3
from contextlib import closing

import pytest

from clanstats.legacy.source import LegacyFileError, opened
from tests.clanstats.legacy.building import Legacy, day


def state(folder):
    """What is in the files of a folder, and when they were last written."""
    return {
        file.name: (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.iterdir()
        if file.is_file()
    }


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "theirs"
    made.mkdir()
    return made


@pytest.fixture
def ours(tmp_path):
    made = tmp_path / "ours"
    made.mkdir()
    return made


def names(file, ours):
    with opened(file, beside=ours) as source:
        return [
            row[0] for row in source.rows("wom_snapshots", "username", tail="ORDER BY username")
        ]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_file_is_read_without_a_byte_written_beside_or_in_it(folder, ours, mode):
    file = folder / "clan_data.db"
    with Legacy(file) as legacy:
        legacy.history("bob", 11, day(20), 1_000)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
    before = state(folder)

    with opened(file, beside=ours) as source:
        assert list(source.rows("wom_snapshots", "username")) == [(b"bob",)]
        assert state(folder) == before
    assert state(folder) == before


def test_what_is_not_merged_yet_is_read_from_a_copy_that_goes(folder, ours):
    file = folder / "clan_data.db"
    with Legacy(file) as legacy:
        legacy.history("bob", 11, day(20), 1_000)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE wom_snapshots SET username = 'alice'")
        connection.commit()
        left = folder / "left"
        left.mkdir()
        for part in folder.glob("clan_data.db*"):
            shutil.copyfile(part, left / part.name)  # as a kill leaves it
    before = state(left)

    assert names(left / "clan_data.db", ours) == [b"alice"]
    assert state(left) == before
    assert list(ours.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "can't be opened", id="no file"),
        pytest.param(b"", "is empty: copy it again", id="empty"),
        pytest.param(b"PK\x03\x04" * 50, "isn't an SQLite database", id="something else"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 5_000, "can't be read", id="damaged"),
    ],
)
def test_file_that_is_none_of_theirs_is_refused(folder, ours, content, why):
    file = folder / "clan_data.db"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(LegacyFileError, match=why):
        names(file, ours)


def test_our_own_database_is_refused(migrated, ours):
    with pytest.raises(LegacyFileError, match="isn't a database of the predecessor's"):
        names(migrated, ours)


def test_tables_and_columns_that_are_missing_have_no_rows_and_say_nothing(folder, ours):
    file = folder / "clan_data.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE wom_snapshots (username TEXT)")
        connection.execute("INSERT INTO wom_snapshots VALUES ('bob')")
        connection.commit()

    with opened(file, beside=ours) as source:
        assert list(source.rows("wom_snapshots", "username", "raw_data")) == [(b"bob", None)]
        assert list(source.rows("discord_messages", "id")) == []
        assert (source.revision, source.counts) == (None, {"wom_snapshots": 1})


def test_fingerprint_tells_files_and_their_changes_apart(folder, ours):
    file = folder / "clan_data.db"
    found = []
    with Legacy(file) as legacy:
        for name in ("bob", "alice"):
            legacy.member(name)
            legacy.commit()
            found += [fingerprint(file, ours), fingerprint(file, ours)]

    assert found[0] == found[1] != found[2] == found[3]


def fingerprint(file, ours):
    with opened(file, beside=ours) as source:
        return source.fingerprint

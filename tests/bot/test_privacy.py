"""Can an operator do for a person what they would do themselves?"""

import json
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def ask(tmp_path):
    def answer(statement):
        with closing(sqlite3.connect(tmp_path / "clan.db")) as connection:
            return connection.execute(statement).fetchall()

    return answer


def test_export_is_written_to_a_file(harvested, tmp_path):
    done = harvested("privacy", "export", "--player", "konar", "--out", "konar.json")

    told = json.loads((tmp_path / "konar.json").read_bytes())
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("rows written to konar.json.\n")
    assert told["players"] == ["Konar"]


def test_export_of_whom_nothing_is_known_makes_no_file(harvested, tmp_path):
    done = harvested("privacy", "export", "--user", "12")

    assert (done.code, done.out) == (0, "Nothing is held on them, so there is no file.\n")
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize("number", ["9" * 40, "-1", "0", "x"])
def test_number_that_can_be_no_users_is_refused(harvested, number):
    done = harvested("privacy", "export", f"--user={number}")

    assert done.code == 2
    assert f"argument --user: invalid ID value: '{number}'" in done.err


def test_export_into_a_folder_is_refused(harvested, tmp_path):
    done = harvested("privacy", "export", "--player", "konar", "--out", tmp_path)

    assert (done.code, done.err) == (1, f"{tmp_path} is a folder: name a file in it.\n")


def test_delete_wants_to_be_told_twice(harvested, ask):
    done = harvested("privacy", "delete", "--player", "Konar")

    assert (done.code, done.out) == (1, "")
    assert "--yes" in done.err
    assert ask("SELECT count(*) FROM tombstones") == [(0,)]


def test_delete_deletes_and_allow_takes_it_back_for_the_future(harvested, ask, tmp_path):
    done = harvested("privacy", "delete", "--player", "Konar", "--yes")
    stones = ask("SELECT count(*) FROM tombstones")
    bytes_left = (tmp_path / "clan.db").read_bytes()
    allowed = harvested("privacy", "allow", "--player", "konar", "--wom-id", "60")
    again = harvested("privacy", "allow", "--player", "konar")

    assert done.code == 0
    assert "Made nameless: players 1." in done.out
    assert "backups" in done.out
    assert stones == [(2,)]
    assert b"konar" not in bytes_left.lower()
    assert allowed.code == 0
    assert ask("SELECT count(*) FROM tombstones") == [(0,)]
    assert again.code == 1


def test_somebody_who_isnt_known_is_not_deleted(harvested, ask):
    nobody = harvested("privacy", "delete", "--player", "Nobody Here", "--yes")
    user = harvested("privacy", "delete", "--user", "5", "--yes")

    assert nobody.code == 1
    assert "Nobody is or was called “Nobody Here”" in nobody.err
    assert user.out.startswith("Made nobody's: messages 0")

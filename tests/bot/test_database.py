"""Can an operator look after the database from a terminal, and undo whatever they did?"""

import sqlite3
from contextlib import closing

import pytest

from clanstats.db import lock, migrate
from clanstats.db.lock import shared

EVERYONE = "SELECT * FROM players ORDER BY id"


def rows(file, statement):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


def write(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "clan.db"


@pytest.fixture
def copies(tmp_path):
    """The copies' names, oldest first."""
    return lambda: sorted(each.name for each in (tmp_path / "backups").glob("clanstats-*"))


def test_tables_are_made_copied_and_taken_back(cli, file):
    newest = migrate.head()

    assert cli("db", "current").out == f"no tables (this program wants {newest})\n"
    assert cli("db", "upgrade").out == f"no tables → {newest}\n"
    assert cli("db", "current").out == f"{newest} (up to date)\n"
    back = cli("db", "downgrade", "base")
    assert back.out.startswith(f"{newest} → no tables\nThe copy from before is ")
    assert cli("db", "list").out.count("before-base") == 1
    assert rows(file, "SELECT name FROM sqlite_master WHERE name = 'players'") == []


def test_backup_is_a_sound_copy_that_is_listed(harvested, tmp_path, copies):
    made = harvested("db", "backup")
    (name,) = copies()
    copy = tmp_path / "backups" / name

    assert made.code == 0
    assert str(copy) in made.out
    assert str(copy) in harvested("db", "list").out
    verified = harvested("db", "verify", copy)
    assert (verified.code, verified.out) == (0, f"{copy}: sound\n")


def test_list_without_copies_says_where_it_looked(cli, tmp_path):
    assert cli("db", "list").out == f"There are no copies in {tmp_path / 'backups'}.\n"


def test_backup_before_there_is_a_database_says_what_makes_it(cli):
    done = cli("db", "backup")

    assert done.code == 1
    assert "`clanstats harvest wom` makes it" in done.err


def test_prune_deletes_what_need_not_stay_once_it_is_not_only_asked(cli, tmp_path, copies):
    folder = tmp_path / "backups"
    folder.mkdir()
    for hour in range(3):
        (folder / f"clanstats-20200101T0{hour}0000Z-nightly.db.xz").write_bytes(b"x" * 2_000_000)

    asked = cli("db", "prune", "--dry-run")
    there = copies()
    done = cli("db", "prune")

    assert asked.out.endswith("2 copies would be deleted, 4.0 MB.\n")
    assert len(there) == 3
    assert done.out.endswith("2 copies deleted, 4.0 MB.\n")
    assert copies() == ["clanstats-20200101T020000Z-nightly.db.xz"]


def test_restore_goes_back_to_a_copy_and_says_how_to_take_that_back(harvested, file, copies):
    everyone = rows(file, EVERYONE)
    harvested("db", "backup")
    (name,) = copies()
    write(file, "UPDATE players SET country = 'XX'")

    done = harvested("db", "restore", name)

    (saved,) = set(copies()) - {name}
    assert done.code == 0
    assert "before-restore" in saved
    assert f"backups/{saved}` takes this back" in done.out
    assert rows(file, EVERYONE) == everyone
    harvested("db", "restore", saved)
    assert rows(file, EVERYONE) != everyone


def test_copy_of_an_older_version_is_restored_and_the_next_start_upgrades_it(cli, file, copies):
    cli("db", "upgrade", "--to", "0002")
    cli("db", "upgrade")
    (name,) = copies()

    done = cli("db", "restore", name)
    verified = cli("db", "verify")

    assert "Its tables are of version 0002: the next start upgrades them." in done.out
    assert (verified.code, "of version 0002" in verified.out) == (0, True)
    assert cli("db", "upgrade").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("db", "restore", "any"), id="restore"),
        pytest.param(("db", "downgrade", "base"), id="downgrade"),
    ],
)
def test_what_needs_the_database_alone_refuses_while_the_bot_runs(
    harvested, file, monkeypatch, arguments
):
    monkeypatch.setattr(lock, "_ATTEMPTS", 1)
    everyone = rows(file, EVERYONE)

    with shared(file):
        done = harvested(*arguments)

    assert done.code == 1
    assert "stop the bot and every other `clanstats` command" in done.err
    assert rows(file, EVERYONE) == everyone


def test_verify_names_rows_and_the_repair_and_the_repair_mends_them(harvested, file, copies):
    write(file, "DELETE FROM players WHERE id = 1")

    found = harvested("db", "verify")
    asked = harvested("db", "repair", "references", "--dry-run")
    made, left = copies(), rows(file, "SELECT count(*) FROM memberships WHERE player_id = 1")
    done = harvested("db", "repair", "references")

    assert found.code == 1
    assert "references: player_id is nobody's in players (1 × memberships)" in found.out
    assert "    id 1, player_id 1\n" in found.out
    assert "    `clanstats db repair references` deletes the row" in found.out
    assert (asked.code, made, left) == (0, [], [(1,)])
    assert asked.out.splitlines()[-1].endswith(" rows would be changed.")
    assert (done.code, len(copies())) == (0, 1)
    assert harvested("db", "verify").out == f"{file}: sound\n"
    assert harvested("db", "repair", "references").out == "references: nothing is wrong.\n"


def test_unknown_repair_is_refused_with_those_there_are(harvested):
    done = harvested("db", "repair", "everything")

    assert done.code == 1
    assert done.err.startswith("There is no everything to repair; there are: references, ")


def test_size_says_what_takes_the_room(harvested, file):
    done = harvested("db", "size")

    lines = dict(line.rsplit(maxsplit=2)[:2] for line in done.out.splitlines())
    assert {str(file), "free on the disk"} <= set(lines)
    assert float(lines[str(file)]) == pytest.approx(file.stat().st_size / 1e6, abs=0.1)


def test_folder_that_cannot_be_made_is_told_without_a_traceback(cli):
    done = cli("db", "upgrade", DATABASE_URL="sqlite:////proc/clan/clan.db")

    assert done.code == 1
    assert done.err.startswith("/proc/clan can't be written (No such file or directory): mend ")


def test_unknown_version_is_refused_and_nothing_changes(cli):
    cli("db", "upgrade")

    done = cli("db", "upgrade", "--to", "9999")

    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("There is no version 9999")
    assert cli("db", "current").out == f"{migrate.head()} (up to date)\n"

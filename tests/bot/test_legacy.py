"""Can an operator bring the predecessor's history along from a terminal, and try it first?"""

import json
import sqlite3
from contextlib import closing

import pytest

from bot import legacy
from clanstats.errors import ClanStatsError
from tests.clanstats.legacy.building import Legacy, day


@pytest.fixture
def file(tmp_path):
    with Legacy(tmp_path / "clan_data.db") as legacy:
        legacy.member("bob", joined=day(3))
        legacy.boss(legacy.history("bob", 11, day(20), 1_000, kills=7), 7)
        legacy.row("bob", None, at=day(21))
        legacy.relayed("Bob", day(22))
        legacy.message(day(23), 501, "bob")
        legacy.insert("wom_records", username="bob")
    return tmp_path / "clan_data.db"


def rows(file, table):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def test_import_says_what_became_of_every_row(cli, file, tmp_path):
    report = tmp_path / "report.json"

    done = cli("import-legacy", file, "--report", report, WOM_GROUP_ID=1)

    told = json.loads(report.read_text())
    assert done.code == 0
    assert "wom_snapshots: 2 rows: 1 taken, 0 merged, 0 duplicate, 1 refused" in done.out
    assert "1 refused: without JSON: a total alone is no observation" in done.out
    assert "1 of 2 messages by people are a known player's (50.0%)" in done.out
    assert told["adds_up"] is True
    assert {table: one["rows"] for table, one in told["tables"].items()} == {
        "clan_members": 1,
        "wom_snapshots": 2,
        "boss_snapshots": 1,
        "discord_messages": 2,
        "wom_records": 1,
    }
    for one in told["tables"].values():
        became = (one.get(each, 0) for each in ("taken", "merged", "duplicate"))
        assert sum(became) + sum(one["refused"].values()) == one["rows"]
    assert told["candidates"] == [{"discord_user_id": "501", "player": "bob", "messages": 1}]
    assert cli("db", "verify").out.endswith("clan.db: sound\n")


@pytest.mark.parametrize(
    ("report", "why"), [("", "is a folder"), ("nowhere/r.json", "There is no folder")]
)
def test_report_that_cant_be_written_is_found_out_before_the_import(
    cli, file, tmp_path, report, why
):
    done = cli("import-legacy", file, "--report", tmp_path / report, WOM_GROUP_ID=1)

    assert (done.code, done.out) == (1, "")
    assert why in done.err
    assert not (tmp_path / "clan.db").exists()


def test_import_whose_report_cant_be_written_says_that_it_is_done(cli, file, tmp_path, monkeypatch):
    def full(*_args):
        raise ClanStatsError("r.json can't be written: No space left on device.")

    monkeypatch.setattr(legacy, "write_file", full)

    done = cli("import-legacy", file, "--report", tmp_path / "r.json", WOM_GROUP_ID=1)

    assert done.code == 1
    assert "wom_snapshots: 2 rows: 1 taken" in done.out
    assert done.err.endswith(
        "What is said above is done, but r.json can't be written: No space left on device.\n"
    )


def test_file_without_anything_in_it_is_said_to_be_empty(cli, tmp_path):
    (tmp_path / "empty.db").touch()

    done = cli("import-legacy", tmp_path / "empty.db", WOM_GROUP_ID=1)

    assert done.code == 1
    assert "empty.db is empty: copy it again" in done.err


def test_second_import_makes_a_copy_first_and_finds_everything_known(cli, file, tmp_path):
    cli("import-legacy", file, WOM_GROUP_ID=1)

    done = cli("import-legacy", file, WOM_GROUP_ID=1)

    assert "The copy from before is " in done.err
    assert "before-import" in next((tmp_path / "backups").iterdir()).name
    assert "discord_messages: 2 rows: 0 taken, 0 merged, 2 duplicate, 0 refused" in done.out


def test_trial_knows_what_is_known(cli, file):
    cli("import-legacy", file, WOM_GROUP_ID=1)

    done = cli("import-legacy", file, "--dry-run", WOM_GROUP_ID=1)

    assert "discord_messages: 2 rows: 0 taken, 0 merged, 2 duplicate, 0 refused" in done.out


@pytest.mark.parametrize(
    "known", [pytest.param(False, id="no database"), pytest.param(True, id="one")]
)
def test_trial_says_the_same_and_changes_nothing(cli, file, tmp_path, known):
    if known:
        cli("db", "upgrade")
    before = sorted(each.name for each in tmp_path.iterdir())

    done = cli("import-legacy", file, "--dry-run", WOM_GROUP_ID=1)

    assert done.code == 0
    assert "wom_snapshots: 2 rows: 1 taken, 0 merged, 0 duplicate, 1 refused" in done.out
    assert done.out.endswith("Nothing was changed: this was a trial on a copy.\n")
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    if known:
        assert rows(tmp_path / "clan.db", "players") == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("missing.db", "can't be opened", id="no file"),
        pytest.param("notes.txt", "isn't an SQLite database", id="no database"),
    ],
)
def test_what_cannot_be_imported_is_said_and_nothing_is_made(cli, tmp_path, name, why):
    (tmp_path / "notes.txt").write_text("nothing yet\n")

    done = cli("import-legacy", name, WOM_GROUP_ID=1)

    assert (done.code, why in done.err) == (1, True)
    assert not (tmp_path / "clan.db").exists()


def test_import_without_a_clan_says_which_setting_is_missing(cli, file):
    done = cli("import-legacy", file)

    assert (done.code, "WOM_GROUP_ID" in done.err) == (2, True)

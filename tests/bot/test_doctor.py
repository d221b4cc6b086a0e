"""Does the doctor find what is wrong, and say what to do about it?"""

import sqlite3
from contextlib import closing

import pytest

from tests.replay import Reply, body
from tests.wire.payloads import TOKEN

BACKUPS = "backups:"
INTENTS = 1 << 14 | 1 << 18


def verdicts(done):
    """The lines by what they are about; each as its mark and the rest."""
    lines = [line.split(maxsplit=1) for line in done.out.splitlines()]
    return [(mark, text) for mark, text in lines]


@pytest.fixture
def healthy(harvested, wise_old_man, discord_server):
    """What the doctor finds where everything is as it should be, but for what a test says."""
    discord_server.application["flags"] = INTENTS

    def examine(**env):
        given = {
            "WOM_GROUP_ID": 1,
            "WOM_BASE_URL": wise_old_man.url,
            "WOM_CONTACT": "someone@example.org",
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE": discord_server.url,
        }
        return harvested("doctor", **(given | env))

    return examine


def test_nothing_is_wrong(healthy, harvested):
    harvested("db", "backup")

    done = healthy()

    assert done.code == 0
    assert done.err == ""
    assert {mark for mark, _ in verdicts(done)} == {"ok"}
    for part in (
        "settings",
        "database",
        "backups: 1, ",
        "Stub Clan with 63 members",
        "that of ClanStats",
    ):
        assert part in done.out


@pytest.mark.parametrize(
    ("env", "finding"),
    [
        pytest.param(
            {"DISCORD_TOKEN": "another-token"},
            "Discord: the token is refused; copy it again from the page Bot",
            id="refused token",
        ),
        pytest.param(
            {"DISCORD_API_BASE": "http://127.0.0.1:1"},
            "Discord: no usable answer from http://127.0.0.1:1/applications/@me "
            "(ClientConnectorError); look at the network",
            id="no Discord",
        ),
        pytest.param(
            {"WOM_BASE_URL": "http://127.0.0.1:1"},
            "Wise Old Man can't be reached (no connection). Try again in a few minutes. "
            "If it goes on, look at WOM_BASE_URL and the network.",
            id="no Wise Old Man",
        ),
        pytest.param(
            {"WOM_GROUP_ID": ""},
            "Wise Old Man: set WOM_GROUP_ID to your group's number",
            id="no group",
        ),
        pytest.param(
            {"DATABASE_URL": "sqlite:////proc/clan/clan.db"},
            "database: /proc/clan/clan.db can't be written; mend its permissions",
            id="folder that can't be written",
        ),
    ],
)
def test_what_must_be_mended_is_the_only_failure_and_says_how(healthy, env, finding):
    done = healthy(**env)

    assert done.code == 1
    assert [text for mark, text in verdicts(done) if mark == "FAIL"] == [finding]
    assert "Traceback" not in done.err


def test_clan_may_be_called_what_looks_like_markup(healthy, wise_old_man):
    renamed = body("group_details").replace(b'"Stub Clan"', b'"[bold]Us[/] :ok:"')
    wise_old_man.answer("/groups/1", Reply(body=renamed))

    done = healthy()

    assert "found [bold]Us[/] :ok: with 63 members" in done.out


@pytest.mark.parametrize(
    ("env", "finding"),
    [
        pytest.param({"WOM_CONTACT": ""}, "set WOM_CONTACT", id="no contact"),
        pytest.param({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN isn't set", id="no token"),
    ],
)
def test_what_may_be_mended_is_a_note_and_no_failure(healthy, env, finding):
    done = healthy(**env)

    assert done.code == 0
    (noted,) = [text for mark, text in verdicts(done) if mark == "note" and BACKUPS not in text]
    assert finding in noted


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        pytest.param("notes.txt", f"{BACKUPS} none yet; one is made each night", id="none"),
        pytest.param(
            "clanstats-20200101T040000Z-nightly.db.xz", "days old: see `job.failed`", id="old"
        ),
    ],
)
def test_backups_that_are_missing_or_old_are_a_note(healthy, tmp_path, name, finding):
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / name).write_bytes(b"")

    done = healthy()

    (noted,) = [text for mark, text in verdicts(done) if mark == "note"]
    assert finding in noted


def test_missing_intents_are_notes(healthy, discord_server):
    discord_server.application["flags"] = 0

    done = healthy()

    assert done.code == 0
    assert [mark for mark, text in verdicts(done) if " Intent is " in text] == ["note", "note"]


def test_empty_database_is_no_failure(cli):
    done = cli("doctor")

    assert ("note", "database: empty; the first start makes the tables") in verdicts(done)


def test_damaged_database_is_a_failure(healthy, tmp_path):
    (tmp_path / "clan.db").write_text("This was never a database. " * 100)

    done = healthy()

    assert done.code == 1
    assert "FAIL database: file is not a database; restore a copy (`clanstats db list`)" in done.out


@pytest.mark.parametrize(
    ("version", "code", "advice"),
    [
        pytest.param("0000", 0, "run `clanstats db upgrade`", id="older"),
        pytest.param("9999", 1, "is of a newer ClanStats; install that one", id="newer"),
    ],
)
def test_tables_of_another_version_are_told_with_advice(healthy, tmp_path, version, code, advice):
    with closing(sqlite3.connect(tmp_path / "clan.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))

    done = healthy()

    assert done.code == code
    assert advice in done.out


def test_token_is_in_no_line(healthy):
    done = healthy(LOG_LEVEL="DEBUG")

    assert TOKEN not in done.out + done.err

"""Does every subcommand do what it says, with the exit code and the stream that scripts rely on?"""

import argparse
import json
import sqlite3
from contextlib import closing

import pytest

from bot.cli import _parser

TOKEN = "a-token-that-nobody-may-see"


def subcommands(parser, path=()):
    yield path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from subcommands(below, (*path, name))


def rows(file, statement):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize("path", [*subcommands(_parser())], ids=" ".join)
def test_help_of_each_subcommand_says_what_it_does(cli, path):
    done = cli(*path, "--help")

    assert done.code == 0
    usage, purpose = done.out.split("\n\n")[:2]
    assert " ".join(["usage: clanstats", *path]) in usage
    assert purpose.strip().endswith(".")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="nothing"),
        pytest.param(("dance",), id="unknown subcommand"),
        pytest.param(("show",), id="no subject"),
        pytest.param(("show", "stats"), id="no player"),
        pytest.param(("show", "leaderboard"), id="no metric"),
        pytest.param(("show", "stats", "Bob", "--metric", "ehb"), id="option of another"),
        pytest.param(("backfill", "wom", "--per-minute", "0"), id="pace of nothing"),
        pytest.param(("backfill", "wom", "--per-minute", "61"), id="pace too high"),
        pytest.param(("backfill", "wom", "--per-minute", "fast"), id="pace in words"),
    ],
)
def test_wrong_options_are_refused_with_code_2(cli, arguments):
    done = cli(*arguments)

    assert done.code == 2
    assert done.out == ""
    assert "usage: clanstats" in done.err


def test_what_run_needs_is_named_in_one_message_without_a_secret(cli):
    done = cli("run", WOM_API_KEY=TOKEN, HARVEST_EVERY=7)

    assert done.code == 2
    assert done.out == ""
    for name in ("DISCORD_TOKEN", "WOM_GROUP_ID", "HARVEST_EVERY"):
        assert done.err.count(f"  {name} ") == 1
    assert TOKEN not in done.err


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        pytest.param(("harvest", "wom"), ["WOM_GROUP_ID"], id="harvest"),
        pytest.param(("backfill", "wom"), ["WOM_GROUP_ID"], id="backfill"),
        pytest.param(("sync",), ["DISCORD_TOKEN"], id="sync"),
    ],
)
def test_subcommand_asks_only_for_what_it_needs(cli, arguments, needed):
    done = cli(*arguments)

    assert done.code == 2
    missing = [line.split()[0] for line in done.err.splitlines() if "is missing" in line]
    assert missing == needed


def test_harvest_makes_the_tables_stores_the_clan_and_counts_its_requests(
    cli, wise_old_man, tmp_path
):
    done = cli("harvest", "wom", WOM_GROUP_ID=1, WOM_BASE_URL=wise_old_man.url)

    assert done.code == 0
    (told,) = done.out.splitlines()
    assert told.startswith("Stub Clan: 63 members, ")
    assert told.endswith(f" ({len(wise_old_man.requests)} requests)")
    assert rows(tmp_path / "clan.db", "SELECT count(*) FROM memberships") == [(63,)]


def test_harvest_of_a_clan_that_stood_still_takes_one_request(harvested, wise_old_man):
    done = harvested("harvest", "wom", WOM_GROUP_ID=1, WOM_BASE_URL=wise_old_man.url)

    assert done.code == 0
    assert done.out == "Stub Clan: 63 members, nothing moved (1 request)\n"


def test_harvest_that_fails_says_why_with_code_1(cli, wise_old_man):
    wise_old_man.play("err_404_group", at="/groups/1")

    done = cli("harvest", "wom", WOM_GROUP_ID=1, WOM_BASE_URL=wise_old_man.url)

    assert done.code == 1
    assert done.out == ""
    *_, told = done.err.splitlines()
    assert "WOM_GROUP_ID" in told
    assert told.endswith(" (1 request).")


def test_log_goes_to_stderr_as_lines_of_json(cli, wise_old_man):
    done = cli("harvest", "wom", WOM_GROUP_ID=1, WOM_BASE_URL=wise_old_man.url)

    events = [json.loads(line)["event"] for line in done.err.splitlines() if line[0] == "{"]
    assert events[0] == "settings.effective"
    assert "job.finished" in events
    assert "{" not in done.out


def test_backfill_before_any_harvest_says_what_to_do(cli):
    done = cli("backfill", "wom", WOM_GROUP_ID=1)

    assert done.code == 1
    assert "clanstats harvest wom" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("db", "current"), id="db current"),
        pytest.param(("db", "upgrade"), id="db upgrade"),
        pytest.param(("alive",), id="alive"),
        pytest.param(("show", "leaderboard", "--metric", "ehb"), id="show"),
        pytest.param(("harvest", "wom"), id="harvest"),
    ],
)
def test_file_that_is_no_database_is_told_without_a_traceback(cli, tmp_path, arguments):
    (tmp_path / "clan.db").write_text("This was never a database. " * 100)

    done = cli(*arguments, WOM_GROUP_ID=1)

    assert done.code == 1
    assert done.out == ""
    *_, told = done.err.splitlines()
    assert told.startswith("The database can't be used: file is not a database.")


@pytest.mark.parametrize(
    ("age_s", "code"),
    [
        pytest.param(10, 0, id="fresh"),
        pytest.param(170, 0, id="one tick late"),
        pytest.param(190, 1, id="too old"),
    ],
)
def test_alive_asks_for_a_sign_of_life_of_the_last_three_minutes(harvested, tmp_path, age_s, code):
    with closing(sqlite3.connect(tmp_path / "clan.db")) as connection, connection:
        connection.execute(
            "INSERT INTO bot_state (key, value) VALUES ('heartbeat', "
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', ?))",
            (f"-{age_s} seconds",),
        )

    assert harvested("alive").code == code


def test_alive_without_a_bot_says_so_and_makes_no_database(cli, tmp_path):
    done = cli("alive")

    assert (done.code, done.out, done.err) == (1, "", "The bot is not running.\n")
    assert not (tmp_path / "clan.db").exists()

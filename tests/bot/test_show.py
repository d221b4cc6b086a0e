"""Does the terminal show the same numbers as the analysis, in a form that scripts can read?"""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import known_names, members
from clanstats.chat import AuthorKind
from clanstats.db.models import PlayerRow
from clanstats.domain import GainPolicy, Window
from clanstats.services import open_services
from clanstats.settings import Settings
from tests.factories import NOW
from tests.talking import add_author, add_channel, be_in_voice, link, say

ROOT = Path(__file__).parents[2]
AT = NOW.isoformat()
WEEK = ("--as-of", AT, "--period", "7d")


@pytest.fixture
def asked(tmp_path):
    """Ask the analysis itself about the same database."""

    def ask(question):
        async def answer():
            settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'clan.db'}")
            async with open_services(settings) as services, services.read() as session:
                return await question(session)

        return asyncio.run(answer())

    return ask


def shown(done):
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.mark.parametrize("metric", ["overall", "attack", "ehb", "zulrah", "total_level"])
@pytest.mark.parametrize("policy", list(GainPolicy))
def test_leaderboard_is_that_of_the_analysis(harvested, asked, metric, policy):
    board = asked(
        lambda session: leaderboard(
            session,
            1,
            metric_name=metric,
            window=Window.last(7, now=NOW),
            as_of=NOW,
            policy=policy,
        )
    )

    done = harvested("show", "leaderboard", "--metric", metric, "--policy", policy, *WEEK, "--json")

    rows = shown(done)["rows"]
    lines = [standing.gain for standing in board.standings] + list(board.unknown)
    assert [(row["wom_id"], row["name"], row["value"], row["unknown"]) for row in rows] == [
        (line.member.wom_id, line.member.name, line.shown, line.unknown) for line in lines
    ]


def test_leaderboard_has_everyone_best_first_and_unknown_last(harvested, asked):
    everyone = asked(lambda session: members(session, 1, NOW))

    board = shown(harvested("show", "leaderboard", "--metric", "overall", *WEEK, "--json"))

    assert board["metric"] == "overall"
    start = (NOW - timedelta(days=7)).isoformat()
    assert board["window"] == {"start": start, "end": AT}
    rows = board["rows"]
    assert {row["wom_id"] for row in rows} == {member.wom_id for member in everyone}
    assert len(rows) == len(everyone) == 63
    values = [row["value"] for row in rows]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=True) + [None] * (len(rows) - len(known))
    assert known[0] > 0
    for row in rows:
        assert (row["value"] is None) == (row["unknown"] is not None)
    assert {row["unknown"] for row in rows} >= {None, "archived"}


def test_policy_of_wise_old_man_counts_from_the_first_snapshot_in_the_window(harvested):
    ours, his = (
        shown(
            harvested(
                "show", "leaderboard", "--metric", "overall", "--policy", policy, *WEEK, "--json"
            )
        )
        for policy in ("as_of", "wom")
    )

    assert his["rows"] != ours["rows"]
    assert his["window"] == ours["window"]


def test_totals_have_no_window(harvested):
    arguments = ("--metric", "overall", "--period", "all", "--as-of", AT, "--json")

    board = shown(harvested("show", "leaderboard", *arguments))

    assert board["window"] is None
    assert board["rows"][0] == {
        "wom_id": board["rows"][0]["wom_id"],
        "name": "SoloMission",
        "value": 252_089_527,
        "unknown": None,
        "since": None,
        "partial": False,
    }


def test_from_and_to_are_the_window_itself(harvested):
    dates = ("--from", "2026-11-20", "--to", "2026-11-22T12:00Z")

    board = shown(harvested("show", "leaderboard", "--metric", "ehb", *dates, "--json"))

    assert board["window"] == {
        "start": datetime(2026, 11, 20, tzinfo=UTC).isoformat(),
        "end": datetime(2026, 11, 22, 12, tzinfo=UTC).isoformat(),
    }
    assert board["as_of"] == board["window"]["end"]


def test_as_of_before_the_clan_was_seen_has_nobody(harvested):
    arguments = ("--metric", "ehb", "--as-of", "2019-01-01", "--json")

    assert shown(harvested("show", "leaderboard", *arguments))["rows"] == []


def test_rank_narrows_the_board_to_who_holds_it(harvested, asked):
    officers = asked(lambda session: members(session, 1, NOW))
    wanted = {member.wom_id for member in officers if member.rank == "captain"}

    board = shown(
        harvested("show", "leaderboard", "--metric", "ehb", "--rank", "captain", *WEEK, "--json")
    )

    assert {row["wom_id"] for row in board["rows"]} == wanted
    assert wanted


def test_table_says_what_the_json_says(harvested):
    arguments = ("leaderboard", "--metric", "overall", *WEEK)
    rows = shown(harvested("show", *arguments, "--json"))["rows"]

    done = harvested("show", *arguments)

    assert done.code == 0
    lines = [line for line in done.out.splitlines() if line.startswith("│")]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        value = f"unknown ({row['unknown']})" if row["value"] is None else f"{row['value']:,}"
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        assert (cells[1], cells[3]) == (row["name"], value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("--metric", "attak"), "There is no metric called “attak”", id="metric"),
        pytest.param(("--metric", "ehb", "--rank", "king"), "there were: ", id="rank"),
        pytest.param(("--metric", "ehb", "--period", "soon"), "That isn't a period", id="period"),
        pytest.param(("--metric", "ehb", "--as-of", "soon"), "That isn't a date", id="as of"),
        pytest.param(("--metric", "ehb", "--to", "2026-11-20"), "--from with --to", id="only to"),
        pytest.param(
            ("--metric", "ehb", "--from", "2026-11-20", "--period", "7d"),
            "--from with --to",
            id="from and period",
        ),
        pytest.param(
            ("--metric", "ehb", "--from", "2026-11-20", "--to", "2026-11-20"),
            "--from must be earlier",
            id="empty window",
        ),
        pytest.param(
            ("--metric", "ehb", "--from", "0001-01-01"), "Nothing is known", id="long ago"
        ),
        pytest.param(
            ("--metric", "ehb", "--from", "2026-11-20", "--to", "9999-12-31"),
            "Nothing is known",
            id="to come",
        ),
    ],
)
def test_what_makes_no_sense_is_told_on_stderr_with_code_1(harvested, arguments, told):
    done = harvested("show", "leaderboard", *arguments, "--json")

    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_unknown_player_is_told_on_stderr_with_code_1(harvested):
    done = harvested("show", "stats", "Nobody At All")

    assert (done.code, done.out) == (1, "")
    assert "“Nobody At All”" in done.err


def test_stats_are_those_of_the_leaderboards(harvested):
    board = shown(harvested("show", "leaderboard", "--metric", "overall", *WEEK, "--json"))
    best = board["rows"][0]

    player = shown(harvested("show", "stats", best["name"], *WEEK, "--json"))

    assert (player["wom_id"], player["name"]) == (best["wom_id"], best["name"])
    (overall,) = [line for line in player["metrics"] if line["metric"] == "overall"]
    assert overall["gained"] == best["value"]
    assert overall["since"] == best["since"]
    assert overall["total"] > overall["gained"]
    assert player["window"] == board["window"]


def test_former_name_finds_the_player(harvested, asked):
    names = asked(lambda session: known_names(session, 1))
    renamed = next(name for name in names if name.former)

    by_name, by_former = (
        shown(harvested("show", "stats", name, *WEEK, "--json"))
        for name in (renamed.name, renamed.former)
    )

    assert renamed.former in by_former["former_names"]
    assert by_former == by_name


def test_stats_table_has_totals_and_gains(harvested):
    done = harvested("show", "stats", "SoloMission", *WEEK)

    assert done.code == 0
    assert "SoloMission · Captain" in done.out
    assert "252,089,527" in done.out


@pytest.fixture
def talked(harvested, tmp_path):
    """SoloMission wrote twice on Discord; of another only game chat is known."""

    async def write():
        settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'clan.db'}")
        async with open_services(settings) as services, services.write() as session:
            found = await session.execute(select(PlayerRow.name, PlayerRow.id))
            players = dict(found.all())
            other = min(name for name in players if name != "SoloMission")
            channel = await add_channel(session)
            await add_channel(session, state="unreadable", read=False)
            await link(session, 1, [players["SoloMission"]])
            author = await add_author(session, players["SoloMission"])
            await say(session, author, channel, *(NOW - n * timedelta(days=1) for n in (1, 2)))
            start = NOW - timedelta(days=2)
            await be_in_voice(session, author, channel, start, start + timedelta(minutes=90))
            name = await add_author(session, players[other], kind=AuthorKind.RELAY)
            await say(session, name, channel, NOW - timedelta(days=3))
            return other

    return asyncio.run(write())


def test_messages_and_voice_are_ranked_like_metrics(harvested, talked):
    arguments = ("show", "leaderboard", "--metric")
    messages, voice = (
        shown(harvested(*arguments, metric, *WEEK, "--json"))
        for metric in ("messages", "Voice time")
    )
    table = harvested(*arguments, "messages", *WEEK).out

    first, second, third = messages["rows"][:3]
    assert (first["name"], first["value"], first["partial"]) == ("SoloMission", 2, False)
    assert (second["name"], second["value"], second["partial"]) == (talked, 1, True)
    assert (third["value"], third["unknown"]) == (None, "not_linked")
    assert messages["channels"] == {
        "channels": 2,
        "complete": 1,
        "behind": 0,
        "unreadable": 1,
        "lost": 0,
        "since": "2015-01-01T00:00:00+00:00",
    }
    assert voice["metric"] == "voice"
    assert (voice["rows"][0]["name"], voice["rows"][0]["value"]) == ("SoloMission", 1.5)
    assert voice["voice_since"] == (NOW - timedelta(days=2)).isoformat()
    assert "1~" in table
    assert "1 of 2 channels can't be read" in table


def test_stats_have_what_was_said(harvested, talked):
    arguments = ("show", "stats", "SoloMission", *WEEK)
    talk = shown(harvested(*arguments, "--json"))["talk"]
    table = harvested(*arguments).out

    assert talk["messages"] == {
        "count": 2,
        "unknown": None,
        "partial": False,
        "place": 1,
        "active_days": 2,
    }
    assert (talk["voice"]["hours"], talk["voice"]["unknown"]) == (1.5, None)
    assert talk["last_message_at"] == (NOW - timedelta(days=1)).isoformat()
    assert [week["messages"] for week in talk["weeks"]] == [0] * 10 + [2, 0]
    assert "1 of 2 channels can't be read" in table
    assert re.search(r"Messages +│ +│ +2 ", table)


def test_clan_may_be_called_what_looks_like_markup(harvested, tmp_path):
    with closing(sqlite3.connect(tmp_path / "clan.db")) as connection, connection:
        connection.execute("UPDATE clans SET name = '[bold]Us[/] :ok:'")

    done = harvested("show", "leaderboard", "--metric", "ehb", *WEEK)

    assert "[bold]Us[/] :ok:" in done.out


@pytest.mark.slow
def test_reader_who_has_seen_enough_is_no_error(harvested, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "show", "leaderboard", "--metric", "ehb", "--json"]

    with subprocess.Popen(  # noqa: S603 — ourselves
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asked:
        asked.stdout.close()
        told = asked.stderr.read()

    assert (asked.returncode, told) == (0, b"")


def test_empty_database_says_what_to_do(cli):
    cli("db", "upgrade")

    done = cli("show", "leaderboard", "--metric", "overall")

    assert (done.code, done.out) == (1, "")
    assert "clanstats harvest wom" in done.err


def test_without_a_database_none_is_made(cli, tmp_path):
    done = cli("show", "leaderboard", "--metric", "overall")

    assert (done.code, done.out) == (1, "")
    assert "clanstats harvest wom" in done.err
    assert not (tmp_path / "clan.db").exists()

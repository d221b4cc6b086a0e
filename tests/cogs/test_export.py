"""Do officers get the clan as a file, with the numbers that the commands answer with?"""

import argparse
import csv
import importlib
import json
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import simcord
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from clanstats.db.models import (
    AbsenceRow,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
)
from clanstats.decisions.cases import CaseKind, add_case, void_case
from clanstats.drawing import Drawing
from clanstats.metrics import catalogue
from clanstats.numbers import compact
from clanstats.privacy import hiding
from clanstats.privacy.person import Scope
from tests.cogs.stage import ALICE_ID, ago, counted_statements
from tests.factories import NOW, add_member, add_name, add_rank_change

SHEETS = ("Roster", "Gains", "Activity", "Decisions")
# The boards that hold the same numbers as a column of the roster.
BOARDS = {
    "xp_30d": ("overall", "30d"),
    "xp_total": ("overall", "all"),
    "ehb": ("ehb", "all"),
    "messages_30d": ("messages", "30d"),
    "voice_30d": ("voice", "30d"),
}
SEVERAL = ("Zezima", "Player 02", "Player 40", "Twin A", "Idle", "Never Seen", "Stale", "Low")


@pytest.fixture
def drawing():
    """Files are written where pictures are drawn."""
    return Drawing("inline")


@pytest.fixture
def ask(discord_server):
    async def asked(what="roster", *, by=None, **options):
        reply = await discord_server.slash(
            "export", by=by or discord_server.carol, what=what, **options
        )
        told = reply.followups[-1] if reply.followups else reply.response
        (attachment,) = told.attachments
        return told, attachment.filename, await attachment.read()

    return asked


def sheet(content, title="Roster"):
    """Each row of a sheet by its name, each cell by its column's title."""
    head, *rows = load_workbook(BytesIO(content))[title].values
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    return {line["Name"]: line for line in lines}


async def player(services, name):
    async with services.read() as session:
        return await session.scalar(select(PlayerRow.id).where(PlayerRow.name == name))


@pytest.fixture
def terminal(monkeypatch):
    """An action of the command line; its console is as wide for good as it is when first loaded."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda module, action: getattr(importlib.import_module(f"bot.{module}"), action)


async def board(leaderboard, settings, capsys, metric, period):
    """By name what `clanstats show leaderboard --json` says."""
    options = {"since": None, "until": None, "rank": None, "policy": "as_of", "json": True}
    capsys.readouterr()
    await leaderboard(
        settings,
        argparse.Namespace(metric=metric, period=period, as_of=NOW.isoformat(), **options),
    )
    rows = json.loads(capsys.readouterr().out)["rows"]
    return {row["name"]: (row["value"], row["unknown"]) for row in rows}


async def exported(export, settings, tmp_path, form):
    """What `clanstats export` writes."""
    file = tmp_path / f"roster.{form}"
    asked = {"what": "roster", "format": form, "out": file, "period": "30d"}
    await export(settings, argparse.Namespace(as_of=NOW.isoformat(), **asked))
    return file.read_bytes()


def of_csv(content):
    lines = csv.DictReader(StringIO(content.decode("utf-8-sig")))
    return {line["name"]: line for line in lines}


def reasons(line):
    return dict(one.split(": ") for one in line["unknown"].split("; ") if one)


@pytest.fixture
async def files(terminal, settings, tmp_path):
    """What `clanstats export` writes, by format."""
    export = terminal("export", "export")
    forms = ("xlsx", "csv", "json")
    return {form: await exported(export, settings, tmp_path, form) for form in forms}


@pytest.fixture
def shown(terminal, settings, capsys):
    """What `clanstats show leaderboard --json` says."""
    leaderboard = terminal("show", "leaderboard")
    return lambda metric, period: board(leaderboard, settings, capsys, metric, period)


async def test_every_surface_has_the_same_numbers(ask, discord_server, files, shown):
    _, _, content = await ask()
    book, again = sheet(content), sheet(files["xlsx"])
    lines = of_csv(files["csv"])
    document = json.loads(files["json"])["sheets"]["roster"]
    titles = {column["key"]: column["title"] for column in document["columns"]}
    rows = {row["name"]: row for row in document["rows"]}

    assert again == book
    compared = 0
    for key, (metric, period) in BOARDS.items():
        known = await shown(metric, period)
        reply = await discord_server.slash("leaderboard", metric=metric, period=period)
        for name in SEVERAL:
            value, reason = known[name]
            in_excel = book[name][titles[key]]
            assert in_excel == ("unknown" if value is None else value), (key, name)
            assert rows[name][key] == value
            assert rows[name].get("unknown", {}).get(key) == reason
            assert (float(lines[name][key]) if lines[name][key] else None) == value
            assert reasons(lines[name]).get(key) == reason
            table = reply.response.embeds[0].description
            if value and f" {name} " in table:
                (line,) = (one for one in table.splitlines() if f" {name} " in one)
                assert compact(value) in line
                compared += 1
    assert compared > len(BOARDS)


async def test_boss_kills_and_last_signs_are_those_of_stats(ask, discord_server):
    _, _, content = await ask()
    stats = (await discord_server.slash("stats", player="Zezima")).response.embeds[0]

    line = sheet(content)["Zezima"]
    fields = {field.name: field.value for field in stats.fields}
    assert fields["Bosses · 30d"].startswith(f"**{line['Boss kills 30 d']}**")
    assert line["Boss kills 30 d"] == 96 + 64 + 50
    assert fields["EHP / EHB · 30d"] == "+12.3 h / +4.1 h"
    assert (line["EHP"], line["EHB"]) == (112.3, 9.1)
    gained = sheet((await ask("gains"))[2], "Gains")["Zezima"]
    assert (gained["EHP"], gained["EHB"]) == (12.3, 4.1)
    assert gained["Boss kills"] == line["Boss kills 30 d"]
    assert (gained["Zulrah"], gained["Vorkath"], gained["Yama"]) == (96, 64, "unknown")
    talk = sheet((await ask("activity"))[2], "Activity")["Zezima"]
    assert fields["Messages · 30d"].startswith(f"**{talk['Messages']}**")
    assert f"{talk['Active days']} active days" in fields["Messages · 30d"]
    assert fields["Voice · 30d"].startswith(f"**{talk['Voice hours']} h**")


async def test_unknown_is_a_word_with_its_reason_and_zero_a_number(ask):
    roster = sheet((await ask())[2])

    assert roster["Idle"]["XP 30 d"] == 0
    assert roster["Never Seen"]["XP 30 d"] == "unknown"
    assert "never tracked: XP 7 d, XP 30 d" in roster["Never Seen"]["Why unknown"]
    assert "no Discord account linked: Messages 7 d" in roster["Idle"]["Why unknown"]
    assert roster["Zezima"]["XP 365 d"] == 111_400_000
    assert "XP 365 d" in roster["Zezima"]["Counted from"]


async def test_answer_is_for_whoever_asked_and_names_the_file(ask, discord_server):
    told, name, _ = await ask()

    assert discord_server.acknowledgements() == [(5, True)]
    assert told.ephemeral
    assert name == "roster-2026-11-23.xlsx"
    assert told.content == "**Stub & Co**, last 30 days: roster 48."


async def test_member_gets_nothing(ask, discord_server):
    with pytest.raises(simcord.SetupError, match="default-member-permissions"):
        await ask(by=discord_server.bob)


def undocumented(sheets):
    """Columns that docs/json.md doesn't name; a metric has Wise Old Man's name."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    assert list(sheets) == [one.lower() for one in SHEETS]
    keys = [column["key"] for made in sheets.values() for column in made["columns"]]
    assert len(keys) > 90
    return [key for key in keys if key not in catalogue() and f"`{key}`" not in page]


@pytest.mark.parametrize(
    ("what", "form", "name"),
    [
        pytest.param("roster", "csv", "roster-2026-11-23.csv", id="a sheet"),
        pytest.param("all", "csv", "clan-2026-11-23.zip", id="all sheets"),
        pytest.param("all", "json", "clan-2026-11-23.json", id="JSON"),
    ],
)
async def test_other_formats_have_the_same_sheets(ask, what, form, name):
    _, file, content = await ask(what, format=form)

    assert file == name
    if form == "json":
        assert undocumented(json.loads(content)["sheets"]) == []
    elif what == "all":
        with ZipFile(BytesIO(content)) as packed:
            assert packed.namelist() == [f"{one.lower()}.csv" for one in SHEETS]
            assert "Zezima" in of_csv(packed.read("gains.csv"))
    else:
        assert of_csv(content)["Zezima"]["linked"] == "yes"


async def test_workbook_has_a_sheet_each_and_says_what_it_is_about(ask):
    _, _, content = await ask("all", period="2026-11-01..2026-11-10")

    book = load_workbook(BytesIO(content))
    assert book.sheetnames == [*SHEETS, "About"]
    about = dict(row[:2] for row in book["About"].values)
    assert about["Clan"] == "Stub & Co"
    assert about["Period"] == "2026-11-01..2026-11-10"
    assert about["to"].isoformat() == "2026-11-11T00:00:00"  # London's midnight
    assert about["Clock"].startswith("Europe/London")


@pytest.mark.parametrize(
    ("scope", "in_roster"),
    [
        pytest.param(Scope.GAME, False, id="their numbers"),
        pytest.param(Scope.DISCORD, True, id="their talk"),
    ],
)
async def test_whoever_hides_is_left_out(ask, services, scope, in_roster):
    async with services.write() as session:
        await hiding.set_hidden(session, ALICE_ID, scope, wish=True, now=NOW)

    _, _, content = await ask("all")

    roster = sheet(content)
    assert ("Zezima" in roster, "Zezima" in sheet(content, "Gains")) == (in_roster, in_roster)
    assert "Zezima" not in sheet(content, "Activity")
    if in_roster:
        assert roster["Zezima"]["Messages 30 d"] == roster["Zezima"]["Last talk"] == "hidden"
        assert roster["Zezima"]["XP 30 d"] == 12_400_000
        assert roster["Zezima"]["Last seen"] == roster["Zezima"]["Last in game"]


async def test_talk_of_several_accounts_stands_in_one_line(ask, services):
    other = await player(services, "Player 03")
    async with services.write() as session:
        link = {"clan_id": 1, "discord_user_id": ALICE_ID, "since": ago(50), "main": False}
        await session.execute(insert(LinkRow).values(player_id=other, **link))

    _, _, content = await ask("all")

    roster, talk = sheet(content), sheet(content, "Activity")
    assert roster["Player 03"]["Messages 30 d"] == "with Zezima"
    assert roster["Player 03"]["Main account"] == "Zezima"
    assert "counted with Zezima: Messages 7 d" in roster["Player 03"]["Why unknown"]
    assert "Player 03" not in talk
    assert talk["Zezima"]["Accounts"] == 2


async def test_account_of_somebody_whose_line_is_hidden_has_no_talk(ask, services):
    """Who opts out on Wise Old Man hides one account, and it may be the one with the talk."""
    other = await player(services, "Player 03")
    zezima = await player(services, "Zezima")
    async with services.write() as session:
        link = {"clan_id": 1, "discord_user_id": ALICE_ID, "since": ago(50), "main": False}
        await session.execute(insert(LinkRow).values(player_id=other, **link))
        await hiding.hide(session, kind=hiding.OPTED_OUT, subject_ids=[zezima], now=NOW)

    _, _, content = await ask("all")

    roster = sheet(content)
    assert "Zezima" not in roster
    assert roster["Player 03"]["Messages 30 d"] == "hidden"
    assert roster["Player 03"]["XP 30 d"] == 47_000_000
    assert {"Zezima", "Player 03"} & sheet(content, "Activity").keys() == set()


async def test_main_account_that_left_and_is_hidden_is_not_named(ask, services):
    other, zezima = [await player(services, name) for name in ("Player 03", "Zezima")]
    async with services.write() as session:
        link = {"clan_id": 1, "discord_user_id": ALICE_ID, "since": ago(50), "main": False}
        await session.execute(insert(LinkRow).values(player_id=other, **link))
        left = update(MembershipRow).where(MembershipRow.player_id == zezima)
        await session.execute(left.values(left_at=ago(1)))
        await hiding.hide(session, kind=hiding.OPTED_OUT, subject_ids=[zezima], now=NOW)

    _, _, content = await ask("all")

    assert sheet(content)["Player 03"]["Main account"] == "hidden"


async def test_past_day_shows_the_clan_as_it_was(ask, services):
    """Membership, ranks, links, names, absences and cases; nothing that came later."""
    zezima = await player(services, "Zezima")
    async with services.write() as session:
        await add_rank_change(session, zezima, "ruby", previous="sapphire", at=ago(10))
        later = {"clan_id": 1, "player_id": zezima, "since": ago(5), "until": NOW + timedelta(9)}
        await session.execute(insert(AbsenceRow).values(set_by=ALICE_ID, **later))
        await add_case(
            session, 1, player_id=zezima, kind=CaseKind.FLAG, reason="Why", by=1, now=ago(8)
        )
        case = await add_case(
            session, 1, player_id=zezima, kind=CaseKind.WARN, reason="Why", by=1, now=ago(60)
        )
        await void_case(session, 1, case.case_id, by=1, now=ago(8))
        newcomer = await add_member(session, "Newcomer", rank="sapphire", joined_at=ago(9))
        await session.execute(
            update(PlayerNameRow)
            .values(until=ago(15), since=ago(900))
            .where(PlayerNameRow.player_id == zezima, PlayerNameRow.name == "Zezima")
        )
        await add_name(session, zezima, "Zed", since=ago(15))
        assert newcomer

    now, then = sheet((await ask())[2]), sheet((await ask(as_of="2026-11-03"))[2])

    assert {"Newcomer", "Zed"} <= now.keys()
    assert {"Gone Girl", "Zezima"} & now.keys() == set()
    assert now["Zed"]["Rank"] == "Ruby"
    assert now["Zed"]["Flags"] == "flag ×1"
    assert now["Zed"]["Away until"] is not None
    assert {"Gone Girl", "Zezima"} <= then.keys()
    assert "Newcomer" not in then
    assert then["Zezima"]["Rank"] == "Sapphire"
    assert then["Zezima"]["Flags"] == "warn ×1"
    assert then["Zezima"]["Away until"] is None
    assert then["Zezima"]["XP total"] == 100_000_000
    assert then["Zezima"]["Messages total"] == 2


async def test_day_before_anybody_was_there_is_said(ask, discord_server):
    reply = await discord_server.slash(
        "export", by=discord_server.carol, what="roster", as_of="2015-01-01"
    )

    told = reply.followups[-1] if reply.followups else reply.response
    assert "Nobody was in Stub & Co" in str(told.content) + str(told.embeds)


async def test_roster_asks_as_often_for_a_large_clan(services, ask):
    with counted_statements(services) as few:
        await ask()
    async with services.write() as session:
        for number in range(30):
            await add_member(session, f"More {number}")
    with counted_statements(services) as many:
        _, _, content = await ask()

    assert len(sheet(content)) == 78
    assert len(many) == len(few) <= 45

"""Are the predecessor's lists the same on every surface, and what a person works out by hand?"""

import asyncio
import json
from datetime import timedelta

import pytest

from clanstats.analytics.members import clans
from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.decisions.queue import queue
from clanstats.decisions.quiet import quiet
from clanstats.decisions.running import run
from clanstats.inactivity import Section
from clanstats.rules.packs import pack
from clanstats.schedules import remember
from clanstats.services import open_services
from clanstats.settings import Settings
from tests.clanstats.rules.test_packs import of_the_predecessor
from tests.factories import NOW, add_clan, add_member, observe
from tests.talking import add_author, add_channel, link, say

DAY = timedelta(days=1)
# Worked out in tests/clanstats/rules/test_packs.py.
DUE = {"high-velocity": ["Pro"], "social-pillar": ["Zam"], "carry-potential": ["Pro"]}
FLAGS = {
    "officer-slacking": ["Adm"],
    "officer-awol": ["Ony"],
    "leadership-slump": ["Own"],
    "churn-risk": ["Chu", "Chw"],
    "silent-recruit": ["Pro", "Prq"],
}
PURGE = ["Gho", "Ghq"]


async def fill(services):
    """The twenty members of the worked example, as they would have been harvested."""
    async with services.write() as session:
        await add_clan(session, wom_group_id=139)
        await remember(session, WATCHED_SINCE.format(clan_id=1), "2020-01-01T00:00:00+00:00")
        channel = await add_channel(session)
        for number, (name, said) in enumerate(of_the_predecessor().items(), start=1):
            player = await add_member(
                session,
                name,
                rank=said.get("rank", "member"),
                joined_at=NOW - timedelta(days=said.get("tenure.days", 400), hours=1),
                updated_at=NOW,
            )
            await link(session, number, [player])
            month, week = said.get("xp.30d", 0), said.get("xp.7d", 0)
            month = max(month, week)
            raids, kills = said.get("kc.raids", 0), said.get("kc.7d", 0)
            for ago, xp, killed in ((40, 0, 0), (8, month - week, 0), (0.1, month, kills)):
                values = {"overall": 10_000_000 + xp, "zulrah": 50 + killed}
                if raids:
                    values["chambers_of_xeric"] = raids
                await observe(session, player, NOW - ago * DAY, values)
            author = await add_author(session, player)
            lately, all_of_it = said.get("messages.7d", 0), said.get("messages.30d", 0)
            times = [NOW - DAY * (1 + n / 1000) for n in range(lately)]
            times += [NOW - DAY * (10 + n / 1000) for n in range(all_of_it - lately)]
            if times:
                await say(session, author, channel, *times)


@pytest.fixture
def town(tmp_path, migrated):
    """A database with them, and the pack as its rules."""
    file = tmp_path / "clan.db"
    file.write_bytes(migrated.read_bytes())
    ranks = tmp_path / "data" / "ranks.toml"
    ranks.parent.mkdir()
    ranks.write_text(pack("predecessor"))
    settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", ranks_file=ranks)

    def asked(question):
        async def answer():
            async with open_services(settings, clock=lambda: NOW) as services:
                return await question(services)

        return asyncio.run(answer())

    asked(fill)
    return asked


def by_rule(proposals):
    lists = {}
    for one in proposals:
        lists.setdefault(one.rule_id, []).append(one.member.name)
    return lists


async def of_command(services):
    """What `/promotions` and `/inactive` show."""
    async with services.read() as session:
        (clan,) = await clans(session)
        due = (await queue(services, session, clan)).due
        found = await quiet(services, session, clan)
    return by_rule(due), [row.known.member.name for row in found.of(Section.TO_NOTIFY)]


async def of_job(services):
    """What the run after a harvest tells officers."""
    async with services.read() as session:
        (clan,) = await clans(session)
    return by_rule((await run(services, clan)).alerts)


def test_command_job_and_command_line_list_what_is_worked_out_by_hand(town, cli):
    due, inactive = town(of_command)
    at = NOW.isoformat()
    promotions = json.loads(cli("show", "promotions", "--as-of", at, "--json").out)
    quiet_ones = json.loads(cli("show", "inactive", "--as-of", at, "--json").out)

    assert due == DUE
    assert sorted(inactive) == PURGE
    assert town(of_job) == FLAGS
    listed = {}
    for one in (*promotions["due"], *promotions["flags"]):
        listed.setdefault(one["rule"], []).append(one["name"])
    assert listed == DUE | FLAGS | {"purge": PURGE}
    rows = [one["name"] for one in quiet_ones["rows"] if one["section"] == "to notify"]
    assert sorted(rows) == PURGE


def test_pack_is_written_once_and_checked(cli, tmp_path):
    made = cli("rules", "init", "social")
    again = cli("rules", "init", "social")
    right = cli("rules", "check")
    (tmp_path / "data" / "ranks.toml").write_text("schema = 1\nfo = 2")
    wrong = cli("rules", "check")
    unknown = cli("rules", "init", "socal")

    assert (made.code, again.code, right.code, wrong.code, unknown.code) == (0, 1, 0, 1, 1)
    assert "is there already" in again.err
    assert "is right: 1 ladders, 3 rules" in right.out
    assert "line 2: The file has no fo." in wrong.err
    assert "Did you mean social?" in unknown.err


@pytest.mark.parametrize("name", ["nope.toml", "", "/"])
def test_rules_that_are_not_where_somebody_says_are_not_there(cli, tmp_path, name):
    done = cli("rules", "check", tmp_path / name)

    assert (done.code, done.err) == (1, f"There is no file {tmp_path / name}.\n")


def test_lists_for_people_say_why(town, cli):
    at = NOW.isoformat()

    promotions = cli("show", "promotions", "--as-of", at)
    inactive = cli("show", "inactive", "--as-of", at, "--days", "20", "--signal", "game")

    assert "high-velocity" in promotions.out
    assert "checked by rules" in promotions.out
    assert "ask whether" in " ".join(inactive.out.split())

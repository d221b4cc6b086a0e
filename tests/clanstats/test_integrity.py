"""Is what contradicts itself found, named by its rows, and put right by the repair of that name?"""
# ruff: noqa: S608 — statements of our own, to break what is sound

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import insert

from clanstats.chat import AuthorKind, SeenChannel, Writer, snowflake
from clanstats.db.authors import FORGOTTEN, author_ids
from clanstats.db.channels import note_channels
from clanstats.db.coverage import extend
from clanstats.db.engine import database_file
from clanstats.db.integrity import checks, violations
from clanstats.db.models import HiddenRow
from clanstats.harvest.attribution import attribute
from clanstats.people.absences import set_absence
from clanstats.people.links import LinkMethod, add_link
from clanstats.repairs import REPAIRS, repair
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.timestamps import epoch_ms
from tests.conftest import NOBODY
from tests.factories import NOW, add_clan, add_member, add_name
from tests.talking import be_in_voice, say

DAY = timedelta(days=1)
ANN, BOB = 7, 8
GENERAL, OTHER = snowflake(NOW - 90 * DAY), snowflake(NOW - 80 * DAY)
SOME_ID = snowflake(NOW - 10 * DAY)


def ago(days):
    return NOW - days * DAY


def ms(days):
    return epoch_ms(ago(days))


def channel(discord_channel_id):
    return SeenChannel(discord_channel_id, "text", "x", readable=True)


async def fill(services):
    """Two clans; in the first two players, one with a former name, who talk."""
    async with services.write() as session:
        await add_clan(session, ranks=("owner", "ruby", "member"))
        await add_clan(session, "Others", wom_group_id=2)
        for name in ("Ann", "Bob"):
            await add_member(session, name, clan_id=1, d2026_01_01=5, d2026_02_01=6, d2026_03_01=6)
        await add_name(session, 1, "Anne", since=ago(9000), until=ago(8000))
        await add_member(session, "Gone", clan_id=1, joined_at=ago(50), left_at=ago(40))
        for user_id, player_id in ((ANN, 1), (ANN, 2)):
            await add_link(
                session,
                1,
                user_id=user_id,
                player_id=player_id,
                now=ago(20),
                method=LinkMethod.OFFICER,
            )
        ids = await note_channels(session, 1, [channel(GENERAL), channel(OTHER)], ago(90))
        await note_channels(session, 2, [channel(OTHER + 1)], ago(90))
        await extend(session, ids[GENERAL], 0, snowflake(ago(1)))
        await extend(session, ids[OTHER], SOME_ID, snowflake(ago(1)))
        writers = [Writer(AuthorKind.USER, ANN), Writer(AuthorKind.RELAY, name="bob")]
        authors = await author_ids(session, 1, writers)
        for author_id in authors.ids.values():
            await say(session, author_id, 1, *(ago(days) for days in range(1, 80, 9)))
            await be_in_voice(session, author_id, 2, ago(5), ago(4))
        nobody = (await author_ids(session, 1, [FORGOTTEN])).ids[FORGOTTEN]
        for days in (9, 8.5):  # two people, who were there at one time
            await be_in_voice(session, nobody, 2, ago(days), ago(8))
        await attribute(session, 1)
        await set_absence(
            session, 1, player_id=1, now=ago(3), until=ago(-3), reason=None, set_by=ANN
        )
        await session.execute(insert(HiddenRow).values(kind="player", subject_id=1, since=NOW))


@pytest.fixture(scope="module")
def sound(migrated, tmp_path_factory):
    """Written once, copied for each test."""
    file = tmp_path_factory.mktemp("sound") / "clan.db"
    shutil.copyfile(migrated, file)

    async def write():
        settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", wom_base_url=NOBODY)
        async with open_services(settings, clock=lambda: NOW) as services:
            await fill(services)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(write())
    return file


@pytest.fixture
def settings(settings, sound):
    shutil.copyfile(sound, database_file(settings.database_url))
    return settings


def wreck(services, *statements):
    """What no part of ClanStats would do."""
    file = database_file(services.settings.database_url)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            connection.execute(statement)


async def found(services, names=None):
    async with services.read() as session:
        return await violations(session, now=NOW, names=names)


async def mended(services, name):
    async with services.write() as session:
        return await repair(session, name, now=NOW)


def rows(services, statement):
    with closing(sqlite3.connect(database_file(services.settings.database_url))) as connection:
        return connection.execute(statement).fetchall()


COUNTS = "message-counts"  # which are counted anew whatever they are
FIRST_MESSAGE = "SELECT id FROM messages WHERE author_id = 99 ORDER BY id LIMIT 1"
VALUE = "INSERT INTO metric_values VALUES (1, 1, {}, {})"
AUDIT = "INSERT INTO audit (clan_id, at, detail, id, action, subject_id) VALUES (1, 5, '', {})"
DECISION = (
    "INSERT INTO decisions (clan_id, player_id, rule_id, change, to_rank, rules_hash, as_of,"
    " evidence, decided_at, id, state, done_at)"
    " VALUES (1, 1, 'a', 'promote', 'ruby', '', 5, '', 7, {})"
)
LINK = "INSERT INTO links (clan_id, discord_user_id, player_id, since, until) VALUES ({})"
WRECKED = {
    "references": (
        "UPDATE memberships SET player_id = 99 WHERE player_id = 3",
        "UPDATE players SET merged_into_id = 99 WHERE id = 3",
        "INSERT INTO game_events VALUES (5, 0, NULL, 'drop', NULL, NULL)",
    ),
    "hidden": ("UPDATE hidden SET subject_id = 99",),
    "memberships": (
        f"INSERT INTO memberships VALUES (9, 1, 3, {ms(45)}, {ms(30)}, 'ruby')",
        f"INSERT INTO memberships VALUES (10, 1, 3, {ms(35)}, NULL, 'owner')",
        "UPDATE memberships SET left_at = joined_at - 1 WHERE player_id = 2",
    ),
    "links": (
        f"UPDATE links SET until = {ms(2)} WHERE player_id = 1",
        LINK.format(f"1, {BOB}, 1, {ms(9)}, NULL"),
        "UPDATE links SET main = (discord_user_id = 8 OR player_id = 2)",
    ),
    "names": (
        f"INSERT INTO player_names VALUES (1, 'Annie', {ms(8500)}, {ms(8400)}, 'annie')",
        "UPDATE player_names SET until = since - 1 WHERE name = 'Anne'",
    ),
    "attributions": (
        f"INSERT INTO attributions VALUES (1, {SOME_ID}, {SOME_ID + 5}, 2)",
        "INSERT INTO attributions VALUES (2, 5, 4, 2)",
    ),
    "coverage": (
        f"INSERT INTO coverage VALUES (2, {SOME_ID - 9}, {SOME_ID - 1})",
        "INSERT INTO coverage VALUES (2, 5, 9)",
        f"UPDATE coverage SET until_id = {snowflake(ago(-9))} WHERE channel_id = 1",
    ),
    "voice": (
        f"INSERT INTO voice_sessions VALUES (9, 1, 1, {ms(4.5)}, NULL)",
        f"INSERT INTO voice_sessions VALUES (10, 2, 1, {ms(2)}, {ms(3)})",
    ),
    "terms": (
        "UPDATE absences SET until = since - 1",
        f"INSERT INTO notices VALUES (1, 1, 1, {ANN}, {ms(1)}, {ms(2)}, NULL, NULL, NULL)",
    ),
    "audit": (AUDIT.format("1, 'case.added', 99"), AUDIT.format("2, 'else', 99")),
    "decisions": (
        DECISION.format("1, 'approved', NULL"),
        DECISION.format("2, 'open', NULL"),
        DECISION.format("3, 'held', 9"),
        DECISION.format("4, 'done', NULL"),
    ),
    "merged": (
        "UPDATE players SET merged_into_id = 3 WHERE id = 2",
        "UPDATE players SET merged_into_id = 1 WHERE id = 3",
        "UPDATE players SET merged_into_id = 1 WHERE id = 1",
    ),
    "present-name": (
        f"INSERT INTO player_names VALUES (1, 'Other', {ms(4)}, NULL, 'other')",
        "UPDATE player_names SET name = 'Bobby', standard_name = 'bobby' WHERE player_id = 2",
        "DELETE FROM player_names WHERE player_id = 3",
    ),
    "main-link": ("UPDATE links SET main = true",),
    "rank-order": ("UPDATE rank_orders SET position = 2 WHERE rank = 'ruby'",),
    "unobserved-values": (VALUE.format(5, 9), "DELETE FROM snapshots WHERE player_id = 2"),
    "unchanged-values": (
        f"INSERT INTO snapshots VALUES (1, {ms(1)})",
        VALUE.format(ms(1), 6),
        f"INSERT INTO metric_values VALUES (1, 2, {ms(1)}, NULL)",
    ),
    "negative-values": ("UPDATE metric_values SET value = -1 WHERE player_id = 1",),
    "future": (
        f"INSERT INTO snapshots VALUES (1, {ms(-2)})",
        VALUE.format(ms(-2), 9),
        f"INSERT INTO messages VALUES ({snowflake(ago(-2))}, 1, 1, 5, 0)",
    ),
    "authors": (
        "UPDATE messages SET channel_id = 3 WHERE author_id = 2",
        "UPDATE voice_sessions SET channel_id = 3 WHERE author_id = 1",
    ),
    "message-counts": (
        "UPDATE message_counts SET count = count + 1 WHERE author_id = 1",
        "DELETE FROM message_counts WHERE author_id = 2",
    ),
}


async def test_nothing_is_wrong_with_what_clanstats_writes(services):
    assert await found(services) == ()


async def test_every_check_has_a_repair_of_its_name():
    assert {check.name for check in checks()} == set(REPAIRS) == set(WRECKED)


@pytest.mark.parametrize("name", WRECKED)
async def test_what_is_wrong_is_found_and_its_repair_leaves_nothing_wrong(services, name):
    wreck(services, *WRECKED[name])
    before = await found(services)

    await mended(services, name)

    assert name in {one.check for one in before}
    assert all(one.count >= len(one.rows) > 0 for one in before)
    assert await found(services) == ()


async def test_repair_of_what_is_right_changes_nothing(services):
    assert {name: await mended(services, name) for name in REPAIRS if name != COUNTS} == {
        name: 0 for name in REPAIRS if name != COUNTS
    }


async def test_violation_names_its_first_rows_and_counts_all(services):
    wreck(services, "UPDATE messages SET author_id = 99 WHERE author_id = 1")

    counts, violation = await found(services, ["references"])

    assert counts.table == "message_counts"
    assert (violation.table, violation.count, len(violation.rows)) == ("messages", 9, 5)
    assert violation.rows[0] == f"id {rows(services, FIRST_MESSAGE)[0][0]}, author_id 99"
    assert violation.wrong == "author_id is nobody's in authors"


@pytest.mark.parametrize(
    ("name", "statement", "left"),
    [
        pytest.param(
            "memberships",
            "SELECT joined_at, left_at, rank FROM memberships WHERE player_id = 3",
            [(ms(50), None, "owner")],
            id="stays become one, with the last rank",
        ),
        pytest.param(
            "links",
            "SELECT discord_user_id, until FROM links WHERE player_id = 1 ORDER BY since",
            [(ANN, ms(9)), (BOB, None)],
            id="the first user's link ends where the second one's begins",
        ),
        pytest.param(
            "voice",
            "SELECT started_at, ended_at FROM voice_sessions WHERE author_id = 1 ORDER BY 1",
            [(ms(5), ms(4.5)), (ms(4.5), None)],
            id="a session ends where the next one begins",
        ),
        pytest.param(
            "coverage",
            "SELECT since_id, until_id FROM coverage WHERE channel_id = 2",
            [(SOME_ID - 9, snowflake(ago(1)))],
            id="stretches that touch are one, and what lies before the channel goes",
        ),
        pytest.param(
            "present-name",
            "SELECT name, until IS NULL FROM player_names WHERE player_id = 2 ORDER BY since",
            [("Bobby", 0), ("Bob", 1)],
            id="what a player is called by is what they bear",
        ),
        pytest.param(
            "references",
            "SELECT merged_into_id FROM players WHERE id = 3",
            [(None,)],
            id="a pointer to nobody is cleared",
        ),
        pytest.param(
            "merged",
            "SELECT id, merged_into_id FROM players WHERE merged_into_id IS NOT NULL",
            [(2, 1), (3, 1)],
            id="chains are cut short, and a player is nobody's copy of themselves",
        ),
        pytest.param(
            "negative-values",
            "SELECT value FROM metric_values WHERE player_id = 1",
            [],
            id="what never was ranked has no row",
        ),
        pytest.param(
            "decisions",
            "SELECT id, state, done_at FROM decisions ORDER BY id",
            [(1, "undone", None), (2, "open", None), (3, "held", None), (4, "done", 7)],
            id="of two that stand the later one does, and what is done has a date",
        ),
        pytest.param(
            "authors",
            "SELECT DISTINCT authors.clan_id, name FROM messages JOIN authors"
            " ON authors.id = author_id WHERE channel_id = 3",
            [(2, "bob")],
            id="a name's lines are the same name's in the channel's clan",
        ),
    ],
)
async def test_repair_keeps_what_can_be_true(services, name, statement, left):
    wreck(services, *WRECKED[name])

    await mended(services, name)

    assert rows(services, statement) == left


async def test_repair_that_is_taken_back_changed_nothing(services):
    wreck(services, *WRECKED["links"])
    before = await found(services)

    async with services.writers() as session:
        await repair(session, "links", now=NOW)
        await session.rollback()

    assert await found(services) == before != ()

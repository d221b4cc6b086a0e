"""Is a deleted person gone, for good, and is everything else as it was?"""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace

from sqlalchemy import select, text, update

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import known_names
from clanstats.chat import snowflake
from clanstats.db.models import Base, PlayerRow
from clanstats.domain import Window
from clanstats.harvest.attribution import attribute
from clanstats.harvest.ingest import store_page
from clanstats.privacy.deletion import delete_player, delete_user, scrub_if_due
from clanstats.privacy.holdings import ABOUT_NOBODY
from clanstats.privacy.keeping_out import settle_names, split
from clanstats.privacy.person import Scope
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import relayed, said
from tests.clanstats.privacy.clan import HOUR, OTTO, RED, SAILOR, SAILOR_WOM_ID, SALLY, at
from tests.factories import NOW, add_member, add_name

SPELLINGS = ("Sea-Sailor", "sea sailor", "Sea_Sailor", "seasailor", "Sea-2924", "sea 2924")
MINE = (str(SALLY).encode(), SALLY.to_bytes(8, "big"), *(name.encode() for name in SPELLINGS))
# What is left of a deleted person is numbers that nobody's name is on.
NUMBERS = {"players", "memberships", "rank_changes", "snapshots", "metric_values"}


def traces(town):
    """What of Sally can be found in the bytes on the disk."""
    found = town.bytes()
    return [trace for trace in MINE if re.search(re.escape(trace), found, re.IGNORECASE)]


def totals(town):
    """How much was written, said in voice and told of the game, and what was gained."""
    return town.ask(
        "SELECT count(*), sum(length) FROM messages UNION ALL"
        " SELECT count(*), sum(coalesce(ended_at, (SELECT max(made_at) FROM links)) - started_at)"
        " FROM voice_sessions UNION ALL SELECT count(*), sum(value) FROM game_events UNION ALL"
        " SELECT count(*), sum(taken_at) FROM snapshots UNION ALL"
        " SELECT count(*), sum(value) FROM metric_values"
    )


async def board(services, as_of):
    async with services.read() as session:
        told = await leaderboard(
            session, 1, metric_name="overall", window=Window.last(7, now=as_of), as_of=as_of
        )
    return told.members, told.total


def test_her_traces_would_be_found():
    assert SALLY.bit_length() > 48  # so SQLite stores it in eight bytes


async def test_everything_that_is_held_of_people_is_there_to_be_deleted(town):
    filled = {
        table
        for table in Base.metadata.tables
        if town.ask(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 — our own tables
    }

    assert set(Base.metadata.tables) - ABOUT_NOBODY <= filled
    found = traces(town)
    assert {MINE[1], b"Sea-Sailor", b"sea sailor", b"Sea-2924", b"sea 2924"} <= set(found)


async def test_whoever_is_deleted_is_nowhere_even_after_all_was_read_again(town, services):
    before = totals(town), await board(services, NOW - HOUR)

    done = await delete_user(services, SALLY, Scope.ALL)
    gone = traces(town), totals(town)
    await town.read_everything(again=True)
    await town.in_voice(SALLY, 1, 0)

    assert done.scrubbed
    assert gone == ([], before[0])
    assert traces(town) == []
    assert totals(town) == before[0]
    assert await board(services, NOW - HOUR) == before[1]
    assert town.ask(f"SELECT 1 FROM players WHERE wom_id = {SAILOR_WOM_ID}") == []  # noqa: S608
    assert town.ask(f"SELECT 1 FROM clan_activity WHERE wom_id = {SAILOR_WOM_ID}") == []  # noqa: S608


def by_whom(town):
    """How many messages each kind of author, or name, has."""
    return dict(
        town.ask(
            "SELECT coalesce(name, kind), count(*) FROM messages"
            " JOIN authors ON authors.id = author_id GROUP BY 1"
        )
    )


async def test_only_discord_leaves_the_player_and_game_chat(town, services):
    before = by_whom(town)

    done = await delete_user(services, SALLY, Scope.DISCORD)

    assert done.messages == 129
    assert by_whom(town) == before | {"forgotten": 129, "user": before["user"] - 129}
    assert await town.player_id() is not None
    for table in ("links", "link_claims", "departures"):
        assert town.ask(f"SELECT 1 FROM {table} WHERE discord_user_id = {SALLY}") == []  # noqa: S608
    assert town.ask("SELECT reason FROM absences") == [(None,)]
    assert town.ask("SELECT kind FROM hidden") == [("player",)]
    assert town.ask("SELECT word FROM word_counts WHERE word = 'sardine'") == []


async def test_only_game_leaves_what_the_account_wrote(town, services):
    before = by_whom(town)

    done = await delete_user(services, SALLY, Scope.GAME)

    assert done.players == ("Sea-Sailor",)
    assert by_whom(town) == {
        name: count for name, count in before.items() if name not in {SAILOR, "sea 2924"}
    } | {"forgotten": 61}
    assert town.ask("SELECT kind FROM hidden") == [("user",)]
    assert town.ask("SELECT count(*) FROM links") == [(1,)]


async def test_a_player_can_be_deleted_without_whoever_plays_it(town, services):
    await delete_player(services, await town.player_id())

    assert by_whom(town)["user"] == 129 + 39
    assert await town.player_id() is None


async def test_nobody_is_deleted_when_nothing_is_known(town, services):
    before = by_whom(town)

    await delete_user(services, 5, Scope.ALL)

    assert by_whom(town) == before


async def test_what_others_wrote_stays_theirs(town, services):
    await delete_user(services, SALLY, Scope.ALL)

    assert by_whom(town)[RED] == 19
    assert by_whom(town)["user"] == 39
    assert town.ask("SELECT made_by, main FROM links") == [(None, 0)]
    assert town.ask("SELECT word, sum(count) FROM word_counts") == [("spade", 19)]


async def test_voice_of_several_who_began_at_once_adds_up(town, services):
    before = totals(town)

    await delete_user(services, SALLY, Scope.DISCORD)
    await delete_user(services, OTTO, Scope.DISCORD)

    assert totals(town) == before
    assert town.ask("SELECT count(DISTINCT author_id) FROM voice_sessions") == [(1,)]


async def test_of_a_name_that_others_bore_only_their_own_time_goes(town, services):
    red = await town.player_id(RED)
    async with services.write() as session:
        await add_name(
            session, red, "Sea-2924", since=NOW - 300 * 24 * HOUR, until=NOW - 200 * 24 * HOUR
        )
        await store_page(
            session, 1, 2, [said(at(24 * 250), relayed("sea 2924"))], tombstones=Tombstones()
        )
        await attribute(session, 1)

    await delete_user(services, SALLY, Scope.GAME)

    assert by_whom(town)["sea 2924"] == 1


async def store(services, *messages):
    async with services.write() as session:
        await store_page(session, 1, 2, messages, tombstones=await Tombstones.load(session))


async def settle(services, gone=()):
    async with services.write() as session:
        await settle_names(session, await Tombstones.load(session), gone, NOW)


async def test_whoever_bears_a_forgotten_name_later_is_heard_from_then_on(town, services):
    await delete_user(services, SALLY, Scope.ALL)
    async with services.write() as session:
        red = await session.scalar(select(PlayerRow.id).where(PlayerRow.standard_name == RED))
        await session.execute(
            update(PlayerRow)
            .where(PlayerRow.id == red)
            .values(standard_name=SAILOR, name="Sea Sailor")
        )
    before = snowflake(NOW) - 9, snowflake(NOW) + 9
    await store(services, said(before[0], relayed(SAILOR)))

    await settle(services)
    await store(services, *(said(one + 1, relayed(SAILOR)) for one in before))

    assert by_whom(town)[SAILOR] == 1


async def test_a_forgotten_player_is_not_heard_under_a_new_name_either(town, services, wom, world):
    await delete_user(services, SALLY, Scope.ALL)
    await store(services, said(at(0) + 5, relayed("land lubber")))
    group = await wom.group(world.group.group_id)
    async with services.read() as session:
        tombstones = await Tombstones.load(session)
    known, gone = split(group, tombstones)
    renamed = [as_called(one, "land lubber") for one in gone]

    await settle(services, renamed)
    await store(services, said(at(0) + 6, relayed("land lubber")))

    assert [one.player.wom_id for one in gone] == [SAILOR_WOM_ID]
    assert len(known.memberships) == len(group.memberships) - 1
    assert "land lubber" not in by_whom(town)


async def test_a_stand_in_for_a_forgotten_player_goes_once_it_is_known_as_one(
    town, services, wom, world
):
    await delete_user(services, SALLY, Scope.ALL)
    group = await wom.group(world.group.group_id)
    async with services.write() as session:
        _, gone = split(group, await Tombstones.load(session))
        ids = [
            await add_member(
                session, "Land Lubber", clan_id=1, joined_at=at_, left_at=NOW, wom_id=n
            )
            for n, at_ in ((7, gone[0].joined_at), (8, gone[0].joined_at - HOUR))
        ]

    await settle(services, [as_called(one, "land lubber") for one in gone])

    assert town.ask("SELECT id, wom_id FROM players WHERE name LIKE 'Land%'") == [(ids[1], 8)]
    async with services.read() as session:
        assert (await Tombstones.load(session)).has_wom(7)


def as_called(membership, name):
    return replace(membership, player=replace(membership.player, username=name))


async def test_who_comes_back_is_known_from_then_on(town, services):
    await delete_user(services, SALLY, Scope.DISCORD)
    async with services.write() as session:
        tombstones = await Tombstones.load(session)
        assert await tombstones.remove(session, users=[SALLY])
        assert not await tombstones.remove(session, users=[OTTO])

    await store(services, said(at(0) + 5, SALLY))

    assert by_whom(town)["user"] == 39 + 1


async def test_nameless_players_are_offered_to_nobody(town, services):
    await delete_user(services, SALLY, Scope.ALL)

    async with services.read() as session:
        names = await known_names(session, 1)

    assert {known.name for known in names} >= {"Red_Spade"}
    assert not [known for known in names if known.name.startswith("deleted")]


async def test_file_that_is_in_use_is_scrubbed_later(town, services):
    async with services.write() as session:
        await session.execute(text("PRAGMA busy_timeout=1"))
    with closing(sqlite3.connect(town.file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchall()
        done = await delete_user(services, SALLY, Scope.ALL)
    kept = traces(town)

    assert not done.scrubbed
    assert kept
    assert await scrub_if_due(services)
    assert traces(town) == []
    assert await scrub_if_due(services)

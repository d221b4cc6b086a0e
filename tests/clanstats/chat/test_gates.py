"""Does what is done for each page cost the same with ten times the messages?"""

import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import pytest

from clanstats.chat import snowflake
from clanstats.db.coverage import extend, extend_live
from clanstats.db.engine import database_file
from clanstats.db.messages import delete_messages, messages_between
from clanstats.harvest.attribution import attribute
from clanstats.harvest.ingest import edit_message, store_page
from clanstats.harvest.status import share_attributed, status
from clanstats.harvest.voice import note_everybody, note_voice
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import relayed, said, user
from tests.factories import NOW, add_member

WHO = [user(number) for number in range(1, 6)] + [relayed(f"p{number}") for number in range(5)]
PAST = NOW - timedelta(days=100)


def page(first, *, until=PAST):
    """A hundred messages before `until`, from the n-th on."""
    top = snowflake(until)
    return [said(top - (first + n) * 4_000_000_000, WHO[n % len(WHO)]) for n in range(100)]


@asynccontextmanager
async def statements(session):
    """What SQLite runs meanwhile, with its values."""
    seen = []
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    await driver.set_trace_callback(seen.append)
    yield seen
    await driver.set_trace_callback(None)


async def _store(session, clan, channel):
    await store_page(session, clan, channel, page(0, until=NOW), tombstones=Tombstones())


async def _edit(session, clan, channel):
    seen = page(0)[3]
    assert await edit_message(session, clan, seen, tombstones=Tombstones())


async def _delete(session, clan, channel):
    assert await delete_messages(session, [each.message_id for each in page(0)[:5]]) == 5


async def _compare(session, clan, channel):
    ids = [each.message_id for each in page(0)]
    assert await messages_between(session, channel, min(ids), max(ids))


async def _cover(session, clan, channel):
    ids = [each.message_id for each in page(0)]
    await extend(session, channel, min(ids), max(ids))
    await extend_live(session, clan, since={channel: max(ids)}, until_id=snowflake(NOW))


async def _attribute(session, clan, channel):
    await attribute(session, clan)


async def _status(session, clan, channel):
    await status(session, clan)


async def _voice(session, clan, channel):
    await note_voice(session, clan, WHO[0], channel, NOW, tombstones=Tombstones())
    await note_everybody(session, clan, {}, last_beat=NOW, now=NOW, tombstones=Tombstones())


EACH_TIME = [_store, _edit, _delete, _compare, _cover, _attribute, _status, _voice]


async def fill(session, clan, channel, pages):
    for number in range(5):
        await add_member(session, f"p{number}", clan_id=clan)
    for number in range(pages):
        messages = page(number * 100)
        await store_page(session, clan, channel, messages, tombstones=Tombstones())


async def test_nothing_walks_all_messages(services, clan, channel):
    async with services.write() as session:
        await fill(session, clan, channel, 1)
        async with statements(session) as seen:
            for each in EACH_TIME:
                await each(session, clan, channel)
            await share_attributed(session, clan)
    plans = {}
    with closing(sqlite3.connect(database_file(services.settings.database_url))) as connection:
        for statement in seen:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}")
                plans[statement] = [row[3] for row in rows]

    assert any("FROM messages" in statement for statement in plans)
    large = ("messages", "voice_sessions", "game_events", "word_counts")
    walked = tuple(f"SCAN {table}" for table in large)
    assert {
        statement: plan
        for statement, plan in plans.items()
        if any(line.startswith(walked) for line in plan)
    } == {}


async def steps(session, act):
    """How many steps of the virtual machine it takes, to the nearest ten."""
    counted = 0

    def count():
        nonlocal counted
        counted += 1

    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    await driver.set_progress_handler(count, 10)
    await act()
    await driver.set_progress_handler(None, 10)
    return counted * 10


@pytest.mark.parametrize("each", EACH_TIME)
async def test_ten_times_the_messages_cost_no_more(services, clan, channel, each):
    async with services.write() as session:
        await fill(session, clan, channel, 1)
        savepoint = await session.begin_nested()
        short = await steps(session, lambda: each(session, clan, channel))
        await savepoint.rollback()
        for number in range(1, 10):
            await store_page(session, clan, channel, page(number * 100), tombstones=Tombstones())
        long = await steps(session, lambda: each(session, clan, channel))

    assert short > 0
    assert long <= 1.05 * short + 100


async def test_a_page_takes_few_statements(services, clan, channel):
    async with services.write() as session:
        await fill(session, clan, channel, 1)
        async with statements(session) as seen:
            tombstones = await Tombstones.load(session)
            await store_page(session, clan, channel, page(100), tombstones=tombstones)
            await extend(session, channel, 1, 2)
    once = {statement.split("(")[0] for statement in seen}

    assert len(once) <= 7

"""A statement crosses to SQLite's thread once, whatever comes of it."""

import asyncio
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from clanstats.db.asking import rows
from clanstats.db.bulk import insert_new
from clanstats.db.driver import Connection, connect
from clanstats.db.models import BotStateRow

KEYS = select(BotStateRow.key)


@pytest.fixture
async def crossings(services, monkeypatch):
    """What was done in the driver's threads since the connections were opened."""
    async with services.read() as session:
        await rows(session, KEYS)
    done = []
    queued = Connection._execute

    async def noted(connection, work, *arguments):
        done.append(work)
        return await queued(connection, work, *arguments)

    monkeypatch.setattr(Connection, "_execute", noted)
    return done


async def test_a_question_crosses_once_and_its_session_once_more(services, crossings):
    async with services.read() as session:
        await rows(session, KEYS)
        await rows(session, KEYS)

    assert len(crossings) == 3


async def test_a_session_that_asks_nothing_crosses_never(services, crossings):
    async with services.read() as session:
        await session.connection()

    assert crossings == []


async def test_a_statement_given_up_before_its_turn_leaves_no_transaction_open():
    connection = await connect(":memory:", isolation_level=None)
    held = threading.Event()
    before = asyncio.create_task(connection._execute(held.wait))
    await asyncio.sleep(0)
    connection.begin_with("BEGIN IMMEDIATE")
    given_up = asyncio.create_task(connection.execute_fetchall("SELECT 1"))
    await asyncio.sleep(0)

    given_up.cancel()
    ended = asyncio.create_task(connection.rollback())
    await asyncio.sleep(0)
    held.set()
    await asyncio.wait({before, ended})

    assert not connection.in_transaction
    await connection.close()


async def test_what_sqlite_refuses_is_sqlalchemys_error(services):
    async with services.read() as session:
        with pytest.raises(OperationalError, match="no such table"):
            await rows(session, text("SELECT * FROM nowhere"))
        assert await rows(session, KEYS) == []


async def test_what_goes_past_sqlalchemys_cursor_is_in_the_transaction_too(services):
    async with services.write() as session:
        await insert_new(session, BotStateRow.__table__, [("one", "1")])
        await session.rollback()

    async with services.read() as session:
        assert await rows(session, KEYS) == []

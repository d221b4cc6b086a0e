"""Is what happens on Discord written whole, in its order, and never lost by a database?"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from structlog.testing import capture_logs

from clanstats.chat import AuthorKind, SeenChannel, SeenMessage, Writer, snowflake
from clanstats.db.coverage import Stretch, extend, stretches_of_clan
from clanstats.db.models import (
    AuthorRow,
    ChannelRow,
    DepartureRow,
    MessageRow,
    VoiceSessionRow,
)
from clanstats.harvest import live as module
from clanstats.harvest.happenings import Left
from clanstats.harvest.live import SILENCE, Live
from tests.factories import NOW, add_clan

TALK, VOICE = 700, 800
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(module, "TRY_AGAIN", 0)


@pytest.fixture
async def live(services):
    async with services.write() as session:
        await add_clan(session)
    live = Live(services, 1)
    live.channel_seen(SeenChannel(TALK, "text", "general", readable=True))
    live.channel_seen(SeenChannel(VOICE, "voice", "raids", readable=True))
    yield live
    await live.close()


def said(number, *, by=5, length=3):
    return SeenMessage(snowflake(NOW) + number, Writer(AuthorKind.USER, by), length)


async def rows(services, *columns):
    async with services.read() as session:
        found = await session.execute(select(*columns).order_by(columns[0]))
        return [tuple(row) for row in found]


async def lengths(services):
    return [length for _, length in await rows(services, MessageRow.id, MessageRow.length)]


async def test_message_is_written_edited_and_deleted_in_that_order(live, services):
    live.written(TALK, said(1))
    live.deleted([said(2).message_id])
    live.edited(said(1, length=9))
    live.written(TALK, said(2))
    live.edited(said(1, length=10))

    await live.flush()

    assert await lengths(services) == [10]


async def test_writing_happens_by_itself_half_a_second_later(live, services, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    await live.flush()
    while live._timer is not None and not live._timer.done():
        await live._timer

    live.written(TALK, said(1))
    assert await lengths(services) == []
    await live._timer

    assert await lengths(services) == [3]


async def test_what_comes_in_while_something_is_written_does_not_wait_for_long(
    live, services, monkeypatch
):
    await live.flush()
    monkeypatch.setattr(module, "LONGEST_WAIT", 0)
    monkeypatch.setattr(module, "TRY_AGAIN", 3600)
    engine = services.writers.kw["bind"].sync_engine
    late = iter([said(2)])

    def speak(*_):
        for seen in late:
            live.written(TALK, seen)

    event.listen(engine, "begin", speak)
    live.written(TALK, said(1))
    await asyncio.wait_for(live._timer, 5)
    event.remove(engine, "begin", speak)

    assert await lengths(services) == [3, 3]


async def test_hundred_messages_do_not_wait(live, services, monkeypatch):
    await live.flush()
    monkeypatch.setattr(module, "LONGEST_WAIT", 3600)
    for number in range(100):
        live.written(TALK, said(number))
        await asyncio.sleep(0)

    await asyncio.wait_for(live._timer, 5)

    assert len(await lengths(services)) == 100


async def test_database_that_cannot_be_written_loses_nothing(live, services):
    engine = services.writers.kw["bind"].sync_engine
    refusals = iter([True, True, False])

    def refuse(*_):
        if next(refusals):
            raise OperationalError("INSERT", None, OSError("disk full"))

    event.listen(engine, "begin", refuse)
    live.written(TALK, said(1))
    await live.flush()
    live.written(TALK, said(2))
    await live.flush()
    event.remove(engine, "begin", refuse)
    await live.flush()

    assert len(await lengths(services)) == 2


async def test_event_that_can_never_be_written_holds_up_no_other(live, services):
    await live.begin([], {}, heard_until=None, members=None)
    live.written(TALK, said(1))
    live.edited(said(1, length=10))
    live.talks(2**70, VOICE)  # no database has such a number
    live.written(TALK, said(2))
    with capture_logs() as logs:
        assert await live.flush()

    assert await lengths(services) == [10, 3]
    assert live.connected_at is None
    dropped = {"event": "live.dropped", "kind": "Talks", "reason": "OverflowError"}
    assert logs == [dropped | {"log_level": "error"}]


@pytest.mark.parametrize("error", [KeyError, StatementError, IntegrityError])
async def test_everything_is_tried_apart_when_it_is_not_the_database_that_fails(
    live, services, monkeypatch, error
):
    write = module.write_events

    async def refuse(session, clan_id, events, *rest):
        if any(isinstance(one, Left) for one in events):
            raise error("INSERT", None, ValueError("said")) if error is not KeyError else KeyError
        return await write(session, clan_id, events, *rest)

    monkeypatch.setattr(module, "write_events", refuse)
    for number in range(5):
        live.written(TALK, said(number))
    live.left(5)
    assert await live.flush()

    assert len(await lengths(services)) == 5


async def test_more_than_can_wait_is_read_again_later(live, services, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    live.connected_at = NOW
    engine = services.writers.kw["bind"].sync_engine

    def refuse(*_):
        raise OperationalError("INSERT", None, OSError("disk full"))

    event.listen(engine, "begin", refuse)
    for number in range(4):
        live.written(TALK, said(number))
    await live.flush()
    event.remove(engine, "begin", refuse)

    assert not await live.heard()
    assert live.connected_at is None


async def test_message_of_a_channel_never_seen_waits_for_its_listing(live, services):
    assert live.knows(TALK)
    assert not live.knows(999)

    live.written(999, said(1))
    await live.flush()

    assert await lengths(services) == []


async def test_what_was_heard_extends_what_is_known_well_behind_the_present(live, services, clock):
    await live.begin([], {}, heard_until=None, members=None)
    connected = snowflake(NOW)
    async with services.write() as session:
        await extend(session, 1, 0, connected + 5)  # read up to after the connection began
        await extend(session, 2, 0, connected - 5)  # not yet

    live.can_read({TALK, VOICE})
    clock.now += 10 * MINUTE
    assert await live.heard()

    async with services.read() as session:
        known = await stretches_of_clan(session, 1)
    assert known == {
        1: (Stretch(0, snowflake(clock.now - SILENCE)),),
        2: (Stretch(0, connected - 5),),
    }


async def test_channel_that_could_not_be_read_for_a_while_keeps_its_hole(live, services, clock):
    await live.begin([], {}, heard_until=None, members=None)
    async with services.write() as session:
        for channel_id in (1, 2):
            await extend(session, channel_id, 0, snowflake(NOW) + 5)
    live.can_read({TALK, VOICE})
    clock.now += 10 * MINUTE
    live.can_read({TALK})  # the other one for five minutes not
    clock.now += 5 * MINUTE
    live.can_read({TALK, VOICE})
    clock.now += 10 * MINUTE
    assert await live.heard()

    async with services.read() as session:
        known = await stretches_of_clan(session, 1)
    assert known == {
        1: (Stretch(0, snowflake(clock.now - SILENCE)),),
        2: (Stretch(0, snowflake(NOW) + 5),),
    }


async def test_break_while_a_connection_begins_is_one(live, services, clock):
    engine = services.writers.kw["bind"].sync_engine

    def lose(*_):
        live.broken()

    await live.flush()
    event.listen(engine, "begin", lose)
    await live.begin([], {}, heard_until=None, members=None)
    event.remove(engine, "begin", lose)

    assert live.connected_at is None


async def test_nothing_is_known_by_hearing_while_something_is_missed(live, clock):
    await live.begin([], {}, heard_until=None, members=None)
    live.broken()

    clock.now += 10 * MINUTE

    assert not await live.heard()


async def test_deleted_channel_keeps_what_was_said(live, services):
    live.written(TALK, said(1))
    live.channel_gone(TALK)
    live.channel_gone(12345)
    await live.flush()

    assert await lengths(services) == [3]
    assert await rows(services, ChannelRow.name, ChannelRow.state) == [
        ("general", "gone"),
        ("raids", "readable"),
    ]


async def test_voice_is_a_session_a_channel(live, services, clock):
    live.channel_seen(SeenChannel(801, "voice", "skilling", readable=True))
    for where in (VOICE, 801, None):
        live.talks(5, where)
        clock.now += MINUTE
    await live.flush()

    spans = await rows(services, VoiceSessionRow.started_at, VoiceSessionRow.ended_at)
    assert spans == [(NOW, NOW + MINUTE), (NOW + MINUTE, NOW + 2 * MINUTE)]


async def test_voice_that_nobody_saw_end_ends_when_it_was_last_seen(live, services, clock):
    live.talks(5, VOICE)
    live.talks(6, VOICE)
    await live.flush()
    clock.now += 10 * MINUTE

    await live.begin([], {6: VOICE}, heard_until=NOW + 4 * MINUTE, members=None)

    spans = await rows(services, VoiceSessionRow.started_at, VoiceSessionRow.ended_at)
    ended = (NOW, NOW + 4 * MINUTE)
    assert spans == [ended, ended, (NOW + 10 * MINUTE, None)]


async def test_who_leaves_is_noted_and_who_returns_is_not(live, services):
    live.left(5)
    live.left(6)
    live.joined(5)
    await live.flush()

    assert await rows(services, DepartureRow.discord_user_id, DepartureRow.left_at) == [(6, NOW)]


async def test_who_left_unseen_is_noted_when_all_members_are_known(live, services, clock):
    live.left(7)
    await live.flush()
    async with services.write() as session:
        await session.execute(
            insert(AuthorRow),
            [
                {"clan_id": 1, "kind": kind, "discord_user_id": user}
                for user, kind in ((5, "user"), (6, "user"), (9, "bot"))
            ],
        )
    clock.now += MINUTE

    await live.begin([], {}, heard_until=None, members={5, 7})

    noted = await rows(services, DepartureRow.discord_user_id, DepartureRow.left_at)
    assert noted == [(6, clock.now)]

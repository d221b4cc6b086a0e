"""Is what is seen stored once, with all that hangs on it?"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from clanstats.chat import AuthorKind, GameEvent, MessageFlag, Writer, snowflake
from clanstats.db.messages import delete_messages
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    GameEventRow,
    LinkRow,
    MessageRow,
    RelayMissRow,
    WordCountRow,
)
from clanstats.harvest.ingest import edit_message
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import relayed, said, user
from tests.factories import NOW, add_clan, add_member

MESSAGES = (
    select(
        MessageRow.id, AuthorRow.kind, AuthorRow.discord_user_id, AuthorRow.name, MessageRow.length
    )
    .join_from(MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id)
    .order_by(MessageRow.id)
)
EVENTS = (
    select(GameEventRow.message_id, GameEventRow.line, AuthorRow.name, GameEventRow.kind)
    .join_from(GameEventRow, AuthorRow, AuthorRow.id == GameEventRow.author_id, isouter=True)
    .order_by(GameEventRow.message_id, GameEventRow.line)
)
HOOK = Writer(AuthorKind.WEBHOOK, 900)
DROP = GameEvent("drop", "zezima", "Dragon axe", 100)
PURGE = GameEvent("notice", None, None, None)


async def test_everyone_who_writes_becomes_an_author_once(heard, rows):
    page = [
        said(1, 55),
        said(2, 55, length=9),
        said(3, relayed("zezima")),
        said(4, Writer(AuthorKind.BOT, 56)),
        said(5, HOOK),
        said(6, Writer(AuthorKind.SYSTEM)),
    ]
    more = [said(7, 55), said(8, relayed("zezima")), said(9, Writer(AuthorKind.SYSTEM))]

    assert (await heard(*page), await heard(*more)) == (6, 3)

    assert await rows(MESSAGES) == [
        (1, "user", 55, None, 5),
        (2, "user", 55, None, 9),
        (3, "relay", None, "zezima", 5),
        (4, "bot", 56, None, 5),
        (5, "webhook", 900, None, 5),
        (6, "system", None, None, 5),
        (7, "user", 55, None, 5),
        (8, "relay", None, "zezima", 5),
        (9, "system", None, None, 5),
    ]
    assert await rows(select(func.count()).select_from(AuthorRow)) == [(5,)]


async def test_many_writers_fit_on_a_page(heard, rows):
    page = [said(number, 1000 + number) for number in range(1, 251)]

    assert await heard(*page) == 250
    assert await heard(*page) == 0
    assert await rows(select(func.count()).select_from(AuthorRow)) == [(250,)]


async def test_seen_twice_is_stored_and_counted_once(heard, rows):
    message = said(1, HOOK, events=(DROP, PURGE), miss="<name> <word>", words={"axe": 2})

    assert await heard(message, message) == 1
    assert await heard(said(2), message) == 1

    assert await rows(EVENTS) == [(1, 0, "zezima", "drop"), (1, 1, None, "notice")]
    assert await rows(select(RelayMissRow.shape, RelayMissRow.count)) == [("<name> <word>", 1)]
    assert await rows(select(WordCountRow.word, WordCountRow.count)) == [("axe", 2)]


async def test_a_known_message_isnt_changed(heard, rows):
    await heard(said(1, length=5))
    await heard(said(1, 2, length=6, events=(DROP,)))

    assert await rows(MESSAGES) == [(1, "user", 1, None, 5)]
    assert await rows(EVENTS) == []


async def test_misses_are_counted_by_shape_with_the_latest_message(heard, rows):
    await heard(said(9, HOOK, miss="a"), said(3, HOOK, miss="a"), said(4, HOOK, miss="b"))
    await heard(said(5, HOOK, miss="a"))

    statement = select(RelayMissRow.shape, RelayMissRow.count, RelayMissRow.last_message_id)
    assert sorted(await rows(statement)) == [("a", 3, 9), ("b", 1, 4)]


async def test_words_are_counted_by_the_week_that_begins_on_monday_in_utc(heard, rows):
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    tick = timedelta(milliseconds=1)
    await heard(
        said(snowflake(monday - tick), words={"axe": 1}),
        said(snowflake(monday), words={"axe": 1, "rune": 3}),
        said(snowflake(monday + timedelta(days=7) - tick), words={"axe": 1}),
    )

    statement = select(WordCountRow.week, WordCountRow.word, WordCountRow.count)
    assert sorted(await rows(statement)) == [
        (monday - timedelta(days=7), "axe", 1),
        (monday, "axe", 2),
        (monday, "rune", 3),
    ]


async def forget(services, **whom):
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, **whom)


async def test_whoever_asked_to_be_deleted_is_written_down_as_nobody(services, heard, rows):
    await forget(services, users=[55], names=["zezima"])

    await heard(
        said(1, 55, words={"axe": 1}),
        said(2, relayed("zezima")),
        said(3, relayed("lynx titan")),
        said(4, HOOK, events=(DROP,)),
    )

    assert await rows(MESSAGES) == [
        (1, "forgotten", None, None, 5),
        (2, "forgotten", None, None, 5),
        (3, "relay", None, "lynx titan", 5),
        (4, "webhook", 900, None, 5),
    ]
    assert await rows(EVENTS) == [(4, 0, None, "drop")]
    assert await rows(select(WordCountRow.word)) == []
    kinds = select(AuthorRow.kind).order_by(AuthorRow.id)
    assert sorted(await rows(kinds)) == [("forgotten",), ("relay",), ("webhook",)]


async def edited(services, clan, seen):
    async with services.write() as session:
        tombstones = await Tombstones.load(session)
        return await edit_message(session, clan, seen, tombstones=tombstones)


async def test_an_edit_changes_length_flags_and_events(services, clan, heard, rows):
    await heard(said(1, HOOK, events=(DROP, PURGE)), said(2, HOOK, events=(DROP,)))

    newer = said(1, HOOK, length=8, flags=MessageFlag.EDITED, events=(PURGE,))
    assert await edited(services, clan, newer)

    assert await rows(select(MessageRow.length, MessageRow.flags).where(MessageRow.id == 1)) == [
        (8, MessageFlag.EDITED)
    ]
    assert await rows(EVENTS) == [(1, 0, None, "notice"), (2, 0, "zezima", "drop")]


async def test_an_edit_of_an_unknown_message_stores_nothing(services, clan, heard, rows):
    assert not await edited(services, clan, said(1, HOOK, events=(DROP,)))

    assert await rows(MESSAGES) == await rows(EVENTS) == await rows(select(AuthorRow)) == []


async def test_a_deleted_message_takes_its_events_along(services, heard, rows):
    await heard(said(1, HOOK, events=(DROP,)), said(2))

    async with services.write() as session:
        gone = await delete_messages(session, [1, 3, *range(10, 2000)])

    assert gone == 1
    assert await rows(MESSAGES) == [(2, "user", 1, None, 5)]
    assert await rows(EVENTS) == []


async def test_clans_know_nothing_of_each_others_authors(services, clan, channel, heard, rows):
    async with services.write() as session:
        other = await add_clan(session, "Other", wom_group_id=2)
        await session.execute(
            insert(AuthorRow).values(clan_id=other, kind="user", discord_user_id=55)
        )

    await heard(said(1, 55))

    assert await rows(select(AuthorRow.clan_id).order_by(AuthorRow.id)) == [(other,), (clan,)]


@pytest.mark.parametrize("writer", [user(55), relayed("zezima")])
async def test_a_new_authors_words_are_somebodys_at_once(services, clan, heard, rows, writer):
    async with services.write() as session:
        player_id = await add_member(session, "Zezima", clan_id=clan)
        await session.execute(
            insert(LinkRow).values(
                clan_id=clan, discord_user_id=55, player_id=player_id, since=EARLIEST
            )
        )

    await heard(said(snowflake(NOW), writer))

    assert await rows(select(AttributionRow.player_id)) == [(player_id,)]

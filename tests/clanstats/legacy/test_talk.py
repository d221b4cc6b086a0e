"""Is every message somebody's, counted once, and nothing of what was written kept?"""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import select

from clanstats.chat import LAST_ID, MessageFlag
from clanstats.db.engine import database_file
from clanstats.db.models import (
    AuthorRow,
    ChannelRow,
    CoverageRow,
    GameEventRow,
    MessageRow,
    RelayMissRow,
    WordCountRow,
)
from clanstats.legacy.source import LegacyFileError
from clanstats.settings import Relay
from tests.clanstats.legacy.building import (
    CHAT,
    GENERAL,
    SERVER,
    WEBHOOK,
    WEBHOOK_NAME,
    day,
    iso,
    spaced,
)
from tests.factories import NOW, add_clan
from tests.talking import link


async def written(services):
    """Who wrote each message, and how long it is, in order."""
    async with services.read() as session:
        found = await session.execute(
            select(AuthorRow.kind, AuthorRow.name, AuthorRow.discord_user_id, MessageRow.length)
            .join_from(MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id)
            .order_by(MessageRow.id)
        )
        return [tuple(row) for row in found]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param("Noob Man", "noob man", id="as it is"),
        pytest.param("Noob_Man", "noob man", id="underscore"),
        pytest.param("Noob\u00a0Man", "noob man", id="no-break space"),
        pytest.param("noob-man", "noob man", id="hyphen"),
        pytest.param("NoobMan", "noobman", id="another player's"),
        pytest.param("Noob Man [Captain]", "noob man", id="tag"),
        pytest.param("Noob Man \u2694\ufe0f", "noob man", id="emoji"),
    ],
)
async def test_relayed_line_is_by_the_name_as_it_was_written(
    services, legacy, imported, name, form
):
    legacy.relayed(name, day(20), author="noobman")  # as the predecessor came to spell it

    await imported()

    assert await written(services) == [("relay", form, None, 5)]


async def test_relay_is_known_by_its_name_or_by_bearing_those_of_whom_it_passes_on(
    services, legacy, imported
):
    legacy.message(day(20), WEBHOOK, WEBHOOK_NAME, "**Bob**: hello")
    legacy.message(day(21), 801, "Alice", "**Alice**: hello")
    legacy.message(day(22), 802, "carol", "**Bob** is wrong")

    await imported()

    assert [row[:2] for row in await written(services)] == [
        ("relay", "bob"),
        ("relay", "alice"),
        ("user", None),
    ]


async def test_broadcast_is_nobodys_words_and_tells_of_the_game(services, legacy, imported):
    legacy.relayed("Bob", day(19))
    legacy.broadcast(day(20), "Bob has reached level 90 in Slayer.")

    report = await imported()

    async with services.read() as session:
        event = (await session.scalars(select(GameEventRow))).one()
    assert (event.kind, event.subject, event.value) == ("level", "Slayer", 90)
    assert [kind for kind, *_ in await written(services)] == ["relay", "webhook"]
    assert report.talk.human == 1


async def test_line_of_a_relay_that_is_not_understood_is_nobodys_words(services, legacy, imported):
    legacy.message(day(20), WEBHOOK, WEBHOOK_NAME, "**(afk) Bob**: hello")
    legacy.message(day(21), WEBHOOK, WEBHOOK_NAME, "Bob has done something new!")

    await imported()

    async with services.read() as session:
        misses = (await session.scalars(select(RelayMissRow.count))).all()
    assert [row[0] for row in await written(services)] == ["webhook", "webhook"]
    assert misses == []  # for nobody said that this is a relay


async def test_relay_that_is_set_up_is_read_as_it_says(services, settings, legacy, imported):
    relay = Relay(channel_id=CHAT, webhook_id=WEBHOOK, patterns=("<{name}> {text}",))
    legacy.message(day(20), WEBHOOK, WEBHOOK_NAME, "<Bob> hello")
    legacy.message(day(21), WEBHOOK, WEBHOOK_NAME, "*** strange")
    told = settings.model_copy(update={"relays": (relay,)})

    await imported(services=replace(services, settings=told))

    async with services.read() as session:
        misses = (await session.scalars(select(RelayMissRow.count))).all()
    assert [row[:2] for row in await written(services)] == [("relay", "bob"), ("webhook", None)]
    assert misses == [1]


async def test_text_that_was_deleted_is_still_by_whom_it_was(services, legacy, imported):
    legacy.message(day(20), WEBHOOK, WEBHOOK_NAME, None)
    legacy.message(day(21), WEBHOOK, "Bob", None)
    legacy.message(day(22), 501, "bobs_account", None)

    await imported()

    assert await written(services) == [
        ("webhook", None, WEBHOOK, 0),
        ("relay", "bob", None, 0),
        ("user", None, 501, 0),
    ]


async def test_bots_are_known_by_their_number_or_by_who_says_so(services, legacy, imported):
    for author, name in ((601, "MEE6#4876"), (602, "Helper"), (501, "bob"), (501, "bob#1234")):
        legacy.message(day(20), author, name)

    report = await imported(bots=[602])

    assert [kind for kind, *_ in await written(services)] == ["bot", "bot", "user", "user"]
    assert report.talk.human == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"author_id": 0, "author_name": None}, "nobody's account", id="no author"),
        pytest.param({"author_id": None, "author_name": ""}, "nobody's account", id="NULL author"),
        pytest.param({"channel_id": None}, "without a channel", id="no channel"),
        pytest.param({"guild_id": SERVER + 1}, "written on another server", id="another server"),
        pytest.param({"id": 5, "created_at": None}, "its id isn't one of Discord's", id="numbered"),
        pytest.param(
            {"id": LAST_ID, "created_at": None},
            "its id isn't one of Discord's",
            id="of the future",
        ),
        pytest.param(
            {"created_at": iso(day(29))}, "its id isn't one of Discord's", id="another day"
        ),
    ],
)
async def test_message_that_cannot_be_placed_is_refused(services, legacy, imported, change, why):
    async with services.write() as session:
        await add_clan(session, guild_id=SERVER)
    message = legacy.message(day(20), 501, "bob")
    legacy.change("discord_messages", message, **change)

    report = await imported()

    ((reason, count),) = report.accounts["discord_messages"].refused.items()
    assert (reason.startswith(why), count) == (True, 1)
    assert await written(services) == []
    assert report.adds_up


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(spaced(day(20)), id="as it should be"),
        pytest.param(iso(day(20, 13)), id="local time without saying so"),
        pytest.param(None, id="NULL"),
        pytest.param("", id="empty"),
    ],
)
async def test_id_says_when_a_message_was_written(services, legacy, imported, said):
    message = legacy.message(day(20), 501, "bob", written=said or "")
    legacy.change("discord_messages", message, created_at=said)

    report = await imported()

    assert report.accounts["discord_messages"].taken == 1


async def test_several_servers_have_to_be_told_apart_by_the_operator(services, legacy, imported):
    legacy.message(day(20), 501, "bob")
    legacy.message(day(21), 501, "bob", server=SERVER + 1)

    with pytest.raises(LegacyFileError, match="Set DISCORD_GUILD_ID"):
        await imported()


async def test_channel_of_another_clan_stays_theirs(services, legacy, imported):
    async with services.write() as session:
        await add_clan(session, wom_group_id=1)
        other = await add_clan(session, "Others", wom_group_id=2)
        session.add(
            ChannelRow(
                clan_id=other,
                discord_channel_id=CHAT,
                kind="text",
                state="readable",
                state_since=NOW,
            )
        )
    legacy.message(day(20), 501, "bob")
    legacy.message(day(20), 501, "bob", channel=GENERAL)

    report = await imported()

    account = report.accounts["discord_messages"]
    assert (account.taken, account.refused) == (1, {"its channel is another clan's": 1})


async def test_channels_are_not_taken_to_be_read_to_their_end(services, legacy, imported):
    legacy.message(day(20), 501, "bob")

    await imported()

    async with services.read() as session:
        channel = (await session.scalars(select(ChannelRow))).one()
        covered = (await session.scalars(select(CoverageRow.since_id))).all()
    assert (channel.name, channel.state, covered) == ("clan-chat", "unreadable", [])


async def test_share_is_of_what_people_wrote_and_who_is_alike_is_only_named(
    services, legacy, imported
):
    legacy.history("bob", 11, day(10), 1_000)
    legacy.history("alice", 12, day(10), 1_000)
    for name in ("Bob", "Stranger"):
        legacy.relayed(name, day(20))
    legacy.broadcast(day(21))
    for author, name in ((501, "Bob"), (501, "Bob"), (502, "someone"), (601, "MEE6#4876")):
        legacy.message(day(22), author, name, channel=GENERAL)
    for name in ("Bob", "Alice"):  # which of them?
        legacy.message(day(23), 503, name, channel=GENERAL)

    report = await imported()

    assert (report.talk.human, report.talk.share) == (7, 1 / 7)
    assert [(one.discord_user_id, one.player, one.messages) for one in report.candidates] == [
        (501, "bob", 2)
    ]


async def test_account_that_is_linked_is_no_candidate_any_longer(services, legacy, imported):
    legacy.history("bob", 11, day(10), 1_000)
    legacy.message(day(22), 501, "Bob", channel=GENERAL)
    await imported()
    async with services.write() as session:
        await link(session, 501, [1])

    report = await imported()

    assert report.candidates == ()


async def test_nothing_of_what_was_written_is_kept(services, settings, legacy, imported):
    legacy.history("bob", 11, day(10), 1_000)
    legacy.relayed("Bob", day(20), "xylophone one")
    legacy.message(day(21), 501, "bob", "xylophone two")
    legacy.message(day(22), WEBHOOK, WEBHOOK_NAME, "xylophone three")

    report = await imported()

    file = database_file(settings.database_url)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"xylophone" not in file.read_bytes()
    assert "xylophone" not in str(report.as_json())
    assert report.accounts["discord_messages"].taken == 3


async def test_words_are_counted_where_the_operator_wants_them_counted(
    services, settings, legacy, imported
):
    legacy.message(day(21), 501, "bob", "xylophone xylophone?")
    told = settings.model_copy(update={"count_words": True})

    await imported(services=replace(services, settings=told))

    async with services.read() as session:
        words = (await session.execute(select(WordCountRow.word, WordCountRow.count))).all()
        flags = (await session.scalars(select(MessageRow.flags))).all()
    assert [tuple(row) for row in words] == [("xylophone", 2)]
    assert flags == [MessageFlag.QUESTION]

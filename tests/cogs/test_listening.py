"""Is what happens on a server noted as it happens, and what was missed read later?"""

from dataclasses import replace
from datetime import timedelta

import discord
import pytest
from simcord.backend.models.channel import Overwrite, OverwriteType
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from clanstats.chat import MessageFlag, snowflake
from clanstats.db.models import (
    AuthorRow,
    ChannelRow,
    CoverageRow,
    DepartureRow,
    MessageRow,
    VoiceSessionRow,
)
from clanstats.harvest import live as live_module
from clanstats.harvest.chat import ChatReport
from clanstats.harvest.live import SILENCE, Live
from cogs.history import DiscordHistory
from tests.cogs.stage import ALICE_ID, BOB_ID, silence

LINE = "**Zezima**: gz"


@pytest.fixture
async def services(services):
    async with services.write() as session:
        await silence(session)
    return services


@pytest.fixture
def rows(discord_server, services):
    """What is stored, after all that waits was written."""

    async def read(*columns):
        for live in discord_server.bot.chat._lives.values():
            await live.flush()
        async with services.read() as session:
            found = await session.execute(select(*columns).order_by(columns[0]))
            return [tuple(row) for row in found]

    return read


def guild(discord_server):
    return discord_server.channel.guild


async def test_message_is_noted_edited_and_deleted(discord_server, rows):
    alice, bob, channel = discord_server.alice, discord_server.bob, discord_server.channel
    first = await alice.send(channel, "hello")
    second = await bob.send(channel, "why?")
    await alice.edit(first, "hello there")
    await bob.delete(second)
    third = await bob.send(channel, "why?")

    kept = await rows(MessageRow.id, MessageRow.length, MessageRow.flags)

    assert kept == [
        (first.id, 11, MessageFlag.EDITED),
        (third.id, 4, MessageFlag.QUESTION),
    ]
    authors = await rows(AuthorRow.discord_user_id, AuthorRow.kind)
    assert authors == [(ALICE_ID, "user"), (BOB_ID, "user")]


async def test_several_deleted_at_once_are_all_gone(discord_server, rows):
    sent = [await discord_server.bob.send(discord_server.channel, "x") for _ in range(3)]

    backend, channel = discord_server.env.backend, discord_server.channel
    backend.bulk_delete_messages(channel.id, [one.id for one in sent[:2]])
    await discord_server.env.settle()

    assert await rows(MessageRow.id) == [(sent[2].id,)]


async def test_relayed_line_is_the_players(discord_server, rows):
    hook = guild(discord_server).create_webhook(discord_server.channel, "Clan chat")
    await hook.send(LINE)

    assert await rows(AuthorRow.kind, AuthorRow.name) == [("relay", "zezima")]


async def test_thread_is_a_channel_without_its_title(discord_server, rows):
    backend = discord_server.env.backend
    thread = backend.create_thread(discord_server.channel.id, "secret plans", BOB_ID)
    backend.create_message(thread.id, BOB_ID, "psst")
    await discord_server.env.settle()

    places = await rows(ChannelRow.kind, ChannelRow.name, ChannelRow.parent_discord_id)
    assert ("thread", None, discord_server.channel.id) in places
    lengths = await rows(MessageRow.id, MessageRow.length)
    assert [length for _, length in lengths] == [0, 4]  # Discord's own, which tells the title


async def test_deleted_channel_is_gone_and_what_was_said_stays(discord_server, rows):
    other = guild(discord_server).create_text_channel("other")
    await discord_server.bob.send(other, "hello")
    discord_server.env.backend.delete_channel(other.id)
    await discord_server.env.settle()

    assert ("other", "gone") in await rows(ChannelRow.name, ChannelRow.state)
    assert await rows(MessageRow.length) == [(5,)]


async def test_channel_that_cannot_be_read_is_noted_as_that(discord_server, rows):
    place = guild(discord_server)
    hidden = {place.default_role: discord.PermissionOverwrite(read_message_history=False)}
    place.create_text_channel("officers", overwrites=hidden)
    await discord_server.env.settle()

    assert ("officers", "unreadable") in await rows(ChannelRow.name, ChannelRow.state)


async def test_voice_is_counted_by_channel_but_not_being_away(discord_server, rows, clock):
    place = guild(discord_server)
    raids, skilling, afk = (place.create_voice_channel(n) for n in ("raids", "skilling", "afk"))
    await discord_server.env.settle()
    discord_server.bot.guilds[0]._afk_channel_id = afk.id
    began = clock.now
    for where in (raids, skilling, afk):
        await discord_server.bob.join_voice(where)
        clock.now += timedelta(minutes=10)
    await discord_server.bob.leave_voice()

    sessions = await rows(VoiceSessionRow.started_at, VoiceSessionRow.ended_at)
    tens = [began + timedelta(minutes=10 * number) for number in range(3)]
    assert sessions == [(tens[0], tens[1]), (tens[1], tens[2])]


async def test_who_leaves_the_server_is_noted(discord_server, rows):
    guild(discord_server).remove_member(discord_server.bob)
    await discord_server.env.settle()

    assert await rows(DepartureRow.discord_user_id) == [(BOB_ID,)]


async def test_other_servers_are_none_of_our_business(discord_server, rows):
    other = discord_server.env.create_guild("Elsewhere")
    channel = other.create_text_channel("general")
    stranger = other.add_member(discord_server.env.create_user("stranger"))
    await discord_server.env.settle()
    await stranger.send(channel, "hello")

    assert await rows(MessageRow.id) == []


async def test_clan_without_a_server_is_heard_on_the_only_one_and_on_none_of_two(
    discord_server, rows
):
    bot = discord_server.bot
    bot._clans = (replace(bot.clans[0], discord_guild_id=None),)
    await discord_server.bob.send(discord_server.channel, "one server")
    discord_server.env.create_guild("Elsewhere")
    await discord_server.env.settle()
    await discord_server.bob.send(discord_server.channel, "two of them")

    assert await rows(MessageRow.length) == [(len("one server"),)]


async def test_past_is_read_with_its_threads_and_posts(discord_server, rows):
    place, backend = guild(discord_server), discord_server.env.backend
    forum = place.create_forum_channel("guides")
    news, voice = place.create_news_channel("news"), place.create_voice_channel("raids")
    thread = backend.create_thread(discord_server.channel.id, "a thread", BOB_ID, broadcast=False)
    old = backend.create_thread(discord_server.channel.id, "old", BOB_ID, broadcast=False)
    post = backend.create_thread(forum.id, "a post", BOB_ID, broadcast=False)
    for where in (discord_server.channel.id, news.id, voice.id, thread.id, old.id, post.id):
        for _ in range(3):
            backend.create_message(where, BOB_ID, "earlier", broadcast=False)  # nobody listens
    backend.edit_channel(old.id, {}, thread_metadata={"archived": True})
    await discord_server.env.settle()

    report = await discord_server.bot.chat.crawl(1)

    assert report == ChatReport(channels=6, complete=6, pages=report.pages, messages=18)
    assert await rows(func.count(MessageRow.id)) == [(18,)]
    assert await rows(CoverageRow.since_id) == [(0,)] * 6


async def test_start_takes_up_what_happens_from_then_on(discord_server, rows):
    await discord_server.bob.send(discord_server.channel, "before")
    await discord_server.restart()
    await discord_server.bob.send(discord_server.channel, "after")

    lengths = await rows(MessageRow.id, MessageRow.length)
    assert [length for _, length in lengths] == [6, 5]
    assert discord_server.bot.chat.ready


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def chat(discord_server, rows):
    """Of a bot that read all there is."""
    chat = discord_server.bot.chat
    await chat.crawl(1)
    return chat


async def test_connection_whose_begin_could_not_be_written_covers_nothing_it_missed(
    discord_server, chat, rows, clock, services
):
    known = await rows(CoverageRow.until_id)
    chat.disconnected()
    clock.now += 5 * HOUR
    engine = services.writers.kw["bind"].sync_engine

    def refuse(*_):
        raise OperationalError("INSERT", None, OSError("disk full"))

    event.listen(engine, "begin", refuse)
    with pytest.raises(OperationalError):
        await chat.begin()
    event.remove(engine, "begin", refuse)
    clock.now += 5 * MINUTE
    await chat.heard()
    clock.now += 5 * MINUTE
    await chat.heard()

    assert await rows(CoverageRow.until_id) == known
    assert chat.due() == {1}

    await chat.crawl(1)
    clock.now += 5 * MINUTE
    await chat.heard()
    assert await rows(CoverageRow.until_id) == [(snowflake(clock.now - SILENCE),)]


async def test_tick_while_a_connection_is_begun_covers_nothing(
    discord_server, chat, rows, clock, monkeypatch
):
    known = await rows(CoverageRow.until_id)
    chat.disconnected()
    clock.now += 5 * HOUR
    begin = Live.begin

    async def slow(live, *arguments, **named):
        await chat.heard()
        await begin(live, *arguments, **named)

    monkeypatch.setattr(Live, "begin", slow)
    await chat.begin()

    assert await rows(CoverageRow.until_id) == known


async def test_connection_lost_again_while_it_is_begun_stays_lost(
    discord_server, chat, rows, clock, monkeypatch
):
    begin = Live.begin

    async def lost(live, *arguments, **named):
        chat.disconnected()
        await begin(live, *arguments, **named)

    monkeypatch.setattr(Live, "begin", lost)
    await chat.begin()
    await chat.crawl(1)
    known = await rows(CoverageRow.until_id)
    clock.now += 5 * HOUR
    await chat.heard()

    assert await rows(CoverageRow.until_id) == known


async def test_server_that_is_gone_for_a_while_keeps_its_hole(
    discord_server, chat, rows, clock, monkeypatch
):
    place = discord_server.bot.guilds[0]
    for change in ("get_guild", "unavailable"):
        await chat.heard()
        known = await rows(CoverageRow.until_id)
        with monkeypatch.context() as away:
            if change == "get_guild":
                away.setattr(discord_server.bot, "get_guild", lambda _: None)
            else:
                place.unavailable = True
            for _ in range(5):
                clock.now += HOUR
                await chat.heard()
            assert await rows(CoverageRow.until_id) == known
        place.unavailable = False
        for _ in range(2):
            clock.now += 5 * MINUTE
            await chat.heard()
        assert await rows(CoverageRow.until_id) == known
        assert chat.due() == {1}
        await chat.crawl(1)
        clock.now += 5 * MINUTE


@pytest.mark.parametrize("told", ["guild_remove", "guild_available"])
async def test_server_that_went_away_between_two_ticks_keeps_its_hole(
    discord_server, chat, rows, clock, told
):
    known = await rows(CoverageRow.until_id)

    discord_server.bot.dispatch(told, discord_server.bot.guilds[0])
    await discord_server.env.settle()
    clock.now += 5 * MINUTE
    await chat.heard()

    assert await rows(CoverageRow.until_id) == known
    assert chat.due() == {1}


@pytest.mark.parametrize("taken", ["role", "permission", "deleted"])
async def test_channel_keeps_its_hole_once_the_role_that_opened_it_is_lost(
    discord_server, chat, rows, clock, taken
):
    place, backend = guild(discord_server), discord_server.env.backend
    me = discord_server.bot.user.id
    role = backend.create_role(place.id, "Clerk", permissions=1 << 3)
    backend.add_member_role(place.id, me, role.id)
    await discord_server.env.settle()
    for other in discord_server.bot.guilds[0].me.roles:
        if other.id != role.id:
            backend.edit_role(place.id, other.id, {"permissions": 0})
    await discord_server.env.settle()
    await chat.crawl(1)
    known = await rows(CoverageRow.until_id)

    if taken == "role":
        backend.remove_member_role(place.id, me, role.id)
    elif taken == "permission":
        backend.edit_role(place.id, role.id, {"permissions": 0})
    else:
        backend.delete_role(place.id, role.id)
    await discord_server.env.settle()
    assert chat.due() == {1}
    clock.now += HOUR
    await chat.heard()

    assert await rows(CoverageRow.until_id) == known

    backend.edit_role(place.id, place.id, {"permissions": 1 << 3})
    await discord_server.env.settle()
    clock.now += 5 * MINUTE
    await chat.heard()

    assert await rows(CoverageRow.until_id) == known


async def test_name_of_a_role_or_channel_changes_nothing_that_is_read(discord_server, chat):
    place, backend = guild(discord_server), discord_server.env.backend
    role = backend.create_role(place.id, "Clerk", permissions=0)
    for number in range(3):
        backend.edit_role(place.id, role.id, {"color": number, "name": f"Clerk {number}"})
        backend.edit_channel(discord_server.channel.id, {"topic": f"{number}"})
    await discord_server.env.settle()
    assert chat.due() == frozenset()

    backend.edit_role(place.id, role.id, {"permissions": 1 << 3})
    await discord_server.env.settle()
    assert chat.due() == {1}


async def test_overwrite_that_changes_has_the_channels_listed(discord_server, chat):
    place, backend = guild(discord_server), discord_server.env.backend
    overwrite = Overwrite(place.id, OverwriteType.ROLE, deny=1 << 10)
    backend.set_overwrite(discord_server.channel.id, overwrite)
    await discord_server.env.settle()

    assert chat.due() == {1}


async def test_crawl_goes_on_when_permissions_change_and_looks_once_more(
    discord_server, rows, monkeypatch
):
    backend, chat = discord_server.env.backend, discord_server.bot.chat
    listed, asked = [], []
    for _ in range(250):
        backend.create_message(discord_server.channel.id, BOB_ID, "earlier", broadcast=False)
    channels, page = DiscordHistory.channels, DiscordHistory.page

    async def list_(history):
        listed.append(len(asked))
        return await channels(history)

    async def ask(history, *arguments, **named):
        asked.append(arguments)
        if len(asked) < 3:
            chat.look_again(discord_server.bot.guilds[0].id)
        return await page(history, *arguments, **named)

    monkeypatch.setattr(DiscordHistory, "channels", list_)
    monkeypatch.setattr(DiscordHistory, "page", ask)
    await chat.crawl(1)

    assert listed == [0, len(asked)]
    assert await rows(func.count(MessageRow.id)) == [(250,)]
    assert chat.due() == frozenset()


async def test_voice_and_members_are_noted_anew_after_more_came_in_than_can_wait(
    discord_server, chat, rows, clock
):
    place, began = guild(discord_server), clock.now
    raids = place.create_voice_channel("raids")
    await discord_server.bob.send(discord_server.channel, "bye")
    await discord_server.bob.join_voice(raids)
    await discord_server.env.settle()
    clock.now += 10 * MINUTE
    await chat.heard()
    assert await rows(VoiceSessionRow.started_at, VoiceSessionRow.ended_at) == [(began, None)]

    clock.now += HOUR
    with pytest.MonkeyPatch.context() as full:
        full.setattr(live_module, "MOST_WAITING", 1)
        engine = chat._services.writers.kw["bind"].sync_engine

        def refuse(*_):
            raise OperationalError("INSERT", None, OSError("disk full"))

        event.listen(engine, "begin", refuse)
        await discord_server.bob.leave_voice()
        await discord_server.alice.join_voice(raids)
        place.remove_member(discord_server.bob)
        await discord_server.env.settle()
        await rows(ChannelRow.id)
        event.remove(engine, "begin", refuse)
    await chat.heard()

    sessions = await rows(VoiceSessionRow.started_at, VoiceSessionRow.ended_at)
    assert sessions == [(began, began + 10 * MINUTE), (clock.now, None)]
    assert await rows(DepartureRow.discord_user_id) == [(BOB_ID,)]

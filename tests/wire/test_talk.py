"""Is what is written on the server in the database, whatever happens to the connection?"""

import shutil
import signal

import pytest
import pytest_asyncio

from tests.wire.bot_process import BotProcess, environment
from tests.wire.fake_discord import FakeDiscord
from tests.wire.gateway import IDENTIFY, RESUME
from tests.wire.payloads import CHANNEL, FORUM, HISTORY, NEWS, PRIVATE_THREAD, PUBLIC_THREAD, VOICE
from tests.wire.wise_old_man import WiseOldMan

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

QUICK = ("-m", "tests.wire.quick")
PAGES = r"/channels/\d+/messages"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory, harvested_file):
    """A Discord with a past of 250 messages in each kind of channel, and the bot, which read it."""
    folder = tmp_path_factory.mktemp("talk")
    shutil.copyfile(harvested_file, folder / "clan.db")
    async with FakeDiscord() as discord, WiseOldMan() as wom:
        await furnish(discord.server)
        for status in (429, 502, 503):
            discord.fail("GET", PAGES, status=status)
        discord.cut(PAGES)
        bot = BotProcess(folder, environment(discord, wom))
        await bot.start(*QUICK)
        await discord.connected()
        await bot.reported("chat")
        yield discord, bot
        await bot.discard()


async def furnish(server):
    text = server.channels[CHANNEL]
    news = await server.open("news", NEWS)
    voice = await server.open("voice", VOICE)
    forum = await server.open("forum", FORUM)
    threads = [
        await server.open("thread", PUBLIC_THREAD, parent=CHANNEL),
        await server.open("old thread", PUBLIC_THREAD, parent=CHANNEL),
        await server.open("private", PRIVATE_THREAD, parent=CHANNEL),
        await server.open("post", PUBLIC_THREAD, parent=forum.channel_id),
        await server.open("old post", PUBLIC_THREAD, parent=forum.channel_id),
    ]
    for channel in (text, news, voice, *threads):
        server.write_past(250, where=channel.channel_id)
    for thread in threads[1::2]:
        await server.archive(thread)


def stored(bot):
    return {row[0] for row in bot.rows("SELECT id FROM messages")}


def state_of(channel, bot):
    return bot.rows("SELECT state FROM channels WHERE discord_channel_id = ?", channel.channel_id)


async def in_step(discord, bot):
    """Wait until the database holds what the server does."""
    await bot.until(lambda: stored(bot) == discord.server.message_ids)


async def test_past_of_every_kind_of_channel_is_read_though_discord_failed_on_the_way(running):
    discord, bot = running

    assert stored(bot) == discord.server.message_ids
    assert len(stored(bot)) == 8 * 250
    assert bot.reports("chat") == ["8 of 8 channels complete, 2000 new messages"]
    kinds = dict(bot.rows("SELECT kind, count(*) FROM channels GROUP BY kind"))
    assert kinds == {"text": 1, "news": 1, "voice": 1, "thread": 5}
    assert bot.rows("SELECT count(*) FROM coverage WHERE since_id = 0") == [(8,)]


async def test_what_is_written_edited_and_deleted_is_so_in_the_database(running):
    discord, bot = running
    server = discord.server
    first, second, *others = [await server.post("hello there", by=501) for _ in range(6)]

    await server.edit(first, "hm")
    await server.delete(second)
    await server.delete(*others)
    await in_step(discord, bot)

    assert bot.rows("SELECT length, flags FROM messages WHERE id = ?", first) == [(2, 8)]


async def test_resumed_connection_replays_what_was_missed(running):
    discord, bot = running
    heard = len(discord.gateway.heard)

    await discord.gateway.drop()
    for _ in range(5):
        await discord.server.post("meanwhile", by=501)
    await in_step(discord, bot)

    assert RESUME in discord.gateway.heard[heard:]
    assert IDENTIFY not in discord.gateway.heard[heard:]
    assert len(bot.lines("bot.ready")) == 1


async def test_what_a_lost_session_never_told_is_read(running):
    discord, bot = running
    server = discord.server
    kept, edited, deleted = [await server.post("before", by=501) for _ in range(3)]
    await in_step(discord, bot)
    reread = len(bot.reports("reread"))

    await discord.gateway.invalidate()
    for _ in range(150):
        await server.post("while nobody listened", by=501)
    opened = await server.open("new")
    await server.post("first", by=501, where=opened.channel_id)
    await server.edit(edited, "after")
    await server.delete(deleted)
    await bot.reported("reread", times=reread + 1)
    await in_step(discord, bot)

    assert len(bot.lines("bot.ready")) == 2
    lengths = "SELECT length FROM messages WHERE id IN (?, ?) ORDER BY id"
    assert bot.rows(lengths, kept, edited) == [(6,), (5,)]


async def test_permission_taken_shows_and_given_again_brings_what_was_missed(running):
    discord, bot = running
    channel = await discord.server.open("secrets", denied=HISTORY)
    discord.server.write_past(120, where=channel.channel_id)
    await bot.until(lambda: state_of(channel, bot) == [("unreadable",)])
    assert not set(channel.ids) & stored(bot)

    await discord.server.forbid(channel, 0)
    reply = await discord.slash("harvest run", source="discord")

    await bot.until(lambda: set(channel.ids) <= stored(bot))
    assert state_of(channel, bot) == [("readable",)]
    assert reply.deferred


async def test_deleted_channel_keeps_what_was_said_in_it(running):
    discord, bot = running
    channel = await discord.server.open("temporary")
    said = await discord.server.post("soon gone", by=501, where=channel.channel_id)
    await bot.until(lambda: said in stored(bot))

    await discord.server.remove(channel)
    await bot.until(lambda: state_of(channel, bot) == [("gone",)])

    assert said in stored(bot)
    discord.server.channels[channel.channel_id] = channel  # as the database still has it


async def test_who_leaves_the_server_is_noted(running):
    discord, bot = running
    noted = "SELECT count(*) FROM departures WHERE discord_user_id = 777"
    await discord.server.join(777)

    await discord.server.leave(777)
    await bot.until(lambda: bot.rows(noted) == [(1,)])
    await discord.server.join(777)
    await bot.until(lambda: bot.rows(noted) == [(0,)])


async def test_two_people_are_answered_at_once(running):
    discord, _ = running

    replies = [await discord.begin("harvest status", by=user) for user in (801, 802)]
    for reply in replies:
        await discord.until(reply.done.is_set, "both replies")

    assert all("known completely" in reply.text for reply in replies)


async def test_killed_bot_ends_voice_when_it_last_heard_of_it(running):
    discord, bot = running
    place = next(one for one in discord.server.channels.values() if one.kind == VOICE)
    sessions = "SELECT ended_at IS NULL FROM voice_sessions ORDER BY started_at"
    await discord.server.talk(601, place.channel_id)
    await bot.until(lambda: bot.rows(sessions) == [(1,)])

    readied = len(bot.lines("bot.ready"))
    await bot.stop(signal.SIGKILL)
    await bot.start(*QUICK)
    await bot.logged("bot.ready", times=readied + 1)

    # How long the first one was isn't known: nothing was heard since it began.
    await bot.until(lambda: bot.rows(sessions) == [(1,)])
    await discord.server.talk(601, None)
    await bot.until(lambda: bot.rows(sessions) == [(0,)])


async def test_nothing_that_was_written_is_kept_or_logged(running):
    _, bot = running
    await bot.stop()

    files = [bot.database, bot.database.with_name("clan.db-wal")]
    kept = b"".join(file.read_bytes() for file in files if file.exists()) + bot.err.encode()
    for said in (b"hello there", b"while nobody", b"line 17", b"old thread"):
        assert said not in kept
    assert "Traceback" not in bot.err
    assert bot.damage() == []

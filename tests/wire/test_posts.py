"""Is a summary posted once by real processes, wherever they die and whatever Discord does?"""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import pytest

from clanstats.timestamps import epoch_ms, now_utc
from tests.wire.payloads import APPLICATION, CHANNEL

pytestmark = pytest.mark.slow

QUICK, POSTING = ("-m", "tests.wire.quick"), ("-m", "tests.wire.posting")
MESSAGES = rf"/channels/{CHANNEL}/messages"
JOB = "post.weekly"


@pytest.fixture
def bot(process, harvested, discord_server):
    """A bot that isn't started yet, whose summary was due two minutes ago."""
    discord_server.forgetful = True  # of nonces: as if more time had passed
    due = now_utc() - timedelta(minutes=2)
    bot = process()
    bot.change(
        "INSERT INTO post_schedules (clan_id, kind, discord_channel_id, weekday, at, timezone,"  # noqa: S608
        f" grace_hours, since) VALUES (1, 'weekly', {CHANNEL}, {due.weekday()},"
        f" '{due:%H:%M}', 'UTC', 24, {epoch_ms(datetime(2026, 1, 1, tzinfo=UTC))})"
    )
    return bot


def posts(discord):
    """The footers of the summaries that stand in the channel."""
    said = discord.server.channels[CHANNEL].messages.values()
    return [
        embed["footer"]["text"]
        for one in said
        if one.author_id == APPLICATION
        for embed in (one.more or {}).get("embeds", ())
    ]


def states(bot):
    return bot.rows("SELECT state, discord_message_id IS NOT NULL FROM posts")


@pytest.mark.parametrize(
    ("point", "stands"),
    [
        pytest.param("claimed", 0, id="after claiming"),
        pytest.param("composed", 0, id="after composing"),
        pytest.param("sending", 0, id="before sending"),
        pytest.param("sent", 1, id="between sending and noting"),
        pytest.param("finishing", 1, id="after noting, before the transaction ends"),
    ],
)
async def test_killed_process_is_followed_by_one_that_leaves_one_post(
    bot, discord_server, point, stands
):
    await bot.start(*POSTING, point)
    assert await bot.ended() == -signal.SIGKILL
    assert len(posts(discord_server)) == stands
    assert states(bot) in ([], [("claimed", 0)])  # claiming is a transaction, too

    await bot.start(*POSTING, "nowhere")
    await bot.reported(JOB)

    assert len(posts(discord_server)) == 1
    assert states(bot) == [("posted", 1)]


async def test_process_killed_while_discord_has_the_post_but_hasnt_answered(bot, discord_server):
    discord_server.lose("POST", MESSAGES, status=None)
    await bot.start(*POSTING, "nowhere")
    await discord_server.until(lambda: posts(discord_server), "the post")
    await bot.stop(signal.SIGKILL)

    await bot.start(*POSTING, "nowhere")
    said = await bot.reported(JOB)

    assert "was posted already, by a process that died" in said
    assert len(posts(discord_server)) == 1
    assert states(bot) == [("posted", 1)]


async def test_discord_answering_500_after_accepting_leaves_one_post(bot, discord_server):
    discord_server.forgetful = False
    discord_server.lose("POST", MESSAGES, status=500, times=2)

    await bot.start(*QUICK)
    await bot.reported(JOB)

    assert len(discord_server.asked("POST", MESSAGES)) == 3
    assert len(posts(discord_server)) == 1
    assert states(bot) == [("posted", 1)]


async def test_two_processes_by_mistake_leave_one_post(bot, process, discord_server):
    other = process()
    await asyncio.gather(bot.start(*QUICK), other.start(*QUICK))
    await bot.until(lambda: states(bot) == [("posted", 1)])
    await both_looked(bot)

    assert len(posts(discord_server)) == 1
    assert states(bot) == [("posted", 1)]


async def test_second_process_leaves_a_post_to_the_one_that_is_sending_it(
    bot, process, discord_server
):
    discord_server.lose("POST", MESSAGES, status=None)
    await bot.start(*QUICK)
    await discord_server.until(lambda: posts(discord_server), "the post")

    await process().start(*QUICK)
    await both_looked(bot)

    assert len(discord_server.asked("POST", MESSAGES)) == 1
    assert states(bot) == [("claimed", 0)]


async def both_looked(bot):
    """Wait until the second of two processes, which log into one file, was ready and ticked."""
    ready = await bot.logged("bot.ready", times=2)
    beat = "SELECT value FROM bot_state WHERE key = 'heartbeat'"
    at = datetime.fromisoformat(ready["timestamp"])
    await bot.until(lambda: datetime.fromisoformat(bot.rows(beat)[0][0]) > at)

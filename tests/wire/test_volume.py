"""Does reading keep to Discord's limits, to a size, and to what it was doing when it was killed?"""

import pytest

from tests.wire.gateway import IDENTIFY
from tests.wire.history import Limit
from tests.wire.kill_often import kill_often
from tests.wire.payloads import CHANNEL

pytestmark = pytest.mark.slow

QUICK = ("-m", "tests.wire.quick")


def stored(bot):
    return {row[0] for row in bot.rows("SELECT id FROM messages")}


async def test_limit_that_headers_lie_about_never_bites(process, discord_server, harvested):
    discord_server.history.limit = Limit(5, 5.0, lying=True)
    discord_server.server.write_past(750)
    bot = process()

    await bot.start()
    await bot.reported("chat")

    assert stored(bot) == discord_server.server.message_ids
    assert discord_server.history.too_many == 0


async def test_killed_bot_goes_on_and_loses_and_doubles_nothing():
    assert await kill_often(2, seed=7, seconds=300) == 0


async def test_memory_stays_flat_over_a_hundred_thousand_messages(
    process, discord_server, harvested
):
    server = discord_server.server
    places = [CHANNEL] + [(await server.open(f"no. {one}")).channel_id for one in range(9)]
    for place in places:
        server.write_past(10_000, where=place, by=range(5000, 5300))
    bot = process()
    await bot.start(*QUICK)
    await bot.until(lambda: len(stored(bot)) > 10_000, patience_s=120)
    early = bot.memory_mb()

    await bot.until(lambda: len(stored(bot)) > 95_000, patience_s=300)
    late = bot.memory_mb()
    await bot.until(lambda: bot.reports("chat"), patience_s=60)

    assert stored(bot) == server.message_ids
    assert late - early <= 10
    # Compacting the file reads it whole, of which SQLite keeps this much in memory.
    assert bot.memory_mb() - late <= 16


async def test_without_privileged_intents_it_counts_and_says_what_that_costs(
    process, discord_server, harvested
):
    discord_server.application["flags"] = 0
    discord_server.server.write_past(120)
    bot = process()

    await bot.start(*QUICK)
    await bot.reported("chat")
    await discord_server.server.post("hello", by=501)
    await bot.until(lambda: stored(bot) == discord_server.server.message_ids)
    reply = await discord_server.slash("health")

    lacking = {line["intent"] for line in bot.lines("intent.missing")}
    assert lacking == {"Server Members Intent", "Message Content Intent"}
    assert "Message Content Intent is off" in reply.text


async def test_intents_that_are_refused_after_all_are_done_without(
    process, discord_server, harvested
):
    discord_server.gateway.turn_away = 4014
    bot = process()
    await bot.start(*QUICK)
    await discord_server.until(lambda: IDENTIFY in discord_server.gateway.heard, "a first try")
    discord_server.gateway.turn_away = None

    await bot.logged("bot.ready")

    assert len(bot.lines("intents.refused")) == 1
    assert len(bot.lines("intent.missing")) == 2

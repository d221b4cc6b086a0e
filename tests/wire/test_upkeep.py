"""Is the database safe from kills, and from whoever restores it under the bot's hands?"""

import signal

import pytest

from tests.wire.kill_upkeep import kill_often

pytestmark = pytest.mark.slow


def test_killed_upgrade_backup_and_restore_lose_nothing():
    assert kill_often(2, seed=7, seconds=120, messages=30_000) == 0


async def test_restore_is_refused_while_the_bot_runs_and_not_once_it_was_killed(
    process, discord_server, harvested
):
    bot, keeper = process(), process()
    await keeper.start("-m", "bot", "db", "backup")
    assert await keeper.ended() == 0
    (copy,) = (keeper.database.parent / "backups").glob("*.xz")
    await bot.start()
    await discord_server.connected()

    await keeper.start("-m", "bot", "db", "restore", copy.name)
    refused = await keeper.ended()
    await bot.stop(signal.SIGKILL)
    await keeper.start("-m", "bot", "db", "restore", copy.name)
    restored = await keeper.ended()

    assert (refused, restored) == (1, 0)
    assert "stop the bot" in keeper.err
    assert bot.damage() == []

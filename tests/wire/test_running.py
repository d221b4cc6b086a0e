"""Does a running bot bear what Discord does to it? One process for all tests here."""

import shutil

import pytest
import pytest_asyncio

from tests.wire.bot_process import BotProcess, environment
from tests.wire.fake_discord import FakeDiscord
from tests.wire.gateway import IDENTIFY, RESUME
from tests.wire.payloads import OWNER, STRANGER
from tests.wire.wise_old_man import WiseOldMan

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SYNC = r"/applications/\d+/commands"
EPHEMERAL = 1 << 6
REFUSED = {"metric": "no such metric"}  # answered without a picture, which is quicker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory, harvested_file):
    """A Discord with the bot, and the bot."""
    folder = tmp_path_factory.mktemp("running")
    shutil.copyfile(harvested_file, folder / "clan.db")
    async with FakeDiscord() as discord, WiseOldMan() as wom:
        bot = BotProcess(folder, environment(discord, wom))
        await bot.start()
        await discord.connected()
        yield discord, bot
        await bot.discard()


async def test_lost_gateway_is_resumed_and_misses_nothing(running):
    discord, _ = running
    before = discord.gateway.heard.copy()

    await discord.gateway.drop()
    reply = await discord.begin("leaderboard", **REFUSED)
    await discord.until(reply.done.is_set, "the reply after the RESUME")

    after = discord.gateway.heard[len(before) :]
    assert "no such metric" in reply.text
    assert after.count(RESUME) == 1
    assert IDENTIFY not in after


@pytest.mark.parametrize("status", [429, 500])
async def test_discord_failing_once_is_asked_again(running, status):
    discord, _ = running
    discord.fail("POST|PATCH", r"/webhooks/.*", status=status)

    reply = await discord.slash("leaderboard", metric="overall")

    assert reply.deferred
    assert reply.files


async def test_reply_that_discord_refuses_is_logged_and_the_next_is_given(running):
    discord, bot = running
    failed = len(bot.lines("command.failed"))
    discord.fail("POST|PATCH|DELETE", r"/webhooks/.*", status=404, code=10015, times=100)

    await discord.begin("leaderboard", metric="overall")
    await bot.logged("command.failed", times=failed + 1)
    await bot.logged("error.unanswered")
    discord.mend()
    reply = await discord.slash("leaderboard", metric="overall")

    assert reply.files


async def test_refused_command_is_answered_in_words_to_nobody_else(running):
    discord, _ = running

    reply = await discord.slash("leaderboard", **REFUSED)

    assert "no such metric" in reply.text
    assert "Traceback" not in reply.text
    assert reply.message["flags"] & EPHEMERAL


async def test_two_commands_at_once_are_both_answered(running):
    discord, _ = running

    replies = [await discord.begin("leaderboard", metric=metric) for metric in ("overall", "ehb")]
    for reply in replies:
        await discord.until(reply.done.is_set, "both replies")

    assert all(reply.files for reply in replies)
    assert all(reply.ack_s < 3 for reply in replies)


async def test_owner_syncs_and_reloads_by_mention_and_nobody_else_does(running):
    discord, _ = running
    synced = len(discord.asked("PUT", SYNC))

    await discord.say("sync", by=STRANGER)
    await discord.say("reload leaderboards", by=STRANGER)
    answers = [
        await discord.mention(text, by=OWNER)
        for text in ("sync", "reload leaderboards", "reload nonsense")
    ]

    assert answers[0] == f"{len(discord.commands)} commands synced."
    assert answers[1] == "cogs.leaderboards reloaded."
    assert answers[2].startswith("There is no cog `nonsense`; there are: ")
    assert len(discord.messages) == 3
    assert len(discord.asked("PUT", SYNC)) == synced + 1
    assert (await discord.slash("leaderboard", **REFUSED)).text

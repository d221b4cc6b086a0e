"""Does the bot as a process start, answer, stop and go on, whatever its surroundings do?"""

import json
import signal
from time import monotonic

import pytest

from clanstats.harvest.backfill import plan
from clanstats.timestamps import now_utc
from tests.wire.payloads import TOKEN

pytestmark = pytest.mark.slow

PNG = b"\x89PNG\r\n\x1a\n"
SYNC = r"/applications/\d+/commands"
COPIES = """
SELECT 'memberships', count(*) FROM memberships GROUP BY clan_id, player_id, joined_at
HAVING count(*) > 1
UNION ALL SELECT 'names', count(*) FROM player_names WHERE until IS NULL GROUP BY player_id
HAVING count(*) > 1
UNION ALL SELECT 'activity', count(*) FROM clan_activity GROUP BY clan_id, wom_id, kind, at
HAVING count(*) > 1
UNION ALL SELECT 'snapshots', count(*) FROM snapshots GROUP BY player_id, taken_at
HAVING count(*) > 1
UNION ALL SELECT 'steps', count(*) FROM backfill_steps GROUP BY clan_id, position
HAVING count(*) > 1
"""


async def test_first_start_migrates_syncs_harvests_and_answers_with_a_picture(
    process, discord_server, wise_old_man
):
    bot = process()

    await bot.start()
    await bot.logged("harvest.store.finished")
    reply = await discord_server.slash("leaderboard", metric="overall")
    code, took_s = await bot.stop()

    assert code == 0
    assert took_s < 5
    assert bot.out == ""
    assert reply.deferred
    assert reply.ack_s < 3
    (picture,) = reply.files.values()
    assert picture.startswith(PNG)
    (sent,) = discord_server.asked("PUT", SYNC)
    assert {"leaderboard", "stats"} <= {command["name"] for command in sent.body}
    members = len(wise_old_man.world.member_ids(now_utc()))
    assert bot.rows("SELECT count(*) FROM memberships WHERE left_at IS NULL") == [(members,)]
    assert bot.damage() == []


async def test_interrupt_ends_it_in_the_middle_of_a_backfill(process, wise_old_man, harvested):
    bot = process()
    wise_old_man.slow_s = 60
    await bot.start()
    await wise_old_man.asked_about_the_past()

    code, took_s = await bot.stop(signal.SIGINT)

    assert code == 0
    assert took_s < 5
    assert "Traceback" not in bot.err
    assert bot.damage() == []


async def test_backfill_goes_on_where_it_was_stopped_and_where_it_was_killed(
    process, discord_server, wise_old_man, harvested
):
    bot = process()
    wise_old_man.slow_s = 60
    await bot.start()
    await wise_old_man.asked_about_the_past()
    code, took_s = await bot.stop(signal.SIGTERM)
    assert code == 0
    assert took_s < 5
    assert "Traceback" not in bot.err
    assert bot.damage() == []

    wise_old_man.slow_s = 0
    await bot.start()
    assert (await bot.logged("backfill.step"))["position"] == 0
    await bot.stop(signal.SIGKILL)
    stored = bot.rows("SELECT player_id, taken_at FROM snapshots")
    await bot.start()
    assert (await bot.logged("backfill.step", times=2))["position"] == 1
    await bot.stop(signal.SIGKILL)

    unanswered, again, after = wise_old_man.past
    assert unanswered == again != after
    assert bot.damage() == []
    assert bot.rows(COPIES) == []
    assert set(bot.rows("SELECT player_id, taken_at FROM snapshots")) >= set(stored)
    steps = sum(1 for _ in plan(now_utc()))
    done = "SELECT count(*), count(done_at) FROM backfill_steps"
    assert bot.rows(done) == [(steps, 2)]
    # One was stopped, one killed; the third was at work when its process was killed just now.
    runs = "SELECT outcome FROM job_runs WHERE name = 'backfill' ORDER BY id"
    assert bot.rows(runs) == [("interrupted",), ("interrupted",), (None,)]
    assert len(discord_server.asked("PUT", SYNC)) == 1  # it knew its commands after the first start


async def test_wrong_token_ends_it_with_a_sentence(process):
    bot = process(DISCORD_TOKEN="mistyped-token")

    await bot.start()
    code = await bot.ended()

    assert code == 1
    assert bot.err.splitlines()[-1] == (
        "Discord refuses DISCORD_TOKEN: copy it again from your application's page Bot."
    )
    assert "Traceback" not in bot.err
    assert "mistyped-token" not in bot.err


async def test_all_that_is_missing_is_said_at_once(process):
    bot = process(DISCORD_TOKEN="", WOM_GROUP_ID="", WOM_API_KEY="hush-hush")

    await bot.start()
    code = await bot.ended()

    assert (code, bot.out) == (2, "")
    assert "DISCORD_TOKEN is missing" in bot.err
    assert "WOM_GROUP_ID is missing" in bot.err
    assert "hush-hush" not in bot.err
    assert not bot.database.exists()


async def test_without_wise_old_man_it_answers_from_the_database(
    process, discord_server, wise_old_man, harvested
):
    await wise_old_man.vanish()
    bot = process()
    bot.change("UPDATE clans SET refreshed_at = refreshed_at - 7200000")  # a harvest is due

    await bot.start()
    reply = await discord_server.slash("leaderboard", metric="overall")
    await bot.logged("job.failed")
    await bot.logged("job.finished")

    assert reply.files
    failed = bot.rows("SELECT name, detail FROM job_runs WHERE outcome = 'failed'")
    assert failed
    for _, reason in failed:
        assert reason.startswith("Wise Old Man can't be reached")


async def test_token_is_nowhere_even_at_debug(process, discord_server):
    bot = process(LOG_LEVEL="DEBUG", WOM_GROUP_SECRET="123-456-789")
    await bot.start()
    await bot.logged("backfill.step")
    await discord_server.slash("leaderboard", metric="no such metric")
    discord_server.fail("POST", r"/interactions/.*", status=404, code=10062)
    await discord_server.begin("leaderboard", metric="overall")
    await bot.logged("command.failed", times=2)

    await bot.stop()

    assert "wom.request" in bot.err
    for secret in (TOKEN, "123-456-789", "interaction-"):
        assert secret not in bot.out + bot.err


async def test_until_it_is_ready_it_loads_nothing_it_rarely_needs(process, harvested):
    bot = process()
    script = """
import json, os, signal, sys
import bot.process
from bot.cli import main

class Ready(bot.process.ClanStatsBot):
    async def on_ready(self):
        await super().on_ready()
        print(json.dumps(sorted(sys.modules)))
        os.kill(os.getpid(), signal.SIGTERM)

bot.process.ClanStatsBot = Ready
sys.exit(main(["run"]))
"""

    await bot.start("-c", script)
    code = await bot.ended()

    loaded = set(json.loads(bot.out))
    assert code == 0
    assert {"discord", "cogs.leaderboards"} <= loaded
    assert loaded.isdisjoint(
        {"matplotlib", "pandas", "openpyxl", "alembic", "sqlalchemy.dialects.postgresql"}
    )


async def test_signal_ends_it_while_discord_keeps_it_waiting(process, discord_server, harvested):
    bot = process()
    discord_server.fail("GET", r"/users/@me", status=500, times=100)
    await bot.start()
    await discord_server.until(lambda: discord_server.asked("GET", r"/users/@me"), "a log-in")

    code, took_s = await bot.stop()

    assert code == 0
    assert took_s < 5
    assert "Traceback" not in bot.err


async def test_event_that_breaks_the_library_ends_it_though_the_gateway_is_silent(
    process, discord_server, harvested
):
    bot = process()
    await bot.start()
    await discord_server.connected()
    discord_server.gateway.deaf = True

    began = monotonic()
    await discord_server.gateway.dispatch("GUILD_CREATE", {})
    code = await bot.ended()

    assert code == 1
    assert monotonic() - began < 5
    assert "KeyError" in bot.err
    assert TOKEN not in bot.err

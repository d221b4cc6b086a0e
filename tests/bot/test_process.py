"""Does the bot end with a sentence when Discord doesn't let it in, and register its commands?"""

import signal

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.wire.payloads import GUILD, TOKEN

SYNC = r"/applications/\d+/commands"


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    """A process of its own may turn the library elsewhere; a test must turn it back."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def bot(harvested, wise_old_man, discord_server):
    """`clanstats` with everything it needs to run, but for what a test says."""

    def run(*arguments, **env):
        given = {
            "WOM_GROUP_ID": 1,
            "WOM_BASE_URL": wise_old_man.url,
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE": discord_server.url,
        }
        return harvested(*arguments, **(given | env))

    return run


def last_line(done):
    assert "Traceback" not in done.err
    return done.err.splitlines()[-1]


@pytest.mark.parametrize("command", ["run", "sync"])
def test_refused_token_is_told_without_showing_it(bot, command):
    done = bot(command, DISCORD_TOKEN="mistyped-token")

    assert (done.code, done.out) == (1, "")
    assert last_line(done).startswith("Discord refuses DISCORD_TOKEN: copy it again")
    assert "mistyped-token" not in done.err


@pytest.mark.parametrize("command", ["run", "sync"])
def test_unreachable_discord_is_told_with_its_address(bot, command):
    done = bot(command, DISCORD_API_BASE="http://127.0.0.1:1/api/v10")

    assert (done.code, done.out) == (1, "")
    assert last_line(done).startswith("Discord can't be reached at http://127.0.0.1:1/api/v10")


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        pytest.param(4014, "Privileged Gateway Intents", id="intents that aren't granted"),
        pytest.param(4004, "Discord doesn't let the bot in", id="token taken back meanwhile"),
    ],
)
def test_gateway_that_closes_for_good_is_told(bot, discord_server, closed, told):
    discord_server.gateway.turn_away = closed

    done = bot("run")

    assert done.code == 1
    assert told in last_line(done)


def test_discord_without_a_gateway_is_told(bot, discord_server):
    discord_server.fail("GET", "/gateway/bot", status=403)

    done = bot("run")

    assert done.code == 1
    assert last_line(done).startswith("Discord doesn't let the bot in")


def test_sync_registers_the_commands_and_starts_nothing_else(bot, discord_server, wise_old_man):
    done = bot("sync")

    assert done.code == 0
    (sent,) = discord_server.asked("PUT", SYNC)
    assert {"leaderboard", "stats"} <= {command["name"] for command in sent.body}
    assert discord_server.gateway.heard == []
    assert wise_old_man.requests == []


def test_sync_registers_them_in_the_configured_guild(bot, discord_server):
    done = bot("sync", DISCORD_GUILD_ID=GUILD)

    assert done.code == 0
    (sent,) = discord_server.asked("PUT", rf"/applications/\d+/guilds/{GUILD}/commands")
    assert sent.body


def test_refused_commands_are_told_with_the_fix(bot, discord_server):
    discord_server.fail("PUT", SYNC, status=403, code=50001)

    done = bot("sync")

    assert done.code == 1
    assert "applications.commands" in last_line(done)

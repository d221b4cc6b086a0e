"""Are Discord's channels read from the terminal, once, without a bot being connected?"""

import json

import pytest
from discord.http import Route

from clanstats import pacing
from tests.wire.payloads import GUILD, HISTORY, PUBLIC_THREAD, TOKEN


@pytest.fixture
def bot(harvested, wise_old_man, discord_server, monkeypatch):
    """`clanstats` with everything it needs, at a pace of its own."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(pacing, "PER_CHANNEL", 0)
    monkeypatch.setattr(pacing, "PER_SECOND", 1e6)

    def run(*arguments, **env):
        given = {
            "WOM_GROUP_ID": 1,
            "DISCORD_GUILD_ID": GUILD,
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE": discord_server.url,
        }
        return harvested(*arguments, **(given | env))

    return run


def test_what_is_missing_is_read_once_and_shown(bot, discord_server):
    server = discord_server.server
    server.write_past(150)
    first = bot("harvest", "discord")
    again = bot("harvest", "discord")

    assert (first.code, first.out) == (0, "1 of 1 channels complete, 150 new messages\n")
    assert (again.code, again.out) == (0, "1 of 1 channels complete, 0 new messages\n")
    assert discord_server.gateway.heard == []

    known = json.loads(bot("show", "coverage", "--json").out)
    assert (known["messages"], known["attributed"]) == (150, 0)
    (channel,) = known["channels"]
    assert (channel["name"], channel["state"], channel["complete"]) == ("general", "readable", True)
    table = bot("show", "coverage").out
    assert "general" in table
    assert "0 of 150 messages are known players'" in table


def test_archived_threads_are_read_and_closed_channels_are_not(bot, discord_server, event_loop_of):
    server = discord_server.server
    closed, thread = event_loop_of(
        server.open("closed", denied=HISTORY),
        server.open("old", PUBLIC_THREAD, parent=300),
    )
    for channel in (closed, thread):
        server.write_past(120, where=channel.channel_id)
    event_loop_of(server.archive(thread))

    done = bot("harvest", "discord")

    assert done.out == "2 of 2 channels complete, 120 new messages\n"


def test_bot_that_is_not_on_the_server_is_told_what_to_do(bot, discord_server):
    discord_server.fail("GET", rf"/guilds/{GUILD}", status=403, code=50001)

    done = bot("harvest", "discord")

    assert done.code == 1
    assert "invite me, or mend `DISCORD_GUILD_ID`" in done.err


def test_nothing_known_yet_is_said(bot):
    done = bot("show", "coverage")

    assert done.code == 1
    assert "clanstats harvest discord" in done.err


def test_guild_has_to_be_known(bot):
    done = bot("harvest", "discord", DISCORD_GUILD_ID="")

    assert done.code == 2
    assert "DISCORD_GUILD_ID is missing" in done.err

"""Does every command answer whatever somebody types, instead of failing?"""

import asyncio

import discord
import pytest
import simcord
from discord import app_commands
from structlog.testing import capture_logs

pytestmark = pytest.mark.slow

ODD = (
    "", "🤷", "-1", "1900-01-01", "0001-01-01", "9999-12-31", "9" * 40, "x" * 300, "';--",
    "a:b:c", "99999d", "2026-W99", "24:61", "null\x00", "*_~`",
)  # fmt: skip
RULES = """
schema = 1
[[ladder]]
id = "main"
steps = [{ rank = "sapphire", when = "true" }, { rank = "ruby", when = "tenure.days >= 30" }]
"""
_PATIENCE_S = 20
_Kind = discord.AppCommandOptionType


@pytest.fixture
def boss(discord_server):
    """Somebody who may run everything."""
    roles = discord_server.env.guild.roles
    return discord_server.join("boss", roles["Admin"], roles["Officer"])


def options(command, odd, value, known):
    """What the command needs, and one option that is odd."""
    needed = {
        one.display_name: one.choices[0].name if one.choices else known[one.type]
        for one in command.parameters
        if one.required
    }
    return needed | {odd.display_name: value}


async def test_no_command_crashes_or_hangs(discord_server, boss, settings):
    settings.ranks_file.write_text(RULES)
    known = {
        _Kind.string: "Idle",
        _Kind.integer: 1,
        _Kind.boolean: True,
        _Kind.user: discord_server.alice,
        _Kind.role: discord_server.env.guild.roles["Officer"],
        _Kind.channel: discord_server.channel,
    }
    asked, wrong = 0, []
    for command in discord_server.bot.tree.walk_commands():
        if not isinstance(command, app_commands.Command):
            continue
        for one in command.parameters:
            for value in ODD if one.type is _Kind.string and not one.choices else ():
                given = options(command, one, value, known)
                with capture_logs() as lines:
                    try:
                        async with asyncio.timeout(_PATIENCE_S):
                            name = command.qualified_name
                            await discord_server.slash(name, by=boss, **given)
                    except simcord.SetupError:  # Discord itself wouldn't send that
                        continue
                asked += 1
                wrong += [(name, one.name, value) for line in lines if line["log_level"] == "error"]

    assert asked > 500
    assert wrong == []

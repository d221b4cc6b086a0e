"""May only officers do what is theirs, by every command and by every button?"""

from pathlib import Path

import discord
import pytest
from discord import app_commands

from cogs.clan_roster.controls import DriftControl
from cogs.clan_roster.state import Action as Mending
from cogs.clan_roster.state import DriftState
from cogs.inactive.controls import QuietControl, QuietMenu
from cogs.inactive.state import MENU, PREFIX, QuietState
from cogs.inactive.state import Action as Quiet
from cogs.promotions.controls import PromotionControl
from cogs.promotions.state import Action as Promotion
from cogs.promotions.state import PromotionState

OFFICERS = {"promotions", "inactive", "case", "points", "audit", "roster", "summary", "export"}
ADMINS = {"harvest", "health", "setup", "backup"}
EVERYBODY = {
    "rank", "clan", "compare", "fun", "stats", "leaderboard", "link", "away", "privacy", "help",
}  # fmt: skip
ROOT = Path(__file__).parents[2]


def commands(bot):
    return [one for one in bot.tree.walk_commands() if isinstance(one, app_commands.Command)]


def needed(command):
    """What Discord is told that it takes."""
    top = command.root_parent or command
    return top.default_permissions or discord.Permissions.none()


async def test_every_command_says_to_discord_whom_it_is_for(discord_server):
    for command in commands(discord_server.bot):
        top = command.qualified_name.split()[0]
        expected = (
            {"manage_roles"} if top in OFFICERS else {"manage_guild"} if top in ADMINS else set()
        )
        found = {name for name, value in needed(command) if value}
        own = {name for name, value in command.default_permissions or () if value}
        assert expected <= found | own, command.qualified_name


async def test_every_command_is_for_somebody(discord_server):
    tops = {command.qualified_name.split()[0] for command in commands(discord_server.bot)}

    assert tops == OFFICERS | ADMINS | EVERYBODY


async def test_every_such_command_checks_when_it_runs(discord_server):
    for command in commands(discord_server.bot):
        if command.qualified_name.split()[0] in OFFICERS | ADMINS:
            assert command.checks, command.qualified_name


class Refused:
    """An interaction of a member who is no officer, in which nothing may happen."""

    def __init__(self, custom_id):
        self.permissions = discord.Permissions.none()
        self.custom_id = custom_id

    def __getattr__(self, name):
        raise AssertionError(f"{name} was used before whoever pressed was looked at")


def buttons():
    for action in Promotion:
        yield PromotionControl, PromotionState(action).custom_id()
    for action in sorted(set(Quiet) - {Quiet.HERE}):
        yield QuietControl, QuietState(action).custom_id()
    yield QuietMenu, QuietState(Quiet.PAGE).custom_id().replace(PREFIX, MENU, 1)
    for action in Mending:
        yield DriftControl, DriftState(action).custom_id()


@pytest.mark.parametrize(("control", "custom_id"), [*buttons()])
async def test_every_button_of_officers_looks_first_at_who_pressed(control, custom_id):
    item = discord.ui.Button(custom_id=custom_id)

    with pytest.raises(app_commands.MissingPermissions):
        await control(item).used(Refused(custom_id))


def test_no_answer_to_officers_is_for_everybody():
    """Each is sent with `ephemeral=True`, or to a deferred answer that was."""
    for name in (
        "promotions",
        "inactive",
        "clan_roster",
        "summary",
        "cases.py",
        "points.py",
        "audit.py",
        "noting.py",
        "export.py",
    ):
        place = ROOT / "cogs" / name
        for file in [place] if place.is_file() else sorted(place.glob("*.py")):
            text = file.read_text(encoding="utf-8")
            assert "ephemeral=False" not in text
            assert text.count("defer(thinking=True)") == 0

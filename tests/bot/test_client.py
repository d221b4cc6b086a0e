"""Does the bot tell Discord what changed, users what went wrong, and its owner what he asked?"""

from contextlib import suppress

import discord
import discord.ext.test as dpytest
import pytest
from discord import app_commands
from discord.ext import commands
from structlog.testing import capture_logs

import cogs
from bot import client
from bot.client import ClanStatsBot
from clanstats import schedules
from clanstats.errors import BadInputError
from clanstats.observability import start_trace
from tests.factories import add_clan

GUILD = 200


@pytest.fixture
async def bot(services):
    bot = ClanStatsBot(services, scheduled=False)
    await bot._async_setup_hook()
    yield bot
    await bot.close()


@pytest.fixture
async def loaded(bot):
    await bot.setup_hook()
    return bot


# What Discord is told


async def test_hash_of_the_commands_is_the_same_for_every_process(loaded, services):
    async with ClanStatsBot(services, scheduled=False) as other:
        await other.setup_hook()

        assert other.command_hash() == loaded.command_hash()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tree: tree.remove_command("leaderboard"), id="a command less"),
        pytest.param(lambda tree: tree.add_command(ping), id="a command more"),
        pytest.param(
            lambda tree: setattr(tree.get_command("leaderboard"), "description", "Other words"),
            id="another description",
        ),
        pytest.param(
            lambda tree: setattr(
                tree.get_command("leaderboard")._params["metric"], "description", "Other words"
            ),
            id="another option",
        ),
        pytest.param(
            lambda tree: setattr(
                tree.get_command("leaderboard"), "default_permissions", discord.Permissions(8)
            ),
            id="other permissions",
        ),
    ],
)
async def test_hash_changes_with(loaded, monkeypatch, change):
    before = loaded.command_hash()

    change(loaded.tree)

    assert loaded.command_hash() != before


@app_commands.command()
async def ping(interaction: discord.Interaction) -> None:
    """Answer."""


async def test_hash_changes_with_the_guild_they_are_for(loaded, services, settings):
    before = loaded.command_hash()

    object.__setattr__(
        services, "settings", settings.model_copy(update={"discord_guild_id": GUILD})
    )

    assert loaded.command_hash() != before


@pytest.fixture
def told(loaded, monkeypatch):
    """What Discord was told, by the guild it is for."""
    told = []

    async def sync(*, guild=None):
        told.append(guild and guild.id)
        return loaded.tree.get_commands(guild=guild)

    monkeypatch.setattr(loaded.tree, "sync", sync)
    return told


async def test_commands_are_told_once(loaded, told):
    await loaded.sync_if_changed()
    await loaded.sync_if_changed()

    assert told == [None]


async def test_changed_commands_are_told_again(loaded, told):
    await loaded.sync_if_changed()
    loaded.tree.remove_command("leaderboard")

    await loaded.sync_if_changed()

    assert told == [None, None]


async def test_commands_are_told_to_the_configured_guild(loaded, told, services, settings):
    object.__setattr__(
        services, "settings", settings.model_copy(update={"discord_guild_id": GUILD})
    )

    assert await loaded.sync() == len(loaded.tree.get_commands())
    assert told == [GUILD]


async def test_refused_commands_are_logged_with_a_fix_and_told_next_time(loaded, monkeypatch):
    asked = []

    async def refuse(*, guild=None):
        asked.append(guild)
        raise discord.HTTPException(Response(403), {"code": 50001, "message": "Missing Access"})

    monkeypatch.setattr(loaded.tree, "sync", refuse)
    with capture_logs() as lines:
        await loaded.sync_if_changed()
        await loaded.sync_if_changed()

    assert len(asked) == 2
    (line, _) = [line for line in lines if line["event"] == "commands.not_synced"]
    assert "applications.commands" in line["fix"]
    async with loaded.services.read() as session:
        assert await schedules.recall(session, "commands.synced") is None


class Response:
    """As much of an answer as an exception of the library reads."""

    reason = ""

    def __init__(self, status):
        self.status = status


# What a user is told


class Answer:
    """The response to an interaction."""

    def __init__(self):
        self.told = []

    def is_done(self):
        return False

    async def send_message(self, text, *, ephemeral):
        self.told.append((text, ephemeral))


class Asked:
    """An interaction, as much of it as the error handler looks at."""

    def __init__(self):
        self.response = Answer()
        self.extras = {}


async def told_about(bot, error):
    asked = Asked()
    await bot.tree.on_error(asked, app_commands.CommandInvokeError(ping, error))
    ((text, ephemeral),) = asked.response.told
    assert ephemeral
    return text


async def test_failure_meant_for_people_is_said_as_it_is(bot):
    assert await told_about(bot, BadInputError("Try `30d`.")) == "Try `30d`."


async def test_unexpected_failure_is_quoted_by_its_trace_and_kept_to_ourselves(bot):
    trace = start_trace(command="leaderboard")

    with capture_logs() as lines:
        text = await told_about(bot, KeyError("players.secret_column"))

    assert trace in text
    for inner in ("KeyError", "secret_column", "Traceback"):
        assert inner not in text
    assert any(line["log_level"] == "error" and line.get("exc_info") for line in lines)


async def test_lost_connection_while_telling_is_logged_and_goes_no_further(bot, monkeypatch):
    async def lost(_text, *, ephemeral):
        raise ConnectionResetError

    asked = Asked()
    asked.response.send_message = lost
    with capture_logs() as lines:
        await bot.tree.on_error(asked, app_commands.AppCommandError())

    assert "error.unanswered" in [line["event"] for line in lines]


# Whom it serves


async def test_clan_is_that_of_the_guild(bot, services):
    async with services.write() as session:
        await add_clan(session, "Here", wom_group_id=1, guild_id=10)
        await add_clan(session, "There", wom_group_id=2, guild_id=20)
    await bot.load_clans()

    assert bot.clan_for(20).name == "There"
    assert bot.clan_for(30) is None


async def test_single_clan_without_a_guild_is_served_anywhere(bot, services):
    async with services.write() as session:
        await add_clan(session, "Anywhere")
    await bot.load_clans()

    assert bot.clan_for(30).name == "Anywhere"


# What its owner types


@pytest.fixture
async def room(loaded, told):
    """A room with the owner and a stranger in it."""
    # Both only so that the library's test double can have members; the bot itself needs none.
    loaded._connection._intents = discord.Intents.all()
    loaded._connection.member_cache_flags = discord.MemberCacheFlags.all()
    dpytest.configure(loaded, members=["owner", "stranger"])
    owner, stranger = dpytest.get_config().members
    loaded.owner_ids = {owner.id}

    async def say(text, *, by):
        with suppress(commands.CommandError):  # raised here after the bot has handled it
            await dpytest.message(f"{loaded.user.mention} {text}", member=by)
        answers = []
        while not dpytest.sent_queue.empty():
            answers.append(dpytest.get_message().content)
        return answers

    yield say, owner, stranger
    await dpytest.empty_queue()
    loaded.ws = None  # the double of a socket can't be closed


async def test_owner_syncs(room, loaded, told):
    say, owner, _ = room

    answers = await say("sync", by=owner)

    assert answers == [f"{len(loaded.tree.get_commands())} commands synced."]
    assert told == [None]


@pytest.mark.parametrize("text", ["sync", "reload leaderboards", "reload", "reload nonsense"])
async def test_others_are_left_without_an_answer(room, told, text):
    say, _, stranger = room

    assert await say(text, by=stranger) == []
    assert told == []


async def test_what_is_no_command_is_left_without_an_answer(room):
    say, owner, _ = room

    assert await say("hello", by=owner) == []


@pytest.mark.parametrize("name", ["leaderboards", "cogs.leaderboards"])
async def test_owner_reloads_a_cog(room, loaded, name):
    say, owner, _ = room
    before = loaded.get_cog("Leaderboards")

    answers = await say(f"reload {name}", by=owner)

    assert answers == ["cogs.leaderboards reloaded."]
    assert loaded.get_cog("Leaderboards") is not before
    assert loaded.tree.get_command("leaderboard")


@pytest.mark.parametrize("name", ["nonsense", "cogs.nonsense", "os", "cogs.errors"])
async def test_only_cogs_are_reloaded(room, name):
    say, owner, _ = room

    (answer,) = await say(f"reload {name}", by=owner)

    assert answer.startswith(f"There is no cog `{name}`; there are: members, leaderboards, ")


async def test_reload_of_nothing_says_what_is_missing(room):
    say, owner, _ = room

    (answer,) = await say("reload", by=owner)

    assert "cog" in answer


COG = """
from discord.ext import commands

class Club(commands.Cog):
    @commands.command()
    async def {command}(self, context):
        await context.reply("here")

async def setup(bot):
    await bot.add_cog(Club())
"""


async def test_cog_that_does_not_load_leaves_the_old_one(room, loaded, tmp_path, monkeypatch):
    say, owner, _ = room
    monkeypatch.setattr(cogs, "__path__", [*cogs.__path__, str(tmp_path)])
    monkeypatch.setattr(client, "COGS", (*client.COGS, "cogs.club"))
    file = tmp_path / "club.py"
    file.write_text(COG.format(command="one"))
    await loaded.load_extension("cogs.club")

    file.write_text("def broken(:")
    (answer,) = await say("reload club", by=owner)

    assert answer == "cogs.club doesn't load (SyntaxError); the one before stays."
    assert await say("one", by=owner) == ["here"]

    file.write_text(COG.format(command="another"))
    assert await say("reload club", by=owner) == ["cogs.club reloaded."]
    assert await say("another", by=owner) == ["here"]

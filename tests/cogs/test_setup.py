import re

import discord
import pytest
import simcord
from aiohttp import ClientConnectionError
from discord import app_commands
from structlog.testing import capture_logs

from clanstats import jobs
from clanstats.errors import BadInputError, ClanStatsError
from cogs.checks import officers_only
from cogs.errors import explain
from demo.casting import Cast
from demo.scenes import scenes
from tests.cogs.stage import HARVESTED, ago
from tests.factories import NOW


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


async def report(text="12 members", *, error=None):
    if error:
        raise error
    return text


async def test_health_tells_admins_how_things_are(discord_server, services):
    await jobs.run("harvest", report, services)
    await jobs.run("backfill", lambda: report(error=ClanStatsError("No route")), services)

    reply = (await discord_server.slash("health", by=discord_server.alice)).response

    shown = fields(reply)
    assert discord_server.acknowledgements() == [(5, True)]
    assert shown["Wise Old Man"].startswith("**0 of 20** requests this minute")
    assert f"harvested <t:{int(HARVESTED.timestamp())}:R>" in shown["Clan"]
    assert shown["Data of members"].splitlines() == [
        f"newest <t:{int(HARVESTED.timestamp())}:R>",
        f"oldest <t:{int(ago(45).timestamp())}:R>",
        "1 never tracked",
    ]
    assert shown["History"].startswith("not begun")
    assert shown["Database"].endswith(" MB")
    failed, done = shown["Latest jobs"].splitlines()
    assert failed.startswith(f"❌ **backfill** <t:{int(NOW.timestamp())}:R> · No route `")
    assert done.startswith("✅ **harvest**")


async def test_health_says_what_is_missing_and_how_to_mend_it(discord_server):
    reply = (await discord_server.slash("health", by=discord_server.alice)).response

    for said in ("`WOM_CONTACT`", "`WOM_API_KEY`", "`WOM_GROUP_SECRET`", "never tracked"):
        assert said in reply.embeds[0].description


async def test_health_works_without_a_clan(discord_server):
    discord_server.bot._clans = ()

    reply = (await discord_server.slash("health", by=discord_server.alice)).response

    assert "`DISCORD_GUILD_ID`" in reply.embeds[0].description


async def test_health_is_hidden_from_members(discord_server):
    with pytest.raises(simcord.SetupError):
        await discord_server.slash("health")


async def test_health_is_refused_to_members_though_a_server_shows_it(discord_server):
    discord_server.bot.tree.get_command("health").default_permissions = None
    await discord_server.bot.tree.sync()

    reply = (await discord_server.slash("health")).response

    assert reply.content == "Only members with the permission Manage Server may do that."
    assert reply.ephemeral
    assert reply.embeds == []


async def test_help_lists_what_the_asker_may_run(discord_server):
    members = (await discord_server.slash("help")).response.embeds[0].description
    admins = (
        (await discord_server.slash("help", by=discord_server.alice)).response.embeds[0].description
    )
    officers = (
        (await discord_server.slash("help", by=discord_server.carol)).response.embeds[0].description
    )

    assert "**/stats**" in members
    assert "/health" not in members
    assert "**/health**" in admins
    assert "**/link add**" in members
    assert "/away list" not in members
    assert "**/away list**" in officers


async def test_help_leaves_no_command_out(discord_server):
    both = discord.Permissions(manage_guild=True, manage_roles=True)
    role = discord_server.env.guild.create_role("Chief", permissions=both)
    chief = discord_server.join("chief", role)

    shown = (await discord_server.slash("help", by=chief)).response.embeds

    text = "\n".join(embed.description for embed in shown)
    for command in discord_server.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            assert f"**/{command.qualified_name}** — {command.description}\n" in f"{text}\n"
    assert sum(len(embed) for embed in shown) <= 6_000


def test_permission_is_declared_and_checked():
    @app_commands.command()
    @officers_only()
    async def one(_: discord.Interaction) -> None:
        """Say nothing."""

    assert one.default_permissions == discord.Permissions(manage_roles=True)
    assert len(one.checks) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(BadInputError("Try `30d`."), "Try `30d`.", id="ours, for people"),
        pytest.param(
            app_commands.CommandOnCooldown(app_commands.Cooldown(1, 9), 3.2),
            "That was quick: try again in 4 s.",
            id="too quick",
        ),
        pytest.param(
            app_commands.BotMissingPermissions(["embed_links"]),
            "I need the permission Embed Links in this channel.",
            id="bot may not",
        ),
        pytest.param(app_commands.CheckFailure(), "You may not do that here.", id="refused"),
        pytest.param(
            app_commands.TransformerError(
                "12x", discord.AppCommandOptionType.integer, app_commands.Transformer()
            ),
            "“12x” can't be read as that option; choose from the list.",
            id="option",
        ),
    ],
)
def test_error_is_explained(error, said):
    assert explain(error) == said


def test_surprise_is_logged_with_its_traceback_and_says_nothing_of_itself():
    with capture_logs() as logs:
        said = explain(LookupError("password"))

    assert "password" not in said
    assert "Something went wrong" in said
    assert [(line["event"], type(line["exc_info"])) for line in logs] == [
        ("command.crashed", LookupError)
    ]


async def test_control_that_fails_tells_who_used_it(discord_server, drawing, monkeypatch):
    message = (await discord_server.slash("stats", player="Zezima")).response

    async def broken(*_, **__):
        raise LookupError("secret")

    monkeypatch.setattr(drawing, "draw", broken)
    reply = (await discord_server.bob.click(message, label="7d")).followups[-1]

    assert reply.ephemeral
    assert re.fullmatch(
        r"Something went wrong, .* Quote `[0-9a-f]{8}` to whoever runs the bot\.", reply.content
    )
    assert message.embeds[0].title == "Last 30 days"


async def test_controls_outlive_a_reload_of_their_cog(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    await discord_server.bot.reload_extension("cogs.leaderboards")
    await discord_server.bob.click(message, label="90d")

    assert "last 90 days" in message.embeds[0].title


@pytest.mark.parametrize(
    "private", [pytest.param(False, id="public"), pytest.param(True, id="private")]
)
async def test_refusal_after_a_wait_is_for_the_asker_alone(discord_server, private):
    reply = await discord_server.slash(
        "stats", player="Zezima", as_of="2024-01-01", private=private
    )

    assert reply.response is None
    assert [one.ephemeral for one in reply.followups] == [True]
    assert reply.followups[0].content == "That player had not joined the clan by then."


@pytest.mark.parametrize(
    "broken",
    [pytest.param(ClientConnectionError("reset"), id="aiohttp"), pytest.param(OSError(), id="OS")],
)
async def test_failure_that_cannot_be_reported_ends_there(discord_server, monkeypatch, broken):
    async def refused(*_, **__):
        raise broken

    monkeypatch.setattr(discord.InteractionResponse, "send_message", refused)
    with capture_logs() as logs:
        await discord_server.slash("stats")

    assert "error.unanswered" in [line["event"] for line in logs]


async def test_demo_shows_every_command(discord_server):
    people = Cast("Zezima", "Zez1ma", "Woox", "B0aty", "Settled", "zulrah")
    shown = {scene.command.split()[0] for scene in scenes(people)}

    slash = discord.AppCommandType.chat_input
    assert shown == {one.name for one in discord_server.bot.tree.get_commands(type=slash)}


async def test_every_command_has_a_description(discord_server):
    for command in discord_server.bot.tree.walk_commands():
        assert command.description not in {"", "…"}
        for option in getattr(command, "parameters", ()):  # a group of commands has none
            assert option.description not in {"", "…"}, f"/{command.name} {option.name}"

"""Do admins see how far reading has come, and can they have it go on, or stop?"""

from datetime import timedelta

import discord
import pytest
import simcord
from sqlalchemy import func, select, update

from clanstats.chat import AuthorKind, MessageFlag, SeenMessage, Writer, snowflake
from clanstats.db.models import ChannelRow, MessageRow
from clanstats.harvest.ingest import store_page
from clanstats.tombstones import Tombstones
from cogs.intents import least
from tests.cogs.stage import BOB_ID, ago, silence


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


async def harvest(discord_server, command, **options):
    reply = await discord_server.slash(f"harvest {command}", by=discord_server.alice, **options)
    return reply.response


def wrote(discord_server, count):
    """What stands in #general that nobody heard of."""
    backend = discord_server.env.backend
    return [
        backend.create_message(discord_server.channel.id, BOB_ID, "words", broadcast=False)
        for _ in range(count)
    ]


async def stored(services):
    async with services.read() as session:
        return await session.scalar(select(func.count()).select_from(MessageRow))


async def test_status_before_anything_was_read(discord_server):
    reply = await harvest(discord_server, "status")

    assert reply.ephemeral
    assert reply.embeds[0].description == f"⏳ <#{discord_server.channel.id}> not read yet"
    assert fields(reply)["Discord"].startswith("**0 of 1 channel** known completely")


async def test_run_reads_what_is_missing_and_says_what_came_of_it(discord_server, services):
    wrote(discord_server, 120)

    reply = await harvest(discord_server, "run", source="discord")

    assert reply.embeds[0].description == "✅ chat: 1 of 1 channels complete, 120 new messages"
    assert await stored(services) == 120
    status = await harvest(discord_server, "status")
    assert status.embeds[0].description == (f"✅ <#{discord_server.channel.id}> from its beginning")
    assert fields(status)["Discord"].splitlines() == [
        "**1 of 1 channel** known completely",
        "120 messages by people",
        "0% of them by a known player",
    ]


async def test_paused_bot_reads_nothing_until_it_is_told_to_run(discord_server, services):
    wrote(discord_server, 1)
    told = await harvest(discord_server, "pause", source="discord")
    refused = await harvest(discord_server, "backfill", source="discord")
    after_pause = await stored(services)
    await discord_server.restart()
    status = await harvest(discord_server, "status")
    done = await harvest(discord_server, "run", source="discord")

    assert told.embeds[0].description == ("Nothing more is read from Discord until `/harvest run`.")
    assert refused.embeds[0].description.startswith("⚠️ chat can't begin: it is paused")
    assert after_pause == 0
    assert "⏸️ paused" in fields(status)["Discord"]
    assert "1 new messages" in done.embeds[0].description
    assert await stored(services) == 1


async def test_failing_job_is_told_with_its_reason(discord_server):
    reply = await harvest(discord_server, "run", source="wom")

    assert reply.embeds[0].description.startswith("❌ harvest: Wise Old Man can't be reached")


async def test_what_was_missed_since_a_day_is_compared_again(discord_server, services, clock):
    clock.now = discord_server.env.now() + timedelta(hours=1)
    first, second = wrote(discord_server, 2)
    await harvest(discord_server, "run", source="discord")
    del discord_server.env.backend.messages[discord_server.channel.id][first.id]
    second.content = "other words"

    reply = await harvest(discord_server, "backfill", since="2025-12-01")

    assert reply.embeds[0].description == (
        "✅ reread: 1 of 1 channels complete, 0 new messages, 1 edited, 1 deleted"
    )
    assert await stored(services) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"since": "soon"}, "That isn't a date I can read", id="no date"),
        pytest.param({"since": "2999-01-01"}, "yet to come", id="in the future"),
        pytest.param({"since": "2026-01-01", "source": "wom"}, "Only Discord", id="not there"),
    ],
)
async def test_backfill_refuses(discord_server, options, said):
    reply = await discord_server.slash("harvest backfill", by=discord_server.alice, **options)

    assert said in reply.followups[0].content


async def test_members_may_not(discord_server):
    with pytest.raises(simcord.SetupError):
        await discord_server.slash("harvest status")


async def test_members_may_not_though_a_server_shows_it(discord_server):
    discord_server.bot.tree.get_command("harvest").default_permissions = None
    await discord_server.bot.tree.sync()

    reply = (await discord_server.slash("harvest pause")).response

    assert reply.content == "Only members with the permission Manage Server may do that."


@pytest.fixture
async def services(services):
    async with services.write() as session:
        await silence(session)
    return services


@pytest.fixture
async def spoken(discord_server, services):
    """Zezima's and a stranger's relayed lines, and some that weren't understood."""
    relay = [Writer(AuthorKind.RELAY, name=name) for name in ("zezima", "stranger")]
    hook = Writer(AuthorKind.WEBHOOK, 77)
    lines = [(relay[0], None)] * 3 + [(relay[1], None)] + [(hook, "no pattern …: …")] * 2
    async with services.write() as session:
        channel_id = await session.scalar(select(ChannelRow.id))
        await store_page(
            session,
            1,
            channel_id,
            [
                SeenMessage(
                    snowflake(ago(1)) + number,
                    writer,
                    5,
                    MessageFlag.NOT_UNDERSTOOD if miss else MessageFlag.NONE,
                    miss=miss,
                )
                for number, (writer, miss) in enumerate(lines)
            ],
            tombstones=await Tombstones.load(session),
        )


async def test_status_lists_what_was_not_understood_and_whose_the_rest_is(discord_server, spoken):
    reply = await harvest(discord_server, "status")

    assert fields(reply)["Relayed, not understood"] == (
        f"2 × `no pattern …: …` in #general, last <t:{int(ago(1).timestamp())}:R>"
    )
    assert fields(reply)["Discord"].splitlines()[1:] == [
        "4 messages by people",
        "75% of them by a known player",
    ]


async def test_health_says_what_is_missing_of_the_talk(discord_server, services, spoken):
    place = discord_server.channel.guild
    nothing = {place.default_role: discord.PermissionOverwrite(view_channel=False)}
    officers = place.create_text_channel("officers", overwrites=nothing)
    await harvest(discord_server, "run", source="discord")
    discord_server.bot._connection._intents = least()

    reply = (await discord_server.slash("health", by=discord_server.alice)).response

    missing = reply.embeds[0].description
    assert f"I can't read <#{officers.id}>: give me View Channel" in missing
    assert "The Message Content Intent is off, so relayed in-game chat can't be read" in missing
    assert "The Server Members Intent is off" in missing
    assert "2 relayed texts not understood: `/harvest status` lists them." in missing
    assert fields(reply)["Talk on Discord"].startswith("**1 of 1 channel** known completely")


async def test_lost_and_deleted_channels_are_shown(discord_server, services):
    place = discord_server.channel.guild
    other = place.create_text_channel("other")
    await harvest(discord_server, "run", source="discord")
    async with services.write() as session:
        lost = ChannelRow.discord_channel_id == other.id
        change = {"state": "unreadable", "state_since": ago(2)}
        await session.execute(update(ChannelRow).where(lost).values(change))
        gone = ChannelRow.discord_channel_id == discord_server.channel.id
        await session.execute(update(ChannelRow).where(gone).values(state="gone"))

    lines = (await harvest(discord_server, "status")).embeds[0].description.splitlines()

    assert lines[0].startswith(
        f"⛔ <#{other.id}> can't be read since <t:{int(ago(2).timestamp())}:d>, known up to "
    )
    assert lines[1] == "1 channel or thread deleted since; what was said is kept"

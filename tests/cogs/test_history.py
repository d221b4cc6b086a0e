"""Does what Discord refuses, loses or fails at come out as one of three failures, and no less?"""

import aiohttp
import discord
import pytest

from clanstats.chat import (
    PAGE,
    ChatGoneError,
    ChatUnavailableError,
    ChatUnreadableError,
)
from clanstats.errors import NoDataError
from tests.cogs.stage import BOB_ID, silence


@pytest.fixture
async def services(services):
    async with services.write() as session:
        await silence(session)
    return services


@pytest.fixture
def source(discord_server):
    return discord_server.bot.chat._source(1)


def wrote(discord_server, count):
    channel = discord_server.channel.id
    backend = discord_server.env.backend
    return [backend.create_message(channel, BOB_ID, "x").id for _ in range(count)]


async def test_page_is_the_newest_before_an_id(discord_server, source):
    ids = wrote(discord_server, PAGE + 20)
    channel = discord_server.channel.id

    newest = await source.page(channel)
    before = await source.page(channel, before=ids[20])

    assert [one.message_id for one in newest] == ids[: -PAGE - 1 : -1]
    assert [one.message_id for one in before] == ids[19::-1]


async def test_empty_channel_is_empty(discord_server, source):
    assert await source.page(discord_server.channel.id) == []


async def test_channel_whose_history_is_forbidden_is_not_taken_to_be_empty(discord_server, source):
    place = discord_server.channel.guild
    hidden = {place.default_role: discord.PermissionOverwrite(read_message_history=False)}
    closed = place.create_text_channel("officers", overwrites=hidden)

    with pytest.raises(ChatUnreadableError):
        await source.page(closed.id)


async def test_channel_that_is_no_more_is_gone(discord_server, source):
    with pytest.raises(ChatGoneError):
        await source.page(123)


class Answer:
    status, reason = 503, "busy"


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(discord.DiscordServerError(Answer, "busy"), id="Discord fails"),
        pytest.param(discord.RateLimited(60), id="a long pause"),
        pytest.param(aiohttp.ServerDisconnectedError(), id="hung up"),
        pytest.param(TimeoutError(), id="no answer"),
        pytest.param(ConnectionResetError(), id="reset"),
    ],
)
async def test_discord_that_cannot_be_reached_is_tried_again_later(
    discord_server, source, monkeypatch, failure
):
    async def fail(*_, **__):
        raise failure

    monkeypatch.setattr(discord_server.bot.http, "logs_from", fail)
    monkeypatch.setattr(discord_server.bot.http, "get_all_guild_channels", fail)

    with pytest.raises(ChatUnavailableError):
        await source.page(discord_server.channel.id)
    with pytest.raises(ChatUnavailableError):
        await source.channels()


async def test_server_that_the_bot_is_not_on_is_said(discord_server, source):
    source._guild_id = 123

    with pytest.raises(NoDataError, match="invite me"):
        await source.channels()


@pytest.mark.parametrize("kind", [discord.Forbidden, discord.NotFound])
@pytest.mark.parametrize("listing", ["public", "private"])
async def test_channel_whose_old_threads_are_refused_keeps_no_other_from_being_listed(
    discord_server, source, monkeypatch, kind, listing
):
    other = discord_server.channel.guild.create_text_channel("other")
    calls = discord_server.bot.http
    name = {
        "public": "get_public_archived_threads",
        "private": "get_private_archived_threads",
    }[listing]
    listed = getattr(calls, name)

    async def refuse(channel_id, *args, **kwargs):
        if channel_id == discord_server.channel.id:
            raise kind(Answer, "no")
        return await listed(channel_id, *args, **kwargs)

    monkeypatch.setattr(calls, name, refuse)
    monkeypatch.setattr(calls, "get_joined_private_archived_threads", refuse)

    found = {one.discord_channel_id for one in await source.channels()}

    assert {discord_server.channel.id, other.id} <= found

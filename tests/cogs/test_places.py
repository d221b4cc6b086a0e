"""Is a post found again by its mark, and does what Discord does wrong come out as what it means?"""

from datetime import timedelta

import discord
import pytest

from clanstats.domain import Window
from clanstats.posts.place import Mark, PlaceError, PostGoneError, PostUnsureError
from cogs.replies import Picture
from cogs.summary.post import Post
from tests.factories import NOW

MARK = Mark("weekly 2026-W47")
OTHERS = ("weekly 2026-W4", "weekly officers 2026-W47", "monthly 2026-10")


@pytest.fixture
def place(discord_server):
    return discord_server.bot.posting.place


@pytest.fixture
def find(discord_server, place):
    now = discord_server.env.now()

    async def found(text, *, channel_id=discord_server.channel.id, hours=1):
        return await place.find(channel_id, text, Window(now - timedelta(hours=hours), now))

    return found


def post(*pictures):
    embed = discord.Embed(title="The week", description="12 XP").set_footer(text="Europe/London")
    return Post(embed, [Picture(b"png", f"{name}.png", name) for name in pictures])


async def sent(place, discord_server, content=None, mark=MARK):
    channel_id = discord_server.channel.id
    return await place.send(channel_id, content or post(), mark=mark, nonce="1")


async def test_post_is_found_by_its_mark_and_by_no_other(find, place, discord_server):
    message_id = await sent(place, discord_server)

    assert await find(MARK.text) == message_id
    assert [await find(text) for text in OTHERS] == [None] * 3


async def test_what_somebody_else_wrote_is_no_post(find, discord_server):
    await discord_server.bob.send(discord_server.channel, MARK.text)

    assert await find(MARK.text) is None


async def test_channel_that_was_deleted_holds_nothing(find):
    assert await find(MARK.text, channel_id=123) is None


async def test_what_cant_be_seen_isnt_taken_for_deleted(find, discord_server):
    discord_server.env.inject_error("GET", "/channels/123", status=403, code=50001)

    with pytest.raises(PlaceError):
        await find(MARK.text, channel_id=123)


@pytest.mark.parametrize("path", ["/channels/*/messages", "/channels/*/messages/*"])
async def test_history_that_is_refused_or_looks_empty_isnt_believed(find, discord_server, path):
    discord_server.env.inject_error("GET", path, status=403, code=50001)

    with pytest.raises(PlaceError):
        await find(MARK.text)


async def test_history_that_cant_be_had_now_leaves_it_open(find, discord_server):
    discord_server.env.inject_error("GET", "/channels/*/messages", status=503)

    with pytest.raises(PostUnsureError, match="looks in the channel first"):
        await find(MARK.text)


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        pytest.param(403, 50013, PlaceError, id="forbidden after all"),
        pytest.param(404, 10003, PlaceError, id="deleted just now"),
        pytest.param(503, 0, PostUnsureError, id="Discord fails"),
    ],
)
async def test_post_that_is_refused_surely_isnt_there_and_else_nobody_knows(
    place, discord_server, status, code, failure
):
    discord_server.env.inject_error("POST", "/channels/*/messages", status=status, code=code)

    with pytest.raises(failure):
        await sent(place, discord_server)


async def test_message_that_was_deleted_is_gone(place, discord_server):
    channel_id = discord_server.channel.id

    for channel in (channel_id, 123):
        with pytest.raises(PostGoneError):
            await place.edit(channel, 5, post(), mark=MARK)


async def test_post_has_its_mark_and_two_pictures_with_their_texts(place, discord_server):
    message_id = await sent(place, discord_server, post("xp", "bosses"))

    (message,) = [one for one in discord_server.channel.history() if one.id == message_id]
    first, second = message.embeds
    assert first.footer.text == "Europe/London · weekly 2026-W47"
    assert [one.description for one in message.attachments] == ["xp", "bosses"]
    assert "xp.png" in first.image.url
    assert "bosses.png" in second.image.url


def test_late_and_corrected_post_says_both():
    mark = Mark(MARK.text, due_at=NOW, corrected_at=NOW + timedelta(hours=1))

    (embed,) = post().embeds(mark)

    at = int(NOW.timestamp())
    assert embed.description == f"*Late: this was due <t:{at}:f>.*\n12 XP"
    assert embed.footer.text == "Europe/London · weekly 2026-W47 · corrected 23 Nov 03:21 UTC"
    assert post().embed.description == "12 XP"


def test_digest_is_of_what_is_said_and_not_of_how_it_is_drawn():
    same = Post(post().embed, [Picture(b"other", "xp.png", "xp")])

    assert post("xp").digest == same.digest
    assert len({post().digest, post("xp").digest, Post(discord.Embed(title="x")).digest}) == 3

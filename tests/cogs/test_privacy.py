"""Does `/privacy` do for its owner what it says, and do hidden people stay out of sight?"""

import discord
import msgspec
import pytest
from sqlalchemy import insert, select

from clanstats.chat import AuthorKind
from clanstats.db.models import AuthorRow, HiddenRow, LinkRow, PlayerRow
from clanstats.privacy.person import Scope
from clanstats.tombstones import Tombstones
from cogs.privacy.state import Action, PrivacyState
from tests.cogs.stage import ALICE_ID, BOB_ID, ago
from tests.factories import NOW
from tests.talking import add_channel, say

ZEZIMA = 1


@pytest.fixture
async def talk(services):
    """Alice has written three messages from her own account, Bob one."""
    async with services.write() as session:
        channel_id = await add_channel(session)
        for user_id, days in ((ALICE_ID, (3, 4, 5)), (BOB_ID, (6,))):
            author_id = await session.scalar(
                insert(AuthorRow)
                .values(clan_id=1, kind=AuthorKind.USER, discord_user_id=user_id)
                .returning(AuthorRow.id)
            )
            await say(session, author_id, channel_id, *map(ago, days))


async def shown(discord_server, command="show", *, by=None, **options):
    result = await discord_server.slash(
        f"privacy {command}", by=by or discord_server.alice, **options
    )
    return result.response


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


def labels(message):
    return [one["label"] for row in message.components for one in row["components"]]


async def hidden_rows(services):
    async with services.read() as session:
        found = await session.execute(select(HiddenRow.kind, HiddenRow.subject_id))
        return {tuple(row) for row in found}


async def test_show_tells_what_is_held_and_what_can_be_done(discord_server, talk):
    message = await shown(discord_server)

    assert message.ephemeral
    told = fields(message)
    assert told["Discord · in lists and charts"].startswith("1 × names and accounts")
    assert "3 × messages (when, where, how long; not what)" in told["Discord · in lists and charts"]
    assert told["Game · in lists and charts"].startswith("Zezima\n1 × names and accounts")
    assert labels(message) == ["Hide my talk", "Hide my numbers", "Export", "Delete …"]


async def test_show_without_a_player_says_how_to_link_one(discord_server, talk):
    message = await shown(discord_server, by=discord_server.bob)

    assert fields(message)["Game"].startswith("No player is linked to you.")
    assert "Hide my numbers" not in labels(message)


async def test_hide_hides_a_half_or_both_and_shows_again(discord_server, services):
    talk, numbers = ("user", ALICE_ID), ("player", ZEZIMA)
    for scope, rows in (("discord", {talk}), ("game", {numbers}), ("all", {talk, numbers})):
        await shown(discord_server, "hide", scope=scope)
        assert await hidden_rows(services) == rows

        await shown(discord_server, "hide", on=False)
        assert await hidden_rows(services) == set()


async def test_buttons_hide_and_show_after_a_restart(discord_server, services):
    message = await shown(discord_server)
    await discord_server.restart()

    await discord_server.alice.click(message, label="Hide my numbers")
    hidden = await hidden_rows(services), labels(message)
    await discord_server.alice.click(message, label="Show my numbers")

    assert hidden[0] == {("player", ZEZIMA)}
    assert "Show my numbers" in hidden[1]
    assert await hidden_rows(services) == set()


async def test_numbers_of_nobody_cannot_be_hidden(discord_server):
    result = await discord_server.slash("privacy hide", scope="game")

    assert "No player is linked to you" in result.followups[0].content


async def test_export_is_a_file_for_who_asked(discord_server, talk):
    message = await shown(discord_server, "export")
    file = message.attachments[0]

    told = msgspec.json.decode(await file.read())
    assert message.ephemeral
    assert file.filename == f"clanstats-{NOW:%Y-%m-%d}.json"
    assert told["discord_user_id"] == str(ALICE_ID)
    assert told["players"] == ["Zezima"]


async def test_delete_asks_twice_and_can_be_called_off(discord_server, services, talk):
    message = await shown(discord_server, "delete", scope="all")
    first = message.embeds[0].title
    await discord_server.alice.click(message, label="Delete …")
    second = message.embeds[0].title
    await discord_server.alice.click(message, label="Keep everything")

    assert message.ephemeral
    assert first == "Delete what is held on you?"
    assert second == "Really delete it? It can't be undone."
    assert message.embeds[0].title == "What is held on you"
    async with services.read() as session:
        assert await session.scalar(select(LinkRow.discord_user_id)) == ALICE_ID


async def test_delete_deletes_after_a_restart_and_says_what_is_left(discord_server, services, talk):
    message = await shown(discord_server, "delete", scope="all")
    await discord_server.alice.click(message, label="Delete …")
    await discord_server.restart()
    await discord_server.alice.click(message, label="Yes, for good")

    assert message.embeds[0].description == (
        "5 messages and 0 times in voice are nobody's now.\n1 player lost name and links."
    )
    assert "still hold it, for up to 372 days" in fields(message)["What stays elsewhere"]
    assert labels(message) == []
    async with services.read() as session:
        assert await session.scalar(select(PlayerRow.name).where(PlayerRow.id == ZEZIMA)) == (
            "deleted-1"
        )
        assert (await Tombstones.load(session)).has_user(ALICE_ID)
    assert await discord_server.typed("stats", "player", "zez") == []


async def test_whoever_was_deleted_can_come_back(discord_server, services, talk):
    message = await shown(discord_server, "delete", scope="discord")
    await discord_server.alice.click(message, label="Delete …")
    await discord_server.alice.click(message, label="Yes, for good")
    message = await shown(discord_server)
    said = message.embeds[0].description
    await discord_server.alice.click(message, label="Come back")

    assert said.startswith("You asked to be deleted.")
    assert message.embeds[0].description is None
    async with services.read() as session:
        assert not (await Tombstones.load(session)).has_user(ALICE_ID)


async def test_game_of_nobody_cannot_be_deleted(discord_server):
    result = await discord_server.slash("privacy delete", scope="game")

    assert "No player is linked to you." in result.followups[0].content


async def test_buttons_are_for_their_owner_alone(discord_server, services, talk):
    channel = discord_server.bot.get_channel(discord_server.channel.id)
    for action in Action:
        view = discord.ui.View(timeout=None)
        custom_id = PrivacyState(ALICE_ID, action).custom_id
        view.add_item(discord.ui.Button(label="Do it", custom_id=custom_id))
        message = await channel.send("A message of Alice's.", view=view)
        reply = await discord_server.bob.click(message, label="Do it")

        assert "somebody else's" in reply.response.content
        assert reply.response.ephemeral
    async with services.read() as session:
        assert await session.scalar(select(LinkRow.discord_user_id)) == ALICE_ID
    assert await hidden_rows(services) == set()


def test_state_fits_into_a_custom_id():
    state = PrivacyState((1 << 64) - 1, Action.ASK_AGAIN, Scope.DISCORD)

    assert PrivacyState.read(state.custom_id) == state
    assert len(state.custom_id) <= 100


class TestOutOfSight:
    """Alice has hidden her numbers; her player Zezima is third or so of 47."""

    @pytest.fixture(autouse=True)
    async def _hidden(self, discord_server):
        before = await discord_server.slash("leaderboard", metric="overall")
        self.title = before.response.embeds[0].title
        self.sum = before.response.embeds[0].description.splitlines()[0]
        self.message = before.response
        await shown(discord_server, "hide", scope="game")

    async def test_board_counts_them_but_has_no_row(self, discord_server, drawing):
        message = (await discord_server.slash("leaderboard", metric="overall")).response

        assert "Zezima" not in str(message.embeds[0].to_dict())
        assert message.embeds[0].title == self.title.replace(" unknown)", " unknown, 1 hidden)")
        assert message.embeds[0].description.splitlines()[0] == self.sum
        board = drawing.drawn[-1][1][0]
        assert "Zezima" not in {line.gain.member.name for line in board.standings}
        assert "Zezima" not in message.attachments[0].description

    async def test_file_and_unknown_list_have_no_row_of_theirs(self, discord_server):
        message = (await discord_server.slash("leaderboard", metric="overall")).response
        sheet = (await discord_server.bob.click(message, label="CSV")).response
        own = (await discord_server.alice.click(message, label="CSV")).response

        assert b"Zezima" not in await sheet.attachments[0].read()
        assert b"Zezima" in await own.attachments[0].read()

    async def test_they_see_themselves_where_nobody_else_does(self, discord_server):
        alice = discord_server.alice
        public = await discord_server.slash("leaderboard", by=alice, metric="overall")
        found = await alice.click(public.response, label="Find me")
        private = await discord_server.slash(
            "leaderboard", by=alice, metric="overall", private=True
        )

        assert "Zezima" not in str(public.response.embeds[0].to_dict())
        assert "private:True" in found.followups[0].content
        assert "›" in private.response.embeds[0].description
        assert "Zezima" in private.response.embeds[0].description

    async def test_a_copy_of_anothers_board_shows_them_themselves(self, discord_server):
        public = (await discord_server.slash("leaderboard", metric="overall")).response

        copy = (await discord_server.alice.click(public, label="90d")).response

        assert copy.ephemeral
        assert "Zezima" in copy.embeds[0].description

    async def test_stats_are_refused_to_others(self, discord_server):
        by_name = await discord_server.slash("stats", player="Zezima")
        by_user = await discord_server.slash("stats", user=discord_server.alice)

        assert by_name.response.content == "That player has hidden their numbers."
        assert by_name.response.ephemeral
        assert by_user.followups[0].content == "That player has hidden their numbers."
        assert by_user.followups[0].ephemeral

    async def test_own_stats_are_seen_by_nobody_else(self, discord_server):
        mine = (await discord_server.slash("stats", by=discord_server.alice)).response
        await discord_server.alice.click(mine, label="7d")

        assert mine.ephemeral
        assert "Zezima" in mine.embeds[0].author.name

    async def test_what_was_posted_is_not_brought_up_to_date(self, discord_server, services):
        await shown(discord_server, "hide", on=False)
        public = (await discord_server.slash("stats", by=discord_server.alice)).response
        await shown(discord_server, "hide")

        reply = await discord_server.alice.click(public, label="7d")

        assert "everybody sees this" in reply.followups[0].content
        assert public.embeds[0].title == "Last 30 days"

    async def test_names_are_offered_to_themselves_only(self, discord_server):
        assert await discord_server.typed("stats", "player", "zez") == []
        own = await discord_server.typed("stats", "player", "zez", by=discord_server.alice)
        guessed = await discord_server.slash("stats", player="Zezimaa")

        assert [choice["value"] for choice in own] == ["Zezima"]
        assert "Zezima**" not in guessed.response.content


class TestUnheard:
    """Alice has hidden what she writes and says, but not her numbers."""

    @pytest.fixture(autouse=True)
    async def _hidden(self, discord_server):
        before = (await discord_server.slash("leaderboard", metric="messages")).response
        self.before = before.embeds[0]
        await shown(discord_server, "hide", scope="discord")

    async def test_boards_of_talk_count_her_but_have_no_row(self, discord_server):
        messages = (await discord_server.slash("leaderboard", metric="messages")).response
        xp = (await discord_server.slash("leaderboard", metric="overall")).response

        now = messages.embeds[0]
        assert "Zezima" in self.before.description
        assert "Zezima" not in str(now.to_dict())
        assert "1 hidden)" in now.title
        assert now.description.splitlines()[0] == self.before.description.splitlines()[0]
        assert "hidden" not in xp.embeds[0].title

    async def test_stats_have_the_game_half_only(self, discord_server):
        theirs = (await discord_server.slash("stats", player="Zezima")).response
        refused = await discord_server.bob.click(theirs, label="Activity")
        mine = await discord_server.slash("stats", by=discord_server.alice, private=True)

        assert not {"Messages · 30d", "Voice · 30d"} & set(fields(theirs))
        assert "chat" not in str(fields(theirs))
        assert refused.followups[0].content == "That player has hidden their talk."
        assert "Messages · 30d" in fields(mine.response)

"""What is kept of a message, and whose is it?"""

import discord
import pytest
from discord.ext import commands

from clanstats.chat import AuthorKind, GameEvent, MessageFlag, Writer
from clanstats.relay.lines import BroadcastKind
from clanstats.settings import Relay, Settings
from cogs.reading import Reader
from tests.wire import payloads
from tests.wire.payloads import CHANNEL, GUILD

ALICE, HOOK, ROBOT, ELSEWHERE = 501, 601, 701, 999
CLAN = "Stub & Co"
LINE = "**Zezima** (Owner): gz on the pet?"


@pytest.fixture(scope="module")
def state():
    return commands.Bot(command_prefix="!", intents=discord.Intents.none())._connection


@pytest.fixture
def seen(state):
    def read(content="", *, by=ALICE, bot=False, where=CHANNEL, settings=None, **more):
        data = payloads.message(payloads.user(by, bot=bot), {"content": content}) | more
        place = discord.PartialMessageable(state=state, id=where, guild_id=GUILD)
        message = discord.Message(state=state, channel=place, data=data)
        return Reader(settings or Settings(), clan_name=CLAN).seen(message)

    return read


def relayed(content, seen, **more):
    return seen(content, by=HOOK, bot=True, webhook_id=str(HOOK), **more)


def test_message_is_its_length_and_flags(seen):
    attachment = {"id": "1", "filename": "a.png", "size": 1, "url": "", "proxy_url": ""}

    plain = seen("hello")
    full = seen(
        "why?",
        type=19,
        message_reference={"message_id": "1", "channel_id": str(CHANNEL)},
        attachments=[attachment],
        edited_timestamp="2026-01-01T00:00:00+00:00",
    )

    assert (plain.writer, plain.length, plain.flags) == (
        Writer(AuthorKind.USER, ALICE),
        5,
        MessageFlag.NONE,
    )
    assert full.flags == (
        MessageFlag.REPLY | MessageFlag.QUESTION | MessageFlag.ATTACHMENT | MessageFlag.EDITED
    )


@pytest.mark.parametrize(
    ("more", "writer"),
    [
        pytest.param({"bot": True}, Writer(AuthorKind.BOT, ALICE), id="a bot"),
        pytest.param({"webhook_id": str(HOOK)}, Writer(AuthorKind.WEBHOOK, HOOK), id="a webhook"),
        pytest.param({"type": 7}, Writer(AuthorKind.SYSTEM), id="joined the server"),
        pytest.param({"type": 6}, Writer(AuthorKind.SYSTEM), id="pinned"),
        pytest.param({"type": 18}, Writer(AuthorKind.SYSTEM), id="started a thread"),
        pytest.param({"type": 21}, Writer(AuthorKind.SYSTEM), id="copy that begins a thread"),
        pytest.param({"type": 20, "bot": True}, Writer(AuthorKind.BOT, ALICE), id="a command"),
    ],
)
def test_who_wrote_it(seen, more, writer):
    assert seen("words", **more).writer == writer


def test_relayed_line_is_the_players(seen):
    line = relayed(LINE, seen)

    assert line.writer == Writer(AuthorKind.RELAY, name="zezima")
    assert line.length == len("gz on the pet?")
    assert line.flags == MessageFlag.QUESTION
    assert line.miss is None


def test_broadcast_is_nobodys_words_and_an_event(seen):
    line = relayed("Zez-ima has reached Attack level 99.", seen)

    assert line.writer == Writer(AuthorKind.WEBHOOK, HOOK)
    assert line.events == (GameEvent(BroadcastKind.LEVEL, "zez ima", "Attack", 99),)


def test_clan_itself_is_no_player(seen):
    line = relayed(f"**{CLAN}**: Zezima has reached Attack level 99.", seen)

    assert line.writer.kind is AuthorKind.WEBHOOK
    assert [event.kind for event in line.events] == [BroadcastKind.LEVEL]


def test_several_speakers_in_one_message_are_counted_as_the_first(seen):
    line = relayed("**Zezima**: one\n**Bob**: three\n**Zezima**: four", seen)

    assert line.writer.name == "zezima"
    assert line.length == len("one") + len("four")
    assert line.miss == "several speakers"
    assert not line.flags & MessageFlag.NOT_UNDERSTOOD


def test_same_line_by_a_member_is_what_the_member_wrote(seen):
    assert seen(LINE).writer == Writer(AuthorKind.USER, ALICE)


class TestWithoutSettings:
    def test_webhook_whose_text_is_no_game_chat_is_itself(self, seen):
        other = relayed("Build 1234 passed", seen)

        assert other.writer == Writer(AuthorKind.WEBHOOK, HOOK)
        assert other.miss is None


class TestWithAConfiguredChannel:
    @pytest.fixture
    def settings(self):
        return Settings(relay_channel_ids=[CHANNEL])

    def test_what_is_not_understood_is_counted_by_its_shape(self, seen, settings):
        line = relayed("~~ 1234 passed!", seen, settings=settings)

        assert line.miss is not None
        assert "passed" not in line.miss
        assert "1234" not in line.miss
        assert line.flags == MessageFlag.NOT_UNDERSTOOD
        assert line.writer == Writer(AuthorKind.WEBHOOK, HOOK)

    def test_webhooks_elsewhere_are_themselves(self, seen, settings):
        assert relayed(LINE, seen, settings=settings, where=ELSEWHERE).writer == Writer(
            AuthorKind.WEBHOOK, HOOK
        )

    def test_message_without_text_is_no_miss(self, seen, settings):
        assert relayed("", seen, settings=settings).miss is None


class TestWithAConfiguredRelay:
    @pytest.fixture
    def settings(self):
        plain = Relay(channel_id=CHANNEL, webhook_id=ROBOT, patterns=["<{name}> {text}"])
        return Settings(relays=[plain])

    def test_bot_may_be_the_relay_with_a_pattern_of_its_own(self, seen, settings):
        line = seen("<Zezima> hi", by=ROBOT, bot=True, settings=settings)

        assert line.writer == Writer(AuthorKind.RELAY, name="zezima")

    def test_others_in_the_channel_are_themselves(self, seen, settings):
        assert relayed(LINE, seen, settings=settings).writer == Writer(AuthorKind.WEBHOOK, HOOK)
        assert seen("<Zezima> hi", settings=settings).writer == Writer(AuthorKind.USER, ALICE)


def test_words_are_counted_only_where_that_is_wanted(seen):
    text = "Gz gz GRATZ on the <:pet:123> <@501> https://example.org/gratz `code` gratz"

    assert seen(text).words == {}
    assert seen(text, settings=Settings(count_words=True)).words == {"gratz": 2, "the": 1}
    assert seen(text, bot=True, settings=Settings(count_words=True)).words == {}

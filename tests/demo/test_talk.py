"""Does the make-believe clan talk the same each time, and as real ones do?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from clanstats.chat import PAGE, AuthorKind, ChatGoneError, ChatUnreadableError
from demo.chat import WorldChat, seen
from demo.world import Case, make_world
from demo.world.model import as_of
from demo.world.names import standard
from demo.world.talk import AccountKind, make_talk
from demo.world.talk.places import OFFICERS, RELAY

END = datetime(2026, 8, 1, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return make_world(members=60, days=120, end=END)


@pytest.fixture(scope="module")
def talk(world):
    return make_talk(world, messages=3_000)


@pytest.fixture
def chat(talk):
    return WorldChat(talk, lambda: END)


async def crawled(chat, channel_id):
    """Every message of a channel, read backwards page by page."""
    found, before = [], None
    while page := await chat.page(channel_id, before=before):
        found += page
        before = page[-1].message_id
    return found


def test_equal_worlds_say_the_same(world, talk):
    again = make_talk(make_world(members=60, days=120, end=END), messages=3_000)

    assert again == talk


def test_about_as_much_is_said_as_asked_for(talk):
    assert 2_700 < len(talk.messages) < 3_300


def test_messages_have_different_ids_in_the_order_of_their_time(world, talk):
    assert all(one.message_id < next_.message_id for one, next_ in pairwise(talk.messages))
    assert all(world.calendar.start <= said.at <= END for said in talk.messages)


def test_everything_that_makes_counting_hard_is_there(talk):
    accounts = Counter((account.kind, account.linked) for account in talk.accounts)
    kinds = {kind for kind, _ in accounts}
    said = talk.messages

    assert kinds == set(AccountKind)
    assert accounts[AccountKind.PERSON, True] > 12
    assert accounts[AccountKind.PERSON, False] > 5
    assert any(account.here.end for account in talk.accounts)
    assert {channel.kind for channel in talk.channels} == {
        *("text", "news", "voice", "forum", "thread"),
    }
    assert any(place.open and place.open.end for place in talk.channels)
    assert any(place.open and place.open.end is None for place in talk.channels)
    assert any(one.deleted_at for one in said)
    assert any(one.edited_at for one in said)
    assert any(one.system for one in said)
    assert len({one.broadcast for one in said}) > 5
    assert talk.in_channel(OFFICERS)
    assert any(sat.until is None for sat in talk.voice)


def test_nobody_sits_in_two_voice_channels_at_once(talk):
    by_account = {}
    for sat in talk.voice:
        by_account.setdefault(sat.account_id, []).append(sat)

    for sessions in by_account.values():
        assert all(one.until <= later.since for one, later in pairwise(sessions))
    assert any(one.until == later.since for s in by_account.values() for one, later in pairwise(s))


def test_relayed_words_are_read_as_said_by_who_bore_the_name_in_game(world, talk):
    lines = [one for one in talk.in_channel(RELAY) if one.wom_id]
    ahead = Counter()

    for said in lines:
        writer = seen(said, talk, END).writer
        person = world.person(said.wom_id)
        borne = {standard(named.what) for named in person.names}
        assert writer.kind is AuthorKind.RELAY
        assert writer.name in borne
        ahead[person.case] += writer.name != standard(as_of(person.names, said.at))
    assert ahead[Case.RENAMED_TWICE] + ahead[Case.RENAMED] + ahead[Case.SYNCED_FIRST] > 0


def test_two_members_exchanged_their_names(world):
    one, other = (person for person in world.people if person.case is Case.SWAPPED)

    assert one.names[0].what == other.names[-1].what
    assert other.names[0].what == one.names[-1].what
    for instant in (one.names[1].at, other.names[1].at, one.names[2].at):
        assert as_of(one.names, instant) != as_of(other.names, instant)


def test_broadcasts_are_read_as_what_they_are(world, talk):
    announced = [said for said in talk.in_channel(RELAY) if said.broadcast]

    for said in announced:
        message = seen(said, talk, END)
        (event,) = message.events
        assert message.writer.kind is AuthorKind.WEBHOOK
        assert event.kind == said.broadcast
        if said.about is not None:
            names = world.person(said.about).names
            assert event.name in {standard(named.what) for named in names}


def test_what_the_relay_garbles_is_not_understood(talk):
    strange = [
        said for said in talk.in_channel(RELAY) if said.wom_id is None and not said.broadcast
    ]
    missed = [seen(said, talk, END) for said in strange]

    assert sum(message.miss is not None for message in missed) >= 3


async def test_reading_backwards_gives_what_stands(chat, talk):
    for place in await chat.channels():
        if place.readable:
            standing = {
                said.message_id
                for said in talk.in_channel(place.discord_channel_id)
                if said.stands(END)
            }
            found = [
                message.message_id for message in await crawled(chat, place.discord_channel_id)
            ]
            assert found == sorted(standing, reverse=True)
            assert place.last_message_id is None or place.last_message_id >= max(found, default=0)


async def test_a_page_is_what_is_next_to_the_id_it_is_asked_with(chat, talk):
    ids = [said.message_id for said in talk.in_channel(RELAY) if said.stands(END)]

    newest, older = await chat.page(RELAY), await chat.page(RELAY, before=ids[-PAGE])

    assert [message.message_id for message in newest] == ids[: -PAGE - 1 : -1]
    assert [message.message_id for message in older] == ids[-PAGE - 1 : -2 * PAGE - 1 : -1]


async def test_nothing_of_the_future_is_seen(talk):
    now = END - timedelta(days=60)
    chat = WorldChat(talk, lambda: now)

    assert max(message.message_id for message in await chat.page(RELAY)) < max(
        said.message_id for said in talk.in_channel(RELAY)
    )
    assert len(await chat.channels()) < len(await WorldChat(talk, lambda: END).channels())


async def test_a_channel_that_is_lost_or_gone_says_so(chat):
    chat.lost.add(RELAY)
    with pytest.raises(ChatUnreadableError):
        await chat.page(RELAY)
    with pytest.raises(ChatUnreadableError):
        await chat.page(OFFICERS)

    chat.gone.add(RELAY)
    with pytest.raises(ChatGoneError):
        await chat.page(RELAY)
    assert RELAY not in {place.discord_channel_id for place in await chat.channels()}

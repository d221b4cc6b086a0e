"""Is what is said of talking true, whoever wrote, and unknown where it isn't known?"""

from collections import Counter
from datetime import UTC, timedelta
from random import Random

import pytest

from clanstats.analytics.talk import talk
from clanstats.analytics.talk_board import talk_board
from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.chat import FIRST_INSTANT, AuthorKind
from clanstats.domain import Member, UnknownReason, Window
from clanstats.harvest.voice import note_everybody
from clanstats.schedules import remember
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from tests.factories import NOW, add_clan, add_member
from tests.talking import (
    add_author,
    add_channel,
    add_stretch,
    attribute,
    be_in_voice,
    link,
    say,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONTH = Window.last(30, now=NOW)
ALICE, BOB = 11, 22  # on Discord
WEEKS = (Window(NOW - 14 * DAY, NOW - 7 * DAY), Window(NOW - 7 * DAY, NOW))


@pytest.fixture
async def session(services):
    """In a clan whose one channel is read."""
    async with services.write() as opened:
        await add_clan(opened)
        yield opened


@pytest.fixture
async def channel(session):
    return await add_channel(session)


async def messages(session, *, window=MONTH, as_of=NOW, **asked):
    return await talk_board(session, 1, metric_name="messages", window=window, as_of=as_of, **asked)


async def voice(session, *, window=MONTH, as_of=NOW):
    return await talk_board(session, 1, metric_name="voice", window=window, as_of=as_of)


def values(board):
    """What everyone has, by name: a number, or why there is none."""
    known = {one.gain.member.name: one.gain.value for one in board.standings}
    return known | {gain.member.name: gain.unknown for gain in board.unknown}


async def said(session, player_id, *, window=MONTH, as_of=NOW, weeks=()):
    who = Member(player_id, player_id, "who", "member", "regular")
    return await talk(session, 1, who, window=window, as_of=as_of, weeks=weeks, tz=UTC)


async def test_messages_count_from_after_the_start_to_the_end_inclusive(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    millisecond = timedelta(milliseconds=1)
    edges = (MONTH.start, MONTH.start + millisecond, MONTH.end, MONTH.end + millisecond)
    await say(session, author, channel, *edges)

    assert values(await messages(session)) == {"Zezima": 2}


async def test_only_what_people_say_counts(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    await say(session, await add_author(session, player), channel, NOW - DAY)
    for kind in (AuthorKind.BOT, AuthorKind.WEBHOOK, AuthorKind.SYSTEM, AuthorKind.FORGOTTEN):
        await say(session, await add_author(session, player, kind=kind), channel, NOW - DAY)

    assert values(await messages(session)) == {"Zezima": 1}


async def test_other_clans_talk_is_not_ours(session, channel):
    other = await add_clan(session, "Others", wom_group_id=2)
    player = await add_member(session, "Zezima", clan_id=1)
    await link(session, ALICE, [player])
    elsewhere = await add_channel(session, clan_id=other)
    author = await add_author(session, player, clan_id=other)
    await say(session, author, elsewhere, NOW - DAY)

    assert values(await messages(session)) == {"Zezima": 0}


async def test_linked_and_silent_is_zero_but_unlinked_and_unheard_is_unknown(session, channel):
    await link(session, ALICE, [await add_member(session, "Silent")])
    await add_member(session, "Stranger")

    assert values(await messages(session)) == {
        "Silent": 0,
        "Stranger": UnknownReason.NOT_LINKED,
    }


async def test_unlinked_but_heard_in_game_has_a_partial_count(session, channel):
    player = await add_member(session, "Heard")
    author = await add_author(session, player, kind=AuthorKind.RELAY)
    await say(session, author, channel, NOW - DAY, NOW - 2 * DAY)

    (line,) = (await messages(session)).standings
    assert (line.gain.value, line.gain.partial) == (2, True)


async def test_who_was_heard_before_the_window_said_nothing_in_it(session, channel):
    player = await add_member(session, "Heard")
    author = await add_author(session, player, kind=AuthorKind.RELAY)
    await say(session, author, channel, NOW - 100 * DAY)

    (line,) = (await messages(session)).standings
    assert (line.gain.value, line.gain.partial) == (0, True)


async def test_name_of_which_only_a_broadcast_told_was_not_heard(session, channel):
    player = await add_member(session, "Dropped")
    await add_author(session, player, kind=AuthorKind.RELAY)

    assert values(await messages(session)) == {"Dropped": UnknownReason.NOT_LINKED}


async def test_discord_and_game_chat_of_all_accounts_add_up_under_the_main_one(session, channel):
    first, main, outside = [await add_member(session, n) for n in ("Alt", "Main", "Other")]
    gone = await add_member(session, "Gone", left_at=NOW - DAY)
    await link(session, ALICE, [first, main, gone], main=main)
    await say(session, await add_author(session, main), channel, NOW - DAY, NOW - 2 * DAY)
    for player in (first, main, gone):
        name = await add_author(session, player, kind=AuthorKind.RELAY)
        await say(session, name, channel, NOW - 3 * DAY)
    await link(session, BOB, [outside])

    board = await messages(session)

    assert values(board) == {"Main": 5, "Other": 0}
    assert board.total == 5
    assert not board.standings[0].gain.partial
    for player in (first, main, gone):
        assert (await said(session, player)).messages.value == 5


async def test_person_is_listed_by_the_account_that_is_in_the_clan(session, channel):
    main = await add_member(session, "Main", left_at=NOW - DAY)
    alt = await add_member(session, "Alt")
    await link(session, ALICE, [main, alt], main=main)
    await say(session, await add_author(session, main), channel, NOW - 5 * DAY)

    assert values(await messages(session)) == {"Alt": 1}
    assert values(await messages(session, as_of=NOW - 2 * DAY)) == {"Main": 1}


async def test_links_in_force_at_the_instant_decide_whose_talk_it_is(session, channel):
    player, alt = await add_member(session, "Main"), await add_member(session, "Alt")
    await link(session, ALICE, [player], main=player)
    await link(session, ALICE, [alt], since=NOW - 10 * DAY)
    await say(session, await add_author(session, player), channel, NOW - 20 * DAY, NOW - DAY)

    then = NOW - 11 * DAY
    window = Window.last(30, now=then)
    assert values(await messages(session, window=window, as_of=then)) == {
        "Main": 1,
        "Alt": UnknownReason.NOT_LINKED,
    }
    assert values(await messages(session)) == {"Main": 2}


async def test_an_authors_words_belong_to_whom_they_are_attributed_when_said(session, channel):
    before, after = await add_member(session, "Before"), await add_member(session, "After")
    author = await add_author(session, before, until=NOW - 5 * DAY)
    await attribute(session, author, after, since=NOW - 5 * DAY, until=NOW - 2 * DAY)
    await link(session, ALICE, [after])
    await link(session, BOB, [before])
    days = [NOW - n * DAY for n in (1, 3, 4, 6, 7, 8)]
    await say(session, author, channel, *days)

    assert values(await messages(session)) == {"Before": 3, "After": 2}


async def test_all_time_counts_up_to_the_instant(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    await say(session, author, channel, NOW - 900 * DAY, NOW - DAY, NOW + DAY)

    board = await messages(session, window=None)

    assert values(board) == {"Zezima": 2}
    assert board.window is None
    assert values(await messages(session, window=None, as_of=NOW - 2 * DAY)) == {"Zezima": 1}


async def test_rank_narrows_the_board_to_who_holds_it(session, channel):
    await link(session, ALICE, [await add_member(session, "A", rank="ruby")])
    await link(session, BOB, [await add_member(session, "B")])

    assert values(await messages(session, rank="ruby")) == {"A": 0}


@pytest.mark.parametrize(
    "state", [pytest.param("readable", id="not read yet"), pytest.param("unreadable", id="closed")]
)
async def test_without_a_channel_read_nothing_is_known_of_anybody(session, state):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    await add_channel(session, state=state, read=False)

    assert values(await messages(session)) == {"Zezima": UnknownReason.NOT_READ}
    assert (await said(session, player)).messages.unknown is UnknownReason.NOT_READ


async def test_window_before_anything_was_read_is_unknown(session):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    await add_channel(session, since=NOW - 10 * DAY)
    earlier = Window(NOW - 30 * DAY, NOW - 12 * DAY)

    assert values(await messages(session, window=earlier)) == {"Zezima": UnknownReason.NOT_READ}


async def test_window_after_reading_stopped_is_unknown(session):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    await add_channel(session, until=NOW - 40 * DAY)

    board = await messages(session)

    assert values(board) == {"Zezima": UnknownReason.NOT_READ}
    assert (board.read.first, board.read.behind) == (None, 1)


async def test_answer_says_which_channels_are_known_from_when(session):
    await add_channel(session)
    await add_channel(session, since=NOW - 10 * DAY)
    await add_channel(session, since=NOW - 20 * DAY)
    await add_channel(session, state="unreadable", read=False)
    await add_channel(session, state="gone")
    hole = await add_channel(session, until=NOW - 15 * DAY)

    read = (await messages(session)).read

    assert (read.channels, read.complete, read.behind, read.unreadable) == (5, 1, 1, 1)
    assert (read.since, read.first) == (NOW - 10 * DAY, MONTH.start)
    assert not read.whole
    await add_stretch(session, hole, since=NOW - 5 * DAY, until=None)
    read = (await messages(session)).read
    assert (read.behind, read.since) == (0, NOW - 5 * DAY)


async def test_channel_that_was_read_until_it_was_deleted_leaves_no_hole(session):
    await add_channel(session)
    gone_at = NOW - 10 * DAY
    await add_channel(session, state="gone", state_since=gone_at, until=gone_at - HOUR / 12)

    read = (await messages(session)).read

    assert (read.channels, read.lost, read.whole) == (1, 0, True)


@pytest.mark.parametrize(
    ("gone_at", "lost"),
    [
        pytest.param(NOW - 10 * DAY, 1, id="deleted in the window"),
        pytest.param(NOW - 40 * DAY, 0, id="deleted before it"),
    ],
)
@pytest.mark.parametrize("read", [True, False])
async def test_channel_that_was_deleted_unread_is_lost_for_good(session, gone_at, lost, read):
    await add_channel(session)
    until = gone_at - 2 * DAY
    await add_channel(session, state="gone", state_since=gone_at, until=until, read=read)

    known = (await messages(session)).read

    assert (known.channels, known.lost, known.whole) == (1, lost, not lost)
    assert known.since == (gone_at if lost else FIRST_INSTANT)


async def test_what_came_in_within_the_last_minutes_is_no_hole(session):
    await add_channel(session, until=NOW - timedelta(minutes=5))

    read = (await messages(session)).read

    assert (read.channels, read.complete, read.behind) == (1, 1, 0)
    assert read.whole


async def test_places_move_only_since_a_window_that_is_known(session):
    channel = await add_channel(session)
    first, second = [await add_member(session, name) for name in ("First", "Second")]
    await link(session, ALICE, [first])
    await link(session, BOB, [second])
    await say(session, await add_author(session, first), channel, NOW - DAY, NOW - 2 * DAY)
    await say(session, await add_author(session, second), channel, NOW - DAY, NOW - 40 * DAY)

    known = (await messages(session)).standings
    await add_channel(session, since=NOW - 45 * DAY)
    unknown = (await messages(session)).standings

    assert [line.previous_place for line in known] == [None, 1]
    assert [line.previous_place for line in unknown] == [None, None]


@pytest.mark.parametrize("seed", range(3))
async def test_every_attributed_message_counts_once_for_whose_it_was(session, channel, seed):
    random = Random(seed)  # noqa: S311 — not a secret
    players = [await add_member(session, f"P{number}") for number in range(5)]
    await link(session, ALICE, players[:2], main=players[1])
    await link(session, BOB, players[2:3])
    person = dict(zip(players, ["P1", "P1", "P2", "P3", "P4"], strict=True))
    expected = Counter(P1=0, P2=0)
    for kind in (AuthorKind.USER, AuthorKind.RELAY) * 3:
        author = await add_author(session, kind=kind)
        edges = sorted(NOW - random.uniform(0, 60) * DAY for _ in range(3))
        owners = [random.choice([None, *players]) for _ in range(4)]
        spans = list(zip([None, *edges], [*edges, None], owners, strict=True))
        for since, until, owner in spans:
            if owner is not None:
                await attribute(session, author, owner, since=since, until=until)
        for _ in range(30):
            at = (NOW - random.uniform(0, 60) * DAY).replace(microsecond=0)
            await say(session, author, channel, at)
            owner = owners[sum(edge <= at for edge in edges)]
            if owner is not None and (at > MONTH.start or kind is AuthorKind.RELAY):
                expected[person[owner]] += at > MONTH.start  # else they were heard before

    board = await messages(session)

    known = {line.gain.member.name: line.gain.value for line in board.standings}
    assert known == expected
    assert board.total == expected.total()


async def test_what_was_written_before_an_unlinking_stays_theirs(session, channel):
    player, stranger = await add_member(session, "Left"), await add_member(session, "Stranger")
    cut = NOW - 5 * DAY
    await link(session, ALICE, [player], until=cut)
    author = await add_author(session, player, until=cut)
    await say(session, author, channel, NOW - 6 * DAY, NOW - DAY)
    await be_in_voice(session, author, channel, cut - HOUR, cut + HOUR)

    assert values(await messages(session)) == {"Left": 1, "Stranger": UnknownReason.NOT_LINKED}
    assert values(await voice(session)) == {"Left": 1, "Stranger": UnknownReason.NOT_LINKED}
    assert (await said(session, player)).messages.partial
    assert (await said(session, player, window=Window.last(3, now=NOW))).messages.value is None
    assert (await said(session, stranger)).active_days is None


async def test_days_are_the_clans_own_and_count_once(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    name = await add_author(session, player, kind=AuthorKind.RELAY)
    await say(session, author, channel, NOW - DAY, NOW - DAY + HOUR, NOW - 9 * DAY)
    await say(session, name, channel, NOW - DAY, NOW - 3 * DAY)

    assert (await said(session, player)).active_days == 3


async def test_last_time_somebody_was_heard_is_told_by_kind(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    name = await add_author(session, player, kind=AuthorKind.RELAY)
    await say(session, author, channel, NOW - 90 * DAY, NOW - 70 * DAY, NOW + DAY)
    await say(session, name, channel, NOW - 80 * DAY)
    await be_in_voice(session, author, channel, NOW - 75 * DAY, NOW - 74 * DAY)

    found = await said(session, player)

    assert found.messages.value == 0
    assert found.last_message_at == NOW - 70 * DAY
    assert found.last_game_chat_at == NOW - 80 * DAY
    assert found.last_voice_at == NOW - 74 * DAY


async def test_weeks_tell_nothing_from_unknown_and_from_maybe_more(session):
    channel = await add_channel(session, since=NOW - 13 * DAY)
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    await say(session, await add_author(session, player), channel, NOW - 8 * DAY)
    before = Window(NOW - 21 * DAY, NOW - 14 * DAY)

    weeks = (await said(session, player, weeks=(before, *WEEKS))).weeks

    assert [(week.value, week.unknown, week.partial) for week in weeks] == [
        (None, UnknownReason.NOT_READ, True),
        (1, None, True),
        (0, None, False),
    ]


async def test_weeks_of_whom_nobody_knows_are_unknown(session, channel):
    player = await add_member(session, "Stranger")

    weeks = (await said(session, player, weeks=WEEKS)).weeks

    assert [week.value for week in weeks] == [None, None]


async def test_place_is_that_of_the_board(session, channel):
    first, alt, second = [await add_member(session, name) for name in ("A", "B", "C")]
    gone = await add_member(session, "D", left_at=NOW - DAY)
    await link(session, ALICE, [first, alt], main=first)
    await link(session, BOB, [second])
    await say(session, await add_author(session, first), channel, NOW - DAY, NOW - 2 * DAY)
    await say(session, await add_author(session, second), channel, NOW - DAY)
    name = await add_author(session, gone, kind=AuthorKind.RELAY)
    await say(session, name, channel, NOW - 3 * DAY)

    places = [(await said(session, player)).place for player in (first, alt, second, gone)]

    assert places == [1, 1, 2, None]
    assert (await said(session, gone)).messages.value == 1


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param(-40, -39.5, 0, id="before the window"),
        pytest.param(-31, -29, 24, id="over its start"),
        pytest.param(-2, -1, 24, id="inside"),
        pytest.param(-0.5, None, 12, id="still there"),
        pytest.param(-0.5, 1, 12, id="over its end"),
        pytest.param(-40, None, 720, id="all the time"),
        pytest.param(1, 2, 0, id="after it"),
    ],
)
async def test_voice_counts_what_of_a_session_is_inside(session, channel, start, end, hours):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    await be_in_voice(session, author, channel, NOW - 60 * DAY, NOW - 59 * DAY)
    ends = None if end is None else NOW + end * DAY
    await be_in_voice(session, author, channel, NOW + start * DAY, ends)

    assert values(await voice(session)) == {"Zezima": hours}
    assert (await said(session, player)).voice.value == hours


async def test_voice_of_an_account_that_changed_hands_is_shared_out(session, channel):
    before, after = await add_member(session, "Before"), await add_member(session, "After")
    author = await add_author(session, before, until=NOW - 5 * DAY)
    await attribute(session, author, after, since=NOW - 5 * DAY)
    await link(session, BOB, [before])
    await link(session, ALICE, [after])
    await be_in_voice(session, author, channel, NOW - 40 * DAY, NOW - 39 * DAY)
    await be_in_voice(session, author, channel, NOW - 5 * DAY - HOUR, NOW - 5 * DAY + 2 * HOUR)

    assert values(await voice(session)) == {"Before": 1, "After": 2}
    assert (await said(session, before)).last_voice_at == NOW - 5 * DAY


async def test_last_voice_of_an_account_is_not_its_next_owners(session, channel):
    before, after = await add_member(session, "Before"), await add_member(session, "After")
    author = await add_author(session, before, until=NOW - 5 * DAY)
    await attribute(session, author, after, since=NOW - 5 * DAY)
    await link(session, ALICE, [after])
    await be_in_voice(session, author, channel, NOW - 9 * DAY, NOW - 8 * DAY)

    assert (await said(session, after)).last_voice_at is None
    assert (await said(session, before)).last_voice_at == NOW - 8 * DAY


async def test_nobody_was_in_voice_before_it_was_watched(session, channel):
    player = await add_member(session, "Zezima")
    await add_member(session, "Stranger")
    await link(session, ALICE, [player])
    unwatched = await voice(session)
    key = WATCHED_SINCE.format(clan_id=1)
    await remember(session, key, (NOW - 10 * DAY).isoformat())

    board = await voice(session)
    earlier = await voice(session, window=Window(NOW - 40 * DAY, NOW - 10 * DAY))

    assert set(values(unwatched).values()) == {UnknownReason.NOT_READ}
    assert values(board) == {"Zezima": 0, "Stranger": UnknownReason.NOT_LINKED}
    assert board.watched_since == NOW - 10 * DAY
    assert board.standings[0].gain.since == NOW - 10 * DAY
    assert set(values(earlier).values()) == {UnknownReason.NOT_READ}


async def test_bots_in_voice_are_nobody(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    bot = await add_author(session, player, kind=AuthorKind.BOT)
    await be_in_voice(session, bot, channel, NOW - 2 * DAY, NOW - DAY)

    assert values(await voice(session)) == {"Zezima": 0}


async def test_voice_is_watched_from_the_first_start_on(session, channel):
    tombstones = await Tombstones.load(session)
    for days in (10, 5):
        await note_everybody(
            session, 1, {}, last_beat=None, now=NOW - days * DAY, tombstones=tombstones
        )

    assert (await voice(session)).watched_since == NOW - 10 * DAY


async def test_first_session_proves_that_voice_was_watched(session, channel):
    player = await add_member(session, "Zezima")
    await link(session, ALICE, [player])
    author = await add_author(session, player)
    await be_in_voice(session, author, channel, NOW - 20 * DAY, NOW - 19 * DAY)

    board = await voice(session, window=None)

    assert board.watched_since == NOW - 20 * DAY
    assert values(board) == {"Zezima": 24}
    assert (await said(session, player, window=Window(EARLIEST, NOW))).voice.value == 24

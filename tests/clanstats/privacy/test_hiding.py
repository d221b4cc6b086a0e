"""Who is left out of lists, and do the totals stay?"""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from clanstats.analytics.leaderboard import leaderboard
from clanstats.db.models import HiddenRow, LinkRow
from clanstats.domain import Gain, GainPolicy, Leaderboard, Member, Standing, UnknownReason, Window
from clanstats.metrics import MESSAGES, TALK, catalogue
from clanstats.people.merging import hand_over
from clanstats.privacy.deletion import delete_user
from clanstats.privacy.hiding import OPTED_OUT, PLAYER, USER, Hidden, hidden, hide, unhide, without
from clanstats.privacy.person import Scope
from tests.clanstats.privacy.clan import OTTO, RED, SALLY
from tests.factories import NOW

XP = catalogue()["overall"]


@pytest.fixture
async def nobody_hidden(town, services):
    async with services.write() as session:
        await session.execute(delete(HiddenRow))
    return town


async def seen(services, at=NOW):
    async with services.read() as session:
        return await hidden(session, 1, at)


async def test_a_user_hides_the_talk_of_all_their_players(nobody_hidden, services):
    async with services.write() as session:
        await hide(session, kind=USER, subject_ids=[SALLY], now=NOW)
        await hide(session, kind=USER, subject_ids=[SALLY], now=NOW)

    assert await seen(services) == Hidden(talk=frozenset({await nobody_hidden.player_id()}))


async def test_hiding_one_account_hides_the_person(nobody_hidden, services):
    sailor, red = await nobody_hidden.player_id(), await nobody_hidden.player_id(RED)
    async with services.write() as session:
        await session.execute(update(LinkRow).values(discord_user_id=SALLY))
        await hide(session, kind=PLAYER, subject_ids=[red], now=NOW)

    assert await seen(services) == Hidden(game=frozenset({sailor, red}))


async def test_whoever_played_it_at_that_time_is_hidden_then(nobody_hidden, services):
    async with services.write() as session:
        await hide(session, kind=USER, subject_ids=[OTTO], now=NOW)
        await session.execute(
            update(LinkRow).where(LinkRow.discord_user_id == OTTO).values(until=NOW)
        )

    red = await nobody_hidden.player_id(RED)
    assert (await seen(services, NOW - timedelta(days=1))).talk == {red}
    assert (await seen(services)).talk == set()


async def test_showing_again_leaves_what_wise_old_man_was_told(nobody_hidden, services):
    sailor = await nobody_hidden.player_id()
    async with services.write() as session:
        for kind in (PLAYER, OPTED_OUT):
            await hide(session, kind=kind, subject_ids=[sailor], now=NOW)
        await unhide(session, kind=PLAYER, subject_ids=[sailor])

    assert await seen(services) == Hidden(game=frozenset({sailor}))


async def test_the_deleted_are_in_no_list_of_the_past(nobody_hidden, services):
    as_of = NOW - timedelta(hours=1)
    sailor = await nobody_hidden.player_id()
    await delete_user(services, SALLY, Scope.ALL)

    async with services.read() as session:
        board = await leaderboard(
            session, 1, metric_name="overall", window=Window.last(7, now=as_of), as_of=as_of
        )
        shown = without(board, (await hidden(session, 1, as_of)).game)

    named = {line.gain.member.player_id for line in shown.standings}
    assert sailor not in named | {line.member.player_id for line in shown.unknown}
    assert (shown.members, shown.total) == (board.members, board.total)
    assert shown.unshown.members == 1


async def test_a_merged_stand_in_hides_whom_it_stood_for(nobody_hidden, services):
    sailor, red = await nobody_hidden.player_id(), await nobody_hidden.player_id(RED)
    async with services.write() as session:
        await session.execute(delete(LinkRow))
        for player_id in (sailor, red):
            await hide(session, kind=PLAYER, subject_ids=[player_id], now=NOW)
        await hide(session, kind=OPTED_OUT, subject_ids=[red], now=NOW)
        await hand_over(session, stand_in=red, player_id=sailor)
        await unhide(session, kind=PLAYER, subject_ids=[sailor])

    assert await seen(services) == Hidden(game=frozenset({sailor}))


def board_of(values):
    lines = [
        Gain(
            Member(number, number, f"P{number}", "member", "regular"),
            value,
            UnknownReason.UNRANKED if value is None else None,
        )
        for number, value in enumerate(values)
    ]
    standings = [Standing(n, line, None) for n, line in enumerate(lines) if line.value is not None]
    unknown = [line for line in lines if line.value is None]
    return Leaderboard(XP, None, NOW, GainPolicy.AS_OF, standings, unknown)


@settings(max_examples=60)
@given(
    st.lists(st.none() | st.integers(0, 9), max_size=8),
    st.sets(st.integers(0, 9)),
)
def test_whoever_is_hidden_is_in_no_row_but_in_every_total(values, concealed):
    board = board_of(values)

    shown = without(board, concealed)

    rows = [*(one.gain for one in shown.standings), *shown.unknown]
    assert not {row.member.player_id for row in rows} & concealed
    for total in ("members", "known", "idle", "total"):
        assert getattr(shown, total) == getattr(board, total)


def test_a_board_of_talk_hides_those_who_hid_their_talk():
    one = Hidden(frozenset({1}), frozenset({2}))

    assert one.on(XP) == {1}
    assert one.on(TALK[MESSAGES]) == {2}


def test_own_rows_are_seen_in_private():
    one = Hidden(frozenset({1, 2}), frozenset({2}))

    assert one.seen_by([2]) == Hidden(frozenset({1}), frozenset())

"""Whose accounts are they, at any instant and after any order of linking and unlinking?"""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as fewer
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from structlog.testing import capture_logs

from clanstats.analytics.members import own_players
from clanstats.analytics.persons import accounts_of
from clanstats.chat import snowflake
from clanstats.db.models import AttributionRow, AuthorRow, LinkClaimRow, LinkRow, PlayerRow
from clanstats.errors import NoDataError
from clanstats.people.links import (
    ForgottenUserError,
    LinkedToOtherError,
    LinkMethod,
    add_link,
    link_of,
    links_at,
    remove_link,
    set_main,
)
from clanstats.people.merging import hand_over
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from tests.factories import NOW, add_clan, add_member

ANN, BEN = 7, 8
OFFICER = 9
HOUR = timedelta(hours=1)


@pytest.fixture
async def players(services):
    """Three members, by our ID."""
    async with services.write() as session:
        await add_clan(session)
        return [await add_member(session, name) for name in ("Main", "Alt", "Other")]


async def link(session, user_id, player_id, at=NOW, **options):
    return await add_link(
        session,
        1,
        user_id=user_id,
        player_id=player_id,
        now=at,
        method=LinkMethod.OFFICER,
        made_by=OFFICER,
        **options,
    )


async def unlink(session, player_id, at=NOW, **options):
    return await remove_link(session, 1, player_id=player_id, now=at, by=OFFICER, **options)


async def rows(session):
    """(user, player, since, until, main) of every link there is."""
    found = await session.execute(
        select(
            LinkRow.discord_user_id, LinkRow.player_id, LinkRow.since, LinkRow.until, LinkRow.main
        ).order_by(LinkRow.id)
    )
    return [tuple(row) for row in found]


async def test_first_link_is_the_main_one_and_counts_from_the_beginning(services, players):
    async with services.write() as session:
        first = await link(session, ANN, players[0])
        second = await link(session, ANN, players[1])

        assert (first.since, first.main, first.made_at, first.made_by) == (
            EARLIEST,
            True,
            NOW,
            OFFICER,
        )
        assert (second.since, second.main) == (EARLIEST, False)
        assert await links_at(session, 1, NOW, user_id=ANN) == (first, second)
        assert await accounts_of(session, 1, players[1], NOW) == (players[0], players[1])
        assert await accounts_of(session, 1, players[2], NOW) == (players[2],)


async def test_linking_again_changes_nothing(services, players):
    async with services.write() as session:
        first = await link(session, ANN, players[0])

        assert await link(session, ANN, players[0], NOW + HOUR) == first
        assert len(await rows(session)) == 1


async def test_what_is_somebody_elses_stays_theirs_unless_it_is_moved(services, players):
    async with services.write() as session:
        held = await link(session, ANN, players[0])
        with pytest.raises(LinkedToOtherError) as refused:
            await link(session, BEN, players[0], NOW + HOUR)
        moved = await link(session, BEN, players[0], NOW + HOUR, replace=True)

        assert refused.value.link == held
        assert (moved.discord_user_id, moved.since) == (BEN, NOW + HOUR)
        assert await rows(session) == [
            (ANN, players[0], EARLIEST, NOW + HOUR, True),
            (BEN, players[0], NOW + HOUR, None, True),
        ]


async def test_next_account_of_a_user_counts_from_when_the_last_one_ended(services, players):
    async with services.write() as session:
        await link(session, ANN, players[0])
        await unlink(session, players[0], NOW + HOUR)

        second = await link(session, ANN, players[1], NOW + 2 * HOUR)

        assert (second.since, second.main) == (NOW + HOUR, True)
        assert await own_players(session, 1, ANN, NOW) == (players[0],)
        assert await own_players(session, 1, ANN, NOW + HOUR) == (players[1],)


async def test_unlinked_by_mistake_and_linked_again_leaves_no_gap(services, players):
    async with services.write() as session:
        await link(session, ANN, players[0])
        await unlink(session, players[0], NOW + HOUR)
        await link(session, ANN, players[0], NOW + 2 * HOUR)

        for at in (EARLIEST, NOW, NOW + HOUR, NOW + 3 * HOUR):
            assert await own_players(session, 1, ANN, at) == (players[0],)


async def test_two_officers_who_disagree_within_a_millisecond_leave_no_empty_times(
    services, players
):
    async with services.write() as session:
        await link(session, ANN, players[0])
        for _ in range(3):
            await unlink(session, players[0])
            await link(session, ANN, players[0])

        assert await rows(session) == [
            (ANN, players[0], EARLIEST, NOW, True),
            (ANN, players[0], NOW, None, True),
        ]


async def test_mistake_leaves_nothing_but_a_line_in_the_log(services, players):
    async with services.write() as session:
        await link(session, ANN, players[0])
        with capture_logs() as logged:
            await unlink(session, players[0], NOW + HOUR, mistake=True)
        again = await link(session, BEN, players[0], NOW + HOUR)

        assert [(line["event"], line["user_id"], line["by"]) for line in logged] == [
            ("link.undone", ANN, OFFICER)
        ]
        assert again.since == EARLIEST
        assert len(await rows(session)) == 1


async def test_longest_linked_account_follows_the_main_one(services, players):
    async with services.write() as session:
        for player_id in players:
            await link(session, ANN, player_id)
        await set_main(session, 1, player_id=players[2], by=ANN)
        assert [one.main for one in await links_at(session, 1, NOW)] == [True, False, False]

        await unlink(session, players[2], NOW + HOUR)

        assert await own_players(session, 1, ANN, NOW + HOUR) == (players[0], players[1])
        assert (await link_of(session, 1, players[0])).main
        assert await own_players(session, 1, ANN, NOW) == (players[2], players[0], players[1])


async def test_nobody_is_unlinked_or_made_main_who_is_not_linked(services, players):
    async with services.write() as session:
        with pytest.raises(NoDataError):
            await unlink(session, players[0])
        with pytest.raises(NoDataError):
            await set_main(session, 1, player_id=players[0], by=ANN)


async def test_links_of_other_clans_are_left_alone(services, players):
    async with services.write() as session:
        await add_clan(session, "Other", wom_group_id=2)
        await add_link(
            session,
            2,
            user_id=BEN,
            player_id=players[0],
            now=NOW,
            method=LinkMethod.PROOF,
        )
        await link(session, ANN, players[0])

        assert [one.discord_user_id for one in await links_at(session, 1, NOW)] == [ANN]
        assert [one.discord_user_id for one in await links_at(session, 2, NOW)] == [BEN]


async def words_of(session):
    """(since, until, player) of what Ann wrote, by ID of the messages."""
    found = await session.execute(
        select(AttributionRow.since_id, AttributionRow.until_id, AttributionRow.player_id).order_by(
            AttributionRow.since_id
        )
    )
    return [tuple(row) for row in found]


async def test_what_a_user_wrote_follows_each_change(services, players):
    alt, main, _ = players
    edge = snowflake(NOW + HOUR)
    async with services.write() as session:
        await session.execute(insert(AuthorRow).values(clan_id=1, kind="user", discord_user_id=ANN))
        assert await words_of(session) == []

        await link(session, ANN, alt)
        await link(session, ANN, main)
        assert [player_id for *_, player_id in await words_of(session)] == [alt]

        await set_main(session, 1, player_id=main, by=ANN)
        assert [player_id for *_, player_id in await words_of(session)] == [main]

        await unlink(session, main, NOW + HOUR)
        assert [(until == edge, who) for _, until, who in await words_of(session)] == [
            (True, main),
            (False, alt),
        ]

        await unlink(session, alt, NOW + HOUR, mistake=True)
        assert [(until, who) for _, until, who in await words_of(session)] == [(edge, main)]


async def test_link_before_this_was_noted_becomes_the_main_one(services, players):
    async with services.write() as session:
        await session.execute(
            insert(LinkRow).values(
                clan_id=1, discord_user_id=ANN, player_id=players[0], since=NOW - HOUR
            )
        )
        await link(session, ANN, players[1])

        assert await own_players(session, 1, ANN, NOW) == (players[0], players[1])
        assert (await link_of(session, 1, players[0])).main


async def test_link_to_a_merged_stand_in_is_to_the_player(services, players):
    async with services.write() as session:
        await session.execute(
            update(PlayerRow).where(PlayerRow.id == players[1]).values(merged_into_id=players[0])
        )

        assert (await link(session, ANN, players[1])).player_id == players[0]


# A stand-in's links


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            [(ANN, 1, None)], [(ANN, 0, EARLIEST, None, True)], id="only the stand-in's link"
        ),
        pytest.param(
            [(ANN, 0, None), (ANN, 1, None)], [(ANN, 0, EARLIEST, None, True)], id="both, one user"
        ),
        pytest.param(
            [(ANN, 0, None), (BEN, 1, None)], [(ANN, 0, EARLIEST, None, True)], id="two users"
        ),
        pytest.param(
            [(ANN, 0, NOW), (BEN, 1, None)],
            [(ANN, 0, EARLIEST, NOW, True), (BEN, 0, NOW, None, True)],
            id="one after the other",
        ),
        pytest.param(
            [(ANN, 0, NOW), (BEN, 1, NOW - HOUR)],
            [(ANN, 0, EARLIEST, NOW, True)],
            id="over before",
        ),
    ],
)
async def test_player_and_stand_in_end_with_one_link(services, players, before, after):
    async with services.write() as session:
        for user_id, which, until in before:
            await link(session, user_id, players[which], NOW - 2 * HOUR)
            if until is not None:
                await unlink(session, players[which], until)

        await hand_over(session, stand_in=players[1], player_id=players[0])

        assert await rows(session) == [
            (user_id, players[which], since, until, main)
            for user_id, which, since, until, main in after
        ]


async def test_main_stand_in_of_another_user_leaves_them_a_main_account(services, players):
    async with services.write() as session:
        await link(session, ANN, players[0])
        await link(session, BEN, players[1])
        await link(session, BEN, players[2])

        await hand_over(session, stand_in=players[1], player_id=players[0])

        assert await own_players(session, 1, BEN, NOW) == (players[2],)
        assert (await link_of(session, 1, players[2])).main


async def test_claims_of_a_stand_in_become_the_players_once(services, players):
    async with services.write() as session:
        for user_id, player_id in ((ANN, players[0]), (ANN, players[1]), (BEN, players[1])):
            await session.execute(
                insert(LinkClaimRow).values(
                    clan_id=1,
                    discord_user_id=user_id,
                    player_id=player_id,
                    skill="mining",
                    baseline=player_id,
                    made_at=NOW,
                    expires_at=NOW,
                )
            )

        await hand_over(session, stand_in=players[1], player_id=players[0])

        found = await session.execute(
            select(LinkClaimRow.discord_user_id, LinkClaimRow.player_id).order_by(
                LinkClaimRow.discord_user_id
            )
        )
        assert [tuple(row) for row in found] == [(ANN, players[0]), (BEN, players[0])]


# Laws

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["link", "link", "move", "unlink", "mistake", "main"]),
        st.sampled_from([ANN, BEN]),
        st.integers(0, 2),  # which account
        st.integers(0, 2),  # hours that pass before
    ),
    max_size=6,
)


async def do(session, step, user_id, player_id, at):
    if step in {"link", "move"}:
        await link(session, user_id, player_id, at, replace=step == "move")
    elif step == "main":
        await set_main(session, 1, player_id=player_id, by=user_id)
    else:
        await unlink(session, player_id, at, mistake=step == "mistake")


@given(steps=STEPS)
@fewer(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_however_it_is_linked_accounts_have_one_user_and_users_one_main_account(
    services, players, steps
):
    at = NOW
    async with services.write() as session:
        await session.execute(delete(LinkRow))
        for step, user_id, which, hours in steps:
            at += hours * HOUR
            with suppress(NoDataError, LinkedToOtherError):
                await do(session, step, user_id, players[which], at)

        stored = await rows(session)
        for player_id in players:
            spans = sorted(
                (since, until or at + HOUR)
                for _, who, since, until, _ in stored
                if who == player_id
            )
            assert all(since < until for since, until in spans)
            assert all(one[1] <= two[0] for one, two in pairwise(spans))
        for user_id in (ANN, BEN):
            mains = [main for who, _, _, until, main in stored if who == user_id and not until]
            assert sum(mains) == bool(mains)
            then = await own_players(session, 1, user_id, NOW - HOUR)
            for player_id in await own_players(session, 1, user_id, at):
                at += HOUR  # one after the other, as commands come
                await unlink(session, player_id, at)
            # Unlinking is from now on, and changes no past.
            assert await own_players(session, 1, user_id, NOW - HOUR) == then


async def test_whoever_asked_to_be_deleted_is_linked_by_nobody(services, players):
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, users=[ANN])

        with pytest.raises(ForgottenUserError, match="/privacy show"):
            await link(session, ANN, players[0])

        assert await link(session, BEN, players[0])

"""Who is away, and for which accounts does it hold?"""

from datetime import timedelta

import pytest

from clanstats.errors import BadInputError
from clanstats.people.absences import absences, away, clear_absence, set_absence
from clanstats.people.links import LinkMethod, add_link, set_main
from tests.factories import NOW, add_clan, add_member

ANN = 7
DAY = timedelta(days=1)


@pytest.fixture
async def players(services):
    """Ann's main account and alt, and an account of nobody."""
    async with services.write() as session:
        await add_clan(session)
        made = [await add_member(session, name) for name in ("Main", "Alt", "Other")]
        for player_id in made[:2]:
            await add_link(
                session, 1, user_id=ANN, player_id=player_id, now=NOW, method=LinkMethod.PROOF
            )
    return made


async def go(session, player_id, *, days=14, now=NOW, reason=None):
    return await set_absence(
        session,
        1,
        player_id=player_id,
        now=now,
        until=now + days * DAY,
        reason=reason,
        set_by=ANN,
    )


async def test_absence_holds_for_all_accounts_until_it_ends_by_itself(services, players):
    main, alt, _ = players
    async with services.write() as session:
        said = await go(session, alt, reason="  the \n sea ")

        assert (said.player_id, said.name, said.reason) == (main, "Main", "the sea")
        for at, ids in ((NOW - DAY, set()), (NOW, {main, alt}), (NOW + 14 * DAY, set())):
            assert (await away(session, 1, at)).keys() == ids
        assert await absences(session, 1, NOW + DAY) == (said,)
        assert await absences(session, 2, NOW + DAY) == ()


async def test_account_of_nobody_is_away_alone(services, players):
    async with services.write() as session:
        await go(session, players[2])

        assert (await away(session, 1, NOW)).keys() == {players[2]}


async def test_absence_is_the_persons_also_when_their_main_account_changes(services, players):
    main, alt, _ = players
    async with services.write() as session:
        await go(session, main)
        await set_main(session, 1, player_id=alt, by=ANN)

        assert (await away(session, 1, NOW)).keys() == {main, alt}
        assert await clear_absence(session, 1, player_id=alt, now=NOW + DAY)
        assert await away(session, 1, NOW + DAY) == {}
        assert (await away(session, 1, NOW)).keys() == {main, alt}  # as it was then


async def test_later_word_takes_the_place_of_the_earlier_one(services, players):
    async with services.write() as session:
        await go(session, players[0], days=30)
        last = await go(session, players[1], days=7, now=NOW + DAY)

        assert await absences(session, 1, NOW + DAY) == (last,)


async def test_nobody_comes_back_who_was_not_away(services, players):
    async with services.write() as session:
        await go(session, players[0])

        assert not await clear_absence(session, 1, player_id=players[2], now=NOW)
        assert not await clear_absence(session, 1, player_id=players[0], now=NOW + 20 * DAY)


@pytest.mark.parametrize("days", [0, -1, 367])
async def test_absence_lies_ahead_and_is_no_longer_than_a_year(services, players, days):
    async with services.write() as session:
        with pytest.raises(BadInputError):
            await go(session, players[0], days=days)

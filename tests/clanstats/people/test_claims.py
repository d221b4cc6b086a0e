"""When is it proven that somebody plays an account?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clanstats.db.models import LinkClaimRow, PlayerRow, SnapshotRow
from clanstats.errors import BadInputError, NoDataError
from clanstats.people.claims import (
    _CHEAP,
    NotProvenError,
    _skill,
    accept_claim,
    begin,
    check,
    claims,
)
from clanstats.people.links import (
    LinkedToOtherError,
    LinkMethod,
    add_link,
    drop_claims,
    link_of,
)
from clanstats.wom.client import WiseOldMan
from clanstats.wom.errors import WomPlayerError, WomRateLimitedError, WomUnavailableError
from tests.clanstats.people.hiscores import Hiscores
from tests.factories import add_clan, add_member, observe

ANN, BEN, OFFICER = 7, 8, 9
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(settings, replay):
    return settings.model_copy(update={"wom_base_url": replay.url})


@pytest.fixture
async def konar(services):
    async with services.write() as session:
        await add_clan(session)
        return await add_member(session, "Konar", wom_id=60)


@pytest.fixture
def hiscores(replay):
    return Hiscores(replay, "konar", wom_id=60)


async def claim(services, player_id, user_id=ANN):
    return await begin(services, 1, user_id=user_id, player_id=player_id)


async def checked(services, player_id, user_id=ANN):
    return await check(services, 1, user_id=user_id, player_id=player_id)


async def linked(services, player_id):
    async with services.read() as session:
        return await link_of(session, 1, player_id)


async def test_xp_in_the_named_skill_is_the_proof(services, clock, konar, hiscores):
    asked = await claim(services, konar)
    clock.now += 5 * MINUTE
    hiscores.train(asked.skill)

    made = await checked(services, konar)

    assert asked.skill in _CHEAP
    assert asked.expires_at - asked.made_at == 30 * MINUTE
    assert (made.discord_user_id, made.method, made.made_by, made.main) == (
        ANN,
        "proof",
        None,
        True,
    )
    async with services.read() as session:
        assert await claims(session, 1, clock.now, late=True) == ()


async def test_xp_in_another_skill_is_none(services, clock, konar, hiscores):
    asked = await claim(services, konar)
    clock.now += 5 * MINUTE
    for skill in hiscores.skills:
        if skill != asked.skill:
            hiscores.train(skill)

    with pytest.raises(NotProvenError, match="No XP in"):
        await checked(services, konar)

    assert await linked(services, konar) is None


async def test_xp_gained_before_the_claim_is_none(services, clock, konar, hiscores):
    for skill in hiscores.skills:
        hiscores.train(skill)
    await claim(services, konar)
    clock.now += 5 * MINUTE

    with pytest.raises(NotProvenError):
        await checked(services, konar)


async def test_half_an_hour_is_not_exceeded(services, clock, konar, hiscores):
    asked = await claim(services, konar)
    hiscores.train(asked.skill)
    clock.now += 30 * MINUTE

    with pytest.raises(NotProvenError, match="over"):
        await checked(services, konar)

    async with services.read() as session:
        assert await claims(session, 1, clock.now) == ()
        (waiting,) = await claims(session, 1, clock.now, late=True)
        assert waiting == asked
        assert await claims(session, 1, clock.now + timedelta(days=7), late=True) == ()


async def test_skill_stays_the_same_however_often_it_is_asked_for(
    services, clock, konar, hiscores, replay
):
    first = await claim(services, konar)

    assert await claim(services, konar) == first
    assert len(replay.requests) == 1
    for _ in range(3):
        clock.now += MINUTE
        async with services.write() as session:
            await drop_claims(session, 1, ANN, konar)
        assert (await claim(services, konar)).skill == first.skill


async def test_skill_is_none_that_the_player_was_at_lately(services, clock, konar, hiscores):
    idle = _CHEAP[3]
    now = {skill: held["experience"] for skill, held in hiscores.skills.items()}
    before = {skill: xp - (skill != idle) for skill, xp in now.items()}
    for days, values in ((40, before), (10, now)):
        async with services.write() as session:
            await observe(session, konar, clock.now - timedelta(days=days), values)

    asked = []
    for user_id in range(1, 8):
        asked.append(await claim(services, konar, user_id))
        clock.now += MINUTE

    assert {one.skill for one in asked} == {idle}


def test_skills_differ_by_user_and_day():
    xp = dict.fromkeys(_CHEAP, 5)

    assert {_skill(xp, (), f"1 {user_id} 1 2026-11-23") for user_id in range(50)} == set(_CHEAP)


@pytest.mark.parametrize(
    ("xp", "expected"),
    [
        pytest.param(dict.fromkeys(_CHEAP, 200_000_000) | {"mining": 5}, "mining", id="one cheap"),
        pytest.param(dict.fromkeys(_CHEAP, -1) | {"fishing": 0}, "fishing", id="one visible"),
    ],
)
async def test_skill_is_one_in_which_xp_can_be_gained_and_seen(
    services, konar, hiscores, xp, expected
):
    for skill, value in xp.items():
        hiscores.skills[skill]["experience"] = value
    hiscores.tell()

    assert (await claim(services, konar)).skill == expected


async def test_other_skills_serve_when_the_cheap_ones_are_full(services, konar, hiscores):
    for skill, held in hiscores.skills.items():
        held["experience"] = 200_000_000 if skill != "agility" else 7
    hiscores.skills["overall"]["experience"] = 5
    hiscores.tell()

    assert (await claim(services, konar)).skill == "agility"


async def test_whoever_has_every_skill_needs_an_officer(services, konar, hiscores):
    for held in hiscores.skills.values():
        held["experience"] = 200_000_000
    hiscores.tell()

    with pytest.raises(NotProvenError, match="officer"):
        await claim(services, konar)


async def test_wise_old_man_is_asked_once_a_minute_at_most(
    services, clock, konar, hiscores, replay
):
    await claim(services, konar)
    for seconds in (0, 1, 58):
        clock.now += timedelta(seconds=seconds)
        with pytest.raises(WomRateLimitedError, match="once a minute"):
            await checked(services, konar)

    clock.now += timedelta(seconds=1)
    with pytest.raises(NotProvenError):
        await checked(services, konar)

    assert len(replay.requests) == 2


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        pytest.param(("PLAYER_IS_RATE_LIMITED", 429), WomRateLimitedError, id="just updated"),
        pytest.param(("HISCORES_USERNAME_NOT_FOUND", 400), WomPlayerError, id="not listed"),
        pytest.param(("PLAYER_IS_ARCHIVED", 403), WomPlayerError, id="archived"),
        pytest.param(("HISCORES_UNEXPECTED_ERROR", 503), WomUnavailableError, id="hiscores down"),
    ],
)
async def test_what_wise_old_man_refuses_is_said_and_claims_nothing(
    services, konar, hiscores, refusal, error
):
    hiscores.refuse(*refusal)

    with pytest.raises(error):
        await claim(services, konar)

    async with services.read() as session:
        assert await claims(session, 1, services.clock(), late=True) == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": 61}, id="the name is another player's now"),
        pytest.param({"latestSnapshot": None}, id="never tracked"),
        pytest.param({"annotations": [{"type": "opt_out"}]}, id="opted out"),
    ],
)
async def test_what_proves_nothing_is_no_claim(services, konar, hiscores, change):
    hiscores.page |= change
    hiscores.tell()

    with pytest.raises(NotProvenError, match="officer"):
        await claim(services, konar)


async def test_name_that_changed_hands_meanwhile_proves_nothing(services, clock, konar, hiscores):
    asked = await claim(services, konar)
    clock.now += MINUTE
    hiscores.page["id"] = 61
    hiscores.train(asked.skill)

    with pytest.raises(NotProvenError, match="another player"):
        await checked(services, konar)


async def test_what_was_read_is_kept_as_history_and_the_next_harvest_still_looks(
    services, clock, konar, hiscores
):
    await claim(services, konar)

    async with services.read() as session:
        assert len((await session.scalars(select(SnapshotRow.taken_at))).all()) == 1
        assert await session.scalar(select(PlayerRow.updated_at)) is None


async def test_claim_ends_where_a_link_is(services, clock, konar, hiscores):
    async with services.write() as session:
        await add_link(
            session, 1, user_id=BEN, player_id=konar, now=clock.now, method=LinkMethod.OFFICER
        )

    with pytest.raises(LinkedToOtherError):
        await claim(services, konar)
    with pytest.raises(BadInputError, match="linked to you"):
        await claim(services, konar, BEN)


async def test_account_linked_to_another_meanwhile_is_not_taken(services, clock, konar, hiscores):
    asked = await claim(services, konar)
    async with services.write() as session:
        await add_link(
            session, 1, user_id=BEN, player_id=konar, now=clock.now, method=LinkMethod.OFFICER
        )
    clock.now += MINUTE
    hiscores.train(asked.skill)

    with pytest.raises(LinkedToOtherError):
        await checked(services, konar)

    assert (await linked(services, konar)).discord_user_id == BEN


async def test_three_claims_are_enough(services, konar, replay):
    async with services.write() as session:
        more = [await add_member(session, f"Alt {n}", wom_id=100 + n) for n in range(3)]
    for n, player_id in enumerate(more):
        Hiscores(replay, f"alt {n}", wom_id=100 + n)
        await claim(services, player_id)

    with pytest.raises(BadInputError, match="3 accounts"):
        await claim(services, konar)


async def test_officers_word_decides_also_after_the_half_hour(services, clock, konar, hiscores):
    await claim(services, konar)
    clock.now += timedelta(days=2)

    async with services.write() as session:
        made = await accept_claim(
            session, 1, user_id=ANN, player_id=konar, now=clock.now, by=OFFICER
        )
        again = await accept_claim(
            session, 1, user_id=ANN, player_id=konar, now=clock.now, by=OFFICER
        )

    assert (made.method, made.made_by) == ("officer", OFFICER)
    assert again == made


async def test_withdrawn_claim_can_be_neither_accepted_nor_checked(
    services, clock, konar, hiscores
):
    await claim(services, konar)
    async with services.write() as session:
        assert await drop_claims(session, 1, ANN, konar)
        assert not await drop_claims(session, 1, ANN, konar)

    with pytest.raises(NoDataError):
        await checked(services, konar)
    async with services.write() as session:
        with pytest.raises(NoDataError):
            await accept_claim(session, 1, user_id=ANN, player_id=konar, now=clock.now, by=OFFICER)


async def test_claim_withdrawn_while_wise_old_man_was_asked_links_nothing(
    services, clock, konar, hiscores, monkeypatch
):
    asked = await claim(services, konar)
    clock.now += MINUTE
    hiscores.train(asked.skill)
    update_player = WiseOldMan.update_player

    async def slow(self, name):
        told = await update_player(self, name)
        async with services.write() as session:
            await drop_claims(session, 1, ANN, konar)
        return told

    monkeypatch.setattr(WiseOldMan, "update_player", slow)
    with pytest.raises(NoDataError):
        await checked(services, konar)

    assert await linked(services, konar) is None


async def test_old_claims_are_swept_out(services, clock, konar, hiscores, replay):
    await claim(services, konar)
    clock.now += timedelta(days=8)
    async with services.write() as session:
        alt = await add_member(session, "Alt", wom_id=61)
    Hiscores(replay, "alt", wom_id=61)

    await claim(services, alt)

    async with services.read() as session:
        assert (await session.scalars(select(LinkClaimRow.player_id))).all() == [alt]

"""Is whoever opted out on Wise Old Man hidden here, at little cost?"""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from clanstats.db.models import HiddenRow, MembershipRow
from clanstats.people.claims import NotProvenError, begin
from clanstats.privacy import opt_outs
from clanstats.privacy.hiding import hidden
from clanstats.privacy.opt_outs import honour_opt_outs
from clanstats.settings import Settings
from clanstats.wom.client import WiseOldMan
from tests.factories import NOW, add_clan, add_member
from tests.replay import Replay, Reply, body

NAMES = ("Amy", "Ben", "Cat", "Dan")


@pytest.fixture
async def replay():
    async with Replay(limits=False) as server:
        yield server


@pytest.fixture
async def wom(replay, clock):
    client = WiseOldMan(
        base_url=replay.url, user_agent="tests", sleep=clock.sleep, monotonic=clock.monotonic
    )
    yield client
    await client.close()


@pytest.fixture
def settings(tmp_path, migrated):
    file = tmp_path / "clan.db"
    file.write_bytes(migrated.read_bytes())
    return Settings(database_url=f"sqlite+aiosqlite:///{file}")


@pytest.fixture
async def leavers(services, replay):
    """Four who left one after the other, and Eve, who stayed."""
    async with services.write() as session:
        await add_clan(session)
        ids = [
            await add_member(session, name, wom_id=60 + n, left_at=NOW - timedelta(days=9 - n))
            for n, name in enumerate(NAMES)
        ]
        await add_member(session, "Eve")
    for number, name in enumerate(NAMES):
        tell(replay, name, 60 + number)
    return ids


def tell(replay, name, wom_id, *annotations):
    page = json.loads(body("update_player_200"))
    page |= {"id": wom_id, "annotations": [{"type": kind} for kind in annotations]}
    replay.answer(f"/players/{name.lower()}", Reply(200, json.dumps(page).encode()))


async def seen(services):
    async with services.read() as session:
        return (await hidden(session, 1, NOW)).game


async def test_whoever_left_and_opted_out_is_hidden(services, leavers, replay):
    amy, ben, *_ = leavers
    tell(replay, "Amy", 60, "opt_out_groups")
    refusal = {"message": "Player has opted out.", "code": "PLAYER_OPTED_OUT"}
    replay.answer("/players/ben", Reply(403, json.dumps(refusal).encode()))
    tell(replay, "Cat", 62, "opt_out_competitions")

    found = await honour_opt_outs(services, 1)

    assert found == 2
    assert await seen(services) == {amy, ben}
    assert {request.method for request in replay.requests} == {"GET"}


async def test_each_is_asked_about_once_and_a_few_a_night(services, leavers, replay, monkeypatch):
    monkeypatch.setattr(opt_outs, "A_NIGHT", 3)

    for _ in range(3):
        await honour_opt_outs(services, 1)

    assert [request.path for request in replay.requests] == [
        f"/players/{name.lower()}" for name in NAMES
    ]


async def test_another_player_of_that_name_says_nothing_of_them(services, leavers, replay):
    tell(replay, "Amy", 99, "opt_out")
    replay.play("err_404_player", at="/players/ben")

    assert await honour_opt_outs(services, 1) == 0
    assert len(replay.requests) == len(NAMES)


async def test_when_wise_old_man_is_down_the_rest_is_asked_later(services, leavers, replay):
    tell(replay, "Cat", 62, "opt_out")
    replay.answer("/players/ben", Reply(400, b'{"message": "No."}'))
    first = await honour_opt_outs(services, 1)
    tell(replay, "Ben", 61)

    assert first == 0
    assert await honour_opt_outs(services, 1) == 1


async def test_whoever_is_in_the_group_again_is_shown(services, leavers, replay):
    tell(replay, "Amy", 60, "opt_out")
    await honour_opt_outs(services, 1)
    async with services.write() as session:
        await session.execute(
            insert(MembershipRow).values(
                clan_id=1, player_id=leavers[0], joined_at=NOW, rank="member"
            )
        )

    await honour_opt_outs(services, 1)

    assert await seen(services) == set()


async def test_a_claim_that_meets_an_opt_out_hides_the_player(services, leavers, replay):
    tell(replay, "Amy", 60, "opt_out")

    with pytest.raises(NotProvenError):
        await begin(services, 1, user_id=7, player_id=leavers[0])

    async with services.read() as session:
        assert list(await session.scalars(select(HiddenRow.kind))) == ["opted_out"]

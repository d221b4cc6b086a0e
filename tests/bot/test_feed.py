"""Does an officer's game client get whose rank to change, and nobody else anything?"""

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from bot.feed import serving
from clanstats.db.models import DecisionRow
from tests.factories import NOW, add_clan, add_member

TOKEN = "a-long-word"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"feed_port": 0, "feed_token": SecretStr(TOKEN)})


@pytest.fixture
async def page(services):
    async with services.write() as session:
        await add_clan(session, wom_group_id=139)
        for name, state in (("Ann", "approved"), ("Ben", "done"), ("Cid", "held")):
            player_id = await add_member(session, name)
            await session.execute(
                insert(DecisionRow).values(
                    clan_id=1, player_id=player_id, rule_id="main", change="promote",
                    from_rank="low", to_rank="high", rules_hash="x", as_of=NOW, evidence="[]",
                    state=state, decided_at=NOW,
                )
            )  # fmt: skip
    async with serving(services) as port, aiohttp.ClientSession() as client:

        async def asked(path, **options):
            async with client.get(f"http://127.0.0.1:{port}{path}", **options) as answer:
                return answer.status, await answer.json()

        yield asked


async def test_approved_ranks_are_listed_to_who_has_the_token(page):
    expected = (200, [{"mainRSN": "Ann", "osrsName": "Ann"}])

    assert await page(f"/ranks/139.json?token={TOKEN}") == expected
    header = {"Authorization": f"Bearer {TOKEN}"}
    assert await page("/ranks/139.json", headers=header) == expected


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%A9"])
async def test_without_the_token_nothing_is_told(page, query):
    assert (await page(f"/ranks/139.json{query}"))[0] == 401


async def test_clan_that_is_not_served_is_not_there(page):
    assert (await page(f"/ranks/1.json?token={TOKEN}"))[0] == 404


async def test_nothing_is_served_without_a_port_and_a_token(services):
    bare = services.settings.model_copy(update={"feed_token": None})

    async with serving(type("Bare", (), {"settings": bare})()) as port:
        assert port is None

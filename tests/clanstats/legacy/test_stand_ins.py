"""Are the days before a rename was approved the renamed player's, and nobody else's?"""

import pytest
from sqlalchemy import delete

from clanstats.db.models import MembershipRow, NameChangeRow
from tests.clanstats.legacy.building import day
from tests.clanstats.legacy.seeing import histories, names, stays
from tests.factories import add_member


@pytest.fixture
async def renamed(services):
    """Somebody who is Robert since Wise Old Man approved it on the 30th."""
    async with services.write() as session:
        player_id = await add_member(session, "Robert", wom_id=11)
        session.add(
            NameChangeRow(
                id=1, player_id=player_id, old_name="Bob", new_name="Robert", changed_at=day(30)
            )
        )


@pytest.mark.usefixtures("renamed")
async def test_who_stood_in_for_somebody_just_renamed_is_them(services, legacy, imported):
    legacy.history("bob", 11, day(20), 1_000)
    for number in (25, 29):
        legacy.harvest("robert", 99, day(number), 1_100, called="Robert")
    for name, number in (("robert", 25), ("robert", 40), ("bobby", 50)):
        legacy.history(name, 11, day(number), 1_200)

    report = await imported()

    assert await histories(services) == {11: 5}
    assert report.adds_up
    assert (await names(services))[11][0] == "bob"


@pytest.mark.usefixtures("renamed")
async def test_stay_is_also_that_of_a_stand_in(services, legacy, imported):
    async with services.write() as session:
        await session.execute(delete(MembershipRow))
    legacy.harvest("robert", 99, day(29), 1_100, called="Robert", fetched=day(29))
    legacy.harvest("robert", 11, day(40), 1_200, called="Robert", fetched=day(40))

    await imported()

    assert (await stays(services))[11][1:] == (day(29), day(40))


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize(
    ("name", "days"),
    [
        pytest.param("robert", (15, 29), id="seen before the old name's last day"),
        pytest.param("robert", (25, 31), id="seen after the rename"),
        pytest.param("robert", (-5, -1), id="seen long before it"),
        pytest.param("rob", (25, 29), id="of another name"),
    ],
)
async def test_who_only_bore_the_name_before_is_somebody_else(
    services, legacy, imported, name, days
):
    legacy.history("bob", 11, day(20 if days[0] > 0 else -9), 1_000)
    for number in days:
        legacy.harvest(name, 99, day(number), 1_100)

    await imported()

    assert await histories(services) == {11: 1, 99: 2}


@pytest.mark.usefixtures("renamed")
async def test_of_two_who_might_have_stood_in_neither_did(services, legacy, imported):
    for wom_id in (98, 99):
        legacy.history("robert", wom_id, day(29), 1_100)

    await imported()

    assert await histories(services) == {98: 1, 99: 1}


@pytest.mark.usefixtures("renamed")
async def test_who_is_known_otherwise_stood_in_for_nobody(services, legacy, imported):
    async with services.write() as session:
        await add_member(session, "Bobby", wom_id=99)
    legacy.history("robert", 99, day(29), 1_100)

    await imported()

    assert await histories(services) == {99: 1}

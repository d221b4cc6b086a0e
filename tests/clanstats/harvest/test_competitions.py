"""Do the clan's competitions become what Wise Old Man lists, and places only what is sure?"""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from clanstats.analytics.competitions import list_read_at, open_competitions, taken_part
from clanstats.db.models import CompetitionRow, PlayerRow
from clanstats.errors import NoDataError
from clanstats.harvest.competitions import read_competitions
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from tests.factories import NOW, add_clan, add_member
from tests.replay import Reply

DAY = timedelta(days=1)


def listed(number, *, starts=-10, ends=-3, title="Week", metrics=("slayer",)):
    """A line of the list; days from now."""
    return {
        "id": number,
        "title": title,
        "metric": metrics[0],
        "metrics": [{"metric": metric} for metric in metrics],
        "startsAt": (NOW + starts * DAY).isoformat(),
        "endsAt": (NOW + ends * DAY).isoformat(),
        "createdAt": (NOW + starts * DAY - DAY).isoformat(),
    }


@pytest.fixture
async def wise(services, replay):
    """Has Wise Old Man list competitions, and say who gained what in them."""
    async with services.write() as session:
        await add_clan(session)
        for name in ("Ann", "Ben"):
            await add_member(session, name)

    def say(*lines, **places):
        replay.answer("/groups/1/competitions", Reply(body=json.dumps(lines).encode()))
        for number, gains in places.items():
            rows = [
                {"playerId": wom_id, "progress": {"gained": gain}} for wom_id, gain in gains.items()
            ]
            answer = json.dumps({"participations": rows}).encode()
            replay.answer(f"/competitions/{number[1:]}", Reply(body=answer))

    return say


async def places(services):
    """By name: their places in all that is over; and of how many it isn't known."""
    async with services.read() as session:
        found = await taken_part(session, 1, since=EARLIEST, until=NOW)
        names = {
            row.id: row.name for row in await session.execute(select(PlayerRow.id, PlayerRow.name))
        }
    return {names[player_id]: list(own) for player_id, own in found.places.items()}, found.unread


async def titles(services, at=NOW):
    async with services.read() as session:
        return [one.title for one in await open_competitions(session, 1, at)]


async def test_what_is_listed_is_stored_and_places_are_read_once(services, replay, wise):
    wise(listed(1), listed(2, starts=-1, ends=6), c1={1: 50, 2: 70, 99: 60})

    first = await read_competitions(services, 1)
    asked = len(replay.requests)
    second = await read_competitions(services, 1)

    assert str(first) == "2 competitions, places read of 1"
    assert str(second) == "2 competitions, places read of 0"
    assert [request.path for request in replay.requests[asked:]] == ["/groups/1/competitions"]
    assert await places(services) == ({"Ben": [1], "Ann": [3]}, 0)  # 99 isn't one of ours
    async with services.read() as session:
        assert await list_read_at(session, 1) == NOW


async def test_places_are_read_only_some_time_after_the_end(services, wise, clock):
    wise(listed(1, ends=-0.4), c1={1: 5})
    await read_competitions(services, 1)
    assert await places(services) == ({}, 1)

    clock.now += timedelta(hours=3)
    await read_competitions(services, 1)

    assert await places(services) == ({"Ann": [1]}, 0)


async def test_few_are_read_at_once_and_the_latest_first(services, wise):
    wise(
        *(listed(number, starts=-number - 1, ends=-number) for number in range(1, 8)),
        **{f"c{number}": {1: number} for number in range(1, 8)},
    )

    report = await read_competitions(services, 1)

    assert (report.read, report.unread) == (5, 2)
    async with services.read() as session:
        unread = await session.scalars(
            select(CompetitionRow.id).where(CompetitionRow.places_read_at.is_(None))
        )
        assert sorted(unread) == [6, 7]


async def test_one_that_cant_be_read_costs_no_other(services, replay, wise):
    wise(listed(1), listed(2, ends=-2), c1={1: 5})
    replay.answer("/competitions/2", Reply(status=404, body=b"{}"))

    report = await read_competitions(services, 1)

    assert report.partial
    assert await places(services) == ({"Ann": [1]}, 1)


async def test_those_that_fail_for_good_keep_no_others_from_being_read(services, replay, wise):
    wise(*(listed(number, starts=-9, ends=-number / 10 - 1) for number in range(1, 9)), c8={1: 5})
    for number in range(1, 5):
        replay.answer(f"/competitions/{number}", Reply(status=404, body=b"{}"))
    for number in range(5, 8):
        replay.answer(f"/competitions/{number}", Reply(body=b'{"participations":[]}'))

    report = await read_competitions(services, 1)

    assert (report.read, report.unread) == (4, 4)
    assert await places(services) == ({"Ann": [1]}, 4)


async def test_one_that_was_another_clans_before_is_this_ones(services, wise):
    wise(listed(1), c1={1: 5})
    async with services.write() as session:
        other = await add_clan(session, "Other", wom_group_id=2)
        session.add(
            CompetitionRow(
                id=1,
                clan_id=other,
                title="",
                metrics="slayer",
                starts_at=NOW,
                ends_at=NOW,
                created_at=NOW,
            )
        )

    await read_competitions(services, 1)

    assert await places(services) == ({"Ann": [1]}, 0)


async def test_what_is_no_longer_listed_goes_and_what_changed_is_read_anew(services, wise):
    wise(listed(1), listed(2), c1={1: 5}, c2={2: 5})
    await read_competitions(services, 1)
    wise(listed(2, ends=-2, title="Longer"), c2={1: 9, 2: 5})

    await read_competitions(services, 1)

    assert await places(services) == ({"Ann": [1], "Ben": [2]}, 0)


async def test_one_whose_row_cant_be_read_isnt_gone(services, wise, clock):
    wise(listed(1), listed(2), c1={1: 5}, c2={2: 5})
    await read_competitions(services, 1)
    clock.now += DAY
    wise(listed(1), {"id": 2})

    report = await read_competitions(services, 1)

    assert report.partial
    assert await places(services) == ({"Ann": [1], "Ben": [1]}, 0)
    async with services.read() as session:
        assert await list_read_at(session, 1) == NOW  # the list isn't known whole since


async def test_whoever_was_deleted_is_not_brought_back(services, wise):
    wise(listed(1), c1={1: 5, 2: 4})
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, wom_ids=[1])

    await read_competitions(services, 1)

    assert await places(services) == ({"Ben": [2]}, 0)


async def test_under_two_ids_the_better_place_counts(services, wise):
    wise(listed(1), c1={1: 5, 2: 4})
    async with services.write() as session:
        ann, ben = await session.scalars(select(PlayerRow.id).order_by(PlayerRow.wom_id))
        await session.execute(
            update(PlayerRow).where(PlayerRow.id == ben).values(merged_into_id=ann)
        )

    await read_competitions(services, 1)

    assert await places(services) == ({"Ann": [1]}, 0)


async def test_what_is_on_or_begins_soon_is_told_once_it_was_announced(services, wise):
    wise(
        listed(1, title="over"),
        listed(2, starts=-2, ends=3, title="on"),
        listed(3, starts=20, ends=27, title="soon"),
        listed(4, starts=40, ends=47, title="later"),
        c1={},
    )
    await read_competitions(services, 1)

    assert await titles(services) == ["on"]
    assert await titles(services, NOW + 19.5 * DAY) == ["soon"]
    assert await titles(services, NOW - 2.5 * DAY) == ["on"]
    assert await titles(services, NOW - 3.5 * DAY) == ["over"]


async def test_a_clan_that_was_never_harvested_has_none(services, replay):
    replay.answer("/groups/1/competitions", Reply(body=b"[]"))

    with pytest.raises(NoDataError, match="never harvested"):
        await read_competitions(services, 1)

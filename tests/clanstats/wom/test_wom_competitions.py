"""What is read of competitions, and what of a damaged answer?"""

import json
from datetime import UTC, datetime

import pytest

from clanstats.errors import BadInputError
from clanstats.wom import competitions
from clanstats.wom.errors import WomBadAnswerError
from clanstats.wom.rows import WomPlace
from tests.replay import body


def page(**gains):
    """A competition's page on which those players, `p1` being 1, gained so much."""
    rows = [
        {"playerId": int(name[1:]), "progress": {"start": 0, "end": gain, "gained": gain}}
        for name, gain in gains.items()
    ]
    return json.dumps({"id": 7, "participations": rows}).encode()


async def test_list_is_the_recorded_one(wom):
    found = (await wom.competitions(1)).rows

    assert [(one.competition_id, one.title, one.metrics) for one in found] == [
        (2, "Ongoing EHP", ("ehp",)),
        (3, "Ongoing BOTW", ("zulrah",)),
        (1, "Stub SOTW", ("woodcutting",)),
    ]
    assert found[0].ends_at == datetime(2026, 11, 28, 20, 16, 18, tzinfo=UTC)


async def test_whoever_gained_nothing_has_no_place(wom, replay):
    recorded = json.loads(body("competition_1_details"))

    assert {one["progress"]["gained"] for one in recorded["participations"]} == {0}
    assert await wom.places(1) == ()
    assert replay.requests[-1].path == "/competitions/1"


async def test_places_are_those_of_a_recorded_competition(wom):
    recorded = json.loads(body("competition_3_details"))["participations"]
    gains = {one["playerId"]: one["progress"]["gained"] for one in recorded}

    found = await wom.places(3)

    assert [gains[one.wom_id] for one in found[:3]] == [5, 5, 4]
    assert [one.place for one in found[:3]] == [1, 1, 3]
    assert {one.wom_id for one in found} == {wom_id for wom_id, gain in gains.items() if gain > 0}


def test_one_that_is_hidden_or_says_nothing_of_its_metric_is_not_told():
    hidden, silent, several = json.loads(body("group_competitions"))
    hidden["visible"] = False
    silent |= {"metric": None, "metrics": []}
    several |= {"metric": None, "metrics": [{"metric": "zulrah"}, {"metric": "vorkath"}]}

    found = competitions.competitions(json.dumps([hidden, silent, several]).encode())

    assert [(one.competition_id, one.metrics) for one in found.rows] == [(1, ("zulrah", "vorkath"))]
    assert found.skipped == 1


def test_equals_share_a_place_and_the_next_one_is_further_down():
    found = competitions.places(page(p1=5, p2=9.5, p3=5, p4=0, p5=1, p6=-1))

    assert found == (WomPlace(2, 1), WomPlace(1, 2), WomPlace(3, 2), WomPlace(5, 4))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"playerId": 2}, id="without a gain"),
        pytest.param({"playerId": 2, "progress": {"gained": "much"}}, id="of words"),
        pytest.param({"progress": {"gained": 3}}, id="of nobody"),
    ],
)
def test_a_row_that_cant_be_read_leaves_all_places_unknown(row):
    broken = json.loads(page(p1=1))
    broken["participations"].append(row)

    with pytest.raises(WomBadAnswerError, match="can't be read"):
        competitions.places(json.dumps(broken).encode())


def test_a_competition_that_ends_before_it_starts_is_left_out():
    rows = json.loads(body("group_competitions"))
    rows[0]["endsAt"] = "2020-01-01T00:00:00.000Z"

    found = competitions.competitions(json.dumps(rows).encode())

    assert ([one.competition_id for one in found.rows], found.skipped) == ([3, 1], 1)


async def test_an_id_that_cant_be_one_is_never_asked_for(wom, replay):
    with pytest.raises(BadInputError, match="whole number"):
        await wom.places(2**31)

    assert replay.requests == []

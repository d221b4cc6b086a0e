"""What is a -1 in the group's bulk gains?"""

import json

from clanstats.metrics import OVERALL
from clanstats.wom import gained
from tests.replay import body


def row(**starts: int):
    one = json.loads(body("group_bulk_gained_week"))[0]
    for entry in one["data"]:
        if entry["metric"] in starts:
            entry["start"] = starts[entry["metric"]]
    return gained.snapshots(json.dumps([one]).encode()).rows[0]


def test_no_boss_hours_of_someone_ranked_are_a_true_zero():
    assert row(ehb=-1).values["ehb"] == 0


def test_the_hours_of_someone_unranked_stay_unknown():
    assert "ehb" not in row(ehb=-1, overall=-1).values


def test_kills_that_may_be_unranked_stay_unknown():
    first = row(zulrah=-1)

    assert "zulrah" not in first.values
    assert OVERALL in first.values

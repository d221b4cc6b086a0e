"""What do recorded answers say, and what is left of a damaged one?"""

import json
from datetime import UTC, datetime

import pytest

from clanstats.levels import level_at
from clanstats.metrics import MetricKind, catalogue
from clanstats.wom import decode, gained, hiscores
from tests.replay import body


def recorded(name):
    return json.loads(body(name))


def encoded(answer):
    return json.dumps(answer).encode()


def test_each_value_is_the_one_recorded_and_unranked_is_left_out():
    row = recorded("group_bulk_hiscores")[0]
    sections = row["data"]["data"]
    sent = {
        **{name: entry["experience"] for name, entry in sections["skills"].items()},
        **{name: entry["kills"] for name, entry in sections["bosses"].items()},
        **{name: entry["score"] for name, entry in sections["activities"].items()},
    }

    snapshot = hiscores.snapshots(body("group_bulk_hiscores")).rows[0]

    ranked = {name: value for name, value in sent.items() if value != -1}
    assert snapshot.values == ranked | {"ehp": 10157835, "ehb": 5897821, "total_level": 1325}
    assert 0 < len(ranked) < len(sent) == 111
    assert (snapshot.wom_id, snapshot.kinds) == (1, {})


def test_an_instant_keeps_its_milliseconds():
    snapshot = hiscores.snapshots(body("group_bulk_hiscores")).rows[0]

    assert snapshot.taken_at == datetime(2026, 11, 23, 2, 19, 0, 574_000, tzinfo=UTC)
    assert snapshot.taken_at.tzinfo is UTC


def test_an_instant_of_another_zone_becomes_utc():
    rows = recorded("group_bulk_hiscores")[:1]
    rows[0]["data"]["createdAt"] = "2026-11-23T03:19:00.574+01:00"

    snapshot = hiscores.snapshots(encoded(rows)).rows[0]

    assert snapshot.taken_at == datetime(2026, 11, 23, 2, 19, 0, 574_000, tzinfo=UTC)
    assert snapshot.taken_at.tzinfo is UTC


def test_a_level_by_experience_is_the_level_recorded():
    skills = [
        entry
        for row in recorded("group_bulk_hiscores")
        for name, entry in row["data"]["data"]["skills"].items()
        if name != "overall" and entry["experience"] > 0
    ]

    assert [level_at(entry["experience"]) for entry in skills] == [e["level"] for e in skills]


@pytest.mark.parametrize(
    ("xp", "level"),
    [(0, 1), (82, 1), (83, 2), (1154, 10), (13_034_430, 98), (13_034_431, 99), (200_000_000, 99)],
)
def test_levels_begin_where_the_game_says(xp, level):
    assert level_at(xp) == level


def test_gains_hold_the_same_values_as_the_hiscores_of_that_instant():
    latest = {s.wom_id: s for s in hiscores.snapshots(body("group_bulk_hiscores")).rows}

    ends = [
        s
        for s in gained.snapshots(body("group_bulk_gained_week")).rows
        if s.taken_at == latest[s.wom_id].taken_at
    ]

    assert len(ends) > 50
    for end in ends:
        # A true 0 can't be told from unranked there; nor can a total level be known without all.
        known = {name: value for name, value in latest[end.wom_id].values.items() if value != 0}
        known.pop("total_level", None)
        assert {name: end.values[name] for name in known} == known


def test_neither_end_of_a_period_holds_what_is_unranked():
    rows = gained.snapshots(body("group_bulk_gained_month")).rows

    assert b'"start":-1' in body("group_bulk_gained_month")
    assert len(rows) > 60
    assert all(value > 0 for snapshot in rows for value in snapshot.values.values())


def test_a_total_level_is_computed_only_from_every_skill():
    latest = {s.wom_id: s for s in hiscores.snapshots(body("group_bulk_hiscores")).rows}
    skills = [n for n, m in catalogue().items() if m.kind is MetricKind.SKILL and n != "overall"]

    ends = [
        s
        for s in gained.snapshots(body("group_bulk_gained_week")).rows
        if s.taken_at == latest[s.wom_id].taken_at
    ]

    assert len(skills) == 24
    whole = [s for s in ends if all(skill in s.values for skill in skills)]
    assert 0 < len(whole) < len(ends)
    assert all("total_level" not in s.values for s in ends if s not in whole)
    assert [s.values["total_level"] for s in whole] == [
        latest[s.wom_id].values["total_level"] for s in whole
    ]


def test_two_ends_at_one_instant_are_one_snapshot():
    rows = recorded("group_bulk_gained_range_7d_one_day")
    assert all(row["startDate"] == row["endDate"] for row in rows)

    gains = gained.snapshots(encoded(rows))

    assert len(gains.rows) == len(rows) == 53


def test_an_unranked_overall_has_no_total_level():
    rows = recorded("group_bulk_hiscores")[:1]
    rows[0]["data"]["data"]["skills"]["overall"] |= {"experience": -1, "level": 32}

    snapshot = hiscores.snapshots(encoded(rows)).rows[0]

    assert not {"overall", "total_level"} & snapshot.values.keys()


def test_a_rank_of_minus_one_doesnt_hide_a_value():
    rows = recorded("group_bulk_hiscores")[:1]
    rows[0]["data"]["data"]["bosses"]["zulrah"] |= {"kills": 7, "rank": -1}

    assert hiscores.snapshots(encoded(rows)).rows[0].values["zulrah"] == 7


def test_metrics_nobody_has_heard_of_are_kept_with_the_kind_of_their_section():
    rows = recorded("group_bulk_hiscores")[:1]
    sections = rows[0]["data"]["data"]
    sections["skills"]["sorcery"] = {"experience": 1, "rank": 1, "level": 1}
    sections["bosses"] |= {"brand_new": {"kills": 2}, "brand_newer": {"kills": 3}}
    sections["activities"]["chess"] = {"score": 4}
    sections["computed"]["ehq"] = {"value": 5.4}

    snapshot = hiscores.snapshots(encoded(rows)).rows[0]

    names = ("sorcery", "brand_new", "brand_newer", "chess", "ehq")
    assert [snapshot.values[name] for name in names] == [1, 2, 3, 4, 5]
    assert snapshot.kinds == {
        "sorcery": MetricKind.SKILL,
        "brand_new": MetricKind.BOSS,
        "brand_newer": MetricKind.BOSS,
        "chess": MetricKind.ACTIVITY,
        "ehq": MetricKind.COMPUTED,
    }


def test_a_metric_nobody_has_heard_of_is_taken_for_a_boss_among_gains():
    rows = recorded("group_bulk_gained_range_7d_one_day")[:1]
    rows[0]["data"].append({"metric": "brand_new", "gained": 1, "start": 8, "end": 9})

    snapshot = gained.snapshots(encoded(rows)).rows[0]

    assert snapshot.values["brand_new"] == 9
    assert snapshot.kinds == {"brand_new": MetricKind.BOSS}


def test_metrics_that_have_gone_are_not_missed():
    rows = recorded("group_bulk_hiscores")[:1]
    del rows[0]["data"]["data"]["bosses"]["zulrah"]

    assert hiscores.snapshots(encoded(rows)).skipped == 0


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(None, id="null"),
        pytest.param(1.5, id="a fraction"),
        pytest.param("12", id="text"),
        pytest.param(True, id="a truth"),
        pytest.param(-2, id="below unranked"),
        pytest.param(2**63, id="too large for a column"),
        pytest.param(10**40, id="far too large"),
    ],
)
@pytest.mark.parametrize(
    ("section", "metric", "key"),
    [
        ("skills", "attack", "experience"),
        ("bosses", "zulrah", "kills"),
        ("activities", "clue_scrolls_all", "score"),
    ],
)
def test_an_odd_value_costs_that_metric_only(section, metric, key, odd):
    rows = recorded("group_bulk_hiscores")
    before = hiscores.snapshots(encoded(rows)).rows
    rows[3]["data"]["data"][section][metric][key] = odd

    after = hiscores.snapshots(encoded(rows))

    assert after.skipped == 1
    assert f"player {before[3].wom_id}" in after.problems[0]
    assert f"{section}.{metric}" in after.problems[0]
    assert after.rows[3].values == {n: v for n, v in before[3].values.items() if n != metric}
    assert [*after.rows[:3], *after.rows[4:]] == [*before[:3], *before[4:]]


@pytest.mark.parametrize("odd", [None, "1", -2, 2**63, 1e30, 1.5, [], True])
@pytest.mark.parametrize("end", ["start", "end"])
def test_an_odd_gain_costs_that_metric_only(end, odd):
    rows = recorded("group_bulk_gained_day")[:2]
    before = gained.snapshots(encoded(rows)).rows
    assert rows[0]["data"][1]["metric"] == "attack"
    rows[0]["data"][1][end] = odd

    after = gained.snapshots(encoded(rows))

    assert after.skipped == 1
    assert len(after.rows) == len(before)
    lost = [
        was.values.keys() - now.values.keys() - {"total_level"}
        for was, now in zip(before, after.rows, strict=True)
    ]
    assert {"attack"} in lost[:2]
    assert all(names <= {"attack"} for names in lost[:2])
    assert after.rows[2:] == before[2:]


@pytest.mark.parametrize("many", [2**62, 1e308])
def test_hours_too_many_for_a_column_once_scaled_are_left_out(many):
    rows = recorded("group_bulk_gained_range_7d_one_day")[:1]
    hours = next(entry for entry in rows[0]["data"] if entry["metric"] == "ehp")
    hours["end"] = many

    after = gained.snapshots(encoded(rows))

    assert after.skipped == 1
    assert "ehp" not in after.rows[0].values
    assert "overall" in after.rows[0].values


def test_an_odd_level_costs_the_total_level_only():
    rows = recorded("group_bulk_hiscores")[:1]
    before = hiscores.snapshots(encoded(rows)).rows[0]
    rows[0]["data"]["data"]["skills"]["overall"]["level"] = None

    after = hiscores.snapshots(encoded(rows))

    assert after.skipped == 1
    assert after.rows[0].values.keys() == before.values.keys() - {"total_level"}


def test_a_section_that_cant_be_read_leaves_the_others():
    rows = recorded("group_bulk_hiscores")[:1]
    rows[0]["data"]["data"]["bosses"] = None

    after = hiscores.snapshots(encoded(rows))

    assert after.skipped == 1
    assert {"overall", "ehp"} <= after.rows[0].values.keys()


def test_a_row_of_which_nothing_can_be_read_isnt_a_player_without_rank():
    rows = recorded("group_bulk_hiscores")[:1]
    rows[0]["data"]["data"] = {}

    after = hiscores.snapshots(encoded(rows))

    assert (after.rows, after.skipped) == ((), 5)


@pytest.mark.parametrize(
    "instant",
    [None, 5, "yesterday", "2026-11-23", "2026-11-23T02:19:00", "0001-01-01T00:00:00+14:00"],
)
def test_a_snapshot_of_no_instant_is_skipped_alone(instant):
    rows = recorded("group_bulk_hiscores")
    rows[7]["data"]["createdAt"] = instant

    after = hiscores.snapshots(encoded(rows))

    assert (len(after.rows), after.skipped) == (59, 1)
    assert rows[7]["player"]["id"] not in {snapshot.wom_id for snapshot in after.rows}


@pytest.mark.parametrize("row", [None, [], "row", 1, {}, {"player": None}])
def test_what_isnt_a_row_is_skipped_alone(row):
    for read, name in (
        (hiscores.snapshots, "group_bulk_hiscores"),
        (gained.snapshots, "group_bulk_gained_range_7d_one_day"),
        (decode.activity, "group_activity_p1"),
        (decode.name_changes, "group_name_changes"),
        (decode.achievements, "group_achievements_p1"),
    ):
        rows = recorded(name)

        after = read(encoded([row, *rows]))

        assert (len(after.rows), after.skipped) == (len(rows), 1), name
        assert after.problems[0].startswith("row 0 (player unknown)")


def test_a_membership_that_cant_be_read_is_counted_so_that_absent_isnt_left():
    page = recorded("group_details")
    del page["memberships"][5]["role"]
    page["memberships"][9]["player"]["displayName"] = None

    group = decode.group(encoded(page))

    assert (len(group.memberships), group.skipped) == (61, 2)
    assert len(group.problems) == 2


def test_problems_name_players_by_id_only():
    page = recorded("group_details")
    for membership in page["memberships"]:
        membership["player"]["username"] = None

    group = decode.group(encoded(page))

    assert group.skipped == 63
    assert len(group.problems) == 5
    assert group.problems[0].startswith("row 0 (player 1): ")
    names = {membership["player"]["displayName"] for membership in page["memberships"]}
    assert not [text for text in group.problems for name in names if name in text]


def test_what_upstream_may_add_is_kept_as_it_is():
    page = recorded("group_details")
    page["memberships"][0]["role"] = "chief_goblin"
    page["memberships"][0]["player"] |= {
        "type": "group_ironman",
        "status": "asleep",
        "build": "def2",
        "country": "XX",
        "shoes": 47,
    }

    group = decode.group(encoded(page))

    member = group.memberships[0]
    assert (member.role, group.skipped) == ("chief_goblin", 0)
    player = member.player
    assert (player.account_type, player.status, player.build, player.country) == (
        "group_ironman",
        "asleep",
        "def2",
        "XX",
    )


def test_a_group_may_have_no_order_of_roles_or_a_damaged_one():
    page = recorded("group_details")
    page["roleOrders"][0]["index"] = None
    damaged = decode.group(encoded(page))
    del page["roleOrders"]

    assert damaged.role_order == ("deputy_owner", "moderator", "general", "captain")
    assert damaged.skipped == 0
    assert len(damaged.problems) == 1
    assert decode.group(encoded(page)).role_order == ()


def test_activity_knows_who_did_what_when():
    rows = decode.activity(body("group_activity_p1")).rows

    assert {row.kind for row in rows} == {"joined", "left", "changed_role"}
    changed = rows[-1]
    assert (changed.wom_id, changed.name) == (58, "Duradel")
    assert (changed.previous_role, changed.role) == ("sergeant", "captain")
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)


def test_activity_of_an_unknown_kind_is_kept():
    rows = recorded("group_activity_p1")
    rows[0]["type"] = "threw_a_party"

    after = decode.activity(encoded(rows))

    assert (after.rows[0].kind, after.skipped) == ("threw_a_party", 0)


def test_a_rename_can_be_of_capitals_only():
    changes = decode.name_changes(body("group_name_changes")).rows

    assert (changes[0].old_name, changes[0].new_name, changes[0].wom_id) == ("Yuna", "YUNA", 44)
    assert changes[0].resolved_at > changes[0].created_at


@pytest.mark.parametrize("status", ["pending", "denied", "thinking"])
def test_a_rename_that_isnt_approved_isnt_one(status):
    rows = recorded("group_name_changes")
    rows[0]["status"] = status

    after = decode.name_changes(encoded(rows))

    assert (len(after.rows), after.skipped) == (2, 0)


def test_an_achievement_of_unknown_date_has_none():
    rows = decode.achievements(body("group_achievements_p2")).rows

    undated = [row for row in rows if row.achieved_at is None]
    assert undated
    assert rows[-len(undated) :] == tuple(undated)
    assert "1970" in body("group_achievements_p2").decode()


def test_the_same_player_and_instant_twice_are_both_given():
    rows = recorded("group_bulk_hiscores")[:1]

    assert len(hiscores.snapshots(encoded(rows * 2)).rows) == 2


def test_a_rename_keeps_the_players_id():
    before = decode.group(body("seq_t0_details"))
    after = decode.group(body("seq_t1_details"))
    (change,) = (
        row
        for row in decode.name_changes(body("seq_t1_name_changes")).rows
        if row not in decode.name_changes(body("seq_t0_name_changes")).rows
    )

    names = [
        {m.player.wom_id: m.player.name for m in group.memberships}[change.wom_id]
        for group in (before, after)
    ]

    assert names == [change.old_name, change.new_name]


def test_a_list_shorter_than_the_member_count_says_that_some_are_absent():
    page = json.loads(body("group_details"))
    page["memberships"].pop()

    group = decode.group(json.dumps(page).encode())

    assert group.skipped == 1
    assert "1 of 63 members" in group.problems[0]

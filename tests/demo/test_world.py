"""Is the make-believe clan the same each time, and plausible?"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from clanstats.levels import level_at, xp_of_level
from clanstats.metrics import MetricKind, catalogue
from demo.world import Case, make_world
from demo.world.model import as_of
from demo.world.names import standard
from demo.world.rates import SKILLS, hours

END = datetime(2026, 8, 1, 18, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def world():
    return make_world(members=60, days=120, end=END)


def the(world, case):
    (person,) = [person for person in world.people if person.case is case]
    return person


def everything(world):
    histories = {person.wom_id: [*world.snapshots(person.wom_id)] for person in world.people}
    return repr((world, histories)).encode()


def test_equal_arguments_make_equal_worlds():
    first = make_world(members=45, days=40, end=END, seed=7)
    second = make_world(members=45, days=40, end=END, seed=7)

    assert everything(first) == everything(second)


def test_another_seed_makes_another_world():
    first = make_world(members=45, days=40, end=END, seed=7)
    second = make_world(members=45, days=40, end=END, seed=8)

    assert everything(first) != everything(second)


def test_a_history_does_not_depend_on_who_was_asked_for_before(world):
    fresh = make_world(members=60, days=120, end=END)
    last = world.people[-1].wom_id

    assert [*fresh.snapshots(last)] == [*world.snapshots(last)]


def test_a_forgotten_history_is_made_again(world):
    owner = world.people[0].wom_id
    before = [*world.snapshots(owner)]

    world.forget(owner)

    assert [*world.snapshots(owner)] == before


@pytest.mark.parametrize(
    "members",
    [pytest.param(12, id="few"), pytest.param(60, id="some"), pytest.param(305, id="many")],
)
def test_as_many_are_members_at_the_end_as_asked_for(members):
    world = make_world(members=members, days=60, end=END)

    assert len(world.memberships(END)) == len(world.member_ids(END)) == members


def test_every_case_is_in_the_clan(world):
    assert {person.case for person in world.people} == {None, *Case}


def test_a_world_without_room_for_the_cases_is_refused():
    with pytest.raises(ValueError, match="at least 30"):
        make_world(days=29, end=END)


def test_names_fit_the_game_and_differ(world):
    names = [
        as_of(person.names, END)
        for person in world.people
        if person.known.covers(END) and person.case is not Case.ARCHIVED
    ]

    assert all(re.fullmatch(r"[A-Za-z0-9 _-]{1,12}", name) for name in names)
    assert len({standard(name) for name in names}) == len(names)


def test_lookalikes_are_two_members(world):
    spaced, joined = world.find("noob man", END), world.find("noobman", END)

    assert spaced != joined
    assert {spaced, joined} <= set(world.member_ids(END))


@pytest.mark.parametrize(
    "name", [pytest.param("Noob_Man", id="underscore"), pytest.param("NOOB-MAN", id="hyphen")]
)
def test_separators_and_case_do_not_matter_for_finding(world, name):
    assert world.find(name, END) == world.find("Noob Man", END) is not None


def test_about_one_snapshot_in_three_differs_from_the_one_before():
    world = make_world(members=120, days=120, end=END)

    histories = [world.history(person.wom_id) for person in world.people]
    changed = sum(len(history.changed) for history in histories)
    taken = sum(len(history.taken) for history in histories)

    assert 0.25 < changed / taken < 0.42


def test_about_seventy_metrics_are_ranked(world):
    ranked = [
        len(values)
        for wom_id in world.member_ids(END)
        for _, values in [*world.snapshots(wom_id)][-1:]
    ]

    assert 60 < sum(ranked) / len(ranked) < 80


def test_values_only_go_up(world):
    for person in world.people:
        if person.case is not Case.ROLLED_BACK:
            for series in world.history(person.wom_id).series.values():
                assert all(before <= after for before, after in pairwise(series.values))


def test_a_rollback_takes_experience_away_once(world):
    series = world.history(the(world, Case.ROLLED_BACK).wom_id).series["overall"]

    falls = [after < before for before, after in pairwise(series.values)]

    assert falls.count(True) == 1


def test_nobody_is_listed_below_the_hiscores_minimum(world):
    minimum = {name: metric.minimum for name, metric in catalogue().items()}

    for person in world.people:
        for name, series in world.history(person.wom_id).series.items():
            assert min(series.values) >= minimum[name]


def test_somebody_enters_the_hiscores_of_a_boss_later_on(world):
    entered = [
        (person.wom_id, name)
        for person in world.people
        for name, series in world.history(person.wom_id).series.items()
        if catalogue()[name].kind is MetricKind.BOSS and series.indices[0] > 0
    ]

    assert entered
    wom_id, name = entered[0]
    assert world.value_at(wom_id, name, world.history(wom_id).taken_at(0)) is None


def test_totals_agree_with_what_they_are_the_total_of(world):
    checked = 0
    for person in world.people:
        for _, values in [*world.snapshots(person.wom_id)][-1:]:
            skills = {name: values[name] for name in SKILLS if name in values}
            efficient = sum(hours(name, values[name]) for name in skills)
            on_bosses = sum(hours(name, value) for name, value in values.items()) - efficient
            assert (values["ehp"], values["ehb"]) == (efficient, on_bosses)
            if len(skills) == len(SKILLS):
                checked += 1
                assert values["overall"] == sum(skills.values())
                assert values["total_level"] == sum(map(level_at, skills.values()))
    assert checked


@pytest.mark.parametrize(
    ("xp", "expected"),
    [
        pytest.param(0, 1, id="nothing"),
        pytest.param(82, 1, id="just short of 2"),
        pytest.param(83, 2, id="level 2"),
        pytest.param(13_034_430, 98, id="just short of 99"),
        pytest.param(200_000_000, 99, id="the most"),
    ],
)
def test_levels_are_the_games(xp, expected):
    assert level_at(xp) == expected


def test_level_99_is_13_034_431_xp():
    assert xp_of_level(99) == 13_034_431


def test_value_at_is_that_of_the_newest_snapshot(world):
    wom_id = world.people[0].wom_id
    (_, before), (second_at, second) = [*world.snapshots(wom_id)][40:42]

    assert world.value_at(wom_id, "overall", second_at) == second["overall"]
    assert world.value_at(wom_id, "overall", second_at - MILLISECOND) == before["overall"]


def test_nothing_is_known_before_the_first_snapshot(world):
    wom_id = world.people[0].wom_id
    first_at, _ = next(world.snapshots(wom_id))

    assert world.value_at(wom_id, "overall", first_at - MILLISECOND) is None
    assert world.player(wom_id, first_at - MILLISECOND).updated_at is None


def test_everybody_is_looked_up_at_another_minute(world):
    minutes = {
        (at.hour, at.minute)
        for person in world.people
        for at, _ in [*world.snapshots(person.wom_id)][:1]
    }

    assert len(minutes) > len(world.people) // 2


def test_snapshots_come_as_often_as_asked_for():
    often = make_world(members=12, days=30, end=END, snapshots_per_day=4)

    assert len(often.history(often.people[0].wom_id).taken) == 120


def test_snapshots_ascend_and_end_with_the_world():
    often = make_world(members=45, days=30, end=END, snapshots_per_day=24)

    for person in often.people:
        taken = [at for at, _ in often.snapshots(person.wom_id)]
        assert all(before < after for before, after in pairwise(taken))
        assert all(often.calendar.start <= at <= END for at in taken)


def test_who_was_never_tracked_has_no_snapshot(world):
    assert not world.history(the(world, Case.NEVER_TRACKED).wom_id).taken


def test_a_stale_member_was_last_updated_three_weeks_ago(world):
    player = world.player(the(world, Case.STALE).wom_id, END)

    assert timedelta(days=21) < END - player.updated_at < timedelta(days=23)


def test_an_archived_members_name_belongs_to_somebody_outside(world):
    archived, successor = the(world, Case.ARCHIVED), the(world, Case.SUCCESSOR)
    name = archived.names[0].what

    assert world.player(archived.wom_id, END).status == "archived"
    assert re.fullmatch(r"archive\d{5}", world.player(archived.wom_id, END).name)
    assert world.find(name, archived.names[1].at - MILLISECOND) == archived.wom_id
    assert world.find(name, END) == successor.wom_id
    assert successor.wom_id not in world.member_ids(END)


def test_an_old_name_leads_nowhere(world):
    renamed = the(world, Case.RENAMED)
    old, new = renamed.names

    assert world.find(old.what, new.at - MILLISECOND) == renamed.wom_id
    assert world.find(old.what, new.at) is None
    assert world.find(new.what, new.at) == renamed.wom_id


def test_name_changes_are_those_of_members_newest_first(world):
    changes = world.name_changes(END)

    assert Counter(world.person(change.wom_id).case for change in changes) == {
        Case.RENAMED: 1,
        Case.RENAMED_TWICE: 2,
        Case.RECAPITALISED: 1,
        Case.SWAPPED: 3,
        Case.SYNCED_FIRST: 1,
    }
    assert [change.created_at for change in changes] == sorted(
        (change.created_at for change in changes), reverse=True
    )


def test_a_rename_that_was_synced_first_leaves_no_trace_in_the_feed(world):
    person, stand_in = the(world, Case.SYNCED_FIRST), the(world, Case.STAND_IN)
    ids = {person.wom_id, stand_in.wom_id}
    approved_at = person.names[1].at

    def lines(at):
        return {(line.wom_id, line.kind) for line in world.activity(at) if line.wom_id in ids}

    between = lines(approved_at - MILLISECOND)
    assert {(person.wom_id, "left"), (stand_in.wom_id, "joined")} <= between
    assert not {(person.wom_id, "left"), (stand_in.wom_id, "joined")} & lines(approved_at)


def test_a_rename_that_was_synced_first_swaps_the_member_for_a_while(world):
    person, stand_in = the(world, Case.SYNCED_FIRST), the(world, Case.STAND_IN)
    approved_at = person.names[1].at
    between, after = world.member_ids(approved_at - MILLISECOND), world.member_ids(approved_at)

    assert stand_in.wom_id in between
    assert person.wom_id not in between
    assert person.wom_id in after
    assert stand_in.wom_id not in after


def test_who_rejoined_left_before(world):
    wom_id = the(world, Case.REJOINED).wom_id

    kinds = [line.kind for line in world.activity(END) if line.wom_id == wom_id]

    assert kinds == ["joined", "left"]


def test_founding_members_are_not_in_the_feed_as_joined(world):
    joined = {line.wom_id for line in world.activity(END) if line.kind == "joined"}
    founders = {member.player.wom_id for member in world.memberships(world.calendar.start)}

    assert joined
    assert joined & founders == {the(world, Case.REJOINED).wom_id} & joined


def test_a_promotion_starts_from_the_rank_held_before(world):
    promotions = [line for line in world.activity(END) if line.kind == "changed_role"]

    assert promotions
    for line in promotions:
        roles = {
            member.player.wom_id: member.role for member in world.memberships(line.at - MILLISECOND)
        }
        assert roles[line.wom_id] == line.previous_role


def test_nobody_progresses_on_a_break(world):
    person = the(world, Case.RETURNED)
    (away,) = person.breaks

    # The day before the break may only show in the snapshot after its start.
    start = world.value_at(person.wom_id, "overall", away.start + timedelta(days=2))
    assert world.value_at(person.wom_id, "overall", away.end) == start
    assert world.value_at(person.wom_id, "overall", END) > start


def test_who_never_changes_has_no_change_after_the_first_snapshot(world):
    assert [*world.history(the(world, Case.NEVER_CHANGES).wom_id).changed] == [0]


def test_a_milestone_is_dated_by_the_snapshot_that_first_shows_it(world):
    dated = [milestone for milestone in world.achievements(END) if milestone.achieved_at]

    assert dated
    for milestone in dated[:200]:
        at, wom_id, metric = milestone.achieved_at, milestone.wom_id, milestone.metric
        before = world.value_at(wom_id, metric, at - MILLISECOND) or 0
        assert before < milestone.threshold <= world.value_at(wom_id, metric, at)


def test_friends_are_twelve_users_with_up_to_two_accounts_in_the_clan(world):
    accounts = [wom_id for linked in world.friends.values() for wom_id in linked]

    assert Counter(len(linked) for linked in world.friends.values()) == {1: 10, 2: 2}
    assert len(set(accounts)) == len(accounts)
    assert set(accounts) <= set(world.member_ids(END))

"""Who goes up, who goes down, and when not?"""

from dataclasses import replace
from datetime import timedelta

from clanstats.rules.book import Approval
from clanstats.rules.decisions import Change
from clanstats.rules.file import read_rules
from tests.clanstats.rules.tables import UNKNOWN, decided

LADDER = """
schema = 1
[[ladder]]
id = "main"
{more}
steps = [
  {{ rank = "low",  when = "true" }},
  {{ rank = "mid",  when = "ehb >= 100", keep = "ehb >= 90" }},
  {{ rank = "high", when = "ehb >= 200 and clog >= 10", approval = "vote" }},
]
"""


def book(more=""):
    return read_rules(LADDER.format(more=more))


def moves(found):
    return [(one.member.name, one.change, one.to_rank) for one in found.proposals]


def test_highest_step_that_holds_is_proposed():
    found = decided(book(), {"Ann": {"rank": "low", "ehb": 250, "clog": 10}})

    assert moves(found) == [("Ann", Change.PROMOTE, "high")]
    assert (found.proposals[0].approval, found.proposals[0].votes) == (Approval.VOTE, 3)


def test_what_is_not_known_holds_back_but_what_is_known_below_counts():
    found = decided(book(), {"Ann": {"rank": "low", "ehb": 250, "clog": UNKNOWN}})

    assert moves(found) == [("Ann", Change.PROMOTE, "mid")]


def test_rank_that_is_not_on_the_ladder_is_left_alone():
    assert moves(decided(book(), {"Own": {"rank": "owner", "ehb": 999, "clog": 99}})) == []


def test_rank_is_kept_between_keep_and_when():
    members = {"Ann": {"rank": "mid", "ehb": 95}}
    first = decided(book(), members)

    assert moves(decided(book(), members, first.memory)) == []


def test_demotion_takes_two_runs_in_a_row_and_an_officer():
    members = {"Ann": {"rank": "mid", "ehb": 80}}
    rules = book('approval = "auto"')

    first = decided(rules, members)
    second = decided(rules, members, first.memory)
    better = decided(rules, {"Ann": {"rank": "mid", "ehb": 90}}, first.memory)
    after_better = decided(rules, members, better.memory)

    assert moves(first) == []
    assert moves(second) == [("Ann", Change.DEMOTE, "low")]
    assert second.proposals[0].approval is Approval.ONE
    assert moves(after_better) == []


def test_nobody_goes_down_on_what_is_not_known():
    members = {
        "Ann": {"rank": "mid", "ehb": UNKNOWN, "clog": 10},
        "Ben": {"rank": "mid", "ehb": (80, 95)},
        "Cid": {"rank": "high", "ehb": 250, "clog": UNKNOWN},
    }
    first = decided(book(), members)

    assert moves(decided(book(), members, first.memory)) == []
    assert [one.member.name for one in first.cant_tell] == ["Ann"]


def test_cooldown_waits_since_the_last_change_of_rank():
    members = {
        "Ann": {"rank": "low", "ehb": 100, "rank_days": 13.5},
        "Ben": {"rank": "low", "ehb": 100, "rank_days": 14},
        "Cid": {"rank": "low", "ehb": 100, "rank_days": UNKNOWN},
        "Dee": {"rank": "low", "ehb": 100, "rank_days": (20, 90)},
    }

    found = decided(book('cooldown = "14d"'), members)

    assert [name for name, *_ in moves(found)] == ["Ben", "Dee"]
    assert [(one.member.name, one.waits_days) for one in found.waiting] == [
        ("Ann", 0.5),
        ("Cid", None),
    ]


def test_it_has_to_hold_as_often_as_the_ladder_says():
    members = {"Ann": {"rank": "low", "ehb": 100}}
    rules = book('after = "2 runs"')

    first = decided(rules, members)

    assert moves(first) == []
    assert [one.member.name for one in first.waiting] == ["Ann"]
    assert moves(decided(rules, members, first.memory)) == [("Ann", Change.PROMOTE, "mid")]


def test_almost_says_what_is_missing_and_when_at_the_present_pace():
    members = {
        "Ann": {"rank": "low", "ehb": 70, "ehb.30d": 15},
        "Ben": {"rank": "low", "ehb": 70, "ehb.30d": 0},
        "Cid": {"rank": "mid", "ehb": 190, "ehb.30d": 30, "clog": 4, "clog.30d": 3},
    }

    found = decided(book(), members)

    assert [(one.member.name, one.to_rank, one.days) for one in found.almost] == [
        ("Ann", "mid", 60.0),  # 30 more, at half an hour a day
        ("Cid", "high", 60.0),  # 10 more take 10 days, but 6 collections take 60
        ("Ben", "mid", None),
    ]
    assert [leaf.text for leaf in found.almost[1].leaves] == ["ehb >= 200", "clog >= 10"]


def test_officers_are_listed_as_inactive_only_if_their_rank_is_named():
    text = """
schema = 1
[[rule]]
id = "quiet"
kind = "inactive"
when = "quiet_days >= 30"
[[rule]]
id = "quiet-officers"
kind = "inactive"
when = "quiet_days >= 30 and rank in ['owner']"
"""
    members = {"Own": {"rank": "owner", "quiet_days": 90}, "Ann": {"quiet_days": 90}}

    found = decided(read_rules(text), members)

    assert [(one.rule_id, one.member.name) for one in found.proposals] == [
        ("quiet", "Ann"),
        ("quiet-officers", "Own"),
    ]


def test_what_speaks_against_it_holds_back_also_if_it_is_not_known():
    text = (
        'schema = 1\n[[rule]]\nid = "x"\nkind = "inactive"\n'
        'when = "quiet_days >= 30"\nunless = "away or linked"\n'
    )
    members = {
        "Ann": {"quiet_days": 30},
        "Ben": {"quiet_days": 30, "linked": UNKNOWN},
        "Cid": {"quiet_days": 30, "away": True},
        "Dee": {"quiet_days": 30, "linked": UNKNOWN, "away": True},
    }

    found = decided(read_rules(text), members)

    assert [one.member.name for one in found.proposals] == ["Ann"]
    assert found.outcomes[0].flags == [True, None, False, False]


def test_temporary_role_lasts_though_it_no_longer_holds():
    text = (
        'schema = 1\n[[rule]]\nid = "x"\nkind = "temp_role"\nrole = "Star"\nlasts = "7d"\n'
        'when = "xp.7d > 0"\n'
    )
    rules = read_rules(text)
    first = decided(rules, {"Ann": {"xp.7d": 5}})

    second = decided(rules, {"Ann": {"xp.7d": 0}}, first.memory)

    assert [one.role for one in second.proposals] == ["Star"]
    assert decided(rules, {"Ann": {"xp.7d": 0}}).proposals == ()


def test_temporary_role_ends_though_it_holds_and_comes_again_with_the_next_time():
    rules = read_rules(
        'schema = 1\n[[rule]]\nid = "x"\nkind = "temp_role"\nrole = "Star"\nlasts = "7d"\n'
        'when = "total_level >= 2376"\n'
    )
    first = decided(rules, {"Ann": {"total_level": 2376}})
    week_later = {
        key: replace(one, since=one.since - timedelta(days=7)) for key, one in first.memory.items()
    }

    over = decided(rules, {"Ann": {"total_level": 2376}}, week_later)
    lost = decided(rules, {"Ann": {"total_level": 2375}}, over.memory)
    again = decided(rules, {"Ann": {"total_level": 2376}}, lost.memory)

    assert [len(one.proposals) for one in (first, over, lost, again)] == [1, 0, 0, 1]


def test_what_can_not_be_told_for_a_while_is_no_news_afterwards():
    rules = read_rules('schema = 1\n[[rule]]\nid = "x"\nkind = "flag"\nwhen = "xp.7d == 0"\n')
    first = decided(rules, {"Ann": {"xp.7d": 0}})

    between = decided(rules, {"Ann": {"xp.7d": UNKNOWN}}, first.memory)

    assert between.proposals == ()
    assert between.memory == first.memory

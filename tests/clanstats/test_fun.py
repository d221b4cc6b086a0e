"""Does each award go to whom the predecessor's own thresholds give it, and to nobody unknown?"""

from dataclasses import replace

import pytest

from clanstats.fun import NEEDS, FunRules, outliers, spotlight, without
from clanstats.rules.file import read_rules
from tests.clanstats.rules.tables import UNKNOWN, problems, table

RULES = FunRules()
COX, CM, TOB, TOA = (
    f"kc.{name}"
    for name in (
        "chambers_of_xeric",
        "chambers_of_xeric_challenge_mode",
        "theatre_of_blood",
        "tombs_of_amascut",
    )
)


def awards(members, rules=RULES):
    """By title: the names, and how many it is known of."""
    return {
        one.title: ([member.name for member in one.members], one.known)
        for one in spotlight(table(members, NEEDS), rules)
    }


def strange(members, rules=RULES):
    return [
        (one.title, *(member.name for member in one.members))
        for one in outliers(table(members, NEEDS), rules)
    ]


def test_spotlight_is_as_worked_out_by_hand():
    found = awards(
        {
            # 900 messages to 30 kills; too few kills for a hitman.
            "Ann": {"messages": 900, "kc": 30, "xp": 50_000_000, "xp.7d": 1},
            # 10 messages to 4,000 kills.
            "Ben": {"messages": 10, "kc": 4_000, "xp": 100_000_000, "xp.7d": 5_000_000},
            # Never a word; 49 Theatre, which is one too few; 60 of 80 raids are Chambers.
            "Cid": {"kc": 49, "xp.7d": 700_000, "xp": 98_000_000, COX: 50, CM: 10, TOA: 20},
            # All their raids are the Theatre, but only 49.
            "Dee": {"messages": 5, "kc": 49, TOB: 49, "ehp.7d": 12.5},
        }
    )

    assert found == {
        "Yap-Star": (["Ann"], 4),
        "Hitman": (["Ben"], 4),
        "Silent Grinder": (["Cid"], 4),
        "Specialist": (["Cid"], 2),
        "Efficiency Demon": (["Dee"], 4),
        "Rivalry": (["Ben", "Cid"], 3),  # 2 % apart; Ben gained more
    }


def test_who_is_not_known_gets_nothing_and_is_not_counted():
    found = awards(
        {
            "Ann": {"messages": 9, "kc": 9},
            "Ben": {"messages": (900, 2_000), "kc": 1},
            "Cid": {"messages": UNKNOWN, "xp.7d": 9_000_000},
        }
    )

    assert found == {"Yap-Star": (["Ann"], 1)}


@pytest.mark.parametrize(
    ("more", "title"),
    [
        pytest.param({"xp.30d": 5_000_001, "xp.7d": 500_000}, "Fading Star", id="faded"),
        pytest.param({"xp.30d": 5_000_000, "xp.7d": 400_000}, None, id="too little to fade"),
        pytest.param({"xp.30d": 6e6, "xp.7d": 600_000}, None, id="a tenth exactly"),
        pytest.param({"xp.7d": 3_000_001, "messages.7d": 4}, "Silent Grinder", id="silent"),
        pytest.param({"xp.7d": 3_000_001, "messages.7d": 5}, None, id="said enough"),
        pytest.param({"messages.7d": 301, "xp.7d": 99_999}, "Town Crier", id="cries"),
        pytest.param({"messages.7d": 300}, None, id="not quite"),
        pytest.param({"kc.7d": 151, "xp.7d": 499_999}, "Boss Hunter", id="hunts"),
        pytest.param({"kc.7d": 150}, None, id="hunts less"),
        pytest.param({"xp.30d": 9e6, "xp.7d": UNKNOWN, "kc.7d": 900}, None, id="unknown"),
    ],
)  # fmt: skip
def test_outliers_begin_where_the_predecessors_did(more, title):
    assert strange({"Ann": more}) == ([] if title is None else [(title, "Ann")])


def test_each_outlier_is_one_of_so_many_of_whom_it_is_known():
    members = {
        "Ann": {"xp.7d": 1, "xp.30d": 9_000_000, "messages.7d": UNKNOWN},
        "Ben": {"xp.7d": 5, "kc.7d": 300, "messages.7d": UNKNOWN, "xp.30d": UNKNOWN},
        "Cid": {"xp.7d": 5, "messages.7d": 400, "kc.7d": UNKNOWN},
    }

    found = {one.title: one.known for one in outliers(table(members, NEEDS), RULES)}

    assert found == {"Fading Star": 2, "Boss Hunter": 2, "Town Crier": 1}


def test_each_is_named_once_and_the_most_telling_come_first():
    cries = {"messages.7d": 400, "xp.7d": 10}
    found = strange({"Ann": cries, "Ben": cries | {"xp.30d": 6e6}, "Cid": {"kc.7d": 200}})

    assert found == [("Fading Star", "Ben"), ("Boss Hunter", "Cid"), ("Town Crier", "Ann")]
    assert len(strange({str(n): cries for n in range(30)})) == 12


def test_rivals_are_the_first_who_are_really_close():
    def played(xp):
        return {"xp": xp, "xp.7d": 1, "kc": 1}

    near = {"A": played(100e6), "B": played(96e6), "C": played(60e6), "D": played(59e6)}

    assert awards(near)["Rivalry"] == (["C", "D"], 4)
    assert awards({"A": played(100e6), "B": played(96e6)})["Rivalry"] == (["A", "B"], 2)
    assert "Rivalry" not in awards({"A": played(100e6), "B": played(90e6)})


def test_who_is_hidden_is_as_if_they_were_not_there():
    everyone = table({"Ann": {"messages": 9, "kc": 1}, "Ben": {"messages": 5, "kc": 1}}, NEEDS)

    (award,) = spotlight(without(everyone, {1}), RULES)

    assert ([member.name for member in award.members], award.known) == (["Ben"], 1)


def test_clan_may_say_from_when_on_it_is_remarkable():
    book = read_rules("schema = 1\n[fun]\nhunter_kills_7d = 20\noutliers = 1\n")

    assert book.fun == replace(RULES, hunter_kills_7d=20, outliers=1)
    assert strange({"Ann": {"kc.7d": 21}}, book.fun) == [("Boss Hunter", "Ann")]
    assert problems('schema = 1\n[fun]\nhunter_kils = 2\nrival_gap = "x"') == [
        "line 3: [fun] has no hunter_kils. Did you mean hunter_kills_7d?",
        "line 4: rival_gap is a number, and not below 0.",
    ]

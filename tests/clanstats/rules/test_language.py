"""What does a condition say, and what is refused?"""

import pytest

from clanstats.facts import FactKey, Numbers
from clanstats.rules import tree
from clanstats.rules.errors import ConditionError
from clanstats.rules.language import DEEPEST, Names, days, read_condition
from clanstats.rules.tree import Span
from tests.clanstats.rules.tables import UNKNOWN, flags

TRIO = {
    "Ann": {"xp.7d": 100, "rank": "ruby", "ehb": 10, "linked": True},
    "Ben": {"xp.7d": 50, "rank": "opal", "ehb": (5, 20)},
    "Cid": {"xp.7d": UNKNOWN, "rank": UNKNOWN, "ehb": UNKNOWN, "linked": UNKNOWN},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("xp.7d > 50", [True, False, None], id="more than"),
        pytest.param("xp.7d >= 50", [True, True, None], id="at least"),
        pytest.param("xp.7d < 100", [False, True, None], id="less than"),
        pytest.param("xp.7d == 0", [False, False, None], id="unknown may be 0"),
        pytest.param("xp.7d >= 0", [True, True, True], id="unknown is not negative"),
        pytest.param("xp.7d != 50", [True, False, None], id="another number"),
        pytest.param("ehb >= 5", [True, True, None], id="between bounds it is enough"),
        pytest.param("ehb >= 10", [True, None, None], id="between bounds it may be enough"),
        pytest.param("ehb > 20", [False, False, None], id="between bounds it is too little"),
        pytest.param("rank == 'ruby'", [True, False, None], id="a word"),
        pytest.param("rank in ['ruby', 'opal']", [True, True, None], id="one of some"),
        pytest.param("rank not in ['ruby']", [False, True, None], id="none of some"),
        pytest.param("linked", [True, False, None], id="a flag"),
        pytest.param("not linked", [False, True, None], id="the opposite"),
        pytest.param("linked and xp.7d < 0", [False, False, False], id="false wins in and"),
        pytest.param("linked or xp.7d >= 0", [True, True, True], id="true wins in or"),
        pytest.param("linked and true", [True, False, None], id="and unknown"),
        pytest.param("linked or false", [True, False, None], id="or unknown"),
        pytest.param("xp.7d + ehb >= 55", [True, True, None], id="a sum of bounds"),
        pytest.param("xp.7d - 2 * ehb >= 10", [True, True, None], id="a difference of bounds"),
        pytest.param("ehb / 5 >= 1", [True, True, None], id="a quotient"),
        pytest.param("xp.7d / (ehb - 10) > 0", [None, None, None], id="by what may be 0"),
        pytest.param("-ehb <= -5", [True, True, None], id="a sign"),
        pytest.param("floor(ehb / 4) == 2", [True, None, None], id="rounded down"),
        pytest.param("min(xp.7d, ehb) <= 20", [True, True, None], id="the least"),
        pytest.param("max(xp.7d, ehb, 60) >= 60", [True, True, True], id="the greatest"),
        pytest.param("clamp(xp.7d, 0, 60) == 60", [True, False, None], id="clamped"),
        pytest.param("lookup(rank, 'ruby', 2, 'opal', 1, 0) >= 1", [True, True, None], id="lookup"),
        pytest.param("known(xp.7d)", [True, True, False], id="known"),
        pytest.param("known(ehb)", [True, False, False], id="bounds aren't known"),
        pytest.param("has('max_cape')", [False, False, False], id="a tag nobody has"),
        pytest.param("xp.7d > 0.05k and 1w == 7d", [True, False, None], id="thousands and weeks"),
    ],
)
def test_condition_is_true_false_or_cannot_be_told(text, expected):
    assert list(flags(text, TRIO).values()) == expected


def test_and_binds_more_than_or_and_not_the_most():
    assert list(flags("true or false and false", TRIO).values()) == [True] * 3
    assert list(flags("not false and false", TRIO).values()) == [False] * 3
    assert list(flags("2 + 3 * 4 == 14 and (2 + 3) * 4 == 20", TRIO).values()) == [True] * 3


def test_time_is_days():
    assert [days(text) for text in ("30d", "4w", "6mo", "1y")] == [30, 28, 180, 365]


def test_days_are_counted_on_which_it_holds():
    counts = [(5, 5), (0, 9), (4, 4), (7, 7), (5, 6), (1, 1), (0, 0)]
    week = [Numbers([low] * 3, [high] * 3) for low, high in counts]
    daily = {FactKey("messages", None, 7): week}

    assert set(flags("days(messages >= 5, 7d) >= 3", TRIO, daily=daily).values()) == {True}
    assert set(flags("days(messages >= 5, 7d) >= 4", TRIO, daily=daily).values()) == {None}
    assert set(flags("days(messages >= 5, 7d) >= 5", TRIO, daily=daily).values()) == {False}


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        pytest.param("__import__('os').system('x')", 16, "isn't expected", id="an attribute"),
        pytest.param("__import__('os') > 1", 0, "no function __import__", id="a Python function"),
        pytest.param("mesages.30d > 3", 0, "Did you mean messages?", id="a slip"),
        pytest.param("xp.slayr > 3", 0, "Did you mean slayer?", id="a slip in a part"),
        pytest.param("kc.raid > 3", 0, "Did you mean raids?", id="raids"),
        pytest.param("meen(xp) > 3", 0, "Did you mean mean?", id="a slip in a function"),
        pytest.param("rank in @leader", 8, "no group @leader", id="a group"),
        pytest.param("score.x > 3", 0, "no score x", id="a score"),
        pytest.param("score.collections_logged > 3", 0, "activity.collections", id="an activity"),
        pytest.param("reactions.30d > 3", 0, "aren't counted", id="what isn't collected"),
        pytest.param("tenure > 3", 0, "needs days or months", id="a part is needed"),
        pytest.param("active_days > 3", 0, "needs its days", id="days are needed"),
        pytest.param("total_level.30d > 3", 0, "without days", id="no days"),
        pytest.param("xp.400d > 3", 0, "between 1d and 365d", id="too long"),
        pytest.param("xp.0d > 3", 0, "between 1d and 365d", id="too short"),
        pytest.param("xp.99999999999999999999d > 3", 0, "between", id="far too long"),
        pytest.param("xp.7q > 3", 0, "isn't a time", id="no unit"),
        pytest.param("xp.7d > 'a'", 8, "can't be compared", id="a number and a word"),
        pytest.param("rank > 'a'", 0, "Only numbers", id="an order of words"),
        pytest.param("xp", 0, "Yes or no is expected", id="a number alone"),
        pytest.param("xp and away", 0, "Yes or no is expected", id="a number in and"),
        pytest.param("away == true", 0, "Write it without", id="a flag compared"),
        pytest.param("xp = 3", 3, "write ==", id="one ="),
        pytest.param('rank == "a"', 8, "single quotes", id="double quotes"),
        pytest.param("xp >", 4, "ends too early", id="nothing there"),
        pytest.param("", 0, "ends too early", id="nothing at all"),
        pytest.param("(xp > 3", 7, "ends too early", id="an open bracket"),
        pytest.param("mean(mean(xp)) > 3", 5, "can't stand in another", id="pools in pools"),
        pytest.param("pct(xp, 101) > 3", 8, "from 0 to 100", id="no percentage"),
        pytest.param("days(xp > 3, 7d) > 3", 5, "Of a single day", id="not known by day"),
        pytest.param("known(3) > 3", 0, "takes one fact", id="known of a number"),
        pytest.param("lookup(rank, 'a', 3) > 3", 0, "lookup takes", id="too little to look up"),
        pytest.param("has(rank)", 0, "in quotes", id="a tag without quotes"),
        pytest.param("1 < 2 < 3", 6, "isn't expected", id="a chain"),
        pytest.param("not " * 40 + "away", 0, "more than 24 deep", id="too deep"),
        pytest.param("(" * 900 + "away" + ")" * 900, None, "", id="many brackets"),
        pytest.param("1<2" + " or 1<2" * 150, 0, "more than 400 parts", id="too long to judge"),
        pytest.param("9" * 5000 + " > 1", 4000, "longer than", id="too long to read"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, at, says):
    try:
        read_condition(text, Names())
    except ConditionError as error:
        assert at is None or error.at == at  # noqa: PT017 — brackets alone are no depth
        assert says in error.text  # noqa: PT017
    else:
        assert at is None


def test_score_that_is_used_twice_is_worked_out_once():
    """Else the last one would take a billion additions."""
    names = Names()
    for number in range(30):
        below = f"score.s{number - 1} + score.s{number - 1}" if number else "ehb"
        root = tree.Score(Span(0, 0), "s", (read_condition(below, names, number=True).root,))
        names = Names(scores={**names.scores, f"s{number}": root})
        if tree.depth(root) > DEEPEST - 3:
            break

    assert flags(f"score.s{number} == 10 * {2**number}", TRIO, names)["Ann"] is True

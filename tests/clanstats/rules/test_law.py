"""Can it ever be to somebody's disadvantage that less is known? And can any input do harm?"""

import sys
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clanstats.facts import FactKey
from clanstats.rules.decide import decide
from clanstats.rules.decisions import Found
from clanstats.rules.errors import RuleError
from clanstats.rules.evaluate import Evaluation
from clanstats.rules.file import read_rules
from clanstats.rules.language import Names, read_condition
from clanstats.rules.needs import facts_of
from clanstats.rules.packs import names, pack
from tests.clanstats.rules.tables import T, table

NUMBERS = ("xp.7d", "messages.30d", "ehb", "kc.raids", "tenure.days", "rank_days")
RANKS = ("low", "mid", "high")

numbers = st.deferred(
    lambda: st.one_of(
        st.sampled_from(NUMBERS),
        st.integers(0, 4).map(str),
        st.tuples(numbers, st.sampled_from("+-*/"), numbers).map(lambda p: f"({' '.join(p)})"),
        st.tuples(st.sampled_from(["min", "max"]), numbers, numbers).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"
        ),
        st.sampled_from(NUMBERS).map(lambda fact: f"floor({fact} / 2)"),
        st.tuples(
            st.sampled_from(["mean({})", "median({})", "place({})", "pct({}, 50)"]),
            st.sampled_from(NUMBERS),
        ).map(lambda p: p[0].format(p[1])),
        st.tuples(
            st.sampled_from(["mean({}, {})", "pct({}, 80, {})", "place({}, {})"]),
            st.sampled_from(NUMBERS),
            st.sampled_from(["rank in ['low', 'mid']", "ehb > 1", "not away"]),
        ).map(lambda p: p[0].format(p[1], p[2])),
    )
)
conditions = st.recursive(
    st.one_of(
        st.tuples(numbers, st.sampled_from([">", ">=", "<", "<=", "==", "!="]), numbers).map(
            " ".join
        ),
        st.sampled_from(["away", "exempt", "rank == 'low'", "rank not in ['high']"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({' '.join(p)})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)
values = st.one_of(
    st.integers(0, 6).map(float),
    st.tuples(st.integers(0, 5), st.integers(0, 3)).map(lambda p: (float(p[0]), float(sum(p)))),
    st.none(),
)
flags = st.sampled_from([True, False, None])
people = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(NUMBERS, values)
        | {"rank": st.sampled_from(RANKS), "away": flags, "exempt": flags}
    ),
    min_size=2,
    max_size=4,
)


@st.composite
def books(draw):
    steps = ", ".join(
        f'{{ rank = "{rank}", when = "{draw(conditions)}", keep = "{draw(conditions)}" }}'
        for rank in RANKS
    )
    rules = "".join(
        f'[[rule]]\nid = "r{number}"\nkind = "{kind}"\nwhen = "{draw(conditions)}"\n'
        f'unless = "{draw(conditions)}"\n'
        for number, kind in enumerate(["suggest", "inactive", "flag"])
    )
    return f'schema = 1\n{rules}[[ladder]]\nid = "main"\ncooldown = "3d"\nsteps = [{steps}]\n'


def whom(decisions):
    """Who is proposed for what: of a ladder whether up or down, however far."""
    return {(one.member.player_id, one.rule_id, one.change) for one in decisions.proposals}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=books(), members=people, data=st.data())
def test_knowing_less_never_adds_anybody(text, members, data):
    _know_less(text, members, data)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=books(), members=people, data=st.data())
def test_knowing_less_never_adds_anybody_however_often_it_is_tried(text, members, data):
    _know_less(text, members, data)


def _know_less(text, members, data):
    try:
        book = read_rules(text)
    except RuleError:
        return  # two steps with one condition, say
    before = {(number + 1, f"main<{rank}"): Found(1, T) for number in range(4) for rank in RANKS}
    place = data.draw(st.integers(0, len(members) - 1))
    fact = data.draw(st.sampled_from([*NUMBERS, "away", "exempt"]))
    less = [dict(one) for one in members]
    if fact in NUMBERS and isinstance(less[place][fact], float) and data.draw(st.booleans()):
        known = less[place][fact]
        less[place][fact] = (max(known - 1, 0.0), known + 2)
    else:
        less[place][fact] = None

    both = [
        decide(book, table({f"m{at}": one for at, one in enumerate(said)}, book.needs), before)
        for said in (members, less)
    ]

    assert whom(both[1]) <= whom(both[0])


# What asks for the most work: each is about as long as a condition may be.
WORST = {
    "products of bounds": " or ".join(["xp*ehb*ehp*kc > 1"] * 44),
    "differences multiplied": " or ".join(["(xp-ehb)*(ehp-kc) > 1"] * 44),
    "quotients": " or ".join(["xp/ehb/ehp/kc > 1"] * 44),
    "percentiles": " or ".join(f"pct(xp.{n}d, 90, xp.{n}d > 0) > 1" for n in range(1, 50)),
    "medians of who may be": " or ".join(
        f"median(kc.{n}d, ehb.{n}d > 0) > 1" for n in range(1, 56)
    ),
    "places": " or ".join(f"place(xp.{n}d) < 3 and xp.{n}d > 0" for n in range(1, 46)),
    "words": " or ".join(["rank in ['a', 'b']"] * 180),
}


@pytest.mark.parametrize("text", WORST.values(), ids=WORST.keys())
@pytest.mark.parametrize("unknown", [0, 1], ids=["known", "unknown"])
def test_work_grows_with_members_not_with_their_square(text, unknown):
    """Steps of the interpreter, so that a slow machine makes no difference."""
    condition = read_condition(text, Names())
    needs = facts_of([condition.root])

    few, many = (_steps(condition, needs, count, unknown) for count in (10, 100))

    assert many <= 12 * few  # to sort takes a little more than ten times
    # With 5 ns each, 500 members take less than 50 ms.
    assert many <= 2_000_000


def _steps(condition, needs, count, unknown):
    said = {
        f"m{number}": {str(key): None if unknown and number % 3 else number for key in needs
                       if key != FactKey("rank")}
        for number in range(count)
    }  # fmt: skip
    made = table(said, needs)
    steps = 0

    def trace(frame, event, _):
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        Evaluation(made).flags(condition.root)
    finally:
        sys.settrace(None)
    return steps


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=200),
        st.tuples(st.sampled_from(names()), st.integers(0, 1500), st.text(max_size=6)).map(
            lambda p: pack(p[0])[: p[1]] + p[2] + pack(p[0])[p[1] + len(p[2]) :]
        ),
        st.text("()[]'@.,<>=!+-*/ \"0123456789abdkmorxnt_", max_size=80).map(
            lambda said: f"schema = 1\n[[rule]]\nid='x'\nkind='flag'\nwhen = '''{said}'''"
        ),
    )
)
def test_whatever_a_file_says_it_is_rules_or_refused(text):
    try:
        book = read_rules(text)
    except RuleError as error:
        assert error.problems  # noqa: PT017 — the law is about both ends
        return

    found = decide(
        book, table({"Ann": {}, "Ben": {}}, book.needs, dict.fromkeys(book.daily, ())), {}
    )

    assert found.checked == 2


def test_infinite_bounds_stay_bounds():
    condition = read_condition("xp * 0 == 0 and xp - xp <= 1 and xp / xp > 0", Names())
    made = table({"Ann": {"xp": None}}, facts_of([condition.root]))
    product, difference, quotient = condition.root.children

    evaluation = Evaluation(made)

    assert evaluation.flags(product) == [True]
    assert evaluation.flags(difference) == evaluation.flags(quotient) == [None]
    bounds = evaluation.bounds(difference.left)
    assert (bounds.lows, bounds.highs) == ([-inf], [inf])

"""Are bounds of means, medians, percentiles and places those of all that may be?"""

from itertools import combinations, product
from statistics import mean as exact_mean
from statistics import median as exact_median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clanstats.rules import pools
from clanstats.rules.columns import Bounds
from clanstats.rules.pools import Pool
from tests.clanstats.rules.tables import UNKNOWN, flags

INTERVALS = st.tuples(st.integers(0, 6), st.integers(0, 3)).map(lambda ends: (ends[0], sum(ends)))
SOME = st.lists(INTERVALS, min_size=1, max_size=3)


def worlds(members):
    """All that may be the case: who is in it, and what they have."""
    for count in range(len(members.maybe) + 1):
        for chosen in combinations(members.maybe, count):
            values = [range(low, high + 1) for low, high in (*members.sure, *chosen)]
            yield from product(*values)


def percentile(values, percent):
    descending = sorted(values, reverse=True)
    return descending[min(len(values) * (100 - percent) // 100, len(values) - 1)]


@settings(max_examples=60, deadline=None)
@given(sure=SOME, maybe=st.lists(INTERVALS, max_size=2), percent=st.sampled_from([0, 50, 85, 90]))
def test_bounds_are_the_narrowest(sure, maybe, percent):
    members = Pool(sure, maybe)
    cases = list(worlds(members))

    for found, asked in (
        (pools.mean(members), exact_mean),
        (pools.median(members), exact_median),
        (pools.percentile(members, percent), lambda values: percentile(values, percent)),
    ):
        low, high = found
        # A mean's extremes lie at whole numbers, so that all of them are among the cases.
        assert low == pytest.approx(min(map(asked, cases)))
        assert high == pytest.approx(max(map(asked, cases)))


@settings(max_examples=60, deadline=None)
@given(everyone=st.lists(INTERVALS, min_size=1, max_size=4))
def test_places_hold_whatever_everybody_has(everyone):
    values = Bounds([low for low, _ in everyone], [high for _, high in everyone])

    found = pools.places(values, pools.pool(values, [True] * len(everyone), None))

    for case in product(*(range(low, high + 1) for low, high in everyone)):
        for at, value in enumerate(case):
            place = 1 + sum(other > value for other in case)
            assert found.lows[at] <= place <= found.highs[at]


def test_best_tenth_is_counted_as_the_old_scripts_did():
    members = {f"m{number}": {"messages.30d": number} for number in range(1, 21)}

    held = flags("messages.30d >= pct(messages.30d, 90)", members)

    assert [name for name, flag in held.items() if flag] == ["m18", "m19", "m20"]  # index 2


def test_nobody_to_compare_with_is_unknown():
    members = {"Ann": {"xp.7d": 5, "rank": "ruby"}}

    assert flags("xp.7d > mean(xp.7d, rank == 'opal')", members) == {"Ann": None}


def test_nobody_is_above_a_mean_with_one_unknown_and_known_leaves_them_out():
    members = {"Ann": {"xp.7d": 9}, "Ben": {"xp.7d": 1}, "Cid": {"xp.7d": UNKNOWN}}

    # Ben is below it even if Cid has nothing.
    assert flags("xp.7d > mean(xp.7d)", members) == {"Ann": None, "Ben": False, "Cid": None}
    assert flags("xp.7d > mean(xp.7d, known(xp.7d))", members)["Ann"] is True


def test_few_unknown_ones_leave_a_percentile_certain_enough():
    members = {f"m{number}": {"xp.7d": number} for number in range(20)}
    members["m3"] = {"xp.7d": UNKNOWN}

    held = flags("xp.7d >= pct(xp.7d, 90)", members)

    assert held["m19"] is True
    assert held["m10"] is False
    assert held["m3"] is None

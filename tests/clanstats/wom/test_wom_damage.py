"""Whatever is done to one row, are the others still read?"""

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clanstats.wom import decode, gained, hiscores, reading
from tests.replay import body

pytestmark = pytest.mark.slow

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["2026-11-23T02:19:00.574Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
    )
    | st.sampled_from([-1, 0, 2**31, 2**63 - 1, 2**63, 1e17, 1e300, -0.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)


def members(answer):
    return reading.read(reading.rows(answer), decode._membership)


@cache
def recorded(name):
    """Two rows of what was recorded, each as JSON."""
    answer = json.loads(body(name))
    rows = answer["memberships"] if isinstance(answer, dict) else answer
    return json.dumps(rows[0]), json.dumps(rows[1])


@pytest.mark.parametrize(
    ("read", "name", "owner"),
    [
        pytest.param(hiscores.snapshots, "group_bulk_hiscores", "wom_id", id="hiscores"),
        pytest.param(gained.snapshots, "group_bulk_gained_day", "wom_id", id="gains"),
        pytest.param(decode.activity, "group_activity_p1", "wom_id", id="activity"),
        pytest.param(decode.name_changes, "group_name_changes", "wom_id", id="name changes"),
        pytest.param(decode.achievements, "group_achievements_p1", "wom_id", id="achievements"),
        pytest.param(members, "group_details", "player", id="members"),
    ],
)
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a row has 113 metrics
)
@given(data=st.data())
def test_damage_in_one_row_never_costs_another(read, name, owner, data):
    first, second = recorded(name)
    untouched = read(f"[{second}]".encode())
    damaged = json.loads(first)
    for _ in range(data.draw(st.integers(1, 3), label="damages")):
        damage(damaged, data)

    after = read(f"[{json.dumps(damaged)}, {second}]".encode())

    kept = tuple(after.rows)
    assert kept[len(kept) - len(untouched.rows) :] == tuple(untouched.rows)
    assert len(kept) - len(untouched.rows) <= 2
    for row in kept:
        assert getattr(row, owner)
        for value in getattr(row, "values", {}).values():
            assert type(value) is int
            assert 0 <= value < 2**63


def damage(node, data):
    """Replace or remove something, anywhere below `node`."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys), label="key")
        inside = node[key]
        if isinstance(inside, dict | list) and data.draw(st.integers(0, 5), label="deeper"):
            node = inside
            continue
        if data.draw(st.booleans(), label="remove"):
            del node[key]
        else:
            node[key] = data.draw(ANYTHING, label="instead")
        return

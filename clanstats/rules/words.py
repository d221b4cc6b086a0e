"""How is a comparison told to people? "tenure.days 41 (need ≥ 28)"."""

from datetime import datetime, timedelta

from clanstats.numbers import compact
from clanstats.rules.leaves import FactSeen, Leaf

_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "==": "=", ">": ">", "<": "<"}
_OUTCOMES = {True: "PASS", False: "FAIL", None: "UNKNOWN"}
_OLD = timedelta(hours=24)


def outcome_word(outcome: bool | None) -> str:  # noqa: FBT001 — of three values
    """PASS, FAIL or UNKNOWN."""
    return _OUTCOMES[outcome]


def leaf_words(leaf: Leaf) -> str:
    """What was seen, and what it takes; why it isn't known, if it isn't."""
    said = _seen(leaf)
    if leaf.operator is not None and leaf.right is not None:
        said += f" (need {_SIGNS[leaf.operator]} {_between(*leaf.right)})"
    unknown = next((fact.unknown for fact in leaf.facts if fact.unknown), None)
    if leaf.outcome is None and unknown is not None:
        return f"{said}: {unknown}"
    if leaf.outcome is None and leaf.pools:
        pool = leaf.pools[0]
        return f"{said}: of {pool.unknown} of {pool.members} others it isn't known"
    return said


def age_words(leaf: Leaf, now: datetime) -> str:
    """How old the oldest of what was seen is, "data 3 h old"; "" where it has no age."""
    seen = [fact.observed_at for fact in leaf.facts if fact.observed_at is not None]
    if not seen:
        return ""
    age = now - min(seen)
    hours = int(age / timedelta(hours=1))
    return f"data {hours} h old" if age < 3 * _OLD else f"data {age.days} d old"


def _seen(leaf: Leaf) -> str:
    if leaf.left is None or len(leaf.facts) != 1:
        if leaf.left is not None:
            text, _, _ = leaf.text.partition(f" {leaf.operator}")
            return f"{text} {_between(*leaf.left)}"
        return ", ".join(_fact(fact) for fact in leaf.facts) or leaf.text
    return f"{leaf.facts[0].fact} {_between(*leaf.left)}"


def _fact(fact: FactSeen) -> str:
    if fact.said is None and fact.low is None and fact.high is None:
        return f"{fact.fact} unknown"
    if isinstance(fact.said, bool):
        return fact.fact if fact.said else f"not {fact.fact}"
    if fact.said is not None:
        return f"{fact.fact} {fact.said}"
    return f"{fact.fact} {_between(fact.low, fact.high)}"


def _between(low: float | None, high: float | None) -> str:
    if low is not None and low == high:
        return _number(low)
    if low is None and high is None:
        return "unknown"
    if high is None:
        return f"at least {_number(low or 0)}" if low else "unknown"
    return f"{_number(low or 0)} to {_number(high)}"


def _number(value: float) -> str:
    return compact(round(value, 1))

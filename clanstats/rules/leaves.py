"""Why was it decided so? Each comparison of a condition with what was seen and what it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import inf

import msgspec

from clanstats import facts
from clanstats.facts import FACTS, FactKey
from clanstats.rules import tree
from clanstats.rules.evaluate import Evaluation
from clanstats.rules.kinds import POOLED
from clanstats.rules.tree import Node


@dataclass(frozen=True, slots=True)
class FactSeen:
    """One fact of one member, as it went into the decision."""

    fact: str  # "messages.30d"
    unit: str
    low: float | None = None  # of a number; None is no bound
    high: float | None = None  # the same as `low` if it is known exactly
    said: str | bool | None = None  # of a word or a flag
    unknown: str | None = None  # why it isn't exact, and what would help
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """Others that a member was compared with."""

    text: str  # "mean(xp.7d, rank in @benchmark)"
    members: int
    unknown: int  # of them, of whom it isn't known how much or whether they belong to it
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison."""

    text: str  # as it stands in the file
    outcome: bool | None  # None: it can't be told
    decides: bool  # whether the whole is as it is because of it
    facts: Sequence[FactSeen] = ()
    pools: Sequence[PoolSeen] = ()
    # Of a comparison of numbers: what stands on either side, as far as it is known.
    left: tuple[float | None, float | None] | None = None
    operator: str | None = None
    right: tuple[float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Explainer:
    """Says why, from an evaluation that was made."""

    evaluation: Evaluation

    def leaves(self, root: Node, text: str, place: int) -> tuple[Leaf, ...]:
        """Each comparison of a condition for one member, in the order in which they stand.

        Args:
            root: The condition.
            text: As it was written.
            place: The member's, in the table.
        """
        return tuple(self._leaves(root, text, place, decides=True))

    def _leaves(self, node: Node, text: str, place: int, *, decides: bool) -> Iterator[Leaf]:
        if isinstance(node, tree.Every | tree.Either | tree.Not):
            whole = self.evaluation.flags(node)[place]
            if isinstance(node, tree.Not) and whole is not None:
                whole = not whole
            for part in node.children:
                same = self.evaluation.flags(part)[place] is whole
                yield from self._leaves(part, text, place, decides=decides and same)
            return
        yield self._leaf(node, text, place, decides=decides)

    def _leaf(self, node: Node, text: str, place: int, *, decides: bool) -> Leaf:
        left = operator = right = None
        if isinstance(node, tree.Compare) and self._numeric(node.left):
            left, right = self._interval(node.left, place), self._interval(node.right, place)
            operator = node.operator
        return Leaf(
            text[node.span.start : node.span.end],
            self.evaluation.flags(node)[place],
            decides,
            tuple(self._seen(key, place) for key in _keys(node)),
            tuple(self._pool(call, place) for call in _calls(node)),
            left,
            operator,
            right,
        )

    def _numeric(self, node: Node) -> bool:
        match node:
            case tree.FactRef(key=key):
                return FACTS[key.name].kind is facts.FactKind.NUMBER
            case tree.Literal(value=value):
                return isinstance(value, float)
        return True

    def _interval(self, node: Node, place: int) -> tuple[float | None, float | None]:
        bounds = self.evaluation.bounds(node)
        return _finite(bounds.lows[place]), _finite(bounds.highs[place])

    def _seen(self, key: FactKey, place: int) -> FactSeen:
        column = self.evaluation.table.columns[key]
        unit, unknown = FACTS[key.name].unit, column.reasons.get(place)
        if not isinstance(column, facts.Numbers):
            return FactSeen(str(key), unit, said=column.values[place], unknown=unknown)
        return FactSeen(
            str(key),
            unit,
            _finite(column.lows[place]),
            _finite(column.highs[place]),
            unknown=unknown,
            observed_at=column.observed_at[place] if column.observed_at else None,
        )

    def _pool(self, call: tree.Call, place: int) -> PoolSeen:
        members = self.evaluation.pool(call)
        low, high = self._interval(call, place)
        return PoolSeen(
            call.text,
            len(members.sure) + len(members.maybe),
            members.unknown,
            low,
            high,
        )


def leaves_json(leaves: Sequence[Leaf]) -> str:
    """To be kept with a decision."""
    return msgspec.json.encode([asdict(leaf) for leaf in leaves]).decode()


def leaves_from_json(text: str) -> tuple[Leaf, ...]:
    """What `leaves_json` wrote."""
    return tuple(msgspec.json.decode(text, type=list[Leaf]))


def _keys(node: Node) -> Mapping[FactKey, None]:
    """The member's own facts: those of others stand in a pool."""
    keys: dict[FactKey, None] = {}
    waiting = [node]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, tree.FactRef):
            keys[each.key] = None
        elif not isinstance(each, tree.Call) or each.name not in {*POOLED, "days"}:
            waiting += each.children
        elif each.name == "place":
            waiting.append(each.arguments[0])
    return keys


def _calls(node: Node) -> Iterator[tree.Call]:
    return (one for one in tree.walk(node) if isinstance(one, tree.Call) and one.name in POOLED)


def _finite(value: float) -> float | None:
    return None if value in {inf, -inf} else value

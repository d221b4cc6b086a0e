"""Is a condition true of each member? Yes, no, or None: it can't be told from what is known.

Node by node for all members at once, each node once; whatever compares members is worked out once
for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, cast

from clanstats import facts
from clanstats.facts import FactKey, FactTable
from clanstats.rules import columns, pools, tree
from clanstats.rules.columns import Bounds, Flags, Texts
from clanstats.rules.kinds import A_DAY
from clanstats.rules.pools import Pool
from clanstats.rules.tree import Node

Column: TypeAlias = Bounds | Flags | Texts
_ARITHMETIC: Mapping[str, Callable[[Bounds, Bounds], Bounds]] = {
    "+": columns.plus,
    "-": columns.minus,
    "*": columns.times,
    "/": columns.over,
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The values of every node that was asked for, over one table."""

    table: FactTable
    _known: dict[int, tuple[Node, Column]] = field(default_factory=dict)
    _pools: dict[int, Pool] = field(default_factory=dict)

    def flags(self, node: Node) -> Flags:
        """Of a condition or a part of one: by member."""
        return cast("Flags", self._value(node))

    def bounds(self, node: Node) -> Bounds:
        """Of what gives a number: by member."""
        return cast("Bounds", self._value(node))

    def texts(self, node: Node) -> Texts:
        """Of what gives a word: by member."""
        return cast("Texts", self._value(node))

    def pool(self, call: tree.Call) -> Pool:
        """Who is compared by a `mean`, `median`, `pct` or `place`."""
        if id(call) not in self._pools:
            who = call.arguments[-1] if len(call.arguments) > _asks(call) else None
            self._pools[id(call)] = pools.pool(
                self.bounds(call.arguments[0]),
                self.table.compared,
                None if who is None else self.flags(who),
            )
        return self._pools[id(call)]

    def _value(self, node: Node) -> Column:
        # The node is kept with its value, so that no other one can have its id meanwhile.
        if id(node) not in self._known:
            self._known[id(node)] = node, self._worked_out(node)
        return self._known[id(node)][1]

    def _worked_out(self, node: Node) -> Column:  # noqa: PLR0911 — one return a kind of node
        match node:
            case tree.Literal(value=value):
                return self._constant(value)
            case tree.FactRef(key=key):
                return self._fact(key)
            case tree.OneOf(word=word, among=among, negated=negated):
                return _one_of(self.texts(word), among, negated=negated)
            case tree.Compare():
                return self._compared(node)
            case tree.Arithmetic(operator=operator, left=left, right=right):
                return _ARITHMETIC[operator](self.bounds(left), self.bounds(right))
            case tree.Not(of=of):
                return columns.opposite(self.flags(of))
            case tree.Every(parts=parts):
                return columns.every([self.flags(part) for part in parts])
            case tree.Either(parts=parts):
                return columns.either([self.flags(part) for part in parts])
            case tree.Score(terms=terms):
                return self._sum(terms)
        return self._called(cast("tree.Call", node))

    def _constant(self, value: float | str | bool) -> Column:  # noqa: FBT001 — a literal's
        values = [value] * len(self.table.members)
        if isinstance(value, float):
            return Bounds.of(cast("list[float]", values))
        return cast("Texts | Flags", values)

    def _fact(self, key: FactKey) -> Column:
        column = self.table.columns[key]
        if not isinstance(column, facts.Numbers):
            return column.values
        if column.lows == column.highs:
            return Bounds.of(column.lows)
        return Bounds(column.lows, column.highs)

    def _compared(self, node: tree.Compare) -> Flags:
        left, right, operator = self._value(node.left), self._value(node.right), node.operator
        if not isinstance(left, Bounds) or not isinstance(right, Bounds):
            found = _same(cast("Texts", left), cast("Texts", right))
            return found if operator == "==" else columns.opposite(found)
        if operator in {"==", "!="}:
            found = columns.equal(left, right)
            return found if operator == "==" else columns.opposite(found)
        if operator in {"<", "<="}:
            left, right = right, left
        return columns.above(left, right, or_equal=operator.endswith("="))

    def _sum(self, terms: Sequence[Node]) -> Bounds:
        total = self.bounds(terms[0])
        for term in terms[1:]:
            total = columns.plus(total, self.bounds(term))
        return total

    def _called(self, call: tree.Call) -> Column:
        if call.name in {"mean", "median", "pct"}:
            return self._of_pool(call)
        if call.name == "place":
            return pools.places(self.bounds(call.arguments[0]), self.pool(call))
        if call.name == "days":
            return self._days(call)
        if call.name == "known":
            return self._is_known(cast("tree.FactRef", call.arguments[0]).key)
        if call.name == "lookup":
            return self._looked_up(call)
        return self._reckoned(call)

    def _reckoned(self, call: tree.Call) -> Bounds:
        given = [self.bounds(argument) for argument in call.arguments]
        if call.name == "floor":
            return columns.floored(given[0])
        if call.name == "clamp":
            return columns.least(columns.greatest(given[0], given[1]), given[2])
        together = columns.least if call.name == "min" else columns.greatest
        found = given[0]
        for one in given[1:]:
            found = together(found, one)
        return found

    def _of_pool(self, call: tree.Call) -> Bounds:
        members, count = self.pool(call), len(self.table.members)
        if call.name == "pct":
            percent = cast("tree.Literal", call.arguments[1]).value
            low, high = pools.percentile(members, float(percent))
        else:
            low, high = (pools.mean if call.name == "mean" else pools.median)(members)
        lows = [low] * count
        return Bounds(lows, lows if low == high else [high] * count)

    def _days(self, call: tree.Call) -> Bounds:
        condition, window = call.arguments
        length = int(cast("tree.Literal", window).value)
        lows, highs = ([0.0] * len(self.table.members) for _ in range(2))
        for day in self.table.daily[replace(A_DAY, days=length)]:
            held = Evaluation(replace(self.table, columns={A_DAY: day})).flags(condition)
            for place, flag in enumerate(held):
                lows[place] += flag is True
                highs[place] += flag is not False
        return Bounds(lows, lows if lows == highs else highs)

    def _is_known(self, key: FactKey) -> Flags:
        column = self.table.columns[key]
        if isinstance(column, facts.Numbers):
            return [low == high for low, high in zip(column.lows, column.highs, strict=True)]
        return [value is not None for value in column.values]

    def _looked_up(self, call: tree.Call) -> Bounds:
        asked, *pairs, default = call.arguments
        literals = [cast("tree.Literal", one).value for one in pairs]
        table = dict(zip(literals[::2], map(float, literals[1::2]), strict=True))
        others, values = self.bounds(default), [*table.values()]
        lows, highs = [], []
        for place, word in enumerate(self.texts(asked)):
            low, high = others.lows[place], others.highs[place]
            if word is None:
                low, high = min(low, *values), max(high, *values)
            elif word in table:
                low = high = table[word]
            lows.append(low)
            highs.append(high)
        return Bounds(lows, lows if lows == highs else highs)


def _asks(call: tree.Call) -> int:
    """How many arguments come before who is compared."""
    return 2 if call.name == "pct" else 1


def _one_of(values: Texts, among: frozenset[str], *, negated: bool) -> Flags:
    return [None if value is None else (value in among) is not negated for value in values]


def _same(one: Texts, other: Texts) -> Flags:
    return [None if None in pair else pair[0] == pair[1] for pair in zip(one, other, strict=True)]

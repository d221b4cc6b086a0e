"""Does a condition make sense: numbers with numbers, words with words, flags with and and or?"""

from dataclasses import dataclass

from clanstats.facts import FACTS, FactKey, FactKind
from clanstats.rules import tree
from clanstats.rules.errors import ConditionError
from clanstats.rules.tree import Node

NUMBER, TEXT, FLAG = FactKind.NUMBER, FactKind.TEXT, FactKind.FLAG
_SAID = {NUMBER: "a number", TEXT: "a word", FLAG: "yes or no"}


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes."""

    arguments: tuple[FactKind, ...]
    needed: int
    gives: FactKind = NUMBER
    more: bool = False  # any number of the last one


FUNCTIONS = {
    "mean": Function((NUMBER, FLAG), 1),
    "median": Function((NUMBER, FLAG), 1),
    "pct": Function((NUMBER, NUMBER, FLAG), 2),
    "place": Function((NUMBER, FLAG), 1),
    "days": Function((FLAG, NUMBER), 2),
    "known": Function((), 1, FLAG),
    "has": Function((TEXT,), 1, FLAG),
    "lookup": Function((), 4),
    "min": Function((NUMBER,), 2, more=True),
    "max": Function((NUMBER,), 2, more=True),
    "floor": Function((NUMBER,), 1),
    "clamp": Function((NUMBER, NUMBER, NUMBER), 3),
}
POOLED = ("mean", "median", "pct", "place")
A_DAY = FactKey("messages")  # what `days` may ask of each day
_EVEN = 2


def check(root: Node, *, number: bool = False) -> None:
    """Check a whole condition, or the term of a score.

    Raises:
        ConditionError: Something doesn't fit; with the character.
    """
    _expect(root, NUMBER if number else FLAG)


def kind(node: Node) -> FactKind:
    """What a node gives; all below it is checked.

    Raises:
        ConditionError: Something below doesn't fit.
    """
    match node:
        case tree.Literal(value=value):
            return {bool: FLAG, str: TEXT}.get(type(value), NUMBER)
        case tree.FactRef(key=key):
            return FACTS[key.name].kind
        case tree.OneOf() | tree.Compare() | tree.Not() | tree.Every() | tree.Either():
            _check_flag(node)
            return FLAG
        case tree.Arithmetic(left=left, right=right):
            _expect(left, NUMBER)
            _expect(right, NUMBER)
        case tree.Call():
            return _called(node)
    return NUMBER  # the terms of a score were checked when it was read


def _check_flag(node: Node) -> None:
    if isinstance(node, tree.Compare):
        _check_compared(node)
        return
    for part in node.children:
        _expect(part, TEXT if isinstance(node, tree.OneOf) else FLAG)


def _expect(node: Node, wanted: FactKind) -> None:
    if kind(node) is not wanted:
        raise ConditionError(
            f"{_SAID[wanted]} is expected here, and this is {_SAID[kind(node)]}.".capitalize(),
            node.span.start,
        )


def _check_compared(node: tree.Compare) -> None:
    left = kind(node.left)
    if kind(node.right) is not left:
        raise ConditionError(
            f"{_SAID[left].capitalize()} can't be compared with {_SAID[kind(node.right)]}.",
            node.right.span.start,
        )
    if left is not NUMBER and node.operator not in {"==", "!="}:
        raise ConditionError(f"Only numbers know {node.operator}; use == or !=.", node.span.start)
    if left is FLAG:
        raise ConditionError("Write it without == true, or with not.", node.span.start)


def _called(call: tree.Call) -> FactKind:
    function, given = FUNCTIONS[call.name], call.arguments
    most = len(given) if function.more or not function.arguments else len(function.arguments)
    if not function.needed <= len(given) <= most:
        raise ConditionError(f"{call.name} takes {_taken(function)}.", call.span.start)
    if call.name == "known":
        _check_known(call)
    elif call.name == "lookup":
        _check_lookup(call)
    for argument, wanted in zip(given, _wanted(function, len(given)), strict=False):
        _expect(argument, wanted)
    if call.name == "pct" and not _between(given[1], 0, 100):
        raise ConditionError("pct takes a number from 0 to 100.", given[1].span.start)
    if call.name == "days":
        _check_days(call)
    elif call.name in POOLED:
        inner = next((one for one in _below(call) if _pooled(one)), None)
        if inner is not None:
            raise ConditionError(
                "One comparison of members can't stand in another.", inner.span.start
            )
    return function.gives


def _wanted(function: Function, given: int) -> tuple[FactKind, ...]:
    if function.more:
        return function.arguments * given
    return function.arguments


def _taken(function: Function) -> str:
    least, most = function.needed, len(function.arguments)
    if function.more or most < least:
        return f"{least} values or more" if function.more or least > 1 else "1 fact"
    return f"{least}" + (f" to {most}" if most > least else "") + " values"


def _check_known(call: tree.Call) -> None:
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], tree.FactRef):
        raise ConditionError("known takes one fact, such as known(xp.7d).", call.span.start)


def _check_lookup(call: tree.Call) -> None:
    asked, *pairs, default = call.arguments
    if len(pairs) % _EVEN or not pairs:
        raise ConditionError(
            "lookup takes a word, then words and numbers in turn, then a number for all others.",
            call.span.start,
        )
    _expect(asked, TEXT)
    for place, one in enumerate(pairs):
        if not isinstance(one, tree.Literal):
            raise ConditionError("lookup takes words and numbers as they are.", one.span.start)
        _expect(one, NUMBER if place % _EVEN else TEXT)
    _expect(default, NUMBER)


def _check_days(call: tree.Call) -> None:
    condition, window = call.arguments
    if not _between(window, 1, 365):
        raise ConditionError("days takes a time such as 7d, up to 365d.", window.span.start)
    for one in tree.walk(condition):
        if isinstance(one, tree.FactRef) and one.key != A_DAY:
            raise ConditionError(
                f"Of a single day only {A_DAY} are known, not {one.key}.", one.span.start
            )
        if isinstance(one, tree.Call):
            raise ConditionError("days takes no function.", one.span.start)


def _between(node: Node, least: float, most: float) -> bool:
    return (
        isinstance(node, tree.Literal)
        and isinstance(node.value, float)
        and least <= node.value <= most
    )


def _below(call: tree.Call) -> list[Node]:
    return [one for argument in call.arguments for one in tree.walk(argument)]


def _pooled(node: Node) -> bool:
    return isinstance(node, tree.Call) and (node.name in POOLED or node.name == "days")

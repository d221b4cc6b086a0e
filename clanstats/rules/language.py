"""How is a condition read? A line such as `tenure.months >= 6 and messages.30d >= 20`.

The vocabulary is closed: what isn't a fact, a function, a group or a score of the file is refused,
with the nearest name. Nothing is ever executed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, Tree, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from clanstats.facts import (
    FACTS,
    LONGEST_DAYS,
    NOT_COLLECTED,
    Fact,
    FactKey,
    Parts,
    Windowed,
    parts_of,
)
from clanstats.rules import tree
from clanstats.rules.errors import ConditionError, near
from clanstats.rules.kinds import FUNCTIONS, check
from clanstats.rules.tree import Node, Span

MOST_CHARACTERS = 4_000
MOST_NODES = 400
DEEPEST = 24
_DAYS = {"d": 1, "w": 7, "mo": 30, "y": 365}
_TIMES = {"k": 10**3, "m": 10**6, "b": 10**9}
_GRAMMAR = r"""
?start: any
?any: every ("or" every)*
?every: negated ("and" negated)*
?negated: "not" negated -> opposite
    | comparison
?comparison: sum
    | sum OPERATOR sum -> compare
    | sum "in" group -> among
    | sum "not" "in" group -> not_among
?sum: product
    | sum ADD product -> arithmetic
?product: signed
    | product MULTIPLY signed -> arithmetic
?signed: "-" signed -> minus
    | atom
?atom: DURATION -> duration
    | NUMBER -> number
    | TEXT -> text
    | "true" -> true
    | "false" -> false
    | NAME "(" [any ("," any)*] ")" -> call
    | NAME -> fact
    | "(" any ")"
group: "@" NAME -> named_group
    | "[" [TEXT ("," TEXT)*] "]" -> listed_group

OPERATOR: "==" | "!=" | ">=" | "<=" | ">" | "<"
ADD: "+" | "-"
MULTIPLY: "*" | "/"
DURATION.3: /[0-9]{1,6}(mo|d|w|y)(?![A-Za-z0-9_.])/
NUMBER.2: /[0-9]{1,15}(\.[0-9]{1,9})?[kmb]?(?![A-Za-z0-9_.])/
NAME: /[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*/
TEXT: /'[^'\n]{0,100}'/
%import common.WS
%ignore WS
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What a file declares for its conditions to use."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scores: Mapping[str, tree.Score] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, and how it was written."""

    text: str
    root: Node


def read_condition(text: str, names: Names, *, number: bool = False) -> Condition:
    """Read a condition.

    Args:
        text: One line.
        names: What may be used besides facts and functions.
        number: It is the term of a score, and so a number.

    Raises:
        ConditionError: With the character at which something is wrong.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(f"It is longer than {MOST_CHARACTERS:,} characters.", MOST_CHARACTERS)
    try:
        parsed = _parser().parse(text)
    except UnexpectedInput as error:
        over = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        at = len(text) if over else int(getattr(error, "pos_in_stream", 0))
        raise ConditionError(_unexpected(text, at), at) from None
    except RecursionError:
        raise ConditionError("It is nested too deeply.", 0) from None
    _check_depth(parsed)
    try:
        root: Node = _Builder(names, text).transform(parsed)
    except VisitError as error:
        if isinstance(error.orig_exc, ConditionError):
            raise error.orig_exc from None
        raise
    if tree.depth(root) > DEEPEST:
        raise ConditionError(f"It is nested more than {DEEPEST} deep: use a score.", 0)
    if tree.size(root) > MOST_NODES:
        raise ConditionError(f"It has more than {MOST_NODES} parts: use fewer.", 0)
    check(root, number=number)
    return Condition(text, root)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _unexpected(text: str, at: int) -> str:
    if at >= len(text.rstrip()):
        return "It ends too early."
    found = text[at:].strip().partition(" ")[0][:20]
    if text[at] == "=" and text[at : at + 2] != "==":
        return "= isn't used here; write == to compare."
    if text[at] == '"':
        return "Words stand in single quotes, 'like this'."
    return f"“{found}” isn't expected here."


def _check_depth(parsed: Tree[Token] | Token) -> None:
    """Before anything recurses over it: parentheses leave no node, but signs and `not` do."""
    level: list[Any] = [parsed]
    for _ in range(4 * DEEPEST):
        level = [child for node in level if isinstance(node, Tree) for child in node.children]
        if not level:
            return
    raise ConditionError(f"It is nested more than {DEEPEST} deep: use a score.", 0)


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """From lark's tree to ours, so that nothing else knows the library."""

    def __init__(self, names: Names, text: str) -> None:
        super().__init__()
        self._names = names
        self._text = text

    def any(self, meta: Any, parts: list[Node]) -> Node:  # noqa: ANN401 — the library's
        return tree.Either(_span(meta), tuple(parts))

    def every(self, meta: Any, parts: list[Node]) -> Node:  # noqa: ANN401
        return tree.Every(_span(meta), tuple(parts))

    def opposite(self, meta: Any, parts: list[Node]) -> Node:  # noqa: ANN401
        return tree.Not(_span(meta), parts[0])

    def compare(self, meta: Any, parts: list[Any]) -> Node:  # noqa: ANN401
        left, operator, right = parts
        return tree.Compare(_span(meta), str(operator), left, right)

    def among(self, meta: Any, parts: list[Any]) -> Node:  # noqa: ANN401
        return tree.OneOf(_span(meta), parts[0], parts[1], negated=False)

    def not_among(self, meta: Any, parts: list[Any]) -> Node:  # noqa: ANN401
        return tree.OneOf(_span(meta), parts[0], parts[1], negated=True)

    def arithmetic(self, meta: Any, parts: list[Any]) -> Node:  # noqa: ANN401
        left, operator, right = parts
        return tree.Arithmetic(_span(meta), str(operator), left, right)

    def minus(self, meta: Any, parts: list[Node]) -> Node:  # noqa: ANN401
        span = _span(meta)
        return tree.Arithmetic(span, "-", tree.Literal(span, 0.0), parts[0])

    def duration(self, meta: Any, parts: list[Token]) -> Node:  # noqa: ANN401
        return tree.Literal(_span(meta), float(days(str(parts[0]))))

    def number(self, meta: Any, parts: list[Token]) -> Node:  # noqa: ANN401
        written = str(parts[0])
        times = _TIMES.get(written[-1], 1)
        return tree.Literal(_span(meta), float(written.rstrip("kmb")) * times)

    def text(self, meta: Any, parts: list[Token]) -> Node:  # noqa: ANN401
        return tree.Literal(_span(meta), str(parts[0])[1:-1])

    def true(self, meta: Any, _: list[Token]) -> Node:  # noqa: ANN401
        return tree.Literal(_span(meta), value=True)

    def false(self, meta: Any, _: list[Token]) -> Node:  # noqa: ANN401
        return tree.Literal(_span(meta), value=False)

    def call(self, meta: Any, parts: list[Any]) -> Node:  # noqa: ANN401
        name, *arguments = parts
        if str(name) not in FUNCTIONS:
            hint = near(str(name), FUNCTIONS)
            raise ConditionError(f"There is no function {name}.{hint}", name.start_pos)
        if name == "has":
            return _has(_span(meta), arguments)
        written = self._text[meta.start_pos : meta.end_pos]
        return tree.Call(_span(meta), str(name), tuple(arguments), written)

    def fact(self, meta: Any, parts: list[Token]) -> Node:  # noqa: ANN401
        span, words = _span(meta), str(parts[0]).split(".")
        if words[0] == "score":
            return self._score(span, words[1:])
        return tree.FactRef(span, _key(words, span.start))

    def named_group(self, meta: Any, parts: list[Token]) -> frozenset[str]:  # noqa: ANN401
        name = str(parts[0])
        if name not in self._names.groups:
            hint = near(name, self._names.groups)
            raise ConditionError(f"There is no group @{name}.{hint}", meta.start_pos)
        return self._names.groups[name]

    def listed_group(self, _: Any, parts: list[Token]) -> frozenset[str]:  # noqa: ANN401
        return frozenset(str(part)[1:-1] for part in parts)

    def _score(self, span: Span, words: list[str]) -> Node:
        name = ".".join(words)
        if name in self._names.scores:
            return self._names.scores[name]
        hint = near(name, self._names.scores)
        if name in parts_of(Parts.ACTIVITIES):
            hint = f" Did you mean activity.{name}?"
        raise ConditionError(
            f"The file declares no score {name or '(without a name)'}.{hint}", span.start
        )


def days(written: str) -> int:
    """How many days "30d", "4w", "6mo" or "1y" are; a month is 30, a year 365."""
    number = written.rstrip("dwmoy")
    return int(number) * _DAYS[written[len(number) :]]


def _span(meta: Any) -> Span:  # noqa: ANN401
    return Span(meta.start_pos, meta.end_pos)


def _has(span: Span, arguments: list[Node]) -> Node:
    """A tag is a ledger in which somebody has something."""
    name = (
        arguments[0].value
        if len(arguments) == 1 and isinstance(arguments[0], tree.Literal)
        else None
    )
    if not isinstance(name, str) or not name.isidentifier():
        raise ConditionError("has takes one name in quotes, such as has('max_cape').", span.start)
    ledger = tree.FactRef(span, FactKey("ledger", name))
    return tree.Compare(span, ">", ledger, tree.Literal(span, 0.0))


def _key(words: list[str], at: int) -> FactKey:
    """The fact that dotted words name.

    Raises:
        ConditionError: There is none.
    """
    name, *rest = words
    if name in NOT_COLLECTED:
        raise ConditionError(NOT_COLLECTED[name], at)
    fact = FACTS.get(name)
    if fact is None:
        raise ConditionError(f"There is no fact {name}.{near(name, FACTS)}", at)
    window = None
    if rest and rest[-1][:1].isdigit():
        window = _window(fact, rest.pop(), at)
    if len(rest) > 1:
        raise ConditionError(f"{name} takes no {'.'.join(rest)}.", at)
    part = rest[0] if rest else None
    _check_part(fact, part, at)
    if fact.window is Windowed.MUST and window is None:
        raise ConditionError(f"{name} needs its days, such as {name}.30d.", at)
    return FactKey(name, part, window)


def _window(fact: Fact, written: str, at: int) -> int:
    number = written.rstrip("dwmoy")
    if not number.isdecimal() or written[len(number) :] not in _DAYS:
        raise ConditionError(f"{written} isn't a time; write 30d, 4w, 6mo or 1y.", at)
    if fact.window is Windowed.NEVER:
        raise ConditionError(f"{fact.name} is asked for without days.", at)
    if len(number) > len(str(LONGEST_DAYS)) or not 1 <= days(written) <= LONGEST_DAYS:
        raise ConditionError(f"{written} isn't between 1d and {LONGEST_DAYS}d.", at)
    return days(written)


def _check_part(fact: Fact, part: str | None, at: int) -> None:
    if part is None:
        if fact.part_needed:
            raise ConditionError(f"{fact.name} needs {fact.parts} behind a dot.", at)
        return
    known = parts_of(fact.parts)
    if fact.parts is Parts.NONE:
        raise ConditionError(f"{fact.name} takes no {part}.", at)
    if known and part not in known:
        raise ConditionError(f"{fact.name} knows no {part}.{near(part, known)}", at)

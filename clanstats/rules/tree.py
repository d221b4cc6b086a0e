"""What does a condition consist of, once it is read?

Nodes compare by identity: a score that is used twice is one node, and worked out once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clanstats.facts import FactKey


@dataclass(frozen=True, slots=True)
class Span:
    """Where in its condition something stands: characters from 0, the end not with it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Any part of a condition."""

    span: Span

    @property
    def children(self) -> tuple["Node", ...]:
        """What it is made of."""
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A number, a word, or true and false."""

    value: float | str | bool


@dataclass(frozen=True, slots=True, eq=False)
class FactRef(Node):
    """A fact, as the condition names it."""

    key: FactKey


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Node):
    """Whether a word is among some."""

    word: Node
    among: frozenset[str]
    negated: bool

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.word,)


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Node):
    """Two values against each other: == != >= <= > <."""

    operator: str
    left: Node
    right: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    """Numbers put together: + - * /."""

    operator: str
    left: Node
    right: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class Not(Node):
    """The opposite."""

    of: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True, eq=False)
class Every(Node):
    """All of them: and."""

    parts: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Either(Node):
    """At least one of them: or."""

    parts: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """A function of the language."""

    name: str
    arguments: tuple[Node, ...]
    text: str  # as it was written

    @property
    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True, eq=False)
class Score(Node):
    """A score that the file declares: the sum of its terms."""

    name: str
    terms: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.terms


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each once, whatever is used twice."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += reversed(each.children)


def size(node: Node) -> int:
    """How many nodes there are."""
    return sum(1 for _ in walk(node))


def depth(node: Node) -> int:
    """How deep it goes; a node without children is 1."""
    known: dict[int, int] = {}

    def of(each: Node) -> int:
        if id(each) not in known:
            known[id(each)] = 1 + max(map(of, each.children), default=0)
        return known[id(each)]

    return of(node)

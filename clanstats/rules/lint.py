"""What is allowed, but can't be meant? Rules that never hold, or hold for everybody by mistake."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clanstats.roles import from_api_name
from clanstats.rules import tree
from clanstats.rules.book import Ladder, Rule
from clanstats.rules.errors import Problem, near
from clanstats.rules.language import Condition
from clanstats.rules.places import Places
from clanstats.rules.tree import Node


def problems(
    ladders: Sequence[Ladder],
    rules: Sequence[Rule],
    groups: Mapping[str, frozenset[str]],
    rank_order: Sequence[str],
    places: Places,
) -> Sequence[Problem]:
    """What is wrong with rules that could be read; some of it only warned of."""
    return (
        *_twice(ladders, rules, places),
        *_unreachable(ladders, places),
        *_without_floor(ladders, rules, places),
        *_unknown_ranks(ladders, groups, rank_order, places),
        *_ranks_as_roles(ladders, rules, rank_order, places),
    )


def _twice(ladders: Sequence[Ladder], rules: Sequence[Rule], places: Places) -> Iterator[Problem]:
    for name, count in Counter([*(one.id for one in ladders), *(one.id for one in rules)]).items():
        if count > 1:
            yield Problem(f"There are {count} with the id {name}.", *places.of_word(name))
    for ladder in ladders:
        for rank, count in Counter(step.rank for step in ladder.steps).items():
            if count > 1:
                text = f"Ladder {ladder.id} has the rank {rank} {count} times."
                yield Problem(text, *places.of_word(rank))


def _unreachable(ladders: Sequence[Ladder], places: Places) -> Iterator[Problem]:
    """Of two steps with the same condition the lower one is never stayed at."""
    for ladder in ladders:
        for lower, upper in zip(ladder.steps, ladder.steps[1:], strict=False):
            if _plain(lower.when) == _plain(upper.when):
                text = f"{lower.rank} takes the same as {upper.rank}, so nobody stays there."
                yield Problem(text, *places.within(upper.when.text, 0))
        for step in ladder.steps:
            if _plain(step.when) == "false":
                text = f"Nobody ever gets to {step.rank}."
                yield Problem(text, *places.within(step.when.text, 0))


def _plain(condition: Condition) -> str:
    return " ".join(condition.text.split())


def _without_floor(
    ladders: Sequence[Ladder], rules: Sequence[Rule], places: Places
) -> Iterator[Problem]:
    """Silent members share the last place, which may be among the first three."""
    for condition in (
        *(s.when for one in ladders for s in one.steps),
        *(one.when for one in rules),
    ):
        for compared in _top(condition.root):
            asked = next(_facts(compared))
            floors = {
                one.key
                for node in tree.walk(condition.root)
                if isinstance(node, tree.Compare) and node.operator in {">", ">="}
                for one in (node.left,)
                if isinstance(one, tree.FactRef)
            }
            if asked.key not in floors:
                yield Problem(
                    f"Whoever has none shares a place: add `and {asked.key} > 0`.",
                    *places.within(condition.text, compared.span.start),
                )


def _top(root: Node) -> Iterator[tree.Compare]:
    for node in tree.walk(root):
        if isinstance(node, tree.Compare) and node.operator in {"<", "<=", "=="}:
            left = node.left
            if (
                isinstance(left, tree.Call)
                and left.name == "place"
                and any(True for _ in _facts(node))
            ):
                yield node


def _facts(node: Node) -> Iterator[tree.FactRef]:
    return (one for one in tree.walk(node) if isinstance(one, tree.FactRef))


def _unknown_ranks(
    ladders: Sequence[Ladder],
    groups: Mapping[str, frozenset[str]],
    rank_order: Sequence[str],
    places: Places,
) -> Iterator[Problem]:
    named: Iterable[str] = [
        *(step.rank for ladder in ladders for step in ladder.steps),
        *(rank for group in groups.values() for rank in sorted(group)),
    ]
    for rank in dict.fromkeys(named) if rank_order else ():
        if rank not in rank_order:
            text = f"The clan has no rank {rank}.{near(rank, rank_order)}"
            yield Problem(text, *places.of_word(rank), warning=True)


def _ranks_as_roles(
    ladders: Sequence[Ladder], rules: Sequence[Rule], rank_order: Sequence[str], places: Places
) -> Iterator[Problem]:
    """A rank's role follows the rank; a rule that gives it, too, would fight over it."""
    ranks = {*rank_order, *(step.rank for ladder in ladders for step in ladder.steps)}
    for rule in rules:
        if rule.role and from_api_name(rule.role) in ranks:
            text = f"{rule.role} is a rank, whose role follows it: give rule {rule.id} another."
            yield Problem(text, *places.of_word(rule.role))

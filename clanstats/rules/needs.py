"""Which facts does a condition ask for?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from clanstats.facts import FactKey
from clanstats.rules import tree
from clanstats.rules.kinds import A_DAY
from clanstats.rules.tree import Node


def facts_of(roots: Iterable[Node]) -> frozenset[FactKey]:
    """All facts that stand in these; what `days` asks of single days isn't among them."""
    return frozenset(
        node.key for root in roots for node in _outside_days(root) if isinstance(node, tree.FactRef)
    )


def daily_of(roots: Iterable[Node]) -> frozenset[FactKey]:
    """What is asked of single days, with how many of them."""
    return frozenset(
        replace(A_DAY, days=int(cast("tree.Literal", node.arguments[1]).value))
        for root in roots
        for node in tree.walk(root)
        if isinstance(node, tree.Call) and node.name == "days"
    )


def _outside_days(root: Node) -> Iterable[Node]:
    inside = {
        id(below)
        for node in tree.walk(root)
        if isinstance(node, tree.Call) and node.name == "days"
        for below in tree.walk(node.arguments[0])
    }
    return (node for node in tree.walk(root) if id(node) not in inside)

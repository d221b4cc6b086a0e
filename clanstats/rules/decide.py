"""What do a clan's rules say of one instant? Pure: facts and rules in, decisions out."""

from collections.abc import Iterator, Sequence
from math import inf

from clanstats.facts import FactTable
from clanstats.rules import tree
from clanstats.rules.book import Approval, Rule, RuleBook, RuleKind
from clanstats.rules.columns import Flags, every, opposite
from clanstats.rules.decisions import (
    Change,
    Decisions,
    Found,
    Memory,
    Missing,
    Outcome,
    Proposal,
    found_again,
)
from clanstats.rules.evaluate import Evaluation
from clanstats.rules.ladder import Climb
from clanstats.rules.language import Condition
from clanstats.rules.leaves import Explainer, Leaf


def decide(book: RuleBook, table: FactTable, before: Memory, *, counts: bool = True) -> Decisions:
    """Apply a clan's rules.

    Args:
        book: The rules.
        table: With all facts that the book needs.
        before: What the latest run found.
        counts: Whether this is a run of its own; else it is a look at what the latest one found.

    Returns:
        Proposals in the order of the file, then by name. Nobody is in them on account of what
        isn't known: that can only keep somebody out.
    """
    evaluation = Evaluation(table)
    after: dict[tuple[int, str], Found] = {}
    climbed = [
        one
        for ladder in book.ladders
        for one in Climb(ladder, evaluation, before, after, counts).found()
    ]
    missing = [one for one in climbed if isinstance(one, Missing)]
    outcomes = [Outcome(rule, _outcome(book, rule, evaluation)) for rule in book.rules]
    found = [
        one
        for outcome in outcomes
        for one in _proposed(outcome, evaluation, before, after, counts=counts)
    ]
    unknown = [one for one in missing if one.unknown and one.waits_days is None]
    waiting = [one for one in missing if not one.leaves]
    return Decisions(
        table.as_of,
        book.hash,
        len(table.members),
        (*(one for one in climbed if isinstance(one, Proposal)), *found),
        tuple(sorted((one for one in missing if one.leaves and not one.unknown), key=_nearness)),
        tuple(waiting),
        tuple(unknown),
        tuple(outcomes),
        () if book.at_risk is None else evaluation.flags(book.at_risk.root),
        after,
    )


def explained(condition: Condition, evaluation: Evaluation, place: int) -> Sequence[Leaf]:
    """Why a condition is as it is for one member."""
    return Explainer(evaluation).leaves(condition.root, condition.text, place)


def _outcome(book: RuleBook, rule: Rule, evaluation: Evaluation) -> Flags:
    """By place: whether the rule holds, and `unless` surely doesn't."""
    columns = [evaluation.flags(rule.when.root)]
    if rule.unless is not None:
        columns.append(opposite(evaluation.flags(rule.unless.root)))
    flags = every(columns)
    if rule.kind is not RuleKind.INACTIVE or names_ranks(rule):
        return flags
    return [
        False if member.rank in book.officers else flag
        for member, flag in zip(evaluation.table.members, flags, strict=True)
    ]


def names_ranks(rule: Rule) -> bool:
    """Whether a rule says of which ranks it is: then officers among them are meant."""
    return any(
        isinstance(node, tree.OneOf)
        and not node.negated
        and isinstance(node.word, tree.FactRef)
        and node.word.key.name == "rank"
        for node in tree.walk(rule.when.root)
    )


def _proposed(
    outcome: Outcome,
    evaluation: Evaluation,
    before: Memory,
    after: dict[tuple[int, str], Found],
    *,
    counts: bool,
) -> Iterator[Proposal]:
    rule, table = outcome.rule, evaluation.table
    for place, (member, flag) in enumerate(zip(table.members, outcome.flags, strict=True)):
        key = member.player_id, rule.id
        known = before.get(key)
        since = table.as_of if known is None else known.since
        lasts = rule.lasts_days is None or (table.as_of - since).days < rule.lasts_days
        begun = known is not None and rule.lasts_days is not None and lasts
        if known is not None and (flag is None or (flag is False and begun)):
            after[key] = known  # what can't be told now is neither over nor new when it can
        elif flag is True:
            after[key] = found_again(known, table.as_of, counts=counts)
        if not (lasts and (flag is True or begun)):
            continue
        yield Proposal(
            member,
            rule.id,
            Change(rule.kind.value),
            explained(rule.when, evaluation, place),
            from_rank=member.rank,
            approval=Approval.ONE,
            role=rule.role,
        )


def _nearness(missing: Missing) -> tuple[float, int, str]:
    days = inf if missing.days is None else missing.days
    return days, len(missing.leaves), missing.member.name.lower()

"""Who goes up or down a ladder, and who is nearly there?

The result is the highest step that surely holds. Up at once; down only if the present rank's own
condition has surely failed in this run and in the one before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from clanstats.domain import Member
from clanstats.facts import FACTS, FactKey, FactTable, Numbers, Texts
from clanstats.rules import tree
from clanstats.rules.book import Approval, Ladder
from clanstats.rules.columns import Flags
from clanstats.rules.decisions import Change, Found, Memory, Missing, Proposal, found_again
from clanstats.rules.evaluate import Evaluation
from clanstats.rules.language import Condition
from clanstats.rules.leaves import Explainer, Leaf

_DEMOTED_AFTER = 2  # runs
_PACE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Climb:
    """A ladder over one table."""

    ladder: Ladder
    evaluation: Evaluation
    before: Memory
    after: dict[tuple[int, str], Found]  # what is to be remembered; filled as it is asked
    counts: bool  # as a run of its own

    @property
    def table(self) -> FactTable:
        return self.evaluation.table

    def found(self) -> Iterator[Proposal | Missing]:
        """Of every member on the ladder, what is due or what is missing; nothing at the top."""
        held = [self.evaluation.flags(step.when.root) for step in self.ladder.steps]
        kept = [self.evaluation.flags((step.keep or step.when).root) for step in self.ladder.steps]
        ranks = cast("Texts", self.table.columns[FactKey("rank")]).values
        for place, member in enumerate(self.table.members):
            at = self.ladder.place(ranks[place])
            if at is None:
                continue
            best = max((n for n, flags in enumerate(held) if flags[place]), default=-1)
            if best > at:
                yield from self._up(member, place, at, best)
                continue
            # Whoever may belong higher up doesn't go down.
            if kept[at][place] is False and not any(
                flags[place] is None for flags in held[at + 1 :]
            ):
                yield from self._down(member, place, at, held)
            if at + 1 < len(held):
                yield self._missing(member, place, at, held)

    def _up(self, member: Member, place: int, at: int, best: int) -> Iterator[Proposal | Missing]:
        step = self.ladder.steps[best]
        runs = self._noted(member, f"{self.ladder.id}>{step.rank}")
        left = self._cooldown(place)
        if runs < self.ladder.after_runs or left is None or left > 0:
            waits = None if left is None else max(left, 0.0)
            missing = self._not_yet(member, place, at, best)
            yield replace(missing, waits_days=waits, unknown=left is None)
            return
        yield self._proposal(member, place, at, best, Change.PROMOTE, step.when)

    def _down(self, member: Member, place: int, at: int, held: list[Flags]) -> Iterator[Proposal]:
        step = self.ladder.steps[at]
        runs = self._noted(member, f"{self.ladder.id}<{step.rank}")
        below = max((n for n, flags in enumerate(held[:at]) if flags[place]), default=None)
        if below is not None and runs >= _DEMOTED_AFTER:
            kept = step.keep or step.when
            yield self._proposal(member, place, at, below, Change.DEMOTE, kept)

    def _proposal(  # noqa: PLR0913, PLR0917 — from where to where, and why
        self, member: Member, place: int, at: int, to: int, change: Change, why: Condition
    ) -> Proposal:
        target = self.ladder.steps[to]
        approval = target.approval
        if change is Change.DEMOTE and approval is Approval.AUTO:
            approval = Approval.ONE  # nobody is ever demoted without an officer
        return Proposal(
            member,
            self.ladder.id,
            change,
            self._leaves(why, place),
            self.ladder.steps[at].rank,
            target.rank,
            approval,
            {Approval.TWO: 2, Approval.VOTE: self.ladder.votes}.get(approval, 0),
        )

    def _missing(self, member: Member, place: int, at: int, held: list[Flags]) -> Missing:
        """Of the next step, or of the lowest one above that can't be told."""
        unsure = (n for n in range(at + 1, len(held)) if held[n][place] is None)
        return self._not_yet(member, place, at, next(unsure, at + 1))

    def _not_yet(self, member: Member, place: int, at: int, to: int) -> Missing:
        step = self.ladder.steps[to]
        leaves = [leaf for leaf in self._leaves(step.when, place) if leaf.decides]
        short = tuple(leaf for leaf in leaves if leaf.outcome is not True)
        unknown = any(leaf.outcome is None for leaf in short)
        days = None if unknown or not short else Pace(self.table, place).days(step.when, short)
        return Missing(
            member, self.ladder.id, self.ladder.steps[at].rank, step.rank, short, unknown, days
        )

    def _leaves(self, condition: Condition, place: int) -> tuple[Leaf, ...]:
        return Explainer(self.evaluation).leaves(condition.root, condition.text, place)

    def _cooldown(self, place: int) -> float | None:
        """Days that have to pass yet; None if it isn't known since when the rank is held."""
        if not self.ladder.cooldown_days:
            return 0
        held = cast("Numbers", self.table.columns[FactKey("rank_days")])
        low = held.lows[place]
        return (
            None
            if low != held.highs[place] and low < self.ladder.cooldown_days
            else (self.ladder.cooldown_days - low)
        )

    def _noted(self, member: Member, key: str) -> int:
        """How many runs in a row have found it."""
        known = self.before.get((member.player_id, key))
        found = found_again(known, self.table.as_of, counts=self.counts)
        self.after[member.player_id, key] = found
        return found.runs


@dataclass(frozen=True, slots=True)
class Pace:
    """When will what is missing be there, if it goes on as in the last 30 days?"""

    table: FactTable
    place: int

    def days(self, condition: Condition, short: tuple[Leaf, ...]) -> float | None:
        """The days until the last of what is missing; None where that can't be said."""
        texts = {leaf.text for leaf in short}
        waits = [
            self._until(node)
            for node in tree.walk(condition.root)
            if isinstance(node, tree.Compare)
            and condition.text[node.span.start : node.span.end] in texts
        ]
        known = [one for one in waits if one is not None]
        return max(known) if known and len(known) == len(waits) == len(texts) else None

    def _until(self, node: tree.Compare) -> float | None:
        wanted = node.right.value if isinstance(node.right, tree.Literal) else None
        if node.operator not in {">", ">="} or not isinstance(node.left, tree.FactRef):
            return None
        key = node.left.key
        if not isinstance(wanted, float) or not FACTS[key.name].growing or key.days is not None:
            return None
        have, a_day = self._exactly(key), self._a_day(key)
        if have is None or a_day is None or a_day <= 0:
            return None
        return max((wanted - have) / a_day, 0.0)

    def _a_day(self, key: FactKey) -> float | None:
        if key.name == "rank_days" or key == FactKey("tenure", "days"):
            return 1.0
        gained = self._exactly(replace(key, days=_PACE_DAYS))
        return None if gained is None else gained / _PACE_DAYS

    def _exactly(self, key: FactKey) -> float | None:
        column = self.table.columns.get(key)
        if not isinstance(column, Numbers) or column.lows[self.place] != column.highs[self.place]:
            return None
        return column.lows[self.place]

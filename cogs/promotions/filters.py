"""Which lines of the queue does an officer want to see? Those of a rank, or by a rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from clanstats.decisions.queue import Queue
from clanstats.decisions.record import Decision
from clanstats.errors import BadInputError
from clanstats.roles import from_api_name
from clanstats.rules.decisions import Missing, Proposal
from clanstats.rules.errors import near
from cogs.asked import digest

Line = TypeVar("Line", Proposal, Missing, Decision)


@dataclass(frozen=True, slots=True)
class Only:
    """None is any."""

    rank: str | None = None  # from it or to it
    rule_id: str | None = None  # of the ladder or the rule

    @classmethod
    def typed(cls, rank: str | None, rule: str | None, queue: Queue) -> Self:
        """What an officer typed.

        Raises:
            BadInputError: The clan has no such rank, or its file no such rule.
        """
        only = cls(
            None if rank is None else from_api_name(rank),
            None if rule is None else rule.strip().lower(),
        )
        if only.rank is not None and only.rank not in ranks(queue):
            raise BadInputError(f"The clan has no rank {only.rank}.{near(only.rank, ranks(queue))}")
        ids = queue.judged.book.ids
        if only.rule_id is not None and only.rule_id not in ids:
            hint = near(only.rule_id, ids)
            raise BadInputError(f"The rules have nothing with the id {only.rule_id}.{hint}")
        return only

    @classmethod
    def unpack(cls, packed: str, queue: Queue) -> Self:
        """What a button remembers.

        Raises:
            BadInputError: There is no such rank or rule any longer.
        """
        for rank in (None, *ranks(queue)):
            for rule_id in (None, *queue.judged.book.ids):
                only = cls(rank, rule_id)
                if only.pack() == packed:
                    return only
        raise BadInputError("That rank or rule is gone; `/promotions` shows how it is now.")

    def pack(self) -> str:
        """Few characters, however long the names are; "" is all."""
        if self == Only():
            return ""
        return digest(self.rank, self.rule_id)

    def among(self, lines: Iterable[Line]) -> Sequence[Line]:
        """Those that are wanted, in their order."""
        return [
            line
            for line in lines
            if (self.rank is None or self.rank in {line.from_rank, line.to_rank})
            and (self.rule_id is None or self.rule_id == line.rule_id)
        ]


def ranks(queue: Queue) -> Sequence[str]:
    """All that somebody has, or that a ladder leads to."""
    held = {member.rank for member in queue.judged.table.members if member.rank}
    steps = {step.rank for ladder in queue.judged.book.ladders for step in ladder.steps}
    return sorted(held | steps)

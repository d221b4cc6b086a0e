"""What was decided about whom, and what stands in the way of it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clanstats.domain import Member
from clanstats.rules.book import Approval, Rule
from clanstats.rules.leaves import Leaf


class Change(StrEnum):
    """What is proposed."""

    PROMOTE = "promote"
    DEMOTE = "demote"
    SUGGEST = "suggest"
    INACTIVE = "inactive"
    FLAG = "flag"
    ROLE = "role"
    TEMP_ROLE = "temp_role"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule holds for a member."""

    member: Member
    rule_id: str  # of the ladder or the rule
    change: Change
    leaves: Sequence[Leaf]
    from_rank: str | None = None
    to_rank: str | None = None
    approval: Approval = Approval.ONE
    votes: int = 0  # that it takes; 0 where nobody votes
    role: str | None = None  # on Discord, by its name


@dataclass(frozen=True, slots=True)
class Missing:
    """A member isn't at the next step of a ladder yet."""

    member: Member
    rule_id: str
    from_rank: str
    to_rank: str
    leaves: Sequence[Leaf]  # what fails, or can't be told
    unknown: bool  # at least one can't be told
    days: float | None = None  # until it will hold, at the pace of the last 30; None isn't known
    waits_days: float | None = None  # it holds, but for the time since the last change of rank


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a rule, for everybody."""

    rule: Rule
    flags: Sequence[bool | None]  # by place in the table; None can't be told


@dataclass(frozen=True, slots=True)
class Found:
    """What an earlier run found of a member and a rule."""

    runs: int  # in a row
    since: datetime


Memory = Mapping[tuple[int, str], Found]  # by player_id and key


def found_again(known: Found | None, at: datetime, *, counts: bool) -> Found:
    """What is remembered of what is found at an instant, and was or wasn't before.

    A look that isn't a run of its own sees as many runs as there were, and at least itself.
    """
    if known is None:
        return Found(1, at)
    return Found(known.runs + 1, known.since) if counts else known


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that a rules file says of one table of facts."""

    as_of: datetime
    rules_hash: str
    checked: int  # members
    proposals: Sequence[Proposal]
    almost: Sequence[Missing]  # nearest first
    waiting: Sequence[Missing]  # they would be due, but for the time since their last change
    cant_tell: Sequence[Missing]  # whether they are due
    outcomes: Sequence[Outcome]
    at_risk: Sequence[bool | None] = ()  # by place; () if the file doesn't say
    memory: Memory = field(default_factory=dict)  # for the next run

    def of(self, *changes: Change) -> Sequence[Proposal]:
        """The proposals of some sorts, in order."""
        return tuple(one for one in self.proposals if one.change in changes)

"""What does a rules file say, once it is read?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from clanstats.facts import FactKey
from clanstats.fun import FunRules
from clanstats.roles import from_api_name
from clanstats.rules.errors import Problem
from clanstats.rules.language import Condition, Names


class Approval(StrEnum):
    """Who has to agree before something is done."""

    AUTO = "auto"
    ONE = "one"  # officer
    TWO = "two"
    VOTE = "vote"


class RuleKind(StrEnum):
    """What a rule is for."""

    SUGGEST = "suggest"  # for promotion, to no rank in particular
    INACTIVE = "inactive"
    FLAG = "flag"  # officers are told, once for each change
    ROLE = "role"  # on Discord, as long as it holds
    TEMP_ROLE = "temp_role"  # on Discord, for some time from when it held


@dataclass(frozen=True, slots=True)
class Step:
    """A rank of a ladder, and what it takes."""

    rank: str
    when: Condition
    keep: Condition | None  # to stay there; None is the same as to get there
    approval: Approval


@dataclass(frozen=True, slots=True)
class Ladder:
    """Ranks, the lowest first."""

    id: str
    steps: Sequence[Step]
    cooldown_days: int = 0  # since the last change of rank
    after_runs: int = 1  # how often in a row it must hold
    votes: int = 3  # that a vote takes

    def place(self, rank: str | None) -> int | None:
        """Which step a rank is; None if it isn't on the ladder."""
        return next((at for at, step in enumerate(self.steps) if step.rank == rank), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom it concerns, and who is left out."""

    id: str
    kind: RuleKind
    when: Condition
    unless: Condition | None = None
    notice_days: int = 7  # of "inactive": between the notice and being listed for removal
    role: str | None = None  # on Discord, by its name
    lasts_days: int | None = None  # of "temp_role"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A clan's rules. What isn't known never promotes, demotes or lists anybody."""

    hash: str  # of the file's text: twelve hex digits
    text: str
    names: Names
    ladders: Sequence[Ladder]
    rules: Sequence[Rule]
    at_risk: Condition | None  # who is shown as about to be inactive
    max_changes_per_run: int
    max_data_age: timedelta
    officers: frozenset[str]  # ranks that no "inactive" rule lists, unless it names ranks
    needs: frozenset[FactKey]
    daily: frozenset[FactKey]
    warnings: Sequence[Problem] = ()
    fun: FunRules = field(default_factory=FunRules)

    def of_kind(self, *kinds: RuleKind) -> Sequence[Rule]:
        """The rules of some kinds, in the file's order."""
        return tuple(rule for rule in self.rules if rule.kind in kinds)

    @property
    def ids(self) -> Sequence[str]:
        """Of the ladders and rules, in the file's order."""
        return (*(ladder.id for ladder in self.ladders), *(rule.id for rule in self.rules))

    @property
    def badges(self) -> frozenset[str]:
        """The roles on Discord that rules give, as ranks are written: "regular"."""
        return frozenset(from_api_name(rule.role) for rule in self.rules if rule.role)

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Ranks by group."""
        return self.names.groups

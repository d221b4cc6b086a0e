"""How is `ranks.toml` read? Whole or not at all, with all its problems at once."""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from clanstats.facts import FACTS, FactKey, Windowed
from clanstats.fun import THRESHOLDS, FunRules
from clanstats.roles import DEFAULTS, from_api_name
from clanstats.rules import lint, tree
from clanstats.rules.book import Approval, Ladder, Rule, RuleBook, RuleKind, Step
from clanstats.rules.errors import ConditionError, Problem, RuleError, near
from clanstats.rules.language import Condition, Names, days, read_condition
from clanstats.rules.needs import daily_of, facts_of
from clanstats.rules.places import Places
from clanstats.rules.tree import Span

MOST_BYTES = 256 * 1024
MOST_RULES = 200
_SCHEMA = 1
_TOP = {
    "schema", "unknown", "max_changes_per_run", "max_data_age", "groups", "score", "ladder", "rule",
    "inactive", "fun",
}  # fmt: skip
_LADDER = {"id", "approval", "cooldown", "after", "votes", "steps"}
_STEP = {"rank", "when", "keep", "approval"}
_RULE = {"id", "kind", "when", "unless", "notice", "role", "lasts"}
_TIME = re.compile(r"[0-9]{1,6}(mo|d|w|y)")
_RUNS = re.compile(r"([1-9])( runs?)?")
_HOURS = re.compile(r"([1-9][0-9]{0,3})(h|d)")
_ALWAYS = frozenset(
    {FactKey("rank"), FactKey("rank_days"), FactKey("tenure", "days"), FactKey("away"),
     FactKey("exempt")}
)  # fmt: skip
_PACE_DAYS = 30
_OFFICERS = "officers"  # the group that says who they are
_LEADERS = frozenset({"owner", "deputy_owner"})  # who are officers in any clan
_Enum = TypeVar("_Enum", bound=StrEnum)


def read_rules(
    text: str, *, rank_order: Sequence[str] = (), officers: Collection[str] | None = None
) -> RuleBook:
    """Read a rules file.

    Args:
        text: Of the file.
        rank_order: The clan's ranks, the highest first: which ranks there are, and in which
            order a ladder goes that doesn't say. () is not known.
        officers: Ranks that are never listed as inactive, where the file has no group of that
            name; the default ones unless given.

    Raises:
        RuleError: With every problem of the file, each with its line.
    """
    if len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise RuleError([Problem(f"The file is larger than {MOST_BYTES // 1024} KB.")])
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise RuleError([Problem(_toml_words(error))]) from None
    standing = DEFAULTS.officer_roles() if officers is None else officers
    return _Reader(text, rank_order, frozenset(standing)).book(content)


def _toml_words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The file is nested too deeply."
    return f"The file isn't TOML: {error}."


class _Reader:
    """Reads one file, and remembers what was wrong with it."""

    def __init__(self, text: str, rank_order: Sequence[str], officers: frozenset[str]) -> None:
        self._text = text
        self._order = tuple(from_api_name(rank) for rank in rank_order)
        self._officers = officers
        self._places = Places(text)
        self._problems: list[Problem] = []
        self._names = Names()

    def book(self, content: Mapping[str, Any]) -> RuleBook:
        self._only(content, _TOP, "The file")
        if content.get("schema") != _SCHEMA:
            self._wrong("schema", f"Write schema = {_SCHEMA} at the top.")
        if content.get("unknown", "hold") != "hold":
            self._wrong("unknown", 'Only unknown = "hold" is safe: what isn\'t known is no ground.')
        self._names = Names(groups=self._groups(content.get("groups", {})))
        self._names = replace(self._names, scores=self._scores(content.get("score", {})))
        ladders = [self._ladder(one) for one in self._tables(content, "ladder")]
        rules = [self._rule(one) for one in self._tables(content, "rule")]
        at_risk = self._at_risk(content.get("inactive", {}))
        fun = self._fun(content.get("fun", {}))
        age = self._matched(content, "max_data_age", _HOURS, "48h", "a time such as 48h")
        changes = self._number(content, "max_changes_per_run", 25, 1, 10_000)
        if not self._problems:
            known = [ladder for ladder in ladders if ladder], [rule for rule in rules if rule]
            self._problems += lint.problems(*known, self._names.groups, self._order, self._places)
        if any(not one.warning for one in self._problems):
            raise RuleError([one for one in self._problems if not one.warning])
        made = self._made(
            [one for one in ladders if one], [one for one in rules if one], at_risk, age, changes
        )
        return replace(made, fun=fun)

    def _made(
        self,
        ladders: Sequence[Ladder],
        rules: Sequence[Rule],
        at_risk: Condition | None,
        age: re.Match[str] | None,
        changes: int,
    ) -> RuleBook:
        steps = [step for ladder in ladders for step in ladder.steps]
        roots = [
            condition.root
            for condition in (
                *(one for step in steps for one in (step.when, step.keep)),
                *(one for rule in rules for one in (rule.when, rule.unless)),
                at_risk,
            )
            if condition is not None
        ]
        found = facts_of(roots)
        hours = 48 if age is None else int(age[1]) * (24 if age[2] == "d" else 1)
        return RuleBook(
            hashlib.sha256(self._text.encode(errors="surrogatepass")).hexdigest()[:12],
            self._text,
            self._names,
            tuple(ladders),
            tuple(rules),
            at_risk,
            changes,
            timedelta(hours=hours),
            self._names.groups.get(_OFFICERS, self._officers) | _LEADERS,
            found | _ALWAYS | _paces(facts_of(step.when.root for step in steps)),
            daily_of(roots),
            tuple(self._problems),
        )

    def _groups(self, table: object) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name, ranks in self._table(table, "groups").items():
            if not isinstance(ranks, list) or not all(isinstance(rank, str) for rank in ranks):
                self._wrong(name, f'Group {name} is a list of ranks, such as ["owner"].')
                continue
            members: set[str] = set()
            for rank in ranks:
                if not rank.startswith("@"):
                    members.add(from_api_name(rank))
                elif rank[1:] in found:
                    members |= found[rank[1:]]
                else:
                    self._wrong(
                        rank, f"There is no group {rank} above this.{near(rank[1:], found)}"
                    )
            found[name] = frozenset(members)
        return found

    def _scores(self, table: object) -> Mapping[str, tree.Score]:
        found: dict[str, tree.Score] = {}
        for name, score in self._table(table, "score").items():
            terms = score.get("terms") if isinstance(score, Mapping) else None
            if not isinstance(terms, list) or not terms or set(score) != {"terms"}:
                self._wrong(name, f'Score {name} is written terms = ["ehp + ehb"].')
                continue
            names = replace(self._names, scores=found)
            read = [self._condition(term, names=names, number=True) for term in terms]
            if all(read):
                roots = tuple(one.root for one in read if one)
                found[name] = tree.Score(Span(0, 0), name, roots)
        return found

    def _ladder(self, table: Mapping[str, Any]) -> Ladder | None:
        self._only(table, _LADDER, "A ladder")
        name = self._named(table, "A ladder")
        approval = self._one_of(table, "approval", Approval, Approval.ONE) or Approval.ONE
        after = self._matched(table, "after", _RUNS, "1 run", '"2 runs"')
        steps = [self._step(one, approval) for one in self._tables(table, "steps")]
        if not steps:
            self._wrong(name, f"Ladder {name} has no steps.")
        cooldown = self._time(table, "cooldown", 0)
        votes = self._number(table, "votes", 3, 1, 50)
        known = [step for step in steps if step is not None]
        return Ladder(
            name, tuple(self._sorted(known)), cooldown, int(after[1]) if after else 1, votes
        )

    def _sorted(self, steps: Sequence[Step]) -> Sequence[Step]:
        """As the file has them, unless the clan's own order says otherwise of all of them."""
        if not self._order or not all(step.rank in self._order for step in steps):
            return steps
        return sorted(steps, key=lambda step: -self._order.index(step.rank))

    def _step(self, table: Mapping[str, Any], approval: Approval) -> Step | None:
        self._only(table, _STEP, "A step")
        rank = table.get("rank")
        if not isinstance(rank, str) or not rank:
            self._wrong("steps", 'A step names its rank: rank = "member".')
            return None
        when = self._condition(table.get("when"), about=f"Step {rank}")
        keep = self._condition(table["keep"]) if "keep" in table else None
        own = self._one_of(table, "approval", Approval, approval) or approval
        return None if when is None else Step(from_api_name(rank), when, keep, own)

    def _rule(self, table: Mapping[str, Any]) -> Rule | None:
        self._only(table, _RULE, "A rule")
        name = self._named(table, "A rule")
        kind = self._one_of(table, "kind", RuleKind, None)
        when = self._condition(table.get("when"), about=f"Rule {name}")
        unless = self._condition(table["unless"]) if "unless" in table else None
        role = table.get("role")
        if kind in {RuleKind.ROLE, RuleKind.TEMP_ROLE} and not (isinstance(role, str) and role):
            self._wrong(name, f'Rule {name} names its Discord role: role = "Regular".')
        lasts = self._time(table, "lasts", 14) if kind is RuleKind.TEMP_ROLE else None
        notice = self._time(table, "notice", 7)
        if kind is None or when is None:
            return None
        named = role if isinstance(role, str) else None
        return Rule(name, kind, when, unless, notice, named, lasts)

    def _at_risk(self, table: object) -> Condition | None:
        said = self._table(table, "inactive")
        self._only(said, {"at_risk"}, "[inactive]")
        return self._condition(said["at_risk"]) if "at_risk" in said else None

    def _fun(self, table: object) -> FunRules:
        said = self._table(table, "fun")
        self._only(said, THRESHOLDS, "[fun]")
        for key, value in said.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                self._wrong(key, f"{key} is a number, and not below 0.")
        return FunRules() if self._problems else replace(FunRules(), **said)

    def _condition(
        self, said: object, *, names: Names | None = None, number: bool = False, about: str = "This"
    ) -> Condition | None:
        if not isinstance(said, str):
            self._wrong("when", f"{about} needs a condition in quotes.")
            return None
        try:
            return read_condition(said, names or self._names, number=number)
        except ConditionError as error:
            line, column = self._places.within(said, error.at)
            self._problems.append(Problem(error.text, line, column))
            return None

    def _named(self, table: Mapping[str, Any], what: str) -> str:
        name = table.get("id")
        if isinstance(name, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
            return name
        self._wrong(
            str(name or "id"), f'{what} has an id of small letters and hyphens: id = "main".'
        )
        return "?"

    def _one_of(
        self, table: Mapping[str, Any], key: str, known: type[_Enum], default: _Enum | None
    ) -> _Enum | None:
        said = table.get(key, default)
        if isinstance(said, known):
            return said
        if isinstance(said, str) and said in [*known]:
            return known(said)
        options = ", ".join(known)
        hint = near(said, known) if isinstance(said, str) else ""
        self._wrong(str(said), f"{key} is one of {options}.{hint}")
        return default

    def _time(self, table: Mapping[str, Any], key: str, default: int) -> int:
        found = self._matched(table, key, _TIME, f"{default}d", "a time such as 14d")
        return default if found is None else days(found[0])

    def _matched(
        self, table: Mapping[str, Any], key: str, form: re.Pattern[str], default: str, example: str
    ) -> re.Match[str] | None:
        said = table.get(key, default)
        found = form.fullmatch(said) if isinstance(said, str) else None
        if found is None:
            self._wrong(key, f"{key} is {example} in quotes.")
        return found

    def _number(
        self, table: Mapping[str, Any], key: str, default: int, least: int, most: int
    ) -> int:
        said = table.get(key, default)
        if type(said) is int and least <= said <= most:
            return said
        self._wrong(key, f"{key} is a whole number from {least} to {most:,}.")
        return default

    def _tables(self, content: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
        said = content.get(key, [])
        if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said):
            self._wrong(key, f"Write each {key} as a table of its own.")
            return ()
        if len(said) > MOST_RULES:
            self._wrong(key, f"There are more than {MOST_RULES} of {key}.")
            return ()
        return said

    def _table(self, said: object, key: str) -> Mapping[str, Any]:
        if isinstance(said, Mapping):
            return said
        self._wrong(key, f"{key} is a table: write [{key}].")
        return {}

    def _only(self, table: Mapping[str, Any], known: Collection[str], what: str) -> None:
        for key in table.keys() - known:
            self._wrong(key, f"{what} has no {key}.{near(key, known)}")

    def _wrong(self, word: str, text: str) -> None:
        self._problems.append(Problem(text, *self._places.of_word(word)))


def _paces(found: Iterable[FactKey]) -> frozenset[FactKey]:
    """What was gained lately of what grows, so that it can be said when there will be enough."""
    return frozenset(
        replace(key, days=_PACE_DAYS)
        for key in found
        if FACTS[key.name].growing and FACTS[key.name].window is Windowed.MAY and key.days is None
    )

"""How does a test say what is known of whom, in few words?"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import inf

from clanstats.domain import Member
from clanstats.facts import FACTS, FactKey, FactKind, FactTable, Flags, Numbers, Texts
from clanstats.rules.book import RuleBook
from clanstats.rules.decide import decide
from clanstats.rules.errors import RuleError
from clanstats.rules.evaluate import Evaluation
from clanstats.rules.file import read_rules
from clanstats.rules.language import Names, read_condition
from clanstats.rules.needs import facts_of

T = datetime(2026, 11, 23, tzinfo=UTC)
# What is so of who isn't said to be otherwise.
USUAL = {
    "rank": "member",
    "account_type": "regular",
    "status": "active",
    "away": False,
    "exempt": False,
    "tenure.days": 400,
    "rank_days": 400,
}
UNKNOWN = None


def key(name: str) -> FactKey:
    """The fact of that name: "xp.slayer.7d"."""
    return next(iter(facts_of([_root(name)])))


def _root(name):
    fact = name.split(".", maxsplit=1)[0]
    text = {
        FactKind.NUMBER: f"{name} > 0",
        FactKind.TEXT: f"{name} == 'x'",
        FactKind.FLAG: name,
    }[FACTS[fact].kind]
    return read_condition(text, Names()).root


def table(
    members: Mapping[str, Mapping[str, object]], needs: Iterable[FactKey], daily=None
) -> FactTable:
    """A table of `needs`; a number, a pair of bounds, a word, a flag, or UNKNOWN.

    What a member isn't said to have is 0, or as usual.
    """
    everyone = [USUAL | dict(said) for said in members.values()]
    people = [
        Member(at + 1, at + 1, name, said["rank"], "regular")
        for at, (name, said) in enumerate(zip(members, everyone, strict=True))
    ]
    columns = {one: _column(one, [said.get(str(one), 0) for said in everyone]) for one in needs}
    return FactTable(T, people, columns, [True] * len(people), daily or {})


def _column(fact, values):
    if FACTS[fact.name].kind is FactKind.TEXT:
        return Texts([value or None for value in values])
    if FACTS[fact.name].kind is FactKind.FLAG:
        return Flags([None if value is None else bool(value) for value in values])
    bounds = [
        (0.0, inf) if value is None else value if isinstance(value, tuple) else (value, value)
        for value in values
    ]
    unsure = {at: "nobody looked" for at, (low, high) in enumerate(bounds) if low != high}
    return Numbers([low for low, _ in bounds], [high for _, high in bounds], unsure)


def flags(text: str, members, names: Names | None = None, daily=None):
    """What a condition is of each member, by name."""
    condition = read_condition(text, names or Names())
    made = table(members, facts_of([condition.root]), daily)
    found = Evaluation(made).flags(condition.root)
    return dict(zip(members, found, strict=True))


def decided(book: RuleBook, members, before=None, daily=None):
    """The decisions of a book of some members."""
    days = {one: daily or _quiet(members) for one in book.daily}
    return decide(book, table(members, book.needs, days), before or {})


def _quiet(members):
    return [Numbers([0.0] * len(members), [0.0] * len(members))] * 7


def proposed(decisions, rule_id):
    """The names that a rule proposes."""
    return [one.member.name for one in decisions.proposals if one.rule_id == rule_id]


def problems(text: str, **options) -> list[str]:
    """What is wrong with a file; [] if nothing."""
    try:
        read_rules(text, **options)
    except RuleError as error:
        return [str(problem) for problem in error.problems]
    return []

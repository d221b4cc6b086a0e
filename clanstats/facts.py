"""What is known of the members at one instant, in the form in which rules ask for it?

A table has a column a fact and a place a member. What isn't known for certain is what it may be: a
number lies between two bounds, a word or a flag is None. So an answer that comes out of a table
holds whatever the truth is, and a fact that becomes less known can only make it less certain.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from math import inf
from typing import TypeAlias

from clanstats.domain import Member
from clanstats.metrics import OVERALL, MetricKind, catalogue


@dataclass(frozen=True, slots=True)
class FactKey:
    """A fact as a rule names it: `xp.slayer.7d`, `kc.raids`, `tenure.days`, `messages.30d`."""

    name: str
    part: str | None = None  # "slayer", "raids", "days", the name of a ledger
    days: int | None = None  # gained in as many days; None is the total

    def __str__(self) -> str:
        window = None if self.days is None else f"{self.days}d"
        return ".".join(word for word in (self.name, self.part, window) if word)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number for each member: `lows[place] <= it <= highs[place]`, exact where both are equal.

    The bounds of what is quite unknown are infinite, or 0 and infinite if it can't be negative.
    """

    lows: Sequence[float]
    highs: Sequence[float]
    # Why a place isn't exact, in words that say what would help; a place that is has none.
    reasons: Mapping[int, str] = field(default_factory=dict)
    observed_at: Sequence[datetime | None] = ()  # how old the knowledge is; () is as of the table


@dataclass(frozen=True, slots=True)
class Texts:
    """A word for each member, such as a rank; None is unknown."""

    values: Sequence[str | None]
    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flags:
    """Yes or no for each member; None is unknown."""

    values: Sequence[bool | None]
    reasons: Mapping[int, str] = field(default_factory=dict)


Column: TypeAlias = Numbers | Texts | Flags


@dataclass(frozen=True, slots=True)
class FactTable:
    """Everyone who was in the clan at `as_of`, and what was known of them then."""

    as_of: datetime
    members: Sequence[Member]  # by name; the order of every column
    columns: Mapping[FactKey, Column]
    # Who counts when members are compared: not those whose profile was set aside, nor those who
    # don't want to be measured.
    compared: Sequence[bool]
    # Of facts that are asked for by day: a column a day of the clan's calendar, oldest first.
    daily: Mapping[FactKey, Sequence[Numbers]] = field(default_factory=dict)


UNBOUNDED = (-inf, inf)
AT_LEAST_NOTHING = (0.0, inf)
RAIDS = ("chambers_of_xeric", "theatre_of_blood", "tombs_of_amascut")
LONGEST_DAYS = 365  # of a window


class FactKind(StrEnum):
    """What sort of value a fact has."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"


class Windowed(StrEnum):
    """Whether a fact is asked for over some days."""

    NEVER = "never"  # there is only one value of it
    MAY = "may"  # without one it is the total
    MUST = "must"


class Parts(StrEnum):
    """What may stand behind a fact's name."""

    NONE = "none"
    SKILLS = "a skill"
    BOSSES = "a boss, or raids"
    ACTIVITIES = "an activity"
    TENURE = "days or months"
    SIGNAL = "game or chat"
    COMPETITION = "entries or podiums"
    ANY = "any name"


@dataclass(frozen=True, slots=True)
class Fact:
    """What can be asked about a member."""

    name: str
    kind: FactKind
    what: str  # in plain words
    unit: str = ""  # of a number, plural
    parts: Parts = Parts.NONE
    part_needed: bool = False
    window: Windowed = Windowed.NEVER
    growing: bool = False  # a total that never falls, so that a pace says when it gets there


FACTS = {
    fact.name: fact
    for fact in (
        Fact("rank", FactKind.TEXT, "rank in the clan, as Wise Old Man spells it"),
        Fact("account_type", FactKind.TEXT, "regular, ironman, hardcore, ultimate"),
        Fact("status", FactKind.TEXT, "active, unranked, flagged, archived or banned there"),
        Fact("linked", FactKind.FLAG, "a Discord account is linked"),
        Fact("verified", FactKind.FLAG, "the link was proven, not given by an officer"),
        Fact("away", FactKind.FLAG, "said to be away"),
        Fact("exempt", FactKind.FLAG, "exempt from being listed as inactive"),
        Fact("rank_days", FactKind.NUMBER, "since the rank was given", "days", growing=True),
        Fact(
            "tenure",
            FactKind.NUMBER,
            "since joining the clan",
            "days",
            parts=Parts.TENURE,
            part_needed=True,
            growing=True,
        ),
        Fact("total_level", FactKind.NUMBER, "total level", "levels", growing=True),
        Fact(
            "level",
            FactKind.NUMBER,
            "level in a skill",
            "levels",
            parts=Parts.SKILLS,
            part_needed=True,
            growing=True,
        ),
        Fact(
            "quiet_days",
            FactKind.NUMBER,
            "since the last sign of life, in game or on Discord",
            "days",
            parts=Parts.SIGNAL,
        ),
        Fact(
            "ledger",
            FactKind.NUMBER,
            "points that officers gave",
            "points",
            parts=Parts.ANY,
            part_needed=True,
        ),
        Fact(
            "strikes",
            FactKind.NUMBER,
            "weights of the strikes in force, given in the window",
            "strikes",
            window=Windowed.MAY,
        ),
        Fact("ehp", FactKind.NUMBER, "EHP", "hours", window=Windowed.MAY, growing=True),
        Fact("ehb", FactKind.NUMBER, "EHB", "hours", window=Windowed.MAY, growing=True),
        Fact(
            "clog",
            FactKind.NUMBER,
            "collections logged",
            "collections",
            window=Windowed.MAY,
            growing=True,
        ),
        Fact(
            "xp",
            FactKind.NUMBER,
            "XP, of all skills or of one",
            "XP",
            parts=Parts.SKILLS,
            window=Windowed.MAY,
            growing=True,
        ),
        Fact(
            "kc",
            FactKind.NUMBER,
            "kills that the hiscores list, of all bosses, of one, or of the three raids",
            "kills",
            parts=Parts.BOSSES,
            window=Windowed.MAY,
            growing=True,
        ),
        Fact(
            "activity",
            FactKind.NUMBER,
            "score of an activity",
            "score",
            parts=Parts.ACTIVITIES,
            part_needed=True,
            window=Windowed.MAY,
            growing=True,
        ),
        Fact(
            "messages",
            FactKind.NUMBER,
            "messages on Discord and in relayed game chat",
            "messages",
            window=Windowed.MAY,
        ),
        Fact(
            "voice_hours", FactKind.NUMBER, "time in voice channels", "hours", window=Windowed.MAY
        ),
        Fact(
            "active_days",
            FactKind.NUMBER,
            "days with a message",
            "days",
            window=Windowed.MUST,
        ),
        Fact(
            "competition",
            FactKind.NUMBER,
            "the clan's competitions that are over and in which something was gained, or those "
            "in which at most two gained more",
            "competitions",
            parts=Parts.COMPETITION,
            part_needed=True,
            window=Windowed.MAY,
        ),
    )
}
# What somebody may look for here, and why it isn't there.
NOT_COLLECTED = {
    "reactions": "Reactions aren't counted.",
    "tags": "A tag is a ledger: give it with /points add, and ask has('name').",
}


@cache
def parts_of(parts: Parts) -> Collection[str]:
    """What may stand there; () where there is nothing, or anything."""
    kinds = {
        Parts.SKILLS: MetricKind.SKILL,
        Parts.BOSSES: MetricKind.BOSS,
        Parts.ACTIVITIES: MetricKind.ACTIVITY,
    }
    if parts in kinds:
        names = [one.name for one in catalogue().values() if one.kind is kinds[parts]]
        more = ("raids",) if parts is Parts.BOSSES else ()
        return frozenset({*names, *more} - {OVERALL})
    words = {
        Parts.TENURE: ("days", "months"),
        Parts.SIGNAL: ("game", "chat"),
        Parts.COMPETITION: ("entries", "podiums"),
    }
    return words.get(parts, ())

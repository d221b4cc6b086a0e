"""Who does far less than they used to, in game and on Discord, and how often did such people leave?

Everybody is held against their own twelve weeks before. Whether that says anything is measured on
the clan's own past: of those of whom it was so, how many left soon after. With few leavers it is
not measured, and nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clanstats.facts import FactKey, FactTable, Numbers
from clanstats.numbers import compact

LATELY_DAYS = 14
BEFORE_DAYS = 84  # before that
SOON_DAYS = 30  # after which leaving isn't taken to follow from it
FEWEST_LEAVERS = 20
_WHOLE_DAYS = LATELY_DAYS + BEFORE_DAYS
_FALLEN_TO = 0.25  # of what is usual
_LEAST = {"xp": 100_000.0, "messages": 5.0}  # in a fortnight: who never did more can't drop
NEEDS = frozenset(
    FactKey(name, days=days) for name in _LEAST for days in (LATELY_DAYS, _WHOLE_DAYS)
)


@dataclass(frozen=True, slots=True)
class Drop:
    """What a member does lately, and what they usually do in as many days."""

    signal: str  # "xp" or "messages"
    lately: float
    usually: float

    def __str__(self) -> str:
        unit = "XP" if self.signal == "xp" else "messages"
        return f"{compact(self.lately)} {unit} in {LATELY_DAYS} d (usually {compact(self.usually)})"


@dataclass(frozen=True, slots=True)
class Precision:
    """How often the drop was followed by leaving, in this clan."""

    flagged: int  # members who dropped, at the times looked at
    left: int  # of them, who left within a month
    leavers: int  # everybody who left in that time
    at: datetime  # when it was measured

    @property
    def share(self) -> float | None:
        """Of those who dropped, who left; None if too few left to say so."""
        if self.leavers < FEWEST_LEAVERS or not self.flagged:
            return None
        return self.left / self.flagged

    def __str__(self) -> str:
        share = self.share
        if share is None:
            return f"only {self.leavers} left, too few to measure"
        return f"{self.left} of {self.flagged} who dropped like that left within {SOON_DAYS} d"


def drops(table: FactTable) -> Sequence[Sequence[Drop]]:
    """For each member, both drops; () if they don't drop in both, or it isn't known."""
    found = []
    for place in range(len(table.members)):
        both = [_drop(table, place, signal) for signal in _LEAST]
        found.append(tuple(one for one in both if one is not None) if all(both) else ())
    return found


def _drop(table: FactTable, place: int, signal: str) -> Drop | None:
    lately = _exactly(table, place, FactKey(signal, days=LATELY_DAYS))
    whole = _exactly(table, place, FactKey(signal, days=_WHOLE_DAYS))
    if lately is None or whole is None:
        return None
    usually = (whole - lately) * LATELY_DAYS / BEFORE_DAYS
    if usually < _LEAST[signal] or lately > usually * _FALLEN_TO:
        return None
    return Drop(signal, lately, usually)


def _exactly(table: FactTable, place: int, key: FactKey) -> float | None:
    column = table.columns[key]
    if not isinstance(column, Numbers) or column.lows[place] != column.highs[place]:
        return None
    return column.lows[place]

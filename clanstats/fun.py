"""What is worth a smile about a clan? The predecessor's spotlight and outliers, by its thresholds.

Pure, over one table of facts. Only what is known exactly gives somebody an award; how many that
are stands with each of them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from clanstats.domain import Member
from clanstats.facts import Column, FactKey, FactTable, Numbers
from clanstats.numbers import compact, full


@dataclass(frozen=True, slots=True)
class FunRules:
    """From when on something is remarkable; a rules file may say otherwise, in `[fun]`."""

    fading_xp_30d: float = 5_000_000
    fading_part: float = 10  # of the 30 days' XP came in seven, or less
    grinder_xp_7d: float = 3_000_000
    grinder_messages_7d: float = 5
    crier_messages_7d: float = 300
    crier_xp_7d: float = 100_000
    hunter_kills_7d: float = 150
    hunter_xp_7d: float = 500_000
    hitman_kills: float = 50
    specialist_kills: float = 50
    rival_xp: float = 1_000_000
    rival_gap: float = 0.05  # of the larger one's XP
    rival_close: float = 0.03  # closer than that nobody else is looked for
    outliers: float = 12  # at most


THRESHOLDS = tuple(field.name for field in fields(FunRules))
_RAIDS = {
    "Chambers of Xeric": ("chambers_of_xeric", "chambers_of_xeric_challenge_mode"),
    "Theatre of Blood": ("theatre_of_blood", "theatre_of_blood_hard_mode"),
    "Tombs of Amascut": ("tombs_of_amascut", "tombs_of_amascut_expert"),
}
_XP, _XP_7D, _XP_30D = FactKey("xp"), FactKey("xp", days=7), FactKey("xp", days=30)
_KC, _KC_7D, _EHP_7D = FactKey("kc"), FactKey("kc", days=7), FactKey("ehp", days=7)
_SAID, _SAID_7D = FactKey("messages"), FactKey("messages", days=7)
NEEDS = frozenset(
    {_XP, _XP_7D, _XP_30D, _KC, _KC_7D, _EHP_7D, _SAID, _SAID_7D}
    | {FactKey("kc", boss) for raid in _RAIDS.values() for boss in raid}
)


@dataclass(frozen=True, slots=True)
class Award:
    """Somebody stands out."""

    title: str
    members: Sequence[Member]  # one, or two rivals: the chaser first
    why: str
    known: int  # of how many members what it takes is known


@dataclass(frozen=True, slots=True)
class _Facts:
    """The table, asked by place; None is not known exactly."""

    table: FactTable

    def __call__(self, key: FactKey, place: int) -> float | None:
        column = self.table.columns[key]
        if not isinstance(column, Numbers) or column.lows[place] != column.highs[place]:
            return None
        return column.lows[place]

    def listed(self, key: FactKey, place: int) -> float:
        """What is known to be there at least: of a raid, the kills that the hiscores list."""
        column = self.table.columns[key]
        return column.lows[place] if isinstance(column, Numbers) else 0.0

    def all(self, *keys: FactKey) -> Iterator[tuple[int, tuple[float, ...]]]:
        """Everybody of whom all of these are known, with them."""
        for place in range(len(self.table.members)):
            values = [self(key, place) for key in keys]
            if all(value is not None for value in values):
                yield place, tuple(value or 0.0 for value in values)


def without(table: FactTable, player_ids: Collection[int]) -> FactTable:
    """The numbers of all others: nobody else is named."""
    kept = [
        place for place, member in enumerate(table.members) if member.player_id not in player_ids
    ]
    columns: dict[FactKey, Column] = {}
    for key, column in table.columns.items():
        if isinstance(column, Numbers):
            lows, highs = ([of[place] for place in kept] for of in (column.lows, column.highs))
            columns[key] = Numbers(lows, highs)
    members = [table.members[place] for place in kept]
    return FactTable(table.as_of, members, columns, [table.compared[place] for place in kept])


def spotlight(table: FactTable, rules: FunRules) -> Sequence[Award]:
    """One award each, where there is somebody for it; of equals the first by name."""
    facts = _Facts(table)
    made = [
        _yap_star(facts),
        _hitman(facts, rules),
        _silent_grinder(facts),
        _specialist(facts, rules),
        _efficiency_demon(facts),
        _rivalry(facts, rules),
    ]
    return tuple(one for one in made if one is not None)


def outliers(table: FactTable, rules: FunRules) -> Sequence[Award]:
    """Members who stand out this week, the most telling first; each for the first that fits."""
    facts, found = _Facts(table), []
    known = {title: sum(1 for _ in facts.all(*keys)) for title, keys in _RESTS_ON.items()}
    for place, member in enumerate(table.members):
        for severity, title, why in _strange(facts, place, rules):
            found.append((severity, Award(title, [member], why, known[title])))
            break
    found.sort(key=lambda one: one[0])
    return tuple(award for _, award in found[: int(rules.outliers)])


_RESTS_ON = {  # what has to be known of somebody before they can be one
    "Fading Star": (_XP_7D, _XP_30D),
    "Silent Grinder": (_XP_7D, _SAID_7D),
    "Town Crier": (_XP_7D, _SAID_7D),
    "Boss Hunter": (_KC_7D, _XP_7D),
}


def _strange(facts: _Facts, place: int, rules: FunRules) -> Iterator[tuple[int, str, str]]:
    """What fits, in the predecessor's order; 0 is the most telling."""
    week, month = facts(_XP_7D, place), facts(_XP_30D, place)
    said, kills = facts(_SAID_7D, place), facts(_KC_7D, place)
    if (
        week is not None
        and month is not None
        and month > rules.fading_xp_30d
        and week < month / rules.fading_part
    ):
        yield 0, "Fading Star", f"{compact(month)} XP in 30 d, only {compact(week)} of it in 7"
    if week is not None and said is not None:
        if week > rules.grinder_xp_7d and said < rules.grinder_messages_7d:
            yield 1, "Silent Grinder", f"{compact(week)} XP and {_messages(said)} in 7 d"
        if said > rules.crier_messages_7d and week < rules.crier_xp_7d:
            yield 2, "Town Crier", f"{_messages(said)} and {compact(week)} XP in 7 d"
    hunts = kills is not None and kills > rules.hunter_kills_7d
    if kills is not None and week is not None and hunts and week < rules.hunter_xp_7d:
        yield 1, "Boss Hunter", f"{compact(kills)} kills and {compact(week)} XP in 7 d"


def _messages(count: float) -> str:
    return "1 message" if count == 1 else f"{compact(count)} messages"


def _best(
    facts: _Facts,
    keys: Sequence[FactKey],
    score: Callable[..., float | None],
    say: Callable[..., str],
    title: str,
) -> Award | None:
    """Whoever scores most; a score of None takes no part."""
    told = [(score(*values), place, values) for place, values in facts.all(*keys)]
    taking_part = [(value, place, values) for value, place, values in told if value is not None]
    if not taking_part:
        return None
    _, place, values = max(taking_part, key=lambda one: one[0])
    return Award(title, [facts.table.members[place]], say(*values), len(told))


def _yap_star(facts: _Facts) -> Award | None:
    return _best(
        facts,
        [_SAID, _KC],
        lambda said, kills: said / max(1.0, kills) if said else None,
        lambda said, kills: f"{_messages(said)} to {compact(kills)} boss kills, in all",
        "Yap-Star",
    )


def _hitman(facts: _Facts, rules: FunRules) -> Award | None:
    return _best(
        facts,
        [_SAID, _KC],
        lambda said, kills: -said / kills if kills >= rules.hitman_kills else None,
        lambda said, kills: f"{compact(kills)} boss kills to {_messages(said)}, in all",
        "Hitman",
    )


def _silent_grinder(facts: _Facts) -> Award | None:
    return _best(
        facts,
        [_SAID, _XP_7D],
        lambda said, week: week if said == 0 and week > 0 else None,
        lambda _, week: f"{compact(week)} XP in 7 d, and never a word",
        "Silent Grinder",
    )


def _efficiency_demon(facts: _Facts) -> Award | None:
    return _best(
        facts,
        [_EHP_7D],
        lambda hours: hours if hours > 0 else None,
        lambda hours: f"{compact(hours)} EHP in 7 d",
        "Efficiency Demon",
    )


def _specialist(facts: _Facts, rules: FunRules) -> Award | None:
    """The highest share of one raid among all that the hiscores list."""
    best: tuple[float, int, str, float] | None = None
    known = 0
    for place in range(len(facts.table.members)):
        counts = {
            raid: sum(facts.listed(FactKey("kc", boss), place) for boss in bosses)
            for raid, bosses in _RAIDS.items()
        }
        together = sum(counts.values())
        known += together > 0
        for raid, count in counts.items():
            share = count / together if together else 0.0
            if count >= rules.specialist_kills and (best is None or share > best[0]):
                best = share, place, raid, count
    if best is None:
        return None
    share, place, raid, count = best
    why = f"{compact(count)} kills in {raid}, {share:.0%} of all their listed raids"
    return Award("Specialist", [facts.table.members[place]], why, known)


def _rivalry(facts: _Facts, rules: FunRules) -> Award | None:
    """Neighbours by XP who both played this week; the first ones who are really close."""
    active = [
        (xp, week, place)
        for place, (xp, week) in facts.all(_XP, _XP_7D)
        if week > 0 and xp > rules.rival_xp
    ]
    active.sort(key=lambda one: -one[0])
    found = None
    for ahead, behind in pairwise(active):
        gap = (ahead[0] - behind[0]) / ahead[0]
        if gap < rules.rival_gap and (found is None or gap < rules.rival_close):
            found = ahead, behind
        if gap < rules.rival_close:
            break
    if found is None:
        return None
    chaser, other = sorted(found, key=lambda one: -one[1])
    apart = abs(found[0][0] - found[1][0])
    why = f"{full(apart)} XP apart; {compact(chaser[1])} against {compact(other[1])} in 7 d"
    pair = [facts.table.members[one[2]] for one in (chaser, other)]
    return Award("Rivalry", pair, why, len(active))

"""What does a player achieve in a session?"""

import random
from collections.abc import Sequence
from math import exp

from clanstats.levels import level_at, xp_of_level
from clanstats.metrics import OVERALL, TOTAL_LEVEL
from demo.world.history import History
from demo.world.rates import (
    ACTIVITIES,
    BOSSES,
    MAX_XP,
    MELEE_AND_RANGED,
    SKILLS,
    hours,
    kills_per_hour,
    least_listed,
    xp_per_hour,
)
from demo.world.styles import Style

_CLUES = tuple(name for name in ACTIVITIES if name.startswith("clue_scrolls_"))
_TIERS = tuple(name for name in _CLUES if name != "clue_scrolls_all")
_GAMES = tuple(name for name in ACTIVITIES if name not in {*_CLUES, "collections_logged"})
_SKILLS = frozenset(SKILLS)
_BOSSES = frozenset(BOSSES)


class Career:
    """One player's true totals, whether or not the hiscores show them yet."""

    def __init__(self, style: Style, rng: random.Random) -> None:
        self._style = style
        self._rng = rng
        self._have: dict[str, int] = {}
        self._touched: set[str] = set()
        self._listed_hours: dict[str, int] = {}
        self._ehp = self._ehb = 0
        self._session: dict[str, int] = {}
        self._goal_sessions = 0
        self._goal: tuple[str, str] = (SKILLS[0], BOSSES[0])
        self._start_skills()
        self._start_kills()
        self._start_activities()
        self._levels = {skill: level_at(self._have[skill]) for skill in SKILLS}
        self._overall = sum(self._have[skill] for skill in SKILLS)
        self._total_level = sum(self._levels.values())
        self._touched = set(self._have)

    def play(self) -> None:
        """Play for one session."""
        rng, style = self._rng, self._style
        if self._goal_sessions == 0:
            self._choose_goal()
        self._goal_sessions -= 1
        self._session = {}
        spent = style.hours * (0.3 + 1.4 * rng.random())
        fighting = spent * style.bossing if rng.random() < 0.8 else 0.0  # noqa: PLR2004 - a chance
        if fighting:
            self._fight(self._goal[1], fighting)
        self._train(self._goal[0], spent - fighting)
        self._dabble()

    def roll_back(self) -> None:
        """Lose what the last session brought."""
        for metric, gained in self._session.items():
            self._add(metric, -gained)
        self._session = {}

    def publish(self, history: History, index: int) -> None:
        """Record in snapshot `index` whatever the hiscores would show changed."""
        if not self._touched:
            return
        changed = {
            metric: self._have[metric]
            for metric in sorted(self._touched)
            if self._have[metric] >= least_listed(metric)
        }
        self._touched.clear()
        if not changed:
            return
        for metric, value in (changed | self._sums(changed)).items():
            history.record(index, metric, value)
        history.changed.append(index)

    def _sums(self, changed: dict[str, int]) -> dict[str, int]:
        for metric, value in changed.items():
            worth = hours(metric, value)
            more = worth - self._listed_hours.get(metric, 0)
            self._listed_hours[metric] = worth
            if metric in _SKILLS:
                self._ehp += more
            else:
                self._ehb += more
        return {
            OVERALL: self._overall,
            TOTAL_LEVEL: self._total_level,
            "ehp": self._ehp,
            "ehb": self._ehb,
        }

    def _add(self, metric: str, amount: int) -> None:
        before = self._have.get(metric, 0)
        after = self._have[metric] = min(before + amount, MAX_XP)
        if after == before:
            return
        self._touched.add(metric)
        self._session[metric] = self._session.get(metric, 0) + after - before
        if metric in _SKILLS:
            self._overall += after - before
            reached = level_at(after)
            self._total_level += reached - self._levels[metric]
            self._levels[metric] = reached

    def _train(self, skill: str, spent: float) -> None:
        xp = int(spent * xp_per_hour(skill) * (0.4 + 0.5 * self._rng.random()))
        self._add(skill, xp)
        if skill in MELEE_AND_RANGED:
            self._add("hitpoints", xp // 3)
        elif skill == "slayer":
            self._add("strength", xp)
            self._add("hitpoints", xp // 3)

    def _fight(self, boss: str, spent: float) -> None:
        rng = self._rng
        self._add(boss, max(1, int(spent * kills_per_hour(boss) * (0.4 + 0.6 * rng.random()))))
        self._train(MELEE_AND_RANGED[int(rng.random() * 4)], spent * 0.4)

    def _dabble(self) -> None:
        rng = self._rng
        luck = rng.random()
        if luck < 0.12:  # noqa: PLR2004 - chances of a session
            clues = 1 + int(rng.random() * 3)
            self._add(_TIERS[int(rng.random() * len(_TIERS))], clues)
            self._add("clue_scrolls_all", clues)
        elif luck < 0.22:  # noqa: PLR2004
            self._add("collections_logged", 1 + int(rng.random() * 2))
        elif luck < 0.25:  # noqa: PLR2004
            self._add(_GAMES[int(rng.random() * len(_GAMES))], 1 + int(rng.random() * 20))

    def _choose_goal(self) -> None:
        rng = self._rng
        preferred = rng.random() < 0.7  # noqa: PLR2004 - a chance
        skill = rng.choice(self._style.skills if preferred else SKILLS)
        known = self._known_bosses()
        boss = rng.choice(known if known and rng.random() < 0.85 else BOSSES)  # noqa: PLR2004
        self._goal = (skill, boss)
        self._goal_sessions = rng.randrange(4, 25)

    def _known_bosses(self) -> Sequence[str]:
        return [boss for boss in BOSSES if self._have.get(boss, 0) >= least_listed(boss)]

    def _start_skills(self) -> None:
        rng, have = self._rng, self._have
        typical = rng.gauss(self._style.strength, 0.6)
        for skill in SKILLS:
            have[skill] = min(int(exp(rng.gauss(typical, 1.0))), MAX_XP)
        if "sailing" not in self._style.skills and rng.random() < 0.4:  # noqa: PLR2004 - a chance
            have["sailing"] = 0
        fought = sum(have[skill] for skill in MELEE_AND_RANGED)
        have["hitpoints"] = min(xp_of_level(10) + fought // 3, MAX_XP)

    def _start_kills(self) -> None:
        rng, have = self._rng, self._have
        for boss in BOSSES:
            if rng.random() < self._style.bosses:
                have[boss] = least_listed(boss) + int(exp(rng.gauss(4.5, 1.4)))
            elif rng.random() < 0.3:  # noqa: PLR2004 - some tried it once or twice
                have[boss] = rng.randrange(least_listed(boss))

    def _start_activities(self) -> None:
        rng, have = self._rng, self._have
        for tier in _TIERS:
            have[tier] = int(exp(rng.gauss(3.0, 1.3)))
        have["clue_scrolls_all"] = sum(have[tier] for tier in _TIERS)
        have["collections_logged"] = int(40 * (self._style.strength - 8) * (1 + rng.random()))
        for game in _GAMES:
            if rng.random() < 0.35:  # noqa: PLR2004 - a chance
                have[game] = least_listed(game) + int(exp(rng.gauss(4.0, 1.0)))

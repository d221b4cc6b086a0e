"""What can be measured of a player, what is it called, and in which unit is it kept?

The list is Wise Old Man's (113 metrics in August 2026), plus the total level. Jagex adds bosses
several times a year: a metric that isn't listed here is kept and shown all the same, under a
title made from its name.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path


class MetricKind(StrEnum):
    """The four sections of a hiscores page, and what Discord adds."""

    SKILL = "skill"
    BOSS = "boss"
    ACTIVITY = "activity"
    COMPUTED = "computed"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured."""

    name: str  # Wise Old Man's: "chambers_of_xeric"
    title: str  # for people: "Chambers of Xeric"
    kind: MetricKind
    minimum: int = 0  # below it the hiscores don't list a player

    @property
    def scale(self) -> int:
        """Stored integers per unit: EHP and EHB keep five decimals, as Wise Old Man does."""
        return 100_000 if self.name in {"ehp", "ehb"} else 1

    @property
    def unit(self) -> str:
        """What one of it is called."""
        if self.name in _UNITS:
            return _UNITS[self.name]
        return {
            MetricKind.SKILL: "XP",
            MetricKind.BOSS: "kills",
            MetricKind.ACTIVITY: "score",
            MetricKind.COMPUTED: "hours",
            MetricKind.TALK: "messages",
        }[self.kind]

    @property
    def had(self) -> str:
        """What they did who came by some of it, as in "43 gained"."""
        return {MESSAGES: "wrote", VOICE: "in voice"}.get(self.name, "gained")

    @property
    def had_none(self) -> str:
        """What they did who came by none of it, as in "1 gained nothing"."""
        return {MESSAGES: "wrote nothing", VOICE: "spent no time in voice"}.get(
            self.name, "gained nothing"
        )


OVERALL = "overall"
TOTAL_LEVEL = "total_level"
MESSAGES = "messages"
VOICE = "voice"
# Counted by us, not by Wise Old Man: these have no rows among the metrics.
TALK = {
    MESSAGES: Metric(MESSAGES, "Messages", MetricKind.TALK),
    VOICE: Metric(VOICE, "Voice time", MetricKind.TALK),
}
KILLS = Metric("bosses", "Boss", MetricKind.BOSS)  # of all bosses together
_UNITS = {TOTAL_LEVEL: "levels", MESSAGES: "messages", VOICE: "hours"}

_FILE = Path(__file__).with_name("metrics.json")


@cache
def catalogue() -> dict[str, Metric]:
    """The metrics known when this was released, in the order of the hiscores page."""
    listed = {
        name: Metric(name, row["title"], MetricKind(row["kind"]), row.get("minimum", 0))
        for name, row in json.loads(_FILE.read_text(encoding="utf-8")).items()
    }
    return listed | {TOTAL_LEVEL: Metric(TOTAL_LEVEL, "Total level", MetricKind.COMPUTED)}


def named(name: str, kind: MetricKind = MetricKind.BOSS) -> Metric:
    """The metric called `name`; one that isn't in the catalogue is taken to be of `kind`."""
    return catalogue().get(name) or Metric(name, name.replace("_", " ").capitalize(), kind)

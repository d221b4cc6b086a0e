"""How do people play?"""

from dataclasses import dataclass

from demo.world.rates import MELEE_AND_RANGED


@dataclass(frozen=True, slots=True)
class Style:
    """One way to play. Over the clan, weighed by share, people play one day in three."""

    name: str
    share: float  # of the clan
    plays: float  # the part of days with any play
    goes_on: float  # the chance to play again on the day after; high: in bursts
    hours: float  # on a day with play
    bossing: float  # the part of those hours spent on bosses
    skills: tuple[str, ...]  # preferred
    strength: float  # natural logarithm of a typical skill's experience at the start
    bosses: float  # the part of all bosses killed often enough to be listed


GRINDER = Style(
    "grinder",
    0.10,
    0.75,
    0.85,
    5.0,
    0.3,
    ("slayer", "mining", "agility", "runecrafting"),
    15.4,
    0.75,
)
BOSSER = Style("boss hunter", 0.16, 0.45, 0.60, 3.0, 0.8, (*MELEE_AND_RANGED, "slayer"), 14.8, 0.85)
CASUAL = Style(
    "casual", 0.26, 0.22, 0.35, 1.2, 0.3, ("woodcutting", "fishing", "cooking"), 13.2, 0.35
)
SAILOR = Style("sailor", 0.12, 0.40, 0.60, 2.2, 0.1, ("sailing",) * 3 + ("fishing",), 13.8, 0.4)
SKILLER = Style(
    "skiller",
    0.14,
    0.35,
    0.55,
    2.5,
    0.0,
    ("herblore", "farming", "crafting", "thieving"),
    14.2,
    0.15,
)
BURSTY = Style(
    "bursty", 0.10, 0.28, 0.88, 4.0, 0.5, ("construction", "slayer", "prayer"), 14.0, 0.5
)
IDLE = Style("idle", 0.12, 0.02, 0.20, 0.8, 0.2, ("woodcutting",), 13.4, 0.35)
BEGINNER = Style("beginner", 0.0, 0.60, 0.70, 2.0, 0.2, ("sailing", "mining", "attack"), 8.6, 0.03)
STILL = Style("still", 0.0, 0.0, 0.0, 0.0, 0.0, ("attack",), 13.0, 0.3)

COMMON = (GRINDER, BOSSER, CASUAL, SAILOR, SKILLER, BURSTY, IDLE)

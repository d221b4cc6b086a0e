"""How much experience is a level, and how much of anything is an hour's work?

The rates are round numbers of the right size, not Wise Old Man's. What matters is that EHP and
EHB follow from experience and kills, so that every answer about one player agrees with the others.
"""

from clanstats.metrics import MetricKind, catalogue

SKILLS = tuple(
    metric.name
    for metric in catalogue().values()
    if metric.kind is MetricKind.SKILL and metric.name != "overall"
)
BOSSES = tuple(metric.name for metric in catalogue().values() if metric.kind is MetricKind.BOSS)
ACTIVITIES = tuple(
    metric.name for metric in catalogue().values() if metric.kind is MetricKind.ACTIVITY
)
MELEE_AND_RANGED = ("attack", "strength", "defence", "ranged")
MAX_XP = 200_000_000
HOUR = 100_000  # EHP and EHB are kept as integers, as ClanStats stores them

_LEAST_LISTED_XP = 2_411  # level 15; below it the hiscores show a skill as unranked
_XP_PER_HOUR = {
    "cooking": 400_000,
    "firemaking": 300_000,
    "fletching": 350_000,
    "construction": 450_000,
    "crafting": 250_000,
    "herblore": 280_000,
    "prayer": 600_000,
    "magic": 150_000,
    "smithing": 220_000,
    "ranged": 140_000,
    "attack": 110_000,
    "strength": 120_000,
    "defence": 110_000,
    "thieving": 200_000,
    "hunter": 130_000,
    "farming": 160_000,
}
_KILLS_PER_HOUR = {
    "alchemical_hydra": 30,
    "barrows_chests": 20,
    "chambers_of_xeric": 3,
    "chambers_of_xeric_challenge_mode": 2,
    "corporeal_beast": 8,
    "nex": 13,
    "nightmare": 14,
    "phosanis_nightmare": 7,
    "sol_heredit": 2,
    "the_corrupted_gauntlet": 7,
    "the_gauntlet": 10,
    "theatre_of_blood": 3,
    "theatre_of_blood_hard_mode": 3,
    "tombs_of_amascut": 3,
    "tombs_of_amascut_expert": 3,
    "tzkal_zuk": 1,
    "tztok_jad": 2,
    "vorkath": 34,
    "zulrah": 42,
}
_LEAST = {metric.name: metric.minimum for metric in catalogue().values()} | dict.fromkeys(
    SKILLS, _LEAST_LISTED_XP
)


def least_listed(metric: str) -> int:
    """The lowest value of `metric` that the hiscores show; below it a player is unranked."""
    return _LEAST[metric]


def xp_per_hour(skill: str) -> int:
    """The experience that counts as one efficient hour."""
    return _XP_PER_HOUR.get(skill, 70_000)


def kills_per_hour(boss: str) -> int:
    """The kills that count as one efficient hour."""
    return _KILLS_PER_HOUR.get(boss, 25)


def hours(metric: str, value: int) -> int:
    """The efficient hours in `value`, in 100,000ths; 0 for a metric that counts no hours."""
    if metric in _SKILL_SET:
        return value * HOUR // xp_per_hour(metric)
    if metric in _BOSS_SET:
        return value * HOUR // kills_per_hour(metric)
    return 0


_SKILL_SET = frozenset(SKILLS)
_BOSS_SET = frozenset(BOSSES)

"""Which level does so much XP make?"""

from bisect import bisect_right
from math import floor

MAX_LEVEL = 99


def _thresholds() -> tuple[int, ...]:
    points = [0]
    for level in range(1, MAX_LEVEL):
        points.append(points[-1] + floor(level + 300 * 2 ** (level / 7)))
    return tuple(total // 4 for total in points)


_XP_AT = _thresholds()  # where each level begins, from level 1


def level_at(xp: float) -> int:
    """The level that so much XP makes, 1 to 99."""
    return bisect_right(_XP_AT, max(xp, 0))


def way_to_max(xp: float) -> float:
    """How much of the way from 1 to 99 is behind them, each level as long as the next: 0 to 1."""
    level = level_at(xp)
    if level == MAX_LEVEL:
        return 1
    begins, ends = _XP_AT[level - 1], _XP_AT[level]
    return (level - 1 + (max(xp, 0) - begins) / (ends - begins)) / (MAX_LEVEL - 1)


def xp_of_level(level: int) -> int:
    """The least XP that makes `level`, 1 to 99."""
    return _XP_AT[level - 1]

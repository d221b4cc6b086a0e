"""Which level does an amount of experience make?"""

from bisect import bisect_right
from itertools import accumulate

_TOP = 99  # virtual levels above it aren't part of a total level

# The game's own formula: level n + 1 takes a quarter of the sum over 1..n, rounded down.
_THRESHOLDS = (
    0,
    *(points // 4 for points in accumulate(int(n + 300 * 2 ** (n / 7)) for n in range(1, _TOP))),
)


def level_at(xp: int) -> int:
    """The level at `xp` experience points, from 1 to 99."""
    return bisect_right(_THRESHOLDS, xp)

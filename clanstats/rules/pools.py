"""How do members compare: what is their mean, what has the best tenth, who is in which place?

A pool is who is sure to be in it, and who may be. What is asked of it lies between what comes out
if those who may be are left out or let in, and have as little or as much as they may.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from clanstats.rules.columns import Bounds, Flags

_ALMOST = 1e-9  # 0.1 × 30 is 3, also where it comes out a little less
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pool:
    """Who is compared, each with the bounds of their number."""

    sure: Sequence[Interval]
    maybe: Sequence[Interval]
    inside: Flags = ()  # by member

    @property
    def unknown(self) -> int:
        """Of how many the number, or whether they belong to it, isn't known."""
        return len(self.maybe) + sum(low != high for low, high in self.sure)


def pool(values: Bounds, compared: Sequence[bool], who: Flags | None) -> Pool:
    """Of the members that are compared, those of whom `who` is True or may be."""
    flags: Flags = (
        compared if who is None else [c and w for c, w in zip(compared, who, strict=True)]
    )
    intervals = [*zip(values.lows, values.highs, strict=True)]
    return Pool(
        [one for one, flag in zip(intervals, flags, strict=True) if flag],
        [one for one, flag in zip(intervals, flags, strict=True) if flag is None],
        flags,
    )


def mean(members: Pool) -> Interval:
    """Bounds of the mean; of nobody it is unknown."""
    return _bounds(members, _lowest_mean)


def median(members: Pool) -> Interval:
    """Bounds of the median; of an even number the mean of the two in the middle."""
    return _bounds(members, lambda sure, maybe: _lowest(_middle, sure, maybe))


def percentile(members: Pool, percent: float) -> Interval:
    """Bounds of what the best have: at index floor(n × (100 - percent) / 100), best first."""

    def from_the_best(count: int) -> int:
        return min(int(count * (100 - percent) / 100 + _ALMOST), count - 1)

    def at(ascending: Sequence[float]) -> float:
        return ascending[-1 - from_the_best(len(ascending))]

    def mirrored(ascending: Sequence[float]) -> float:
        return ascending[from_the_best(len(ascending))]

    if not members.sure:
        return -inf, inf
    low = _lowest(at, [low for low, _ in members.sure], [low for low, _ in members.maybe])
    high = _lowest(
        mirrored, [-high for _, high in members.sure], [-high for _, high in members.maybe]
    )
    return low, -high


def places(values: Bounds, members: Pool) -> Bounds:
    """Everyone's place among the pool, 1 the best; equal ones share it."""
    lows = sorted(low for low, _ in members.sure)
    highs = sorted(high for _, high in (*members.sure, *members.maybe))
    best = [1.0 + len(lows) - bisect_right(lows, high) for high in values.highs]
    worst = [
        # Whose own number isn't exact may seem to be above themselves.
        1.0 + len(highs) - bisect_right(highs, low) - (high > low and inside is not False)
        for low, high, inside in zip(values.lows, values.highs, members.inside, strict=True)
    ]
    return Bounds(best, [max(pair) for pair in zip(best, worst, strict=True)])


def _bounds(members: Pool, lowest: Callable[[Sequence[float], Sequence[float]], float]) -> Interval:
    """What is lowest of the lows, and by its mirror image highest of the highs."""
    if not members.sure:
        return -inf, inf
    low = lowest([low for low, _ in members.sure], [low for low, _ in members.maybe])
    high = lowest([-high for _, high in members.sure], [-high for _, high in members.maybe])
    return low, -high


def _lowest_mean(sure: Sequence[float], maybe: Iterable[float]) -> float:
    total, count = sum(sure), len(sure)
    for one in sorted(maybe):
        if one * count >= total:
            break
        total, count = total + one, count + 1
    return total / count


def _lowest(
    asked: Callable[[Sequence[float]], float], sure: Iterable[float], maybe: Iterable[float]
) -> float:
    """The least `asked` can be, which is with some of the smallest of those who may be in it."""
    ascending = sorted(sure)
    found = asked(ascending)
    for one in sorted(maybe):
        insort(ascending, one)
        found = min(found, asked(ascending))
    return found


def _middle(ascending: Sequence[float]) -> float:
    half, odd = divmod(len(ascending), 2)
    return ascending[half] if odd else (ascending[half - 1] + ascending[half]) / 2

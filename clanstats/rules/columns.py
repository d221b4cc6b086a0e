"""How is reckoned with numbers that are only known to lie between two bounds, member by member?

Every operation gives the narrowest bounds that hold whatever the truth is; a comparison gives True
or False only if it holds for all that may be, else None. Where bounds are equal throughout, both
are one list, so that exact numbers are reckoned with once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, inf, isfinite
from typing import TypeAlias

Flags: TypeAlias = Sequence[bool | None]
Texts: TypeAlias = Sequence[str | None]
_LARGEST = 1e300  # beyond it a product is as good as infinite


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number for each member: between `lows` and `highs`, which are one list if it is exact."""

    lows: Sequence[float]
    highs: Sequence[float]

    @property
    def exact(self) -> bool:
        return self.lows is self.highs

    @classmethod
    def of(cls, values: Sequence[float]) -> "Bounds":
        """Exactly these."""
        return cls(values, values)


def _each(operation: Callable[[float, float], float], one: Bounds, other: Bounds) -> Bounds:
    """For what grows with both."""
    lows = [operation(a, b) for a, b in zip(one.lows, other.lows, strict=True)]
    if one.exact and other.exact:
        return Bounds(lows, lows)
    return Bounds(lows, [operation(a, b) for a, b in zip(one.highs, other.highs, strict=True)])


def plus(one: Bounds, other: Bounds) -> Bounds:
    return _mended(_each(lambda a, b: a + b, one, other))


def minus(one: Bounds, other: Bounds) -> Bounds:
    return plus(one, Bounds([-b for b in other.highs], [-b for b in other.lows]))


def times(one: Bounds, other: Bounds) -> Bounds:
    if one.exact and other.exact:
        return _mended(Bounds.of(_products(one.lows, other.lows)))
    if min(one.lows, default=0) >= 0 and min(other.lows, default=0) >= 0:
        return _mended(Bounds(_products(one.lows, other.lows), _products(one.highs, other.highs)))
    ends = [
        _products(mine, theirs)
        for mine in (one.lows, one.highs)
        for theirs in (other.lows, other.highs)
    ]
    return _mended(Bounds([*map(min, *ends)], [*map(max, *ends)]))


def over(one: Bounds, other: Bounds) -> Bounds:
    """The quotient; by what may be 0 it is unknown."""
    lows = [
        -inf if low <= 0 <= high else 1 / high
        for low, high in zip(other.lows, other.highs, strict=True)
    ]
    if other.exact and -inf not in lows:
        return times(one, Bounds.of(lows))
    highs = [
        inf if low <= 0 <= high else 1 / low
        for low, high in zip(other.lows, other.highs, strict=True)
    ]
    return times(one, Bounds(lows, highs))


def least(one: Bounds, other: Bounds) -> Bounds:
    return _each(min, one, other)


def greatest(one: Bounds, other: Bounds) -> Bounds:
    return _each(max, one, other)


def floored(one: Bounds) -> Bounds:
    lows = [float(floor(a)) if isfinite(a) else a for a in one.lows]
    if one.exact:
        return Bounds(lows, lows)
    return Bounds(lows, [float(floor(a)) if isfinite(a) else a for a in one.highs])


def above(one: Bounds, other: Bounds, *, or_equal: bool) -> Flags:
    """Whether one is greater, or with `or_equal` not less."""
    if or_equal:
        return [
            True if a >= d else False if c < b else None
            for a, c, b, d in zip(one.lows, one.highs, other.lows, other.highs, strict=True)
        ]
    return [
        True if a > d else False if c <= b else None
        for a, c, b, d in zip(one.lows, one.highs, other.lows, other.highs, strict=True)
    ]


def equal(one: Bounds, other: Bounds) -> Flags:
    return [
        False if c < b or d < a else True if a == c == b == d else None
        for a, c, b, d in zip(one.lows, one.highs, other.lows, other.highs, strict=True)
    ]


def opposite(flags: Flags) -> Flags:
    return [None if flag is None else not flag for flag in flags]


def every(columns: Sequence[Flags]) -> Flags:
    """Kleene's and: False wins over None, None over True."""
    return [
        False if False in row else None if None in row else True
        for row in zip(*columns, strict=True)
    ]


def either(columns: Sequence[Flags]) -> Flags:
    """Kleene's or: True wins over None, None over False."""
    return [
        True if True in row else None if None in row else False
        for row in zip(*columns, strict=True)
    ]


def _products(ones: Sequence[float], others: Sequence[float]) -> Sequence[float]:
    """Nothing times anything is nothing, also where there is no bound."""
    return [a * b if a and b else 0.0 for a, b in zip(ones, others, strict=True)]


def _mended(found: Bounds) -> Bounds:
    """What got out of hand is unknown: ∞ - ∞, and numbers too large to be true."""
    lows = [low if -_LARGEST < low < _LARGEST else -inf for low in found.lows]
    if found.exact and -inf not in lows:
        return found
    return Bounds(lows, [high if -_LARGEST < high < _LARGEST else inf for high in found.highs])

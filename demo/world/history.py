"""Which values did a player have, and when?

Only changes are kept, in arrays: a year of one player takes a few tens of kilobytes.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The instant, aware UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


@dataclass(frozen=True, slots=True)
class Series:
    """One metric: the snapshots, by index, at which it changed, and its value from there on."""

    indices: "array[int]"
    values: "array[int]"

    def at_index(self, index: int) -> int | None:
        """The value in snapshot `index`; None while unranked."""
        place = bisect_right(self.indices, index)
        return self.values[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class History:
    """Every snapshot of one player. Values are integers in ClanStats' stored scale."""

    taken: "array[int]" = field(default_factory=lambda: array("q"))  # ms, ascending
    series: dict[str, Series] = field(default_factory=dict)
    changed: "array[int]" = field(default_factory=lambda: array("I"))  # indices with any change

    def last_index(self, at: datetime) -> int:
        """The index of the newest snapshot at or before `at`; -1 when there is none."""
        return bisect_right(self.taken, to_ms(at)) - 1

    def first_index(self, at: datetime) -> int:
        """The index of the oldest snapshot at or after `at`; one too many when there is none."""
        # Rounded up: a snapshot in the millisecond of `at` may still lie before it.
        return bisect_left(self.taken, -to_ms(_EPOCH - (at - _EPOCH)))

    def taken_at(self, index: int) -> datetime:
        """When snapshot `index` was taken."""
        return from_ms(self.taken[index])

    def values(self, index: int) -> dict[str, int]:
        """What is ranked in snapshot `index`, by metric."""
        found = ((name, series.at_index(index)) for name, series in self.series.items())
        return {name: value for name, value in found if value is not None}

    def value_at(self, metric: str, at: datetime) -> int | None:
        """The value in the newest snapshot at or before `at`; None: no snapshot, or unranked."""
        index, series = self.last_index(at), self.series.get(metric)
        return None if index < 0 or series is None else series.at_index(index)

    def last_changed_at(self, index: int) -> datetime | None:
        """When a snapshot up to `index` last differed from the one before."""
        place = bisect_right(self.changed, index)
        return self.taken_at(self.changed[place - 1]) if place else None

    def changes(self) -> Iterator[tuple[datetime, Mapping[str, int]]]:
        """Each snapshot, oldest first, with only what differs from the one before."""
        changed_at: dict[int, dict[str, int]] = {}
        for name, series in self.series.items():
            for index, value in zip(series.indices, series.values, strict=True):
                changed_at.setdefault(index, {})[name] = value
        for index, ms in enumerate(self.taken):
            yield from_ms(ms), changed_at.get(index, {})

    def snapshots(self) -> Iterator[tuple[datetime, dict[str, int]]]:
        """Each snapshot, oldest first, with everything that is ranked in it."""
        values: dict[str, int] = {}
        for taken_at, changes in self.changes():
            values |= changes
            yield taken_at, dict(values)

    def record(self, index: int, metric: str, value: int) -> None:
        """Note, while the history is being made, that `metric` changed in snapshot `index`."""
        series = self.series.get(metric)
        if series is None:
            series = self.series[metric] = Series(array("I"), array("q"))
        series.indices.append(index)
        series.values.append(value)

"""Where do weeks, and what came in each of them, go in the picture?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from clanstats.charts import layout, style
from clanstats.numbers import brief, compact

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_LEFT = 124
_MOST_LABELS = 12  # of dates; with more weeks than that, values have no room at all
_WIDEST = 110
_ZERO = 5  # high: nothing gained is seen to be nothing, not to be missing


@dataclass(frozen=True, slots=True)
class Bar:
    """A week as it is drawn."""

    monday: date
    value: float | None  # not negative; None is hatched
    unfinished: bool
    partial: bool = False  # there may be more

    @property
    def written(self) -> str:
        """The value, or that it is at least that much: "4.1m", "120+"."""
        return brief(self.value or 0) + ("+" if self.partial else "")


@dataclass(frozen=True, slots=True)
class Panel:
    """Where the bars go, and how they look."""

    top: float
    bottom: float
    colour: str = style.BAR
    begun: str = style.BAR_BEGUN
    dated: bool = True  # the days stand below


@dataclass(frozen=True, slots=True)
class _Scale:
    weeks: int
    panel: Panel
    highest: float

    @property
    def pitch(self) -> float:
        return (layout.RIGHT - _LEFT) / self.weeks

    @property
    def step(self) -> float:
        """A round number between two grid lines, of which there are two to four."""
        rough = max(self.highest, 1) / 3
        size = 10.0 ** floor(log10(rough))
        return max(next(size * by for by in (1, 2, 2.5, 5, 10) if size * by >= rough), 1)

    @property
    def lines(self) -> tuple[float, ...]:
        return tuple(self.step * line for line in range(ceil(self.highest / self.step) + 1))

    def middle(self, week: int) -> float:
        return _LEFT + self.pitch * (week + 0.5)

    @property
    def bottom(self) -> float:
        return self.panel.bottom

    def height(self, value: float) -> float:
        return (self.bottom - self.panel.top) * value / max(self.lines[-1], 1)


def plot(card: "Card", bars: Sequence[Bar], panel: Panel) -> None:
    """Draw the axes, and a bar or hatching for each of at least one week."""
    scale = _Scale(len(bars), panel, max(bar.value or 0 for bar in bars))
    _grid(card, scale)
    for first, count in _unknown_runs(bars):
        _hatch(card, scale, first, count)
    for week, bar in enumerate(bars):
        if bar.value is not None:
            _bar(card, scale, scale.middle(week), bar, bar.value)
    card.box(_LEFT, panel.bottom, layout.RIGHT - _LEFT, 2, style.MUTED)
    if panel.dated:
        _dates(card, scale, bars)


def _grid(card: "Card", scale: _Scale) -> None:
    for value in scale.lines:
        y = scale.bottom - scale.height(value)
        card.box(_LEFT, y, layout.RIGHT - _LEFT, 1.5, style.GRID)
        card.text(
            _LEFT - 16,
            y + 8,
            compact(value),
            size=style.AXIS,
            colour=style.MUTED,
            align="right",
            within=_LEFT - 24,
        )


def _bar(card: "Card", scale: _Scale, middle: float, bar: Bar, value: float) -> None:
    width, height = min(scale.pitch * 0.7, _WIDEST), max(scale.height(value), _ZERO)
    x, y = middle - width / 2, scale.bottom - height
    colour = scale.panel.colour
    if value and (bar.unfinished or bar.partial):
        card.box(x, y, width, height, scale.panel.begun)
        card.outline(x + 1.5, y + 1.5, width - 3, height - 1.5, colour)
    else:
        card.box(x, y, width, height, colour)
    if scale.weeks <= _MOST_LABELS:
        length = _centred(card, middle, y - 12, bar.written, within=scale.pitch - 4, bold=True)
        card.box(middle - length / 2 - 4, y - 36, length + 8, 32, style.BACKGROUND)  # on the grid
        if bar.unfinished:
            _centred(card, middle, y - 42, "so far", within=scale.pitch - 4, colour=style.MUTED)


def _hatch(card: "Card", scale: _Scale, first: int, count: int) -> None:
    width, height = scale.pitch * count - 6, scale.bottom - scale.panel.top
    middle, centre = (
        scale.middle(first) + scale.pitch * (count - 1) / 2,
        scale.panel.top + height / 2,
    )
    card.hatched(
        middle - width / 2,
        scale.panel.top,
        width,
        height,
        colour=style.HATCH,
        background=style.BACKGROUND,
    )
    if width > 150:  # noqa: PLR2004  room for the word; else it is written upwards, or not at all
        card.box(middle - 66, centre - 22, 132, 44, style.BACKGROUND, radius=8)
        _centred(card, middle, centre + 8, "unknown", within=130, colour=style.MUTED)
    elif width > 50:  # noqa: PLR2004  as above
        card.box(middle - 20, centre - 66, 40, 132, style.BACKGROUND, radius=8)
        card.text(
            middle,
            centre,
            "unknown",
            size=style.AXIS,
            colour=style.MUTED,
            align="center",
            turned=True,
        )


def _dates(card: "Card", scale: _Scale, bars: Sequence[Bar]) -> None:
    """Each Monday's day, and below it the month where a new one begins."""
    every, shown = ceil(len(bars) / _MOST_LABELS), ""
    for week in range(0, len(bars), every):
        monday, middle = bars[week].monday, scale.middle(week)
        within, y = scale.pitch * every - 4, scale.bottom
        _centred(card, middle, y + 34, str(monday.day), within=within, colour=style.MUTED)
        month = f"{monday:%b}"
        if month != shown:
            _centred(card, middle, y + 64, month, within=within)
        shown = month


def _centred(  # noqa: PLR0913  what, where and how
    card: "Card",
    x: float,
    y: float,
    text: str,
    *,
    within: float,
    colour: str = style.TEXT,
    bold: bool = False,
) -> float:
    return card.text(
        x, y, text, size=style.AXIS, colour=colour, bold=bold, align="center", within=within
    )


def _unknown_runs(bars: Sequence[Bar]) -> Iterator[tuple[int, int]]:
    """Neighbouring weeks of which nothing is known: the first one and how many."""
    for unknown, run in groupby(range(len(bars)), key=lambda week: bars[week].value is None):
        weeks = tuple(run)
        if unknown:
            yield weeks[0], len(weeks)

"""Who of two did more, week by week? A line each, broken where nothing is known."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.domain import WeekGain
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_HEIGHT = 640
_LEFT, _TOP, _BOTTOM = 124, 190, _HEIGHT - 116
_COLOURS = (style.BAR, style.BEST)
_SPOT = 14
_LINES = 3


def two_players(
    names: Sequence[str],
    courses: Sequence[Sequence[WeekGain]],
    *,
    subtitle: str = "",
    form: Form = "png",
) -> bytes:
    """Draw both, 1,200 by 640 pixels; one has round marks, the other square ones."""
    card = layout.blank(_HEIGHT)
    layout.heading(card, " and ".join(names), subtitle)
    values = [week.value for course in courses for week in course if week.value is not None]
    if not values:
        layout.said(card, _HEIGHT / 2, "Nothing known yet", "No week of the two is known.")
        return layout.finished(card, form)
    highest = max(*values, 1)
    _grid(card, highest)
    for number, (name, course) in enumerate(zip(names, courses, strict=True)):
        _course(card, course, highest, number)
        _legend(card, name, number)
    _dates(card, courses[0])
    broken = any(week.value is None for course in courses for week in course)
    layout.foot(card, _HEIGHT, left="Broken: unknown" if broken else "", right="")
    return layout.finished(card, form)


def two_players_alt(
    names: Sequence[str], courses: Sequence[Sequence[WeekGain]], *, subtitle: str
) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    said = [
        f"{name}: "
        + "; ".join("unknown" if week.value is None else compact(week.value) for week in course)
        + "."
        for name, course in zip(names, courses, strict=True)
    ]
    return writing.alt([f"{subtitle}, oldest first.", *said])


def _x(number: int, count: int) -> float:
    return _LEFT + (layout.RIGHT - _LEFT) * (number + 0.5) / count


def _y(value: float, highest: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / highest


def _grid(card: "Card", highest: float) -> None:
    for number in range(_LINES + 1):
        value = highest * number / _LINES
        y = _y(value, highest)
        card.line(_LEFT, y, layout.RIGHT, y, style.GRID, width=1.5)
        card.text(
            _LEFT - 16, y + 8, compact(value), size=style.AXIS, colour=style.MUTED, align="right"
        )


def _course(card: "Card", course: Sequence[WeekGain], highest: float, number: int) -> None:
    colour, radius = _COLOURS[number], 0 if number else _SPOT / 2
    before = None
    for place, week in enumerate(course):
        if week.value is None:
            before = None
            continue
        x, y = _x(place, len(course)), _y(week.value, highest)
        if before is not None:
            card.line(*before, x, y, colour, width=4)
        card.box(x - _SPOT / 2, y - _SPOT / 2, _SPOT, _SPOT, colour, radius=radius)
        before = x, y


def _legend(card: "Card", name: str, number: int) -> None:
    x, y = _LEFT + number * 480, 150
    card.box(x, y - _SPOT, _SPOT, _SPOT, _COLOURS[number], radius=0 if number else _SPOT / 2)
    card.text(x + 24, y, name, size=style.LABEL, within=420)


def _dates(card: "Card", weeks: Sequence[WeekGain]) -> None:
    every = ceil(len(weeks) / 6)
    for number in range(0, len(weeks), every):
        # The middle of a week is in it in every timezone.
        middle = (weeks[number].window.start + timedelta(days=3.5)).date()
        monday = middle - timedelta(days=middle.weekday())
        x = _x(number, len(weeks))
        card.text(
            x, _BOTTOM + 40, f"{monday.day} {monday:%b}", size=style.AXIS, align="center",
            colour=style.MUTED,
        )  # fmt: skip

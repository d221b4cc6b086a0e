"""When do people write? The hours of a week as squares, each as large as it is busy.

An hour in which nobody wrote has a dot, one of which nothing is known is hatched.
"""

from collections.abc import Sequence
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.domain import HeatMap
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.charts.card import Card

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_IN_WORDS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_HOURS = 24
_HEIGHT = 640
_LEFT, _TOP = 118, 184
_WIDTH, _ROW = 39, 52  # of an hour
_LARGEST, _LEAST, _DOT = 36, 8, 5
_LABELLED = 3  # every so many hours
_LEAST_RATE = 0.05  # which is still written as a number
_WHOLE_FROM = 10  # above it a tenth says nothing
_IN_ALT = 3  # of the busiest hours


def heat_map(
    heat: HeatMap, *, title: str, subtitle: str = "", footer: str = "", form: Form = "png"
) -> bytes:
    """Draw messages by hour and weekday, 1,200 by 640 pixels; on the right an average day's."""
    card = layout.blank(_HEIGHT)
    figure = "" if heat.unknown else compact(heat.total)
    label = f"{'message' if heat.total == 1 else 'messages'} in {writing.period(heat.window)}"
    layout.heading(card, title, subtitle, figure=figure, figure_label=label if figure else "")
    if heat.unknown is None:
        _frame(card)
        _days(card, heat)
        _unknown(card, heat)
        _squares(card, heat)
        left = _note(heat)
    else:
        layout.said(card, _HEIGHT / 2, "Nothing known", f"Messages: {writing.reason(heat.unknown)}")
        left = ""
    layout.foot(card, _HEIGHT, left=left, right=footer)
    return layout.finished(card, form)


def heat_map_alt(heat: HeatMap, *, title: str) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    if heat.unknown is not None:
        return writing.alt([f"{title}: unknown, {writing.reason(heat.unknown)}."])
    busiest = sorted(_rates(heat), key=lambda one: -one[1])[:_IN_ALT]
    hours = [f"{_when(hour)} {_rate(rate)} an hour" for hour, rate in busiest if rate]
    days = [
        f"{DAYS[day]} {_rate(rate)}" for day, rate in enumerate(_by_day(heat)) if rate is not None
    ]
    only = " Game chat only." if heat.partial else ""
    return writing.alt(
        [
            f"{title}: {heat.total:,} messages in {writing.period(heat.window)}.{only}",
            f"Busiest: {'; '.join(hours)}." if hours else "Nothing was written.",
            f"Messages on an average day: {', '.join(days)}.",
        ]
    )


def _frame(card: "Card") -> None:
    right, bottom = _LEFT + _WIDTH * _HOURS, _TOP + _ROW * len(DAYS)
    for hour in range(0, _HOURS + 1, _LABELLED):
        x = _LEFT + _WIDTH * hour
        card.box(x - 1, _TOP - 6, 2, bottom - _TOP + 12, style.TRACK)
        if hour < _HOURS:
            card.text(
                x, _TOP - 16, f"{hour:02}", size=style.AXIS, colour=style.MUTED, align="center"
            )
    card.text(layout.RIGHT, _TOP - 16, "a day", size=style.AXIS, colour=style.MUTED, align="right")
    for day in range(len(DAYS) + 1):
        card.box(_LEFT, _TOP + _ROW * day - 1, right - _LEFT, 1.5, style.TRACK)


def _days(card: "Card", heat: HeatMap) -> None:
    for day, rate in enumerate(_by_day(heat)):
        line = _TOP + _ROW * (day + 0.5) + style.LABEL * 0.36
        card.text(style.MARGIN, line, DAYS[day], size=style.LABEL)
        card.text(
            layout.RIGHT,
            line,
            "?" if rate is None else _rate(rate),
            size=style.LABEL,
            bold=True,
            align="right",
            within=layout.RIGHT - _LEFT - _WIDTH * _HOURS - 14,
        )


def _squares(card: "Card", heat: HeatMap) -> None:
    most = max((rate for _, rate in _rates(heat)), default=0)
    for hour, one in enumerate(heat.hours):
        if one.rate is None:
            continue
        middle = _LEFT + _WIDTH * (hour % _HOURS + 0.5)
        centre = _TOP + _ROW * (hour // _HOURS + 0.5)
        side = max(_LARGEST * sqrt(one.rate / most), _LEAST) if one.messages else _DOT
        colour = style.TALK if one.messages else style.HATCH
        colour = style.BEST if one.messages and one.rate == most else colour
        card.box(middle - side / 2, centre - side / 2, side, side, colour, radius=layout.ROUNDING)


def _unknown(card: "Card", heat: HeatMap) -> None:
    """Hatch the runs of hours within a day of which nothing is known."""
    for (day, unknown), run in groupby(
        range(len(heat.hours)), key=lambda hour: (hour // _HOURS, heat.hours[hour].rate is None)
    ):
        hours = tuple(run)
        if unknown:
            card.hatched(
                _LEFT + _WIDTH * (hours[0] % _HOURS) + 3,
                _TOP + _ROW * day + 4,
                _WIDTH * len(hours) - 6,
                _ROW - 8,
                colour=style.HATCH,
                background=style.BACKGROUND,
            )


def _note(heat: HeatMap) -> str:
    rates = _rates(heat)
    hour, rate = max(rates, key=lambda one: one[1], default=(0, 0.0))
    parts = [f"Busiest: {_when(hour)} ({_rate(rate)} an hour)" if rate else "Nothing was written"]
    if heat.partial:
        parts.append("game chat only")
    if len(rates) < len(heat.hours):
        parts.append("hatched: unknown")
    return " · ".join(parts)


def _rates(heat: HeatMap) -> Sequence[tuple[int, float]]:
    """The hours of which anything is known, with their messages an hour."""
    return [(hour, one.rate) for hour, one in enumerate(heat.hours) if one.rate is not None]


def _by_day(heat: HeatMap) -> Sequence[float | None]:
    """Messages on an average day of each weekday; None when not all of its hours are known."""
    days = []
    for day in range(len(DAYS)):
        rates = [one.rate for one in heat.hours[day * _HOURS : (day + 1) * _HOURS]]
        known = [rate for rate in rates if rate is not None]
        days.append(sum(known) if len(known) == _HOURS else None)
    return days


def _when(hour: int) -> str:
    at = hour % _HOURS
    return f"{_IN_WORDS[hour // _HOURS]} {at}–{at + 1} h"


def _rate(rate: float) -> str:
    if 0 < rate < _LEAST_RATE:
        return "<0.1"
    return compact(round(rate) if rate >= _WHOLE_FROM else rate)

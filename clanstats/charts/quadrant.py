"""Who plays, who talks, who does both? A spot a person, with a trace from where they were before.

Both axes go by the logarithm, as the busiest do a thousand times as much as others. Whoever did
nothing of one of the two stands on its axis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, log10
from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.analytics.quadrant import Drifter, Quadrant, Spot
    from clanstats.charts.card import Card

_HEIGHT = 1000
_LEFT, _TOP, _BOTTOM = 150, 170, _HEIGHT - 150
_WIDTH = layout.RIGHT - _LEFT - 20
_LEAST_XP = 10_000  # what is below stands with it
_SPOT = 16
_NAMED = 14  # who moved most
_LINE, _NAME_WIDTH = 28, 230
_FAR = 40  # pixels: a shorter trace says nothing
QUIET = "Ghosts"  # nobody among them is named
_CORNERS = ("Talkers", "Both", QUIET, "Grinders")


@dataclass(frozen=True, slots=True)
class _Scale:
    most_xp: float
    most_messages: float

    def at(self, spot: "Spot") -> tuple[float, float]:
        x = _share(spot.xp / _LEAST_XP, self.most_xp / _LEAST_XP)
        y = _share(spot.messages, self.most_messages)
        return _LEFT + _WIDTH * x, _BOTTOM - (_BOTTOM - _TOP) * y


def _share(value: float, most: float) -> float:
    return log10(value + 1) / log10(max(most, 9) + 1)


def quadrant(
    found: "Quadrant", *, title: str, subtitle: str = "", footer: str = "", form: Form = "png"
) -> bytes:
    """Draw everyone, 1,200 by 1,000 pixels; the cross stands at the two medians."""
    card = layout.blank(_HEIGHT)
    people = f"{len(found.people):,}"
    layout.heading(card, title, subtitle, figure=people, figure_label="people known")
    if found.people:
        scale = _scale(found.people)
        _axes(card, scale, found)
        moved = sorted(found.people, key=lambda one: -_length(scale, one))
        quiet = {one.member.player_id for one in dict(by_corner(found))[QUIET]}
        named = [one for one in moved if one.member.player_id not in quiet][:_NAMED]
        for one in reversed(moved):
            _person(card, scale, one, named=one in named)
        _names(card, scale, named)
    else:
        layout.said(card, _HEIGHT / 2, "Nobody known", "It takes XP, and a linked account.")
    left = f"{found.unknown:,} more unknown" if found.unknown else ""
    layout.foot(card, _HEIGHT, left=left, right=footer)
    return layout.finished(card, form)


def quadrant_alt(found: "Quadrant", *, title: str) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    corners = [f"{name.lower()} {len(list(who))}" for name, who in by_corner(found)]
    middle = f"{compact(found.middle.xp)} XP and {compact(found.middle.messages)} messages"
    return writing.alt([f"{title}: {', '.join(corners)}; the middle is {middle}.", *_moves(found)])


def by_corner(found: "Quadrant") -> Iterator[tuple[str, Sequence["Drifter"]]]:
    """Who is where: talkers, both, ghosts, grinders. The median itself counts as much."""
    middle = found.middle
    for name, talks, plays in zip(
        _CORNERS, (True, True, False, False), (False, True, False, True), strict=True
    ):
        yield (
            name,
            [
                one
                for one in found.people
                if (one.now.messages >= middle.messages) is talks
                and (one.now.xp >= middle.xp) is plays
            ],
        )


def _moves(found: "Quadrant") -> Iterator[str]:
    if not found.people:
        return
    scale = _scale(found.people)
    for name, who in by_corner(found):
        for one in who if name != QUIET else ():
            if one.before is not None and _length(scale, one) > _FAR * 4:
                yield f"{one.member.name} went from {_spot(one.before)} to {_spot(one.now)}."


def _spot(spot: "Spot") -> str:
    return f"{compact(spot.xp)} XP and {compact(spot.messages)} messages"


def _scale(people: Sequence["Drifter"]) -> _Scale:
    spots = [spot for one in people for spot in (one.now, one.before) if spot is not None]
    return _Scale(max(one.xp for one in spots), max(one.messages for one in spots))


def _length(scale: _Scale, one: "Drifter") -> float:
    if one.before is None:
        return 0.0
    (x, y), (to_x, to_y) = scale.at(one.before), scale.at(one.now)
    return hypot(to_x - x, to_y - y)


def _axes(card: "Card", scale: _Scale, found: "Quadrant") -> None:
    x, y = scale.at(found.middle)
    card.line(_LEFT, _BOTTOM, layout.RIGHT, _BOTTOM, style.MUTED)
    card.line(_LEFT, _BOTTOM, _LEFT, _TOP, style.MUTED)
    card.line(x, _BOTTOM, x, _TOP, style.GRID, width=3)
    card.line(_LEFT, y, layout.RIGHT, y, style.GRID, width=3)
    size, colour = style.LABEL, style.MUTED
    right, low = layout.RIGHT - 8, _BOTTOM - 14
    card.text(_LEFT + 12, _TOP + 12, _CORNERS[0], size=size, colour=colour, bold=True)
    card.text(right, _TOP + 12, _CORNERS[1], size=size, colour=colour, bold=True, align="right")
    card.text(_LEFT + 12, low, _CORNERS[2], size=size, colour=colour, bold=True)
    card.text(right, low, _CORNERS[3], size=size, colour=colour, bold=True, align="right")
    card.text(x, _BOTTOM + 34, compact(found.middle.xp), size=style.AXIS, align="center")
    card.text(_LEFT - 14, y + 8, compact(found.middle.messages), size=style.AXIS, align="right")
    middle = (_LEFT + layout.RIGHT) / 2
    card.text(middle, _BOTTOM + 70, "XP →", size=style.AXIS, colour=colour, align="center")
    card.text(
        44, (_TOP + _BOTTOM) / 2, "messages →", size=style.AXIS, colour=colour, turned=True,
        align="center",
    )  # fmt: skip


def _person(card: "Card", scale: _Scale, one: "Drifter", *, named: bool) -> None:
    x, y = scale.at(one.now)
    if one.before is not None and named and _length(scale, one) > _FAR:
        card.line(*scale.at(one.before), x, y, style.BAR_BEGUN, width=4)
    colour = style.BEST if named else style.BAR
    card.box(x - _SPOT / 2, y - _SPOT / 2, _SPOT, _SPOT, colour, radius=_SPOT / 2)


def _names(card: "Card", scale: _Scale, named: Sequence["Drifter"]) -> None:
    """Beside their spots, each where none stands yet."""
    taken: list[tuple[float, float]] = []
    for one in named:
        x, y = scale.at(one.now)
        right = x < (_LEFT + layout.RIGHT) / 2
        line = y + 9
        while any(abs(line - low) < _LINE and abs(x - at) < _NAME_WIDTH for at, low in taken):
            line += _LINE
        if _TOP < line < _BOTTOM:
            taken.append((x, line))
            card.text(
                x + (14 if right else -14),
                line,
                one.member.name,
                size=style.LEAST,
                align="left" if right else "right",
                within=_NAME_WIDTH,
            )

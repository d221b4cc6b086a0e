"""Who leads the clan? A leaderboard as ten horizontal bars."""

from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.domain import Leaderboard, Standing
from clanstats.metrics import MetricKind
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_SHOWN = 10
_PITCH = 50
_PLACE_X = style.MARGIN + 36
_NAME_X, _NAME_WIDTH = 178, 280
_BAR_X, _BAR_WIDTH, _BAR_HEIGHT = 478, 540, 26


def leaderboard(
    board: Leaderboard, *, title: str, subtitle: str = "", footer: str = "", form: Form = "png"
) -> bytes:
    """Draw the first ten, 1,200 pixels wide and 700 high, less high when there are fewer.

    On a board of gains those who gained nothing are counted below, not drawn; "~" marks who is
    only known from game chat.
    """
    drawn = _drawn(board)
    height = layout.HEADER + _PITCH * max(len(drawn), 3) + layout.FOOTER - 2
    card = layout.blank(height)
    figure, label = _together(board)
    layout.heading(card, title, subtitle, figure=figure, figure_label=label)
    if not drawn:
        layout.said(card, height / 2 + 14, *_nothing(board))
    for row, standing in enumerate(drawn):
        _row(card, layout.HEADER + _PITCH * row, standing, board)
    layout.foot(card, height, left=_note(board), right=footer)
    return layout.finished(card, form)


def leaderboard_alt(board: Leaderboard, *, title: str) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    rows = [
        f"{standing.place}. {standing.gain.member.name} {compact(_shown(standing))}"
        for standing in _drawn(board)
    ]
    said = "; ".join(rows) if rows else " ".join(_nothing(board))
    return writing.alt([f"{title}, in {board.metric.unit}. {_note(board)}.", said])


def _row(card: "Card", top: float, standing: Standing, board: Leaderboard) -> None:
    middle = top + _PITCH / 2
    line = middle + style.ROW * 0.36
    value, leads = _shown(standing), standing.place == 1
    best = _shown(board.standings[0])
    colour = style.TALK if board.metric.kind is MetricKind.TALK else style.BAR
    colour = style.BEST if leads else colour
    _place(card, line, standing.place, colour=style.BEST if leads else style.MUTED)
    _climbed(card, line - 2, standing.climbed)
    card.text(_NAME_X, line, standing.gain.member.name, size=style.ROW, within=_NAME_WIDTH)
    box = (_BAR_X, middle - _BAR_HEIGHT / 2, _BAR_WIDTH, _BAR_HEIGHT)
    layout.bar(card, box, share=value / best if best else 0, colour=colour)
    # The mark stands past the edge, so that the figures stay in line.
    if mark := _mark(standing, board):
        card.text(layout.RIGHT + 3, line, mark, size=style.NOTE, colour=style.MUTED)
    card.text(layout.RIGHT, line, compact(value), size=style.ROW, bold=True, align="right")


def _place(card: "Card", line: float, place: int, *, colour: str) -> None:
    card.text(
        _PLACE_X,
        line,
        f"{place:,}",
        size=style.ROW,
        bold=True,
        colour=colour,
        align="right",
        within=40,
    )


def _climbed(card: "Card", line: float, climbed: int | None) -> None:
    if not climbed:
        return
    mark, colour = ("▲", style.UP) if climbed > 0 else ("▼", style.DOWN)
    card.text(
        _NAME_X - 18,
        line,
        f"{mark} {abs(climbed)}",
        size=style.AXIS,
        colour=colour,
        align="right",
        within=66,
    )


def _together(board: Leaderboard) -> tuple[str, str]:
    """The sum; nothing where it means nothing: levels and scores that are held don't add up."""
    if not board.total or (board.window is None and board.metric.unit in {"levels", "score"}):
        return "", ""
    return compact(board.total), f"{board.metric.unit} in all"


def _drawn(board: Leaderboard) -> tuple[Standing, ...]:
    known = [s for s in board.standings if _shown(s)] if board.of_gains else board.standings
    return tuple(known[:_SHOWN])


def _shown(standing: Standing) -> float:
    return standing.gain.shown or 0


def _mark(standing: Standing, board: Leaderboard) -> str:
    if standing.gain.partial:
        return "~"
    return "*" if standing.gain.since is not None and board.watched_since is None else ""


def _note(board: Leaderboard) -> str:
    parts = [layout.counted(board.members, "member")]
    if board.metric.kind is MetricKind.TALK:
        parts = ["1 person" if board.members == 1 else f"{board.members:,} people"]
    counts = (
        (board.idle if board.of_gains else 0, board.metric.had_none),
        (board.members - board.known, "unknown"),
        (board.unshown.members, "hidden"),
    )
    parts += [f"{count:,} {what}" for count, what in counts if count]
    marks = {_mark(standing, board) for standing in _drawn(board)}
    if "*" in marks:
        parts.append("* since later")
    if "~" in marks:
        parts.append("~ game chat only")
    return " · ".join(parts)


def _nothing(board: Leaderboard) -> tuple[str, str]:
    if board.unshown.total:
        return "Nobody to show", "Those of whom there is something to show are hidden."
    if board.metric.kind is MetricKind.TALK:
        if board.known:
            return "Nobody said anything", "None of those who are known did in this period."
        return "Nothing known yet", "No channel was read, or nobody's Discord account is linked."
    if board.known:
        return "Nobody gained any", "None of the members who are known gained in this period."
    return "Nothing known yet", "No member has an observation that would answer this."

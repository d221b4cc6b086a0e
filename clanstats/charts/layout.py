"""What do all cards have in common: an empty one, its heading, its foot, its finished form?"""

from typing import TYPE_CHECKING, Literal

from clanstats.charts import style

if TYPE_CHECKING:
    from clanstats.charts.card import Card

Form = Literal["png", "svg"]

HEADER = 132  # where the contents begin
FOOTER = 70  # from where they end to the lower edge
ROUNDING = 5
_SLIVER = 4  # the length of the shortest bar
RIGHT = style.WIDTH - style.MARGIN


def blank(height: int) -> "Card":
    """An empty card, `height` pixels high."""
    # Only here, so that whoever merely names a chart doesn't load matplotlib.
    from clanstats.charts.card import Card  # noqa: PLC0415

    return Card(height)


def finished(card: "Card", form: Form) -> bytes:
    """The card as a file."""
    return card.svg() if form == "svg" else card.png()


def heading(
    card: "Card", title: str, subtitle: str, *, figure: str = "", figure_label: str = ""
) -> None:
    """Write what the card is about on the left and its one large number on the right."""
    taken = 0.0
    if figure:
        taken = card.text(
            RIGHT, 66, figure, size=style.FIGURE, bold=True, align="right", colour=style.BEST
        )
        label = card.text(
            RIGHT, 103, figure_label, size=style.LABEL, align="right", colour=style.MUTED
        )
        taken = max(taken, label) + style.MARGIN
    room = RIGHT - style.MARGIN - taken
    card.text(style.MARGIN, 64, title, size=style.TITLE, bold=True, within=room)
    card.text(style.MARGIN, 103, subtitle, size=style.LABEL, colour=style.MUTED, within=room)


def foot(card: "Card", height: int, *, left: str, right: str) -> None:
    """Write what is unknown on the left, and where the numbers are from on the right."""
    y = height - 26
    room = RIGHT - style.MARGIN
    taken = card.text(
        RIGHT,
        y,
        right,
        size=style.NOTE,
        colour=style.MUTED,
        align="right",
        within=room * 0.36,
    )
    rest = room - taken - style.MARGIN / 2
    card.text(style.MARGIN, y, left, size=style.NOTE, colour=style.MUTED, within=rest)


def said(card: "Card", y: float, sentence: str, explanation: str) -> None:
    """Say in the middle of the card why there is nothing to draw."""
    middle, room = style.WIDTH / 2, RIGHT - style.MARGIN
    card.text(middle, y, sentence, size=style.TITLE, bold=True, align="center", within=room)
    card.text(
        middle,
        y + 48,
        explanation,
        size=style.LABEL,
        colour=style.MUTED,
        align="center",
        within=room,
    )


def bar(card: "Card", box: tuple[float, float, float, float], *, share: float, colour: str) -> None:
    """Draw a bar in `box` (x, y, width, height), `share` of it full; more than nothing shows."""
    x, y, width, height = box
    card.box(x, y, width, height, style.TRACK, radius=ROUNDING)
    if share > 0:
        card.box(x, y, max(width * min(share, 1), _SLIVER), height, colour, radius=ROUNDING)


def counted(number: int, thing: str) -> str:
    """A number of things, in words: "1 member", "1,024 members"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"

"""How is a long list cut into pages, and which buttons turn them?"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from discord import ButtonStyle, ui

from cogs.views import Control

LONGEST = 4_000  # characters of a page; Discord takes 4,096
LAST_ROW = 4  # of five
_MOST_LINES = 20
_MORE = "… and {:,} more"


class State(Protocol):
    """What a control remembers."""

    def custom_id(self) -> str:
        """In at most 100 characters; no two controls of a message may have the same."""


_Control = TypeVar("_Control", bound=Control)


def button(  # noqa: PLR0913 — as Discord has it
    kind: type[_Control],
    state: State,
    label: str,
    *,
    row: int | None = None,
    style: ButtonStyle = ButtonStyle.secondary,
    disabled: bool = False,
) -> _Control:
    """A button that does what its state says, after a restart, too."""
    return kind(
        ui.Button(
            label=label[:80], style=style, row=row, custom_id=state.custom_id(), disabled=disabled
        )
    )


def turning(
    kind: type[_Control], at: Callable[[int], State], page: int, pages: int
) -> tuple[_Control, ...]:
    """Back and Next; none where there is one page. `at` says what a page's button remembers."""
    if pages == 1:
        return ()
    return (
        button(kind, at(max(page - 1, 0)), "Back", row=LAST_ROW, disabled=page == 0),
        button(kind, at(page + 1), "Next", row=LAST_ROW, disabled=page == pages - 1),
    )


def shortened(lines: Sequence[str], most: int = LONGEST) -> str:
    """As many whole lines as fit into so many characters, and how many more there are."""
    text = "\n".join(lines)
    if len(text) <= most:
        return text
    kept, room = 0, most - len(_MORE.format(len(lines)))
    while kept < len(lines) and len(lines[kept]) < room:
        room -= len(lines[kept]) + 1
        kept += 1
    return "\n".join([*lines[:kept], _MORE.format(len(lines) - kept)])


def pages_of(lines: Sequence[str], *, most: int = _MOST_LINES) -> Sequence[Sequence[str]]:
    """Cut so that each page can be shown and no line is cut; one page if there are no lines."""
    pages: list[list[str]] = [[]]
    length = 0
    for line in lines:
        if pages[-1] and (length + len(line) >= LONGEST or len(pages[-1]) == most):
            pages.append([])
            length = 0
        pages[-1].append(line)
        length += len(line) + 1
    return pages

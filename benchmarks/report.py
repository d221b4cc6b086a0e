"""How is a measurement printed, with what was aimed at?"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One target, and how it was met."""

    target: str  # "T7"
    what: str
    aim: str
    measured: str
    ok: bool

    def __str__(self) -> str:
        verdict = "ok" if self.ok else "MISS"
        return f"{self.target:<4}{self.what:<45} {self.measured:<42} {self.aim:<24} {verdict}"


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)


def lines(found: Sequence[Line]) -> None:
    for line in found:
        print(line, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print `rows` in columns, the first of them to the left."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row in (head, *rows):
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)), flush=True)

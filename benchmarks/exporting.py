"""What does an officer's workbook cost: to ask for, to write, and in memory for a large clan?"""

from collections.abc import Iterator, Sequence
from datetime import UTC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

from benchmarks.report import Line
from benchmarks.seeding import settings_for
from benchmarks.sizes import END
from benchmarks.timing import Times, resident_mb
from clanstats.analytics.members import clans
from clanstats.domain import Window
from clanstats.exports.book import What, book
from clanstats.services import open_services
from clanstats.sheets.table import Book, Cell, Column, Group, Kind, Missing, Table
from clanstats.sheets.workbook import write_workbook

_MOST_MS, _GROWTH_MOST_MB = 300, 10
_COLUMNS = 60
_WARM = 0.1  # after this part of the rows memory is looked at for the first time
_UNKNOWN = Missing("not_updated", "not updated in this time")


async def cost(file: Path, *, rounds: int, rows: int) -> Sequence[Line]:
    """The roster of the clan in `file`, and a sheet of so many rows that are made up."""
    asking, writing, table = await _roster(file, rounds)
    both = asking.typical_cpu + writing.typical_cpu
    growth = _growth(rows)
    return (
        Line(
            "X1",
            f"roster, {len(list(table.rows))} × {len(table.columns)}, CPU",
            f"≤ {_MOST_MS} ms",
            f"{asking.typical_cpu:.0f} to ask + {writing.typical_cpu:.0f} to write = {both:.0f} ms",
            both <= _MOST_MS,
        ),
        Line(
            "X2",
            f"memory, {rows:,} × {_COLUMNS}, from the first tenth on",
            f"≤ {_GROWTH_MOST_MB} MB",
            f"{growth:.1f} MB",
            growth <= _GROWTH_MOST_MB,
        ),
    )


async def _roster(file: Path, rounds: int) -> tuple[Times, Times, Table]:
    asking, writing = Times(), Times()
    async with open_services(settings_for(file)) as services:
        async with services.read() as session:
            (clan,) = await clans(session)
        for _ in range(rounds):
            async with asking.taken(), services.read() as session:
                made = await book(
                    session,
                    clan,
                    What.ROSTER,
                    as_of=END,
                    window=Window.last(30, now=END),
                    period="30d",
                    tz=UTC,
                )
            async with writing.taken():
                write_workbook(made, BytesIO())
    return asking, writing, made.tables[0]


def _growth(count: int) -> float:
    """How much more memory there was at most after the first tenth of the rows."""
    seen: list[float] = []
    kinds = [Kind.TEXT, *[Kind.WHOLE] * (_COLUMNS - 1)]
    columns = [
        Column(f"c{place}", f"Column {place}", kind, Group.XP, scaled=True)
        for place, kind in enumerate(kinds)
    ]

    def rows() -> Iterator[Sequence[Cell]]:
        for number in range(count):
            if number >= count * _WARM and number % 100 == 0:
                seen.append(resident_mb())
            known = [number * place for place in range(1, _COLUMNS - 1)]
            yield [f"Player {number}", *known, _UNKNOWN]

    with TemporaryFile() as file:
        write_workbook(
            Book("Large", 1, END, UTC, (Table("large", "Large", columns, rows()),)), file
        )
        seen.append(resident_mb())
    return max(seen) - seen[0]

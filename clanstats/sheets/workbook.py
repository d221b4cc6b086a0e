"""How is a book written as an Excel workbook?

A row is written out before the next one is looked at, so a large clan's workbook takes no more
memory than a small one's. What isn't known is the word "unknown" on grey, never 0 and never empty,
and the row's last columns say why, on sheets of measurements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from tempfile import TemporaryDirectory
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from clanstats.sheets.styles import FULL, Styles
from clanstats.sheets.table import Book, Cell, Column, Counted, Kind, Missing, Table

_WIDTHS = {Kind.DAY: 11, Kind.INSTANT: 17}  # of others it is what is in them
_NARROWEST, _WIDEST = 5, 60  # characters
_LONG_TEXT_WIDTH = 42
_HEADER_HEIGHT = 32  # two lines
_REMARKS = (
    Column("unknown", "Why unknown", Kind.LONG_TEXT),
    Column("since", "Counted from", Kind.LONG_TEXT),
)
_NAMED = 4  # columns that have the same reason, before they are only counted
LEGEND = (
    ("0", "it is known that there was nothing"),
    ("unknown", "nobody can say; the row's column “Why unknown” has the reason"),
    ("1,234*", "counted from a later day than was asked: see “Counted from”"),
    ("1,234~", "only what was heard in game chat: no Discord account is linked"),
)


@dataclass(slots=True)
class _Scale:
    """What a column's colours need to know."""

    count: int = 0
    total: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        if value > 0:
            self.count += 1
            self.total += value
            self.most = max(self.most, value)


@dataclass(slots=True)
class _Sheet:
    """One that is being written."""

    table: Table
    columns: Sequence[Column]
    sheet: Worksheet
    styles: Styles
    tz: tzinfo
    scales: list[_Scale] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)


def write_workbook(book: Book, file: BinaryIO) -> None:
    """A sheet a table, in their order, and one that says what they are about."""
    with TemporaryDirectory() as folder:
        made = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        made.set_properties({"title": book.clan, "created": _local(book.as_of, book.tz)})
        try:
            _write_sheets(made, book)
            made.close()
        finally:
            for sheet in made.worksheets():  # or their files stay open when something fails
                if sheet.row_data_fh is not None:
                    sheet.row_data_fh.close()


def _write_sheets(made: Workbook, book: Book) -> None:
    styles = Styles(made)
    for table in book.tables:
        _write_table(made.add_worksheet(table.title), table, styles, book.tz)
    _write_about(made.add_worksheet("About"), book, styles)


def _write_table(sheet: Worksheet, table: Table, styles: Styles, tz: tzinfo) -> None:
    columns = (*table.columns, *(_REMARKS if table.measured else ()))
    at = _Sheet(
        table, columns, sheet, styles, tz, [_Scale() for _ in columns], [0 for _ in columns]
    )
    sheet.freeze_panes(1, table.frozen)
    sheet.hide_gridlines(2)
    _on_paper(sheet)
    sheet.set_row(0, _HEADER_HEIGHT)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, styles.header(column.group))
    last = 0
    for last, row in enumerate(table.rows, start=1):
        _write_row(at, last, row)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    for place, column in enumerate(columns):
        digits = len(f"{at.scales[place].most:,.0f}") + 2
        sheet.set_column(place, place, _width(column, max(at.widths[place], digits)))
        if column.scaled:
            _colour(at, place, last)


def _on_paper(sheet: Worksheet) -> None:
    """All columns on one page's width, with the headings on each page."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_row(at: _Sheet, number: int, row: Sequence[Cell]) -> None:
    unknown: dict[str, list[str]] = {}
    since: dict[str, list[str]] = {}
    for place, (column, cell) in enumerate(zip(at.table.columns, row, strict=True)):
        if isinstance(cell, Missing):
            at.sheet.write_string(number, place, cell.shown, at.styles.unknown)
            at.widths[place] = max(at.widths[place], len(cell.shown))
            unknown.setdefault(cell.words, []).append(column.title)
            continue
        if isinstance(cell, Counted) and cell.since is not None:
            since.setdefault(_day(cell.since, at.tz), []).append(column.title)
        _write_cell(at, number, place, cell)
    for place, said in enumerate((unknown, since), start=len(at.table.columns)):
        if said:
            at.sheet.write_string(number, place, _said(said))


def _write_cell(at: _Sheet, number: int, place: int, cell: Cell) -> None:
    column = at.columns[place]
    counted = cell if isinstance(cell, Counted) else None
    if counted is not None:
        cell = counted.value
    if isinstance(cell, bool):
        cell = "yes" if cell else "no"
    if isinstance(cell, str):
        at.sheet.write_string(number, place, cell)
        at.widths[place] = max(at.widths[place], len(cell))
    elif isinstance(cell, datetime):
        # A spreadsheet knows no timezones, so it gets what the clan's clock showed.
        style = at.styles.instant(column.kind)
        at.sheet.write_datetime(number, place, _local(cell, at.tz), style)
    elif isinstance(cell, int | float):
        style = at.styles.number(column.kind, counted, loud=at.table.loud_zeros)
        at.sheet.write_number(number, place, cell, style)
        at.scales[place].add(cell)


def _said(by_reason: Mapping[str, Sequence[str]]) -> str:
    """The reasons, each with what it is about: "not on the hiscores: Zulrah, Nex"."""
    said = []
    for reason, titles in by_reason.items():
        more = len(titles) - _NAMED
        named = ", ".join(titles[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        said.append(f"{reason}: {named}")
    return "; ".join(said)


def _width(column: Column, longest: int) -> float:
    if column.kind is Kind.LONG_TEXT:
        return _LONG_TEXT_WIDTH
    words = max(len(column.title) // 2 + 1, *map(len, column.title.split()))  # in two lines
    wanted = max(longest, _WIDTHS.get(column.kind, 0), words)
    return min(max(wanted + 1.5, _NARROWEST), _WIDEST)


def _colour(at: _Sheet, place: int, last: int) -> None:
    """From white at 0 over what is usual to the most; one outlier doesn't whiten all others."""
    scale, full = at.scales[place], FULL[at.columns[place].group]
    if not scale.count:
        return
    at.sheet.conditional_format(
        1,
        place,
        last,
        place,
        {
            "type": "3_color_scale",
            "min_type": "num",
            "mid_type": "num",
            "max_type": "num",
            "min_value": 0,
            "mid_value": scale.total / scale.count,
            "max_value": max(scale.most, scale.total / scale.count * 1.001),
            "min_color": "#FFFFFF",
            "mid_color": _between("#FFFFFF", full),
            "max_color": full,
        },
    )


def _between(one: str, other: str) -> str:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{(a + b) // 2:02X}" for a, b in pairs)


def _write_about(sheet: Worksheet, book: Book, styles: Styles) -> None:
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    window = book.window
    lines: list[tuple[str, str | datetime]] = [
        ("Clan", book.clan),
        ("As of", book.as_of),
        *([] if book.period is None else [("Period", book.period)]),
        *([] if window is None else [("from", window.start), ("to", window.end)]),
        ("Clock", f"{book.tz}: all days and times are its"),
        *LEGEND,
        *((table.title, note) for table in book.tables for note in table.notes),
    ]
    for number, (name, said) in enumerate(lines):
        sheet.write_string(number, 0, name, styles.bold)
        if isinstance(said, datetime):
            sheet.write_datetime(number, 1, _local(said, book.tz), styles.instant(Kind.INSTANT))
        else:
            sheet.write_string(number, 1, said, styles.wrapped)


def _local(at: datetime, tz: tzinfo) -> datetime:
    return at.astimezone(tz).replace(tzinfo=None, microsecond=0)


def _day(at: datetime, tz: tzinfo) -> str:
    local = at.astimezone(tz)
    return f"{local.day} {local:%b %Y}"

"""How is a table written as CSV, so that a spreadsheet opens it safely?"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import TextIO

from clanstats.sheets.table import Cell, Table, plain, remarks
from clanstats.timestamps import to_utc

# What a spreadsheet would run, or skip to see whether it would.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel takes a file without this mark for the machine's own old encoding, and names with it are
# wrong; everything else that reads CSV knows "utf-8-sig".
ENCODING = "utf-8-sig"


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Any table; every text in it is made `harmless`, every number keeps all its digits."""
    text = StringIO()
    _write(text, columns, rows)
    return text.getvalue().encode(ENCODING)


def write_table(table: Table, file: TextIO) -> None:
    """A table as `csv_bytes` would have it.

    Instants are ISO 8601 in UTC. What isn't known is empty, and three more columns say of which
    columns it is why it isn't (`unknown`), from when on it counts (`since`) and that it is only
    what was heard in game chat (`partial`).
    """
    names = [column.key for column in table.columns]
    _write(file, [*names, "unknown", "since", "partial"], map(_row, _with_remarks(table)))


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets a quote before it."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def iso(at: datetime) -> str:
    """To the second, in UTC."""
    return to_utc(at).isoformat(timespec="seconds")


def _write(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    written = csv.writer(file)
    written.writerow(columns)
    written.writerows([_field(value) for value in row] for row in rows)


def _field(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _with_remarks(table: Table) -> Iterator[tuple[Sequence[Cell], tuple[str, str, str]]]:
    for row in table.rows:
        unknown, since, partial = remarks(table.columns, row)
        yield (
            row,
            (
                "; ".join(f"{key}: {reason}" for key, reason in unknown.items()),
                "; ".join(f"{key}: {iso(at)}" for key, at in since.items()),
                "; ".join(partial),
            ),
        )


def _row(one: tuple[Sequence[Cell], tuple[str, str, str]]) -> Sequence[object]:
    row, said = one
    return [*map(plain, row), *(text or None for text in said)]

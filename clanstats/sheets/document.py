"""How is a book written as JSON? See docs/json.md, which names every field."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from clanstats.sheets.table import Book, Cell, Table, plain, remarks
from clanstats.sheets.text import iso

SCHEMA = 1  # higher when a field is taken away or means something else


def write_document(book: Book, file: TextIO) -> None:
    """A row a line, so that a large clan's needs no more memory than a small one's."""
    head = {
        "schema": SCHEMA,
        "clan": {"wom_group_id": book.wom_group_id, "name": book.clan},
        "as_of": iso(book.as_of),
        "window": None
        if book.window is None
        else {"start": iso(book.window.start), "end": iso(book.window.end)},
        "timezone": str(book.tz),
    }
    file.write(_text(head)[:-1] + ',\n"sheets": {')
    for number, table in enumerate(book.tables):
        file.write(("," if number else "") + "\n")
        _write_table(table, file)
    file.write("\n}}\n")


def _write_table(table: Table, file: TextIO) -> None:
    columns = [
        {"key": column.key, "title": column.title, "kind": column.kind} for column in table.columns
    ]
    file.write(f'"{table.name}": {{"notes": {_text(list(table.notes))},\n"columns": ')
    file.write(f'{_text(columns)},\n"rows": [')
    file.writelines(
        ("," if number else "") + "\n" + _text(_row(table, row))
        for number, row in enumerate(table.rows)
    )
    file.write("]}")


def _row(table: Table, row: Sequence[Cell]) -> dict[str, object]:
    unknown, since, partial = remarks(table.columns, row)
    values = {column.key: _value(cell) for column, cell in zip(table.columns, row, strict=True)}
    said = {
        "unknown": unknown,
        "since": {key: iso(at) for key, at in since.items()},
        "partial": partial,
    }
    return values | {name: value for name, value in said.items() if value}


def _value(cell: Cell) -> object:
    value = plain(cell)
    if isinstance(value, datetime):
        return iso(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

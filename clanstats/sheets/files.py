"""Which file does a book become?"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from clanstats.sheets.document import write_document
from clanstats.sheets.table import Book
from clanstats.sheets.text import ENCODING, write_table
from clanstats.targets import write_file


class FileFormat(StrEnum):
    """What a file can be."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


def file_name(book: Book, form: FileFormat) -> str:
    """Such as `roster-2026-01-31.xlsx`; several tables as CSV are packed together."""
    several = len(book.tables) > 1
    name = "clan" if several else book.tables[0].name
    ending = "zip" if several and form is FileFormat.CSV else form
    return f"{name}-{book.as_of.astimezone(book.tz):%Y-%m-%d}.{ending}"


def written(book: Book, form: FileFormat) -> bytes:
    """The file's content."""
    file = BytesIO()
    write(book, form, file)
    return file.getvalue()


def write(book: Book, form: FileFormat, file: BinaryIO) -> None:
    """Write the content to a file that is open."""
    if form is FileFormat.XLSX:
        from clanstats.sheets.workbook import write_workbook  # noqa: PLC0415 — only who needs it

        write_workbook(book, file)
    elif form is FileFormat.JSON:
        with _text(file, "utf-8") as text:
            write_document(book, text)
    elif len(book.tables) == 1:
        with _text(file, ENCODING) as text:
            write_table(book.tables[0], text)
    else:
        _write_packed(book, file)


def save(book: Book, form: FileFormat, path: Path) -> Path:
    """Put a new file in the place of `path`, whole or not at all; returns where it is.

    Raises:
        ClanStatsError: As `write_file`.
    """
    return write_file(path, lambda file: write(book, form, file))


def _write_packed(book: Book, file: BinaryIO) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for table in book.tables:
            with packed.open(f"{table.name}.csv", "w") as member, _text(member, ENCODING) as text:
                write_table(table, text)


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[TextIOWrapper]:
    text = TextIOWrapper(file, encoding=encoding, newline="")
    yield text
    text.flush()
    text.detach()

"""How is a table sent as a file that a spreadsheet opens safely?"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read names right."""
    text = StringIO()
    written = csv.writer(text)
    written.writerow(columns)
    written.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """A name that a spreadsheet would run as a formula gets a quote before it."""
    return f"'{text}" if text.startswith(_FORMULAS) else text

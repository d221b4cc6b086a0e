"""How much room does a snapshot take, and how much if every ranked value had a row?"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Line

_MOST_BYTES = 90
_LEAST_FACTOR = 10
_SAMPLED = 10  # every so many players are written out in full
_TABLES = """
CREATE TABLE snapshots (player_id INTEGER, taken_at INTEGER, PRIMARY KEY (player_id, taken_at))
WITHOUT ROWID;
CREATE TABLE metric_values (player_id INTEGER, metric_id INTEGER, taken_at INTEGER, value INTEGER,
PRIMARY KEY (player_id, metric_id, taken_at)) WITHOUT ROWID;
"""
_CHANGES = "SELECT * FROM stored.metric_values WHERE player_id % :part = 0"
# A row of metric_values holds from its snapshot on, up to the next row of the same metric.
_EVERY_VALUE = """
SELECT spans.player_id, metric_id, snapshots.taken_at, value
FROM (
  SELECT *, lead(taken_at, 1, 9e15) OVER (PARTITION BY player_id, metric_id ORDER BY taken_at)
    AS until
  FROM stored.metric_values WHERE player_id % :part = 0
) AS spans
JOIN stored.snapshots ON snapshots.player_id = spans.player_id
  AND snapshots.taken_at >= spans.taken_at AND snapshots.taken_at < spans.until
WHERE value IS NOT NULL
ORDER BY 1, 2, 3
"""


def room(file: Path) -> Sequence[Line]:
    """Compare bytes a snapshot, both tables packed as tightly as SQLite does it."""
    with TemporaryDirectory(dir=file.parent) as folder:
        stored = _bytes(file, Path(folder) / "changes.db", _CHANGES, part=1)
        sample = _bytes(file, Path(folder) / "sample.db", _CHANGES, part=_SAMPLED)
        full = _bytes(file, Path(folder) / "full.db", _EVERY_VALUE, part=_SAMPLED)
    factor = full / sample
    return (
        Line("T6", "bytes a snapshot", "≤ 90", f"{stored:.0f}", stored <= _MOST_BYTES),
        Line(
            "T6",
            "a row a ranked value, against ours",
            "≥ 10 times as much",
            f"{full:,.0f} to {sample:.0f} bytes = {factor:.1f}×",
            factor >= _LEAST_FACTOR,
        ),
    )


def _bytes(file: Path, copy: Path, values: str, *, part: int) -> float:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("ATTACH :file AS stored", {"file": f"{file}"})
        connection.executescript(_TABLES)
        snapshots = connection.execute(
            "INSERT INTO snapshots SELECT * FROM stored.snapshots WHERE player_id % :part = 0",
            {"part": part},
        ).rowcount
        connection.execute(f"INSERT INTO metric_values {values}", {"part": part})
        connection.execute("VACUUM")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    return float(pages * size / snapshots)

"""What does writing many rows cost, against the driver's own `executemany`?"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count, islice, product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Line
from benchmarks.seeding import copied, settings_for
from benchmarks.timing import Times
from clanstats.db.bulk import insert_new
from clanstats.db.engine import PRAGMAS
from clanstats.db.models import MetricValueRow
from clanstats.services import open_services

_MOST = 1.3
_SQL = (
    "INSERT INTO metric_values (player_id, metric_id, taken_at, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)
_LATER = 4_000_000_000_000  # ms; after everything that is stored

Row = tuple[int, int, int, int]


async def written(file: Path, *, rows: int, rounds: int) -> Sequence[Line]:
    """Write the same rows in turn through a session and through the driver, each to a copy."""
    ours, bare = Times(), Times()
    with TemporaryDirectory(dir=file.parent) as one, TemporaryDirectory(dir=file.parent) as other:
        settings = settings_for(copied(file, Path(one)))
        with closing(sqlite3.connect(copied(file, Path(other)), isolation_level=None)) as driver:
            for pragma in PRAGMAS:
                driver.execute(pragma)
            async with open_services(settings) as services:
                for number in range(rounds):
                    batch = _batch(driver, rows, _LATER + number * rows)
                    async with ours.taken(), services.write() as session:
                        await insert_new(session, MetricValueRow.__table__, batch)
                    async with bare.taken():
                        driver.execute("BEGIN IMMEDIATE")
                        driver.executemany(_SQL, batch)
                        driver.execute("COMMIT")
    factor = ours.typical_cpu / bare.typical_cpu
    measured = f"{ours.typical_cpu:.0f} to {bare.typical_cpu:.0f} ms = {factor:.2f}×"
    what = f"{rows:,} rows, CPU against executemany"
    return (Line("T9", what, "≤ 1.3×", measured, factor <= _MOST),)


def _batch(driver: sqlite3.Connection, rows: int, at: int) -> list[Row]:
    """Rows in the order of the key, as many a player as there are metrics."""
    players = [row[0] for row in driver.execute("SELECT id FROM players ORDER BY id")]
    metrics = [row[0] for row in driver.execute("SELECT id FROM metrics ORDER BY id")]
    keys = (
        (player, metric, at + turn)
        for turn in count()
        for player, metric in product(players, metrics)
    )
    return [(player, metric, taken_at, 1) for player, metric, taken_at in islice(keys, rows)]

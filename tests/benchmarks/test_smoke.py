"""Do the benchmarks still measure what they say?"""

import gc
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from benchmarks import __main__ as command
from benchmarks.seeding import add_people, fill, settings_for
from benchmarks.sizes import END, TINY
from clanstats.db import store
from clanstats.db.migrate import migrate
from clanstats.services import open_services
from clanstats.wom.rows import WomSnapshot
from demo.world import make_world

pytestmark = pytest.mark.slow

START = END - timedelta(days=TINY.days)


async def harvested(file: Path, world):
    """Store the world's snapshots the way a harvest does."""
    await migrate(f"sqlite+aiosqlite:///{file}", backup_dir=file.parent, now=END)
    async with open_services(settings_for(file)) as services, services.write() as session:
        await add_people(session, world, until=END)
        await store.save_snapshots(
            session,
            [
                WomSnapshot(person.wom_id, taken_at, values, {})
                for person in world.people
                for taken_at, values in world.snapshots(person.wom_id)
                if START <= taken_at <= END
            ],
        )


def rows(file: Path):
    """All snapshots and values."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)  # noqa: S608
            for table in ("snapshots", "metric_values")
        ]


async def test_seeding_leaves_the_rows_that_harvesting_would(tmp_path):
    world = make_world(members=TINY.members, days=TINY.deep_days, end=END, seed=1)
    quick, slow = tmp_path / "quick.db", tmp_path / "slow.db"

    await fill(quick, world, since=START, until=END)
    await harvested(slow, world)

    assert rows(quick) == rows(slow)
    assert all(rows(quick))


@pytest.fixture
def _as_before():
    """Undo what a run changes for the whole process."""
    logging = structlog.get_config()
    yield
    structlog.configure(**logging)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_before")
def test_every_target_is_measured(tmp_path, capsys):
    command.main(["--size", "tiny", "--folder", str(tmp_path)])

    measured = {
        line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:1] in {"T", "X"}
    }
    assert measured >= {"T1", "T2", "T4", "T6", "T7", "T8", "T9", "T10", "T11", "T13", "X1", "X2"}

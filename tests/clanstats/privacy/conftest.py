"""A small clan of which everything is known: from Wise Old Man, from Discord, from game chat."""

import asyncio
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest

from clanstats.drawing import Drawing
from clanstats.harvest import backfill
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from demo.wom_server import make_app, serve
from demo.world import make_world
from tests.clanstats.privacy.clan import Town
from tests.factories import Clock


@pytest.fixture(scope="session")
def world():
    return make_world(members=5, days=30, end=Clock().now)


@asynccontextmanager
async def asked(world):
    """A make-believe Wise Old Man, of whom a few windows are asked rather than all."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("_DAYS", "_WEEKS", "_MONTHS"):
            patched.setattr(backfill, name, 1)
        async with serve(make_app(world, clock=Clock(), rate_limit=False)) as url:
            client = WiseOldMan(base_url=url, user_agent="tests", budget=Budget(limit=10_000))
            yield client
            await client.close()


@pytest.fixture
async def wom(world):
    async with asked(world) as client:
        yield client


@pytest.fixture(scope="session")
def lived_in(migrated, world, tmp_path_factory):
    """The database of that clan: filled once, copied for each test."""
    file = tmp_path_factory.mktemp("lived_in") / "clan.db"
    shutil.copyfile(migrated, file)

    async def fill() -> None:
        settings = Settings(database_url=f"sqlite+aiosqlite:///{file}")
        async with (
            asked(world) as wom,
            open_services(settings, wom=wom, clock=Clock(), drawing=Drawing("inline")) as opened,
        ):
            town = Town(opened, world)
            await town.read_everything()
            await town.add_what_people_do()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(fill())
    with closing(sqlite3.connect(file)) as connection:  # into the one file that is copied
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def settings(tmp_path, lived_in):
    file = tmp_path / "clan.db"
    shutil.copyfile(lived_in, file)
    return Settings(database_url=f"sqlite+aiosqlite:///{file}", backup_dir=tmp_path / "backups")


@pytest.fixture
def town(services, world):
    """The clan with Sally on its Discord server, who plays Sea-Sailor, once Sea-2924."""
    return Town(services, world)

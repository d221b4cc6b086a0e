"""Does whoever was deleted stay deleted when a copy from before is restored?"""

from datetime import timedelta

import pytest

from clanstats import schedules
from clanstats.db import backup
from clanstats.db.engine import database_file
from clanstats.db.restore import restore
from clanstats.privacy.again import forget_again
from clanstats.privacy.deletion import delete_player, delete_user
from clanstats.privacy.person import Scope
from clanstats.privacy.purge import nightly
from clanstats.services import open_services
from clanstats.tombstones import Tombstones
from tests.clanstats.privacy.clan import RED, SALLY, Town
from tests.clanstats.privacy.test_deletion import totals, traces
from tests.factories import NOW

MONTHS = timedelta(days=90)


@pytest.fixture
def file(settings):
    return database_file(settings.database_url)


@pytest.fixture
def opened(settings, wom, clock):
    """The services, which have to be closed while a copy is restored."""
    return lambda: open_services(settings, wom=wom, clock=clock)


async def test_whoever_was_deleted_since_is_deleted_again(settings, opened, world, file):
    folder = settings.backup_dir
    async with opened() as services, services.write() as session:
        await schedules.ensure(session, 1, "purge", at=NOW + MONTHS)
    copy = await backup.create(file, folder, label="manual", now=NOW)
    async with opened() as services:
        town = Town(services, world)
        before = totals(town)
        await delete_user(services, SALLY, Scope.ALL)

    await restore(file, copy.path, folder=folder, now=NOW)

    async with opened() as services:
        town = Town(services, world)
        back = traces(town)
        async with services.read() as session:
            due = await schedules.due(session, NOW)
        report = await nightly(services, 1, after=MONTHS)
        assert back != []
        assert [job.job for job in due] == ["purge"]
        assert ", 2 of a restored copy were deleted again" in str(report)
        assert traces(town) == []
        assert totals(town) == before


async def test_a_wish_to_be_deleted_outlives_the_way_back_and_forth(settings, opened, file):
    folder = settings.backup_dir
    first = await backup.create(file, folder, label="manual", now=NOW)
    async with opened() as services:
        await delete_user(services, SALLY, Scope.DISCORD)

    back = await restore(file, first.path, folder=folder, now=NOW)
    await restore(file, back.saved, folder=folder, now=NOW)

    async with (
        opened() as services,
        services.read() as session,
    ):
        assert (await Tombstones.load(session)).has_user(SALLY)


async def test_where_nobody_came_back_nothing_is_deleted(services, town):
    await delete_player(services, await town.player_id(RED))
    before = totals(town), town.ask("SELECT * FROM authors")

    again = await forget_again(services)

    assert again == 0
    assert (totals(town), town.ask("SELECT * FROM authors")) == before

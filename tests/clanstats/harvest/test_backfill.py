"""Does a clan's past get in once, whatever interrupts it?"""

import asyncio
import os
import signal
import sqlite3
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from clanstats.db.models import BackfillStepRow, ClanRow, SnapshotRow
from clanstats.domain import Window
from clanstats.errors import NoDataError
from clanstats.harvest import backfill as module
from clanstats.harvest.backfill import backfill, plan, remaining_steps
from clanstats.harvest.wom import refresh
from clanstats.services import open_services
from clanstats.timestamps import EARLIEST
from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from clanstats.wom.errors import WomUnavailableError
from demo.wom_server import REQUESTS, make_app, serve
from demo.world import make_world
from tests.clanstats.harvest.tables import dump
from tests.factories import NOW
from tests.replay import Reply, body

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
MEMBERS = 3


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def world():
    return make_world(members=MEMBERS, days=30, end=NOW)


@pytest.fixture
async def app(world, clock):
    return make_app(world, clock=clock, rate_limit=False)


@pytest.fixture
async def wom(app, clock):
    """A make-believe Wise Old Man with a year of history."""
    async with serve(app) as url:
        client = WiseOldMan(base_url=url, user_agent="tests", budget=Budget(limit=10_000))
        yield client
        await client.close()


@pytest.fixture
def group_id(world):
    return world.group.group_id


@pytest.fixture
def small_plan(monkeypatch):
    """A few windows of each length, so that a plan can be broken off at every step."""
    monkeypatch.setattr(module, "_DAYS", 3)
    monkeypatch.setattr(module, "_WEEKS", 1)
    monkeypatch.setattr(module, "_MONTHS", 1)


async def no_sleep(seconds):
    return None


def test_the_plan_covers_all_time_newest_first_without_gaps():
    steps = list(plan(NOW))
    windows = [window for kind, window in steps if kind == "window"]

    assert len(steps) == 78
    assert windows[0] == Window(NOW - DAY, NOW)
    assert [window.length.days for window in windows[:-1]] == [1] * 60 + [7] * 5 + [30] * 9
    assert all(later.start == earlier.end for later, earlier in pairwise(windows))
    assert windows[-1].start == EARLIEST
    assert [kind for kind, window in steps if window is None] == [
        "activity",
        "name_changes",
        "achievements",
    ]


async def test_a_clan_never_harvested_has_no_past_to_read(services):
    with pytest.raises(NoDataError, match="harvest"):
        await backfill(services, 1, sleep=no_sleep)


async def test_requests_are_six_seconds_apart_at_least(services, app, group_id, clock):
    await refresh(services, group_id)
    asked = len(app[REQUESTS])
    clock.slept.clear()

    await backfill(services, group_id, sleep=clock.sleep)

    requests = len(app[REQUESTS]) - asked
    assert requests >= 78
    assert len(clock.slept) == requests - 1
    assert min(clock.slept) >= 6


async def test_progress_is_told_after_each_step(services, group_id, small_plan):
    await refresh(services, group_id)
    told = []

    report = await backfill(
        services, group_id, sleep=no_sleep, progress=lambda *step: told.append(step)
    )

    assert told == [(done, 9) for done in range(10)]
    assert str(report).startswith("9 steps, ")
    assert str(report).endswith("new snapshots, complete")
    async with services.read() as session:
        assert await remaining_steps(session, 1) == 0


async def test_doing_it_again_changes_nothing_and_asks_nothing(services, app, group_id, small_plan):
    await refresh(services, group_id)
    await backfill(services, group_id, sleep=no_sleep)
    before, asked = await dump(services), len(app[REQUESTS])

    report = await backfill(services, group_id, sleep=no_sleep)

    assert (report.steps, report.remaining, report.snapshots) == (0, 0, 0)
    assert len(app[REQUESTS]) == asked
    assert await dump(services) == before


async def test_killed_at_any_request_it_ends_as_if_undisturbed(
    services, app, group_id, small_plan, tmp_path
):
    await refresh(services, group_id)
    async with services.read() as session:
        assert await remaining_steps(session, 1) is None
    file, harvested = sqlite3.connect(tmp_path / "clan.db"), sqlite3.connect(":memory:")
    file.backup(harvested)
    start = len(app[REQUESTS])
    await backfill(services, group_id, sleep=no_sleep)
    undisturbed = await dump(services)
    requests = len(app[REQUESTS]) - start
    assert requests >= 9

    for fatal in range(requests):
        harvested.backup(file)
        await killed_before(services, group_id, request=fatal)
        await backfill(services, group_id, sleep=no_sleep)
        assert await dump(services) == undisturbed, fatal
    file.close()
    harvested.close()


async def forget(services):
    """Empty all tables but those that alembic and the catalogue fill."""
    async with services.write() as session:
        await session.execute(text("PRAGMA defer_foreign_keys=ON"))
        names = await session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for name in names.all():
            if name != "alembic_version":
                await session.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608


async def killed_before(services, group_id, *, request):
    """Run the backfill until it would make that request."""
    made = 0

    async def die(seconds):
        nonlocal made
        made += 1
        if made == request:
            raise KilledError

    if request == 0:
        return
    with pytest.raises(KilledError):
        await backfill(services, group_id, sleep=die)


async def test_the_order_of_refresh_and_backfill_makes_no_difference(
    services, group_id, small_plan
):
    await refresh(services, group_id)
    await backfill(services, group_id, sleep=no_sleep)
    await refresh(services, group_id, full=True)
    one = await dump(services)
    await forget(services)

    await refresh(services, group_id)
    await refresh(services, group_id, full=True)
    await backfill(services, group_id, sleep=no_sleep)

    assert await dump(services) == one


async def test_it_recovers_nearly_every_snapshot_there_is(services, world, group_id):
    await refresh(services, group_id)

    await backfill(services, group_id, sleep=no_sleep)

    async with services.read() as session:
        stored = await session.scalar(select(func.count()).select_from(SnapshotRow))
    assert stored >= 0.9 * MEMBERS * 30


async def test_a_failure_keeps_what_was_done(services, group_id, small_plan, monkeypatch):
    await refresh(services, group_id)
    asked = services.wom.bulk_gained
    calls = []

    async def failing(*args, **kwargs):
        calls.append(kwargs)
        if len(calls) == 3:
            raise WomUnavailableError("away")
        return await asked(*args, **kwargs)

    monkeypatch.setattr(services.wom, "bulk_gained", failing)
    with pytest.raises(WomUnavailableError):
        await backfill(services, group_id, sleep=no_sleep)
    async with services.read() as session:
        left = await remaining_steps(session, 1)
    report = await backfill(services, group_id, sleep=no_sleep)

    assert (left, report.steps) == (7, 7)


async def test_a_feed_that_ignores_the_offset_is_read_twice_and_no_more(
    settings, replay, clock, small_plan
):
    client = WiseOldMan(base_url=replay.url, user_agent="tests", budget=Budget(limit=10_000))
    replay.answer("/groups/1/achievements", Reply(200, body("group_achievements_p1")))
    replay.answer("/groups/1/bulk-gained", Reply(200, b"[]"))
    replay.answer("/groups/1/activity", Reply(200, b"[]"))
    replay.answer("/groups/1/name-changes", Reply(200, b"[]"))
    async with open_services(settings, wom=client, clock=clock) as services:
        await refresh(services, 1)
        replay.requests.clear()

        await backfill(services, 1, sleep=no_sleep)

        asked = [request.query for request in replay.requests if "achiev" in request.path]
        assert asked == [{"limit": "50"}, {"limit": "50", "offset": "50"}]
    await client.close()


PROGRAM = """
import asyncio, sys
from clanstats.harvest import backfill as module
from clanstats.harvest.wom import refresh
from clanstats.services import open_services
from clanstats.settings import Settings

async def main():
    group, database, url, kill_after = int(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4])
    made = 0

    async def sleep(seconds):
        nonlocal made
        made += 1
        if made == kill_after:
            print("now", flush=True)
            await asyncio.sleep(60)

    module._DAYS, module._WEEKS, module._MONTHS = 3, 1, 1
    async with open_services(Settings(database_url=database, wom_base_url=url)) as services:
        await module.backfill(services, group, sleep=sleep)

asyncio.run(main())
"""


async def test_a_process_killed_for_good_goes_on_where_it_was(
    services, settings, app, group_id, small_plan
):
    await refresh(services, group_id)
    async with serve(app) as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            str(group_id),
            settings.database_url,
            url,
            "5",
            cwd=Path(__file__).parents[3],
            stdout=asyncio.subprocess.PIPE,
        )
        line = await process.stdout.readline()
        while line not in {b"now\n", b""}:  # what it logs
            line = await process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()

    assert line == b"now\n"
    report = await backfill(services, group_id, sleep=no_sleep)

    assert report.steps == 4
    async with services.read() as session:
        done = (await session.scalars(select(BackfillStepRow.done_at))).all()
        assert None not in done
        assert await session.scalar(select(func.count()).select_from(ClanRow)) == 1

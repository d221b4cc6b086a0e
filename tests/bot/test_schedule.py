"""Does what runs by itself run when it is due, once, and whatever happened before?"""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from structlog.testing import capture_logs

from bot import schedule
from bot.schedule import BACKFILL, BACKUP, COMPETITIONS, HARVEST, INTEGRITY, PURGE, Timetable
from clanstats import jobs, schedules
from clanstats.analytics.members import clans
from clanstats.db import backup
from clanstats.db.models import (
    BackfillStepRow,
    ClanRow,
    DepartureRow,
    RankOrderRow,
    ScheduleRow,
)
from clanstats.errors import ClanStatsError
from clanstats.services import open_services
from tests.factories import NOW, add_clan
from tests.replay import Replay

GROUP = 1
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOW.replace(hour=4, minute=0)  # the next one
MORNING = NOW.replace(hour=5, minute=0)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"wom_group_id": GROUP})


class Work:
    """What the jobs do in these tests: they are noted, and fail or hang when told to."""

    def __init__(self):
        self.done = []
        self.failing = set()
        self.hanging = set()
        self.deaf = False
        self.begun = {job: asyncio.Event() for job in (HARVEST, BACKFILL)}

    async def run(self, services, job):
        self.done.append(job)
        self.begun[job].set()
        if job in self.failing:
            raise ClanStatsError("no luck")
        while job in self.hanging:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self.deaf:
                    raise
        async with services.write() as session:
            await session.execute(trace_of(job, services.clock()))
        return f"{job} done"


def trace_of(job, now):
    """What a job that ends well leaves in the database."""
    if job == HARVEST:
        return update(ClanRow).values(refreshed_at=now)
    step = {"clan_id": 1, "position": 0, "kind": "activity", "done_at": now}
    return insert(BackfillStepRow).values(step).on_conflict_do_nothing()


async def _nothing(_services, _group):
    return "nothing"


@pytest.fixture
def work(monkeypatch):
    work = Work()
    monkeypatch.setattr(schedule, "refresh", lambda services, _group: work.run(services, HARVEST))
    monkeypatch.setattr(schedule, "backfill", lambda services, _group: work.run(services, BACKFILL))
    monkeypatch.setattr(schedule, "read_competitions", _nothing)
    return work


@pytest.fixture
async def timetable(services, work):
    timetable = Timetable(services)
    await timetable.prepare()
    yield timetable
    await timetable.stop()


async def ticked(timetable):
    """Tick, and wait for what that started."""
    await timetable.tick()
    started = list(timetable.running.values())
    if started:
        await asyncio.wait(started)


async def begun(work, job):
    async with asyncio.timeout(5):
        await work.begun[job].wait()


async def next_runs(services):
    async with services.read() as session:
        rows = await session.execute(select(ScheduleRow.job, ScheduleRow.next_run_at))
        return {row.job: row.next_run_at for row in rows}


async def test_configured_clan_is_made_and_due_at_once(services, timetable):
    async with services.read() as session:
        (clan,) = await clans(session)

    assert (clan.wom_group_id, clan.name, clan.refreshed_at) == (GROUP, "Group 1", None)
    assert await next_runs(services) == {
        HARVEST: NOW,
        BACKFILL: NOW,
        COMPETITIONS: NOW,
        PURGE: NIGHT,
        BACKUP: MORNING,
        INTEGRITY: MORNING,
    }


async def test_who_left_long_ago_is_purged_once_a_day(services, timetable, clock, work):
    async with services.write() as session:
        for days in (89, 88):
            left = {"discord_user_id": days, "left_at": NOW - timedelta(days=days)}
            await session.execute(insert(DepartureRow).values(clan_id=1, **left))
    clock.now += timedelta(days=1)

    await ticked(timetable)

    async with services.read() as session:
        assert list(await session.scalars(select(DepartureRow.discord_user_id))) == [88]
    assert (await next_runs(services))[PURGE] == NIGHT + timedelta(days=1)


async def runs_of(services, *names):
    async with services.read() as session:
        return {run.name: run for run in await jobs.last_runs(session) if run.name in names}


async def test_database_is_copied_and_checked_once_a_day(services, settings, timetable, clock):
    clock.now = MORNING

    await ticked(timetable)

    (copy,) = backup.listed(settings.backup_dir)
    runs = await runs_of(services, BACKUP, INTEGRITY)
    assert copy.label == "nightly"
    assert runs[BACKUP].detail.startswith(f"{copy.path.name} made and verified, ")
    assert runs[INTEGRITY].detail == "every table agrees with the others"
    planned = await next_runs(services)
    assert planned[BACKUP] == planned[INTEGRITY] == MORNING + timedelta(days=1)


async def test_what_does_not_agree_is_in_the_jobs_report(services, timetable, clock):
    async with services.write() as session:
        await session.execute(insert(RankOrderRow).values(clan_id=1, rank="ruby", position=3))
    clock.now = MORNING

    await ticked(timetable)

    run = (await runs_of(services, INTEGRITY))[INTEGRITY]
    assert (run.outcome, run.detail) == (
        "partial",
        "Found: rank-order (1). `clanstats db verify` names the rows.",
    )


async def test_backup_that_fails_is_tried_again_and_costs_no_copy(
    services, settings, timetable, clock
):
    settings.backup_dir.write_text("a file")
    clock.now = MORNING

    await ticked(timetable)

    run = (await runs_of(services, BACKUP))[BACKUP]
    assert (run.outcome, "BACKUP_DIR" in run.detail) == ("failed", True)
    assert (await next_runs(services))[BACKUP] == MORNING + 10 * MINUTE


async def test_database_of_several_clans_is_copied_once(services, timetable):
    async with services.write() as session:
        await add_clan(session, "Second", wom_group_id=GROUP + 1, guild_id=5)
        await schedules.ensure(session, 2, BACKUP, at=NOW)

    await Timetable(services).prepare()

    async with services.read() as session:
        assert await schedules.having(session, BACKUP) == [1]
        assert await schedules.having(session, PURGE) == [1, 2]


async def test_database_is_copied_also_while_nothing_is_to_be_read(
    services, settings, timetable, clock
):
    for source in ("wom", "discord"):
        await timetable.pause(1, source, paused=True)
    clock.now = MORNING

    await ticked(timetable)

    assert len(backup.listed(settings.backup_dir)) == 1


async def test_known_clan_keeps_its_name(services):
    async with services.write() as session:
        await add_clan(session, "Old Friends", wom_group_id=GROUP)

    await Timetable(services).prepare()

    async with services.read() as session:
        assert [clan.name for clan in await clans(session)] == ["Old Friends"]


async def test_clan_that_is_served_no_longer_is_left_in_peace(services, timetable):
    async with services.write() as session:
        await add_clan(session, "A Typo", wom_group_id=GROUP + 1)
        await schedules.ensure(session, 2, HARVEST, at=NOW)

    await Timetable(services).prepare()

    async with services.read() as session:
        due = await schedules.due(session, NOW)
    assert {job.wom_group_id for job in due} == {GROUP}


async def test_due_job_runs_once_and_again_when_its_time_has_come(timetable, work, clock):
    await ticked(timetable)
    await ticked(timetable)
    assert work.done == [HARVEST, BACKFILL]

    clock.now += HOUR - MINUTE
    await ticked(timetable)
    assert work.done == [HARVEST, BACKFILL]

    clock.now += MINUTE
    await ticked(timetable)
    assert work.done == [HARVEST, BACKFILL, HARVEST]


async def test_of_two_processes_on_one_database_one_takes_the_job(settings, wom, clock, work):
    async with AsyncExitStack() as stack:
        both = [
            Timetable(
                await stack.enter_async_context(open_services(settings, wom=wom, clock=clock))
            )
            for _ in range(2)
        ]
        for timetable in both:
            await timetable.prepare()

        await asyncio.gather(*map(ticked, both))

    assert sorted(work.done) == [BACKFILL, HARVEST]


async def test_downtime_is_caught_up_once(services, timetable, work, clock):
    await ticked(timetable)
    work.done.clear()
    clock.now += 10 * HOUR

    restarted = Timetable(services)
    await restarted.prepare()
    await ticked(restarted)
    await ticked(restarted)

    assert work.done == [HARVEST]
    assert (await next_runs(services))[HARVEST] == clock.now + HOUR


async def test_restart_soon_after_a_harvest_waits_for_the_next(services, timetable, work, clock):
    await ticked(timetable)
    work.done.clear()
    clock.now += 20 * MINUTE

    restarted = Timetable(services)
    await restarted.prepare()
    await ticked(restarted)

    assert HARVEST not in work.done
    assert (await next_runs(services))[HARVEST] == NOW + HOUR


@pytest.mark.parametrize("job", [HARVEST, BACKFILL])
async def test_failed_job_is_tried_again_after_ten_minutes(timetable, work, clock, job):
    work.failing = {job}
    await ticked(timetable)
    work.done.clear()
    clock.now += 10 * MINUTE - timedelta(seconds=1)
    await ticked(timetable)
    assert work.done == []

    clock.now += timedelta(seconds=1)
    await ticked(timetable)

    assert job in work.done


async def test_failure_is_kept_with_its_reason(services, timetable, work):
    work.failing = {HARVEST}

    await ticked(timetable)

    async with services.read() as session:
        (run,) = await jobs.last_runs(session)
    assert (run.name, run.outcome, run.detail) == (HARVEST, "failed", "no luck")


async def test_backfill_waits_for_the_first_harvest_to_end(timetable, work):
    work.hanging = {HARVEST}
    await timetable.tick()
    await begun(work, HARVEST)

    assert BACKFILL not in work.done
    assert (1, BACKFILL) in timetable.running


async def test_backfill_is_not_run_for_a_clan_that_could_not_be_harvested(timetable, work, clock):
    work.failing = {HARVEST}
    await ticked(timetable)
    assert work.done == [HARVEST]

    work.failing = set()
    clock.now += 10 * MINUTE
    await ticked(timetable)

    assert work.done == [HARVEST, HARVEST, BACKFILL]


async def test_backfill_that_is_done_is_off_the_timetable(services, timetable, work):
    await ticked(timetable)

    assert BACKFILL in work.done
    assert BACKFILL not in await next_runs(services)


async def test_backfill_that_never_reported_back_is_taken_up_an_hour_later(
    services, timetable, work, clock
):
    work.hanging = {BACKFILL}
    await timetable.tick()
    await begun(work, BACKFILL)

    assert (await next_runs(services))[BACKFILL] == clock.now + HOUR


async def test_running_job_is_not_started_a_second_time(timetable, work, clock):
    work.hanging = {HARVEST}
    await timetable.tick()
    clock.now += HOUR

    await timetable.tick()
    await begun(work, HARVEST)

    assert work.done == [HARVEST]
    assert sorted(timetable.running) == [(1, BACKFILL), (1, COMPETITIONS), (1, HARVEST)]


async def test_complete_backfill_is_not_scheduled_by_a_restart(services, timetable, work, clock):
    await ticked(timetable)
    work.done.clear()
    clock.now += 2 * HOUR

    restarted = Timetable(services)
    await restarted.prepare()
    await ticked(restarted)

    assert work.done == [HARVEST]


async def test_interrupted_backfill_is_due_at_the_next_start(services, timetable, work, clock):
    work.hanging = {BACKFILL}
    await timetable.tick()
    await begun(work, BACKFILL)
    await timetable.stop()
    work.hanging = set()
    clock.now += MINUTE

    restarted = Timetable(services)
    await restarted.prepare()
    await ticked(restarted)

    assert work.done == [HARVEST, BACKFILL, BACKFILL]


async def test_harvest_is_told_to_who_keeps_things_in_memory(services, work):
    told = []

    async def harvested(clan_id):
        told.append(clan_id)

    timetable = Timetable(services, harvested=harvested)
    await timetable.prepare()
    await ticked(timetable)

    assert told == [1]


async def test_failed_harvest_is_not_told(services, work):
    told = []

    async def harvested(clan_id):
        told.append(clan_id)

    work.failing = {HARVEST}
    timetable = Timetable(services, harvested=harvested)
    await timetable.prepare()
    await ticked(timetable)

    assert told == []


async def test_each_tick_is_a_sign_of_life(services, timetable, clock):
    clock.now += 5 * MINUTE

    await ticked(timetable)

    async with services.read() as session:
        assert await schedules.last_beat(session) == clock.now


async def test_stop_ends_what_runs(timetable, work):
    work.hanging = {HARVEST}
    await timetable.tick()
    await begun(work, HARVEST)

    async with asyncio.timeout(1):
        await timetable.stop()

    assert timetable.running == {}


async def test_stop_does_not_wait_for_ever(timetable, work, monkeypatch):
    monkeypatch.setattr(schedule, "_STOP_SECONDS", 0.01)
    work.hanging, work.deaf = {HARVEST}, True
    await timetable.tick()
    await begun(work, HARVEST)

    async with asyncio.timeout(1):
        await timetable.stop()

    work.deaf = False


async def test_scheduler_ticks_at_once(timetable, work):
    timetable.start()

    await begun(work, HARVEST)


async def test_failing_tick_is_logged_and_the_next_one_comes(timetable, work, monkeypatch):
    async def fail(_session, _now):
        raise OSError("disk full")

    with monkeypatch.context() as patch, capture_logs() as lines:
        patch.setattr(schedules, "beat", fail)
        await timetable._fire()
        await asyncio.wait(timetable._ticking)
        await asyncio.sleep(0)
    await ticked(timetable)

    assert [line["task"] for line in lines if line["event"] == "task.failed"] == ["tick"]
    assert work.done == [HARVEST, BACKFILL]


async def test_stop_before_start_and_twice_is_no_error(timetable):
    await timetable.stop()
    timetable.start()
    await timetable.stop()
    await timetable.stop()


async def test_real_harvest_is_run_for_the_clan(services, wom, monkeypatch):
    async def nothing(_services, _group):
        return "nothing"

    monkeypatch.setattr(schedule, "backfill", nothing)
    async with Replay(limits=False) as replay:
        wom._transport._base_url = replay.url
        timetable = Timetable(services)
        await timetable.prepare()
        await ticked(timetable)

    async with services.read() as session:
        (clan,) = await clans(session)
    assert (clan.name, clan.refreshed_at) == ("Stub Clan", NOW)

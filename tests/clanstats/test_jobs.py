"""Is whatever happens in a job seen, and does it stay there?"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from structlog.testing import capture_logs

from clanstats import jobs
from clanstats.db.engine import database_file
from clanstats.db.models import JobRunRow
from clanstats.errors import NoDataError
from clanstats.observability import current_trace
from tests.factories import NOW, add_clan


@dataclass(frozen=True)
class Report:
    words: str
    partial: bool = False

    def __str__(self):
        return self.words


def returning(report):
    async def job():
        return report

    return job


def raising(error):
    async def job():
        raise error

    return job


@pytest.mark.parametrize(
    ("job", "outcome", "detail"),
    [
        pytest.param(returning(Report("63 members")), "ok", "63 members", id="went well"),
        pytest.param(
            returning(Report("no activity", partial=True)), "partial", "no activity", id="partly"
        ),
        pytest.param(returning("just words"), "ok", "just words", id="any words will do"),
        pytest.param(raising(NoDataError("Harvest first.")), "failed", "Harvest first.", id="told"),
        pytest.param(
            raising(ZeroDivisionError("secret")),
            "failed",
            "An unexpected ZeroDivisionError; the log has it under this trace.",
            id="a bug, whose text nobody is shown",
        ),
        pytest.param(raising(TimeoutError()), "failed", "An unexpected TimeoutError", id="late"),
    ],
)
async def test_what_came_of_it_is_returned_and_kept(services, job, outcome, detail):
    run = await jobs.run("harvest", job, services)

    async with services.read() as session:
        (kept,) = await jobs.last_runs(session)
    assert kept == run
    assert (run.name, run.outcome, run.started_at) == ("harvest", outcome, NOW)
    assert run.detail.startswith(detail)
    assert len(run.trace) == 8


async def test_a_run_under_way_has_no_outcome_and_a_killed_one_keeps_none(services):
    seen = []

    async def job():
        async with services.read() as session:
            seen.extend(await jobs.last_runs(session))
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await jobs.run("harvest", job, services)

    async with services.read() as session:
        (kept,) = await jobs.last_runs(session)
    assert seen == [kept]
    assert (kept.outcome, kept.finished_at, kept.detail) == (None, None, None)


async def test_the_latest_runs_come_first_and_no_more_than_asked_for(services, clock):
    for number in range(4):
        clock.now = NOW + timedelta(minutes=number)
        await jobs.run(f"job {number}", returning("done"), services)

    async with services.read() as session:
        names = [run.name for run in await jobs.last_runs(session, limit=2)]
    assert names == ["job 3", "job 2"]


async def test_a_job_is_one_trace_and_its_crash_is_logged_under_it(services):
    async def job():
        traces.append(current_trace())
        raise ZeroDivisionError

    traces = []
    with capture_logs() as lines:
        run = await jobs.run("harvest", job, services)

    assert traces == [run.trace]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["job.crashed"]
    assert current_trace() is None


async def test_a_run_may_belong_to_a_clan(services):
    async with services.write() as session:
        clan_id = await add_clan(session)

    run = await jobs.run("harvest", returning("done"), services, clan_id=clan_id)

    assert run.outcome == "ok"


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_database_that_cant_be_written_is_logged_and_not_raised(services, when):
    async def lose():
        async with services.write() as session:
            await session.execute(text("DROP TABLE job_runs"))
        return "done"

    if when == "before":
        await lose()

    with capture_logs() as lines:
        run = await jobs.run("harvest", returning("done") if when == "before" else lose, services)

    assert run.outcome == "ok"
    assert "job.unrecorded" in [line["event"] for line in lines]


async def test_a_database_that_another_process_holds_locked_is_logged_and_not_raised(services):
    async with services.write() as session:
        await session.execute(text("PRAGMA busy_timeout=1"))  # milliseconds, instead of 5 s

    file = database_file(services.settings.database_url)
    with closing(sqlite3.connect(file)) as other, capture_logs() as lines:
        other.execute("BEGIN IMMEDIATE")
        run = await jobs.run("harvest", returning("done"), services)

    assert run.outcome == "ok"
    assert "job.unrecorded" in [line["event"] for line in lines]


async def test_a_run_whose_process_died_is_told_from_one_under_way(services):
    async with services.write() as session:
        await session.execute(
            insert(JobRunRow).values(name="backfill", trace="0", started_at=services.clock())
        )

    async with services.write() as session:
        await jobs.end_interrupted(session)

    async with services.read() as session:
        (run,) = await jobs.last_runs(session)
    assert run.outcome == "interrupted"

"""How is a job run, so that its failure is seen and never spreads?

One trace, one line in the log, one row in `job_runs`; nothing is raised, not even when the
database can't be written. What a job found wrong but survived ("partial") is told apart from what
stopped it ("failed").
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import JobRunRow
from clanstats.errors import ClanStatsError
from clanstats.observability import current_trace, traced
from clanstats.services import Services

log = structlog.get_logger()


class Report(Protocol):
    """What a job returns: a sentence about what it did."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run; `outcome` None while it runs."""

    name: str
    trace: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None  # "ok", "partial", "failed", "interrupted"
    detail: str | None


async def run(
    name: str,
    job: Callable[[], Awaitable[Report]],
    services: Services,
    *,
    clan_id: int | None = None,
) -> JobRun:
    """Run `job` and keep what came of it; `name` is a noun, such as "harvest"."""
    started_at = services.clock()
    with traced("job", job=name):
        trace = current_trace() or ""
        row_id = await _begin(services, name, clan_id, trace, started_at)
        outcome, detail = await _outcome(name, job)
        run = JobRun(name, trace, started_at, services.clock(), outcome, detail)
        await _finish(services, row_id, run)
    return run


async def end_interrupted(session: AsyncSession) -> None:
    """Mark the runs that a process died in; one that is under way elsewhere says so at its end."""
    await session.execute(
        update(JobRunRow).where(JobRunRow.outcome.is_(None)).values(outcome="interrupted")
    )


async def last_runs(session: AsyncSession, *, limit: int = 10) -> tuple[JobRun, ...]:
    """The latest runs of all jobs, newest first."""
    found = await session.execute(
        select(
            JobRunRow.name,
            JobRunRow.trace,
            JobRunRow.started_at,
            JobRunRow.finished_at,
            JobRunRow.outcome,
            JobRunRow.detail,
        )
        .order_by(JobRunRow.id.desc())
        .limit(limit)
    )
    return tuple(JobRun(*row) for row in found)


async def _begin(
    services: Services, name: str, clan_id: int | None, trace: str, at: datetime
) -> int | None:
    """The row's ID; None when it can't be written, which is no reason not to try the job."""
    try:
        async with services.write() as session:
            found = await session.execute(
                insert(JobRunRow)
                .values(name=name, clan_id=clan_id, trace=trace, started_at=at)
                .returning(JobRunRow.id)
            )
            return int(found.scalar_one())
    except SQLAlchemyError:
        log.exception("job.unrecorded", job=name)
        return None


async def _finish(services: Services, row_id: int | None, run: JobRun) -> None:
    try:
        async with services.write() as session:
            await session.execute(
                update(JobRunRow)
                .where(JobRunRow.id == row_id)
                .values(finished_at=run.finished_at, outcome=run.outcome, detail=run.detail)
            )
    except SQLAlchemyError:
        log.exception("job.unrecorded", job=run.name)


async def _outcome(name: str, job: Callable[[], Awaitable[Report]]) -> tuple[str, str]:
    try:
        report = await job()
    except ClanStatsError as error:
        log.warning("job.failed", job=name, reason=str(error))
        return "failed", str(error)
    except Exception as error:
        log.exception("job.crashed", job=name)
        return "failed", f"An unexpected {type(error).__name__}; the log has it under this trace."
    log.info("job.reported", job=name, report=str(report))
    return ("partial" if getattr(report, "partial", False) else "ok"), str(report)

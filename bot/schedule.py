"""What runs by itself, and when?

APScheduler fires one tick a minute; what is due stands in the database. A tick starts each due job
as a task of its own and returns, so that a long backfill holds up nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.contextvars import clear_contextvars

from clanstats import jobs, schedules
from clanstats.analytics.members import clans
from clanstats.db import store
from clanstats.harvest.backfill import backfill, remaining_steps
from clanstats.harvest.wom import refresh
from clanstats.schedules import Due
from clanstats.services import Services

log = structlog.get_logger()

HARVEST = "harvest"
BACKFILL = "backfill"
_RETRY = timedelta(minutes=10)  # after a failure, unless the next run comes sooner
_UNFINISHED = timedelta(hours=1)  # when a backfill is looked at again that never reported back
_STOP_SECONDS = 3


class Timetable:
    """The jobs of one process."""

    def __init__(
        self, services: Services, *, harvested: Callable[[int], Awaitable[None]] | None = None
    ) -> None:
        """`harvested` is told the clan's id after each harvest that was stored."""
        self.services = services
        self.running: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._harvested = harvested
        self._scheduler: AsyncIOScheduler | None = None
        self._ticking: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Schedule what every clan needs; the configured clan is made if it is new."""
        settings, now = self.services.settings, self.services.clock()
        async with self.services.write() as session:
            names = {clan.wom_group_id: clan.name for clan in await clans(session)}
            group_id = settings.wom_group_id
            if group_id is not None and (
                group_id not in names or settings.discord_guild_id is not None
            ):
                await store.clan_id(
                    session,
                    wom_group_id=group_id,
                    name=names.get(group_id, f"Group {group_id}"),
                    now=now,
                    guild_id=settings.discord_guild_id,
                )
            every = timedelta(minutes=settings.harvest_every)
            for clan in await clans(session):
                if clan.wom_group_id != group_id and clan.discord_guild_id is None:
                    await schedules.withdraw(session, clan.clan_id)  # it is served no longer
                    continue
                last = clan.refreshed_at
                at = now if last is None else max(now, last + every)
                await schedules.ensure(session, clan.clan_id, HARVEST, at=at)
                if await remaining_steps(session, clan.clan_id) != 0:
                    await schedules.ensure(session, clan.clan_id, BACKFILL, at=now)

    def start(self) -> None:
        """Tick once a minute from now on, beginning at once."""
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._fire,
            "interval",
            minutes=1,
            coalesce=True,
            misfire_grace_time=None,  # a tick that comes late is better than none
            next_run_time=self.services.clock(),
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Let nothing new begin and end what runs; a write is committed whole or not at all."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=False)
        tasks = [*self.running.values(), *self._ticking]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_STOP_SECONDS)

    async def tick(self) -> None:
        """Start everything that is due."""
        clear_contextvars()
        now = self.services.clock()
        async with self.services.write() as session:
            await schedules.beat(session, now)
            claimed = [
                job
                for job in await schedules.due(session, now)
                if (job.clan_id, job.job) not in self.running
                and await schedules.claim(session, job, next_run_at=now + self._pause(job.job))
            ]
        for job in claimed:
            key = (job.clan_id, job.job)
            task = asyncio.create_task(self._run(job), name=f"{job.job} of clan {job.clan_id}")
            self.running[key] = task
            task.add_done_callback(partial(self._ended, key))

    async def _fire(self) -> None:
        """Tick in a task of our own: the scheduler logs a traceback for one that it cancels."""
        task = asyncio.create_task(self.tick(), name="tick")
        self._ticking.add(task)
        task.add_done_callback(self._ticked)

    def _ticked(self, task: asyncio.Task[None]) -> None:
        self._ticking.discard(task)
        _log_failure(task)

    def _ended(self, key: tuple[int, str], task: asyncio.Task[None]) -> None:
        self.running.pop(key, None)
        _log_failure(task)

    def _pause(self, job: str) -> timedelta:
        if job == HARVEST:
            return timedelta(minutes=self.services.settings.harvest_every)
        return _UNFINISHED

    async def _run(self, job: Due) -> None:
        done = await self._done(job)
        async with self.services.write() as session:
            if not done:
                at = self.services.clock() + _RETRY
                await schedules.ensure(session, job.clan_id, job.job, at=at)
            elif job.job == BACKFILL:
                await schedules.finish(session, job)

    async def _done(self, job: Due) -> bool:
        """Do a job; False when it has to be tried again soon."""
        if job.job == BACKFILL and not await self._harvested_before(job):
            return False
        work = refresh if job.job == HARVEST else backfill
        run = await jobs.run(
            job.job,
            lambda: work(self.services, job.wom_group_id),
            self.services,
            clan_id=job.clan_id,
        )
        if run.outcome == "failed":
            return False
        if job.job == HARVEST and self._harvested is not None:
            await self._harvested(job.clan_id)
        return True

    async def _harvested_before(self, job: Due) -> bool:
        """The backfill stores nobody it doesn't know: it has to wait for the first harvest."""
        harvest = self.running.get((job.clan_id, HARVEST))
        if harvest is not None:
            await asyncio.wait([harvest])
        async with self.services.read() as session:
            known = await clans(session)
        return any(clan.clan_id == job.clan_id and clan.refreshed_at for clan in known)


def _log_failure(task: asyncio.Task[None]) -> None:
    """What failed outside of a job, such as for a locked database; the next tick tries again."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("task.failed", task=task.get_name(), exc_info=error)

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
_NEVER = timedelta(days=36500)  # a finished backfill
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

    async def prepare(self) -> None:
        """Schedule what every clan needs; the configured clan is made if it is new."""
        settings, now = self.services.settings, self.services.clock()
        async with self.services.write() as session:
            known = {clan.wom_group_id for clan in await clans(session)}
            group_id = settings.wom_group_id
            if group_id is not None and (
                group_id not in known or settings.discord_guild_id is not None
            ):
                named = {clan.wom_group_id: clan.name for clan in await clans(session)}
                await store.clan_id(
                    session,
                    wom_group_id=group_id,
                    name=named.get(group_id, f"Group {group_id}"),
                    now=now,
                    guild_id=settings.discord_guild_id,
                )
            every = timedelta(minutes=settings.harvest_every)
            for clan in await clans(session):
                last = clan.refreshed_at
                at = now if last is None else max(now, last + every)
                await schedules.ensure(session, clan.clan_id, HARVEST, at=at)
                if await remaining_steps(session, clan.clan_id) != 0:
                    await schedules.ensure(session, clan.clan_id, BACKFILL, at=now)

    def start(self) -> None:
        """Tick once a minute from now on, beginning at once."""
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.tick, "interval", minutes=1, max_instances=1, coalesce=True, next_run_time=None
        ).modify(next_run_time=self.services.clock())
        self._scheduler.start()

    async def stop(self) -> None:
        """Let nothing new begin and end what runs; a write is committed whole or not at all."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        tasks = list(self.running.values())
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

    def _ended(self, key: tuple[int, str], _task: asyncio.Task[None]) -> None:
        self.running.pop(key, None)

    def _pause(self, job: str) -> timedelta:
        if job == HARVEST:
            return timedelta(minutes=self.services.settings.harvest_every)
        return _NEVER

    async def _run(self, job: Due) -> None:
        if job.job == HARVEST:
            run = await jobs.run(
                HARVEST,
                lambda: refresh(self.services, job.wom_group_id),
                self.services,
                clan_id=job.clan_id,
            )
            if run.outcome != "failed" and self._harvested is not None:
                await self._harvested(job.clan_id)
        else:
            await self._after_first_harvest(job)
            run = await jobs.run(
                BACKFILL,
                lambda: backfill(self.services, job.wom_group_id),
                self.services,
                clan_id=job.clan_id,
            )
        if run.outcome == "failed":
            await self._retry(job)

    async def _after_first_harvest(self, job: Due) -> None:
        """The backfill stores nobody it doesn't know: the first harvest comes before it."""
        harvest = self.running.get((job.clan_id, HARVEST))
        if harvest is not None:
            await asyncio.wait([harvest])

    async def _retry(self, job: Due) -> None:
        async with self.services.write() as session:
            at = self.services.clock() + _RETRY
            await schedules.ensure(session, job.clan_id, job.job, at=at)

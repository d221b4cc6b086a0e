"""What runs by itself, and when?

APScheduler fires one tick a minute; what is due stands in the database. A tick starts each due job
as a task of its own and returns, so that a long backfill holds up nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import clear_contextvars

from clanstats import jobs, schedules, upkeep
from clanstats.analytics.members import clans
from clanstats.db import store
from clanstats.db.backup import NIGHTLY
from clanstats.db.engine import database_file
from clanstats.harvest.backfill import backfill, remaining_steps
from clanstats.harvest.competitions import read_competitions
from clanstats.harvest.wom import refresh
from clanstats.posts.calendar import PostKind
from clanstats.privacy.purge import nightly
from clanstats.schedules import Due
from clanstats.services import Services
from clanstats.timestamps import next_at

if TYPE_CHECKING:
    from bot.posting import Posting

log = structlog.get_logger()

HARVEST = "harvest"
BACKFILL = "backfill"
COMPETITIONS = "competitions"  # of the clan on Wise Old Man
CHAT = "chat"  # what is missing of Discord's channels, gaps first
REREAD = "reread"  # what was edited or deleted while nobody listened
PURGE = "purge"  # data of who left the server long ago
BACKUP = "backup"  # of the whole database
INTEGRITY = "integrity"  # whether its tables agree
POST = "post."  # and its kind: a summary
OF_DISCORD = (CHAT, REREAD)
OF_WOM = (HARVEST, BACKFILL, COMPETITIONS)
_OF_KNOWN = (BACKFILL, COMPETITIONS)  # they store nobody they don't know: a harvest goes before
OF_PROCESS = (BACKUP, INTEGRITY)  # done once, not for each clan
_RETRY = timedelta(minutes=10)  # after a failure, unless the next run comes sooner
_UNFINISHED = timedelta(hours=1)  # when a backfill is looked at again that never reported back
_COMPETITIONS_EVERY = timedelta(hours=3)
_LOOK = timedelta(hours=1)  # when channels are listed again, if nothing says so before
# In the clan's timezone; what is purged is gone from the file before it is copied.
_HOURS = {REREAD: time(4), PURGE: time(4), BACKUP: time(5), INTEGRITY: time(5)}
_STOP_SECONDS = 3
_HEAR_SECONDS = 30  # a tick waits no longer for what was heard to be noted


class ChatJobs(Protocol):
    """What the timetable does on Discord."""

    ready: bool

    async def heard(self) -> None:
        """Note how far all is known."""

    def due(self) -> frozenset[int]:
        """The clans whose channels have to be looked at now."""

    async def crawl(self, clan_id: int) -> jobs.Report:
        """Read what is missing."""

    async def reread(self, clan_id: int) -> jobs.Report:
        """Look for what was edited or deleted."""


class Timetable:
    """The jobs of one process."""

    def __init__(
        self,
        services: Services,
        *,
        harvested: Callable[[int], Awaitable[None]] | None = None,
        chat: ChatJobs | None = None,
        posts: "Posting | None" = None,
    ) -> None:
        """Plan nothing yet.

        Args:
            services: The open resources.
            harvested: Told the clan's id after each harvest that was stored.
            chat: Reads Discord; without it nothing is read there.
            posts: Makes posts; without it none are made.
        """
        self.services = services
        self.running: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._harvested = harvested
        self._chat = chat
        self._posts = posts
        self._paused: frozenset[tuple[int, str]] = frozenset()
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
            served = []
            for clan in await clans(session):
                if clan.wom_group_id != group_id and clan.discord_guild_id is None:
                    await schedules.withdraw(session, clan.clan_id)  # it is served no longer
                    continue
                served.append(clan.clan_id)
                last = clan.refreshed_at
                wanted = {
                    HARVEST: now if last is None else max(now, last + every),
                    COMPETITIONS: now,
                    PURGE: self._next(PURGE, now),
                }
                if await remaining_steps(session, clan.clan_id) != 0:
                    wanted[BACKFILL] = now
                if self._chat is not None:
                    wanted |= {CHAT: now, REREAD: self._next(REREAD, now)}
                for job, at in wanted.items():
                    await schedules.ensure(session, clan.clan_id, job, at=at)
            if served and database_file(settings.database_url) is not None:
                for job in OF_PROCESS:
                    await schedules.entrust(session, served[0], job, at=self._next(job, now))
            await schedules.drop(session, POST)  # what of them is due is found by the first tick
            self._paused = await schedules.paused(session)

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
        """Note what was heard, and start everything that is due."""
        clear_contextvars()
        if self._chat is not None:
            await self._hear(self._chat)
        now = self.services.clock()
        async with self.services.write() as session:
            await schedules.beat(session, now)
            for clan_id in self._chat.due() if self._chat is not None else ():
                await schedules.ensure(session, clan_id, CHAT, at=now)
            for clan_id, kind in await self._posts.due(session, now) if self._posts else ():
                # One that failed is on the timetable for later.
                await schedules.plan(session, clan_id, f"{POST}{kind}", at=now)
            claimed = await self._claimed(session, now)
        self._start(claimed)

    async def _hear(self, chat: ChatJobs) -> None:
        """In a task of its own: whatever fails there, the rest goes on."""
        task = asyncio.create_task(chat.heard(), name="heard")
        self._ticking.add(task)
        task.add_done_callback(self._ticked)
        await asyncio.wait([task], timeout=_HEAR_SECONDS)

    async def soon(self) -> None:
        """Tick now, if there are ticks at all."""
        if self._scheduler is not None:
            await self._fire()

    async def want(self, job: str) -> None:
        """Have a job that every clan has run with the next tick."""
        now = self.services.clock()
        async with self.services.write() as session:
            for clan_id in await schedules.having(session, job):
                await schedules.ensure(session, clan_id, job, at=now)

    async def begin(self, clan_id: int, job: str) -> asyncio.Task[None] | None:
        """Start a job out of its time; returns what is under way, None if it can't begin now."""
        key, now = (clan_id, job), self.services.clock()
        async with self.services.write() as session:
            await schedules.ensure(session, clan_id, job, at=now)
            claimed = await self._claimed(session, now, only=key)
        self._start(claimed)
        return self.running.get(key)

    async def _claimed(
        self, session: AsyncSession, now: datetime, *, only: tuple[int, str] | None = None
    ) -> Sequence[Due]:
        return [
            job
            for job in await schedules.due(session, now)
            if only in {None, (job.clan_id, job.job)}
            and self._may_begin(job)
            and await schedules.claim(session, job, next_run_at=self._next(job.job, now))
        ]

    def _start(self, claimed: Sequence[Due]) -> None:
        for job in claimed:
            key = (job.clan_id, job.job)
            task = asyncio.create_task(self._run(job), name=f"{job.job} of clan {job.clan_id}")
            self.running[key] = task
            task.add_done_callback(partial(self._ended, key))

    async def pause(self, clan_id: int, source: str, *, paused: bool) -> None:
        """Let no job of "wom" or "discord" begin, also after a restart; False lets them again."""
        async with self.services.write() as session:
            await schedules.pause(session, clan_id, source, paused=paused)
            self._paused = await schedules.paused(session)

    def is_paused(self, clan_id: int, source: str) -> bool:
        """Whether nothing of that source is read."""
        return (clan_id, source) in self._paused

    def _may_begin(self, job: Due) -> bool:
        if (job.clan_id, job.job) in self.running:
            return False
        if job.job.startswith(POST):
            return self._posts is not None
        source = "discord" if job.job in OF_DISCORD else "wom"
        return (job.job in OF_PROCESS or not self.is_paused(job.clan_id, source)) and (
            job.job not in OF_DISCORD or (self._chat is not None and self._chat.ready)
        )

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

    def _next(self, job: str, now: datetime) -> datetime:
        if job == HARVEST:
            return now + timedelta(minutes=self.services.settings.harvest_every)
        if job == COMPETITIONS:
            return now + _COMPETITIONS_EVERY
        if job in _HOURS:
            return next_at(_HOURS[job], now, self.services.settings.timezone)
        if job.startswith(POST):
            return now + _RETRY
        return now + (_LOOK if job == CHAT else _UNFINISHED)

    async def _run(self, job: Due) -> None:
        done = await self._done(job)
        async with self.services.write() as session:
            if not done:
                at = self.services.clock() + _RETRY
                await schedules.ensure(session, job.clan_id, job.job, at=at)
            elif job.job == BACKFILL or job.job.startswith(POST):
                await schedules.finish(session, job)

    async def _done(self, job: Due) -> bool:
        """Do a job; False when it has to be tried again soon."""
        if job.job in _OF_KNOWN and not await self._harvested_before(job):
            return False
        run = await jobs.run(job.job, lambda: self._work(job), self.services, clan_id=job.clan_id)
        if run.outcome == "failed" or (run.outcome == "partial" and job.job in OF_DISCORD):
            return False
        if job.job == HARVEST and self._harvested is not None:
            await self._harvested(job.clan_id)
        return True

    async def _work(self, job: Due) -> jobs.Report:
        if job.job in OF_DISCORD:
            assert self._chat is not None  # noqa: S101 — it wouldn't have begun
            work = self._chat.crawl if job.job == CHAT else self._chat.reread
            return await work(job.clan_id)
        if job.job.startswith(POST):
            assert self._posts is not None  # noqa: S101 — likewise
            return await self._posts.make(job.clan_id, PostKind(job.job.removeprefix(POST)))
        if job.job in OF_WOM:
            return await self._read(job)
        if job.job == PURGE:
            after = timedelta(days=self.services.settings.purge_after_days)
            return await nightly(self.services, job.clan_id, after=after)
        if job.job == BACKUP:
            return await upkeep.back_up(self.services, label=NIGHTLY)
        return await upkeep.check(self.services)

    async def _read(self, job: Due) -> jobs.Report:
        if job.job == HARVEST:
            return await refresh(self.services, job.wom_group_id)
        if job.job == BACKFILL:
            return await backfill(self.services, job.wom_group_id)
        return await read_competitions(self.services, job.wom_group_id)

    async def _harvested_before(self, job: Due) -> bool:
        """Whether the clan is known by now, after a harvest that is under way."""
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

"""How do a clan's channels get in? Hole by hole, the newest first, until all is covered.

One mechanism for the past, for gaps, for channels that come later and for permissions given
later: whatever isn't covered of a readable channel is a hole, and the topmost hole is read from
its top. A page and how far it covers are stored in one transaction, so whoever is killed goes on
where they were. Gaps, and the newest page of each channel, come before the deep past.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from clanstats.chat import (
    LAST_ID,
    PAGE,
    ChatGoneError,
    ChatSource,
    ChatUnavailableError,
    ChatUnreadableError,
    SeenChannel,
    SeenMessage,
    snowflake,
)
from clanstats.db.channels import GONE, UNREADABLE, mark, note_channels
from clanstats.db.coverage import Stretch, extend, extend_newest, holes, stretches_of_clan
from clanstats.harvest.ingest import store_page
from clanstats.harvest.recent import Recent
from clanstats.pacing import Pacer
from clanstats.services import Services
from clanstats.tombstones import Tombstones

log = structlog.get_logger()

WAITING = 10  # channels whose turn is awaited at once; the pacer lets fewer through
BACK_OFF = (2.0, 10.0, 60.0)  # seconds before Discord is asked the same again
MANY = 10_000  # new messages, after which the file is worth compacting
CLOCK_ERROR = timedelta(minutes=1)  # by which our clock may be ahead of Discord's
DOWN = 3  # channels in a row that couldn't be read: then it isn't the channels
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ChatProgress:
    """How far a crawl is.

    How many messages there are is unknown, so `share` is of time: of each channel's span from its
    creation to its last message, how much is covered, all spans added up.
    """

    done: int  # channels of which all is known
    channels: int  # that can be read
    messages: int  # new ones so far
    share: float  # 0 to 1


Progress = Callable[[ChatProgress], None]


def _ignore(progress: ChatProgress) -> None:
    del progress


@dataclass(frozen=True, slots=True)
class ChatReport:
    """What a crawl or a re-read did."""

    channels: int  # that can be read
    complete: int  # of them, those of which all is known
    pages: int = 0
    messages: int = 0  # new ones
    changed: int = 0  # edited since; by a re-read
    deleted: int = 0  # deleted since; by a re-read
    lost: int = 0  # channels that could no longer be read
    reason: str | None = None  # why it ended early

    @property
    def partial(self) -> bool:
        """Whether it ended before all was read; it goes on there."""
        return self.reason is not None

    def __str__(self) -> str:
        parts = [
            f"{self.complete} of {self.channels} channels complete",
            f"{self.messages} new messages",
        ]
        if self.changed or self.deleted:
            parts.append(f"{self.changed} edited, {self.deleted} deleted")
        if self.lost:
            parts.append(f"{self.lost} can't be read any longer")
        return ", ".join([*parts, *([self.reason] if self.reason else [])])


async def crawl(  # noqa: PLR0913 — what is read, at which pace, and how far
    services: Services,
    clan_id: int,
    source: ChatSource,
    *,
    pacer: Pacer,
    recent: Recent,
    progress: Progress = _ignore,
    gaps_only: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ChatReport:
    """Read what isn't covered of all channels that can be read.

    Several may run at once, and while messages come in live.

    Args:
        services: The open resources.
        clan_id: Ours.
        source: Where to read.
        pacer: The process's own.
        recent: What is deleted and edited live meanwhile.
        progress: Told after each page.
        gaps_only: Leave the deep past for another time: only what is missing above something
            known, and the newest page of a channel of which nothing is.
        stopped: Asked before each page; True ends it, to be gone on with.
        sleep: Waits that many seconds.

    Returns:
        What was done; its `reason` says what could not be read. What was read is stored.
    """
    return await _Crawl(
        services, clan_id, source, pacer, recent, progress, gaps_only, stopped, sleep
    ).run()


@dataclass(slots=True)
class _Channel:
    """A readable channel while it is being read."""

    channel_id: int
    seen: SeenChannel
    known: Sequence[Stretch]
    ask_newest: bool  # there may be messages above all that is known

    def hole(self) -> Stretch | None:
        """The topmost hole; None when all is known."""
        top = self.known[-1].until_id if self.known else -1
        if self.ask_newest:
            return Stretch(top + 1, LAST_ID)
        return next(reversed(holes(self.known, until_id=top)), None)

    def missing(self) -> int:
        """How many ids from its creation to its last message aren't covered."""
        first, last = self._span()
        return sum(
            max(0, hole.until_id - max(hole.since_id, first))
            for hole in holes(self.known, until_id=last)
        )

    def length(self) -> int:
        first, last = self._span()
        return max(0, last - first)

    def _span(self) -> tuple[int, int]:
        first = self.seen.discord_channel_id
        return first, self.seen.last_message_id or first


@dataclass(slots=True)
class _Crawl:
    services: Services
    clan_id: int
    source: ChatSource
    pacer: Pacer
    recent: Recent
    progress: Progress
    gaps_only: bool
    stopped: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]]

    channels: int = 0
    complete: int = 0
    pages: int = 0
    messages: int = 0
    lost: int = 0
    reason: str | None = None
    failures: int = 0  # channels in a row that could not be read
    missing: int = 0
    length: int = 0
    # Gaps first, then the newest hole; our channel_id decides between equals.
    queue: list[tuple[bool, int, int, _Channel]] = field(default_factory=list)

    async def run(self) -> ChatReport:
        asked_at = self.services.clock()
        try:
            found = await patiently(self.source.channels, sleep=self.sleep)
        except ChatUnavailableError as error:
            return ChatReport(0, 0, reason=str(error))
        await self._begin(found, asked_at)
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                while self.queue and len(running) < WAITING and not self._ended():
                    *_, channel = heapq.heappop(self.queue)
                    running.add(asyncio.create_task(self._step(channel)))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # raises what it raised
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if self.messages >= MANY:
            await self.services.compact()
        return ChatReport(
            channels=self.channels,
            complete=self.complete,
            pages=self.pages,
            messages=self.messages,
            lost=self.lost,
            reason=self.reason,
        )

    def _ended(self) -> bool:
        return self.failures >= DOWN or self.stopped()

    async def _begin(self, found: Sequence[SeenChannel], asked_at: datetime) -> None:
        """Note the channels, and queue those that can be read."""
        until_id = snowflake(asked_at) - 1
        async with self.services.write() as session:
            ids = await note_channels(session, self.clan_id, found, asked_at, whole=True)
            known = await stretches_of_clan(session, self.clan_id)
            quiet = {
                ids[seen.discord_channel_id]: known[ids[seen.discord_channel_id]][-1].since_id
                for seen in found
                if seen.readable and _is_quiet(seen, known.get(ids[seen.discord_channel_id], ()))
            }
            await extend_newest(session, quiet, until_id=until_id)
            known = await stretches_of_clan(session, self.clan_id)
        for seen in {each.discord_channel_id: each for each in found if each.readable}.values():
            channel_id = ids[seen.discord_channel_id]
            channel = _Channel(channel_id, seen, known.get(channel_id, ()), channel_id not in quiet)
            self.channels += 1
            self.missing += channel.missing()
            self.length += channel.length()
            self._enqueue(channel)

    def _enqueue(self, channel: _Channel) -> None:
        hole = channel.hole()
        if hole is None:
            self.complete += 1
            return
        gap = channel.ask_newest or hole.since_id > 0
        if gap or not self.gaps_only:
            newest = min(hole.until_id, channel.seen.last_message_id or LAST_ID)
            heapq.heappush(self.queue, (not gap, -newest, channel.channel_id, channel))

    async def _step(self, channel: _Channel) -> None:
        """Read a page of the channel's topmost hole, and put the channel back in the queue."""
        hole = channel.hole()
        assert hole is not None  # noqa: S101 — it wouldn't have been in the queue
        try:
            asked_at, page = await patiently(
                lambda: self._ask(channel, hole), sleep=self.sleep, stopped=self._ended
            )
        except ChatUnavailableError as error:
            # Others may still be readable, unless it is Discord that fails.
            self.reason = str(error)
            self.failures += 1
            return
        except (ChatUnreadableError, ChatGoneError) as error:
            await self._lose(channel, GONE if isinstance(error, ChatGoneError) else UNREADABLE)
            return
        self.failures = 0
        missing = channel.missing()
        await self._store(channel, hole, page, asked_at)
        self.missing -= missing - channel.missing()
        self._enqueue(channel)
        share = 1 - self.missing / self.length if self.length else 1.0
        self.progress(ChatProgress(self.complete, self.channels, self.messages, share))

    async def _ask(
        self, channel: _Channel, hole: Stretch
    ) -> tuple[datetime, Sequence[SeenMessage]]:
        """The newest page of the hole, and when it was asked for."""
        before = None if channel.ask_newest else hole.until_id + 1
        discord_channel_id = channel.seen.discord_channel_id
        async with self.pacer.turn(discord_channel_id):
            asked_at = self.services.clock()
            return asked_at, await self.source.page(discord_channel_id, before=before)

    async def _store(
        self, channel: _Channel, hole: Stretch, page: Sequence[SeenMessage], asked_at: datetime
    ) -> None:
        ids = [message.message_id for message in page]
        # A page that isn't full is the last one. Below the hole all is known anyway, and that
        # nothing is there might only be a permission just lost.
        since_id = min(ids) if len(page) >= PAGE else hole.since_id
        until_id = hole.until_id
        if channel.ask_newest:
            until_id = max([*ids, snowflake(asked_at) - 1])
        async with self.services.write() as session:
            # Also what lies below the hole: where it begins is only as exact as our clock.
            new = await store_page(
                session,
                self.clan_id,
                channel.channel_id,
                self.recent.applied(page),
                tombstones=await Tombstones.load(session),
            )
            known = await extend(session, channel.channel_id, since_id, until_id)
        self.pages += 1
        self.messages += new
        channel.known, channel.ask_newest = known, False

    async def _lose(self, channel: _Channel, state: str) -> None:
        async with self.services.write() as session:
            await mark(session, channel.channel_id, state, self.services.clock())
        self.channels -= 1
        self.lost += 1
        self.missing -= channel.missing()
        self.length -= channel.length()


def _is_quiet(seen: SeenChannel, known: Sequence[Stretch]) -> bool:
    """Whether all that was written is below the top of what is known."""
    return bool(known) and (seen.last_message_id or 0) <= known[-1].until_id


async def patiently(
    ask: Callable[[], Awaitable[_Answer]],
    *,
    sleep: Callable[[float], Awaitable[None]],
    stopped: Callable[[], bool] = lambda: False,
) -> _Answer:
    """Ask again after a while if Discord fails.

    Raises:
        ChatUnavailableError: It failed each time.
    """
    for wait in BACK_OFF:
        try:
            return await ask()
        except ChatUnavailableError as error:
            if stopped():
                raise
            log.warning("chat.unavailable", reason=str(error), wait=wait)
        await sleep(wait)
    return await ask()

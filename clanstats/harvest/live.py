"""How is what happens on Discord written as it happens? Together, a moment later, all or nothing.

Events wait for at most half a second, so that a busy evening costs a transaction or two a second
and not one a message. What is still waiting when the process is killed is a hole like any other:
how far all is known is only noted for what was written, and well behind the present.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from clanstats.chat import SeenChannel, SeenMessage, snowflake
from clanstats.db import channels, departures
from clanstats.db.coverage import extend_live
from clanstats.harvest.happenings import (
    Deleted,
    Edited,
    Event,
    Gone,
    Left,
    Talks,
    Written,
    user,
    write_events,
)
from clanstats.harvest.recent import Recent
from clanstats.harvest.voice import note_everybody
from clanstats.services import Services
from clanstats.tombstones import Tombstones

log = structlog.get_logger()

LONGEST_WAIT = 0.5  # seconds from an event to its transaction
MOST_AT_ONCE = 100
MOST_WAITING = 20_000  # more than that aren't kept while the database can't be written
TRY_AGAIN = 5.0  # seconds
# What a bad event can cause on its way: it must not hold up all others.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
# A connection that fell silent is noticed within 102 seconds: until then nothing shows it.
SILENCE = timedelta(minutes=3)


class Live:
    """What comes in from one clan's server. Noting is quick and never fails; writing is later.

    Attributes:
        recent: For those who read pages meanwhile.
        connected_at: From when on everything came in; None while something is missed.
        heard_until: When that was last noted; None: never.
    """

    def __init__(self, services: Services, clan_id: int) -> None:
        self.recent = Recent()
        self.connected_at: datetime | None = None
        self.heard_until: datetime | None = None
        self._services = services
        self._clan_id = clan_id
        self._waiting: list[Event] = []
        self._ids: Mapping[int, int] = {}  # our channel ids, by Discord's
        self._readable: Mapping[int, datetime] = {}  # since when, by Discord's channel id
        self._breaks = 0
        self._writing = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._asleep = False  # the timer, and not writing

    # What happens

    def channel_seen(self, channel: SeenChannel) -> None:
        """A channel or thread is new, or changed."""
        self._note(channel)

    def channel_gone(self, discord_channel_id: int) -> None:
        """A channel or thread was deleted; what was said in it was said."""
        self._note(Gone(discord_channel_id))

    def knows(self, discord_channel_id: int) -> bool:
        """Whether the channel was ever seen; else `channel_seen` must come before its messages."""
        return discord_channel_id in self._ids or any(
            isinstance(one, SeenChannel) and one.discord_channel_id == discord_channel_id
            for one in self._waiting
        )

    def written(self, discord_channel_id: int, seen: SeenMessage) -> None:
        self._note(Written(discord_channel_id, seen))

    def edited(self, seen: SeenMessage) -> None:
        self.recent.note_edited(seen, self._services.clock())
        self._note(Edited(seen))

    def deleted(self, message_ids: Collection[int]) -> None:
        self.recent.note_deleted(message_ids, self._services.clock())
        self._note(Deleted(message_ids))

    def talks(self, discord_user_id: int, discord_channel_id: int | None) -> None:
        """Someone is now in this voice channel; None: in none that counts."""
        self._note(Talks(discord_user_id, discord_channel_id, self._services.clock()))

    def left(self, discord_user_id: int) -> None:
        """Someone left the server."""
        self._note(Left(discord_user_id, self._services.clock()))

    def joined(self, discord_user_id: int) -> None:
        self._note(Left(discord_user_id, None))

    # What is known

    async def begin(
        self,
        seen: Sequence[SeenChannel],
        in_voice: Mapping[int, int],
        *,
        heard_until: datetime | None,
        members: Collection[int] | None,
    ) -> None:
        """From now on everything comes in.

        Args:
            seen: The channels there are.
            in_voice: Who is in which voice channel, by Discord's ids.
            heard_until: When it last was so; who was in voice then left by then. None: never.
            members: Who is on the server; None if that isn't known.
        """
        await self.flush()
        now, breaks = self._services.clock(), self._breaks
        async with self._services.write() as session:
            ids = await channels.note_channels(session, self._clan_id, seen, now)
            self._ids = {**self._ids, **ids}
            await note_everybody(
                session,
                self._clan_id,
                {
                    user(one): self._ids[channel]
                    for one, channel in in_voice.items()
                    if channel in self._ids
                },
                last_beat=heard_until,
                now=now,
                tombstones=await Tombstones.load(session),
            )
            if members is not None:
                await departures.compare(session, self._clan_id, members, now)
        if breaks == self._breaks:
            self.connected_at = now

    def broken(self) -> None:
        """Something is missed from now on."""
        self.connected_at = None
        self._breaks += 1

    def can_read(self, discord_channel_ids: Iterable[int]) -> None:
        """These channels, and no others, can be read now; in others messages are missed."""
        now, before = self._services.clock(), self._readable
        self._readable = {one: before.get(one, now) for one in discord_channel_ids}

    async def heard(self) -> bool:
        """Write what waits, and note how far all is known; False if not all came in."""
        since = self.connected_at
        until = self._services.clock() - SILENCE
        await self.flush()
        if since is None or since != self.connected_at or self._waiting:
            return False
        whole_since = {
            self._ids[one]: snowflake(max(since, readable))
            for one, readable in self._readable.items()
            if one in self._ids
        }
        async with self._services.write() as session:
            await extend_live(session, self._clan_id, since=whole_since, until_id=snowflake(until))
        self.heard_until = self._services.clock()
        return True

    async def close(self) -> None:
        """Write what waits, and wait for nothing more."""
        timer = self._timer
        if timer is not None and self._asleep:
            timer.cancel()
            await asyncio.wait([timer])
        await self.flush()

    async def flush(self) -> bool:
        """Write all that waits; False if it can't be written now, and so goes on waiting."""
        async with self._writing:
            events, self._waiting = self._waiting, []
            if not events:
                return True
            unwritten: Sequence[Event] = events
            try:
                unwritten = await self._write(events)
            finally:
                self._keep(unwritten)
            return not unwritten

    async def _write(self, events: Sequence[Event]) -> Sequence[Event]:
        """Write events; returns those that can't be written now. One that never can is dropped."""
        try:
            async with self._services.write() as session:
                self._ids = await write_events(
                    session, self._clan_id, events, self._ids, self._services.clock()
                )
        except (SQLAlchemyError, *_FAULTS) as error:
            if _is_databases(error):
                # A locked file or a full disk, each few seconds: one line is enough.
                log.error("live.unwritten", events=len(events), reason=repr(error))  # noqa: TRY400
                return events
            if len(events) > 1:
                half = len(events) // 2
                left = await self._write(events[:half])
                return [*left, *events[half:]] if left else await self._write(events[half:])
            # Without the traceback, which would tell what the event was.
            kind, reason = type(events[0]).__name__, type(error).__name__
            log.error("live.dropped", kind=kind, reason=reason)  # noqa: TRY400
            self.broken()
        return ()

    # How it waits

    def _note(self, event: Event) -> None:
        self._waiting.append(event)
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._later(LONGEST_WAIT), name="live")
        elif len(self._waiting) == MOST_AT_ONCE and self._asleep:
            self._timer.cancel()
            self._timer = asyncio.create_task(self._later(0), name="live")

    async def _later(self, seconds: float) -> None:
        self._asleep = True
        await asyncio.sleep(seconds)
        self._asleep = False
        written = await self.flush()
        while self._waiting:
            await asyncio.sleep(LONGEST_WAIT if written else TRY_AGAIN)
            written = await self.flush()

    def _keep(self, events: Sequence[Event]) -> None:
        self._waiting = [*events, *self._waiting]
        if len(self._waiting) > MOST_WAITING:
            # Messages are read again, edits and deletes at night; who is in voice and on the
            # server is noted anew when listening begins again.
            self._waiting.clear()
            self.broken()


def _is_databases(error: Exception) -> bool:
    """Whether a failure is the database's, and may pass; else it is what was to be written."""
    ours = isinstance(error, IntegrityError | DataError)
    return isinstance(error, DBAPIError | NoConnectionError) and not ours

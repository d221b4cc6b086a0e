"""How is a post made exactly once, whatever dies on the way?

Claim, look for what an earlier attempt may have sent, compose, renew the claim, send, note the
message. Where it is sent is a `Place`, what is sent a `Composer` says: this knows neither.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import structlog

from clanstats.analytics.members import Clan
from clanstats.errors import ClanStatsError
from clanstats.posts import claiming
from clanstats.posts.calendar import Period, PostKind, Slot
from clanstats.posts.claiming import Claim, Made, is_late
from clanstats.posts.place import Composer, Content, Mark, Place, PostGoneError, mark_of
from clanstats.services import Services
from clanstats.timestamps import epoch_ms

log = structlog.get_logger()

_CORRECTED = timedelta(days=7)  # for so long what is learnt later changes a post
_NONCE = 25  # characters, at most


C = TypeVar("C", bound=Content)


class Outcome(StrEnum):
    """What came of it."""

    POSTED = "posted"
    FOUND = "was posted already, by a process that died"
    MISSED = "is too late and was left out"
    TAKEN = "is made by somebody else, or needn't be"


@dataclass(frozen=True, slots=True)
class PutUp:
    """What became of a post."""

    kind: PostKind
    period: str
    outcome: Outcome
    channel_id: int | None = None
    message_id: int | None = None
    late: bool = False

    def __str__(self) -> str:
        late = ", late" if self.late else ""
        return f"the {self.kind.words} of {self.period} {self.outcome}{late}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post to be made.

    Attributes:
        until: Too late after it; None is never.
        asked: An officer wants it, whatever the calendar says.
    """

    clan: Clan
    kind: PostKind
    slot: Slot
    channel_id: int
    until: datetime | None = None
    asked: bool = False


class Poster(Generic[C]):
    """Makes posts, as one process."""

    def __init__(
        self, services: Services, place: Place[C], compose: Composer[C], *, name: str
    ) -> None:
        """`name` is this process's, and no other's."""
        self._services = services
        self._place = place
        self.compose = compose
        self._name = name

    async def put_up(self, wanted: Wanted) -> PutUp:
        """Make a post, unless somebody else does or did.

        Raises:
            ClanStatsError: It couldn't be made, or whether it was isn't known; it is tried again.
        """
        services = self._services
        async with services.write() as session:
            held = await claiming.claim(
                session,
                wanted.slot,
                clan_id=wanted.clan.clan_id,
                kind=wanted.kind,
                discord_channel_id=wanted.channel_id,
                by=self._name,
                now=services.clock(),
                asked=wanted.asked,
            )
        if held is None:
            return PutUp(wanted.kind, wanted.slot.period.key, Outcome.TAKEN)
        try:
            return await self._made(wanted, held)
        except ClanStatsError:
            async with services.write() as session:
                await claiming.let_go(session, held, services.clock())
            raise

    async def correct(self, clan: Clan, known: Made, period: Period) -> bool:
        """Have a post say what is known by now; returns whether it said something else.

        Raises:
            ClanStatsError: It couldn't be changed.
        """
        if known.discord_channel_id is None or known.discord_message_id is None:
            return False
        content = await self.compose(clan, known.kind, period)
        if content.digest == known.digest:
            return False
        mark = Mark(
            mark_of(known.kind, period),
            due_at=known.due_at if known.late else None,
            # What an adopted post says isn't known: it is written anew, but not as a correction.
            corrected_at=None if known.digest is None else self._services.clock(),
        )
        try:
            await self._place.edit(
                known.discord_channel_id, known.discord_message_id, content, mark=mark
            )
        except PostGoneError:
            async with self._services.write() as session:
                await claiming.note_gone(session, known)
            return False
        async with self._services.write() as session:
            await claiming.note_digest(session, known, content.digest)
        return True

    async def _made(self, wanted: Wanted, held: Claim) -> PutUp:
        services, key = self._services, held.period
        if held.earlier is not None:
            found = await self._place.find(
                held.earlier.discord_channel_id,
                mark_of(held.kind, wanted.slot.period),
                held.earlier.window,
            )
            if found is not None:
                return await self._adopt(held, held.earlier.discord_channel_id, found)
            if wanted.until is not None and services.clock() > wanted.until:
                async with services.write() as session:
                    await claiming.give_up(session, held)
                return PutUp(held.kind, key, Outcome.MISSED)
        content = await self.compose(wanted.clan, held.kind, wanted.slot.period)
        late = is_late(held.due_at, services.clock())
        async with services.write() as session:
            ours = await claiming.hold(
                session,
                held,
                discord_channel_id=wanted.channel_id,
                late=late,
                now=services.clock(),
            )
        if not ours:
            return PutUp(held.kind, key, Outcome.TAKEN)
        message_id = await self._place.send(
            wanted.channel_id,
            content,
            mark=Mark(mark_of(held.kind, wanted.slot.period), due_at=held.due_at if late else None),
            nonce=_nonce(held),
        )
        await self._finish(held, wanted.channel_id, message_id, content.digest)
        return PutUp(held.kind, key, Outcome.POSTED, wanted.channel_id, message_id, late)

    async def _adopt(self, held: Claim, channel_id: int, message_id: int) -> PutUp:
        # What it says was known to whoever sent it; the next correction makes sure.
        await self._finish(held, channel_id, message_id, None)
        return PutUp(held.kind, held.period, Outcome.FOUND, channel_id, message_id)

    async def _finish(
        self, held: Claim, channel_id: int, message_id: int, digest: str | None
    ) -> None:
        async with self._services.write() as session:
            noted = await claiming.finish(
                session,
                held,
                discord_channel_id=channel_id,
                discord_message_id=message_id,
                digest=digest,
            )
        if not noted:  # it took longer to send than a claim lasts: this machine stood still
            log.error("post.doubled", kind=held.kind, period=held.period, channel_id=channel_id)


def may_change(known: Made, now: datetime) -> bool:
    """Whether what is learnt now is still put into it."""
    return known.discord_message_id is not None and known.begun_at > now - _CORRECTED


def _nonce(held: Claim) -> str:
    """The same for each try, so that Discord itself keeps to one of those within minutes."""
    what = f"{held.clan_id} {held.kind} {held.period} {epoch_ms(held.begun_at)}"
    return hashlib.sha256(what.encode()).hexdigest()[:_NONCE]

"""Who makes a post, so that there is exactly one?

Whoever makes it claims it first, in the database, and notes the message afterwards. A claim runs
out, for its process may have died; whoever takes it over has to look first whether the message is
there. Just before sending the claim is renewed, and sending takes less time than it lasts: so
nobody looks while somebody else may still be sending. Every change is a transaction that holds the
write lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import PostRow
from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.posts.calendar import PostKind, Slot

LEASE = timedelta(minutes=5)
PUNCTUAL = timedelta(minutes=15)  # later than that it says that it is late


class State(StrEnum):
    """How far a post has come."""

    CLAIMED = "claimed"  # somebody makes it, or died over it
    POSTED = "posted"
    SKIPPED = "skipped"  # an officer doesn't want it
    MISSED = "missed"  # its time was over before anybody could make it
    GONE = "gone"  # the message was deleted on Discord


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a post."""

    clan_id: int
    kind: PostKind
    period: str
    state: State
    begun_at: datetime
    claimed_at: datetime
    due_at: datetime | None  # None: an officer asked for it
    discord_channel_id: int | None
    discord_message_id: int | None
    late: bool
    digest: str | None  # of what it says; None is unknown


@dataclass(frozen=True, slots=True)
class Earlier:
    """An attempt that ended nobody knows how: its message, if any, is there and of that time."""

    discord_channel_id: int
    window: Window


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make a post, until it runs out.

    Attributes:
        by: The process.
        begun_at: The first claim; whoever takes over goes on under the same one.
        earlier: Where to look first.
    """

    clan_id: int
    kind: PostKind
    period: str
    by: str
    begun_at: datetime
    due_at: datetime | None
    earlier: Earlier | None = None


async def made(session: AsyncSession, clan_id: int, kind: PostKind, period: str) -> Made | None:
    """What is known of it; None if nobody began it."""
    row = await session.get(PostRow, (clan_id, kind, period), populate_existing=True)
    return None if row is None else _made(row)


async def latest(session: AsyncSession, clan_id: int, kind: PostKind) -> Made | None:
    """The post about the last period that stands on Discord."""
    row = await session.scalar(
        select(PostRow)
        .where(PostRow.clan_id == clan_id, PostRow.kind == kind, PostRow.state == State.POSTED)
        .order_by(PostRow.period.desc())
        .limit(1)
    )
    return None if row is None else _made(row)


def is_free(known: Made | None, now: datetime) -> bool:
    """Whether it can be claimed by whoever has it due: nobody did, or who did is out of time."""
    return known is None or (known.state is State.CLAIMED and known.claimed_at + LEASE <= now)


async def claim(  # noqa: PLR0913 — who, what, where
    session: AsyncSession,
    slot: Slot,
    *,
    clan_id: int,
    kind: PostKind,
    discord_channel_id: int,
    by: str,
    now: datetime,
    asked: bool = False,
) -> Claim | None:
    """Take a post; None when somebody else has it or it needn't be made.

    `asked`: an officer wants it, also one that was skipped, missed or deleted.
    """
    period = slot.period.key
    due_at = None if asked else slot.due_at
    known = await made(session, clan_id, kind, period)
    if known is not None and known.state is State.CLAIMED and is_free(known, now):
        await _change(session, known, claimed_by=by, claimed_at=now)
        earlier = Earlier(
            known.discord_channel_id or discord_channel_id,
            Window(known.begun_at, known.claimed_at + LEASE),
        )
        return Claim(clan_id, kind, period, by, known.begun_at, known.due_at, earlier)
    if known is not None and asked and known.state not in {State.CLAIMED, State.POSTED}:
        await session.execute(delete(PostRow).where(*_is(known)))
    elif known is not None:
        return None
    await session.execute(
        insert(PostRow).values(
            clan_id=clan_id,
            kind=kind,
            period=period,
            state=State.CLAIMED,
            begun_at=now,
            claimed_at=now,
            claimed_by=by,
            due_at=due_at,
            discord_channel_id=discord_channel_id,
            late=False,
        )
    )
    return Claim(clan_id, kind, period, by, now, due_at)


async def hold(
    session: AsyncSession, held: Claim, *, discord_channel_id: int, late: bool, now: datetime
) -> bool:
    """Renew a claim just before sending there; False when it ran out and somebody else took it."""
    return await _of_claim(
        session, held, claimed_at=now, discord_channel_id=discord_channel_id, late=late
    )


async def finish(
    session: AsyncSession,
    held: Claim,
    *,
    discord_channel_id: int,
    discord_message_id: int,
    digest: str | None,
) -> bool:
    """Note the message; False when somebody else has taken the post over."""
    return await _of_claim(
        session,
        held,
        state=State.POSTED,
        discord_channel_id=discord_channel_id,
        discord_message_id=discord_message_id,
        digest=digest,
    )


async def let_go(session: AsyncSession, held: Claim, now: datetime) -> None:
    """Have it taken over at once: whoever does looks first, so nothing is said of how it ended."""
    await _of_claim(session, held, claimed_at=now - LEASE)


async def give_up(session: AsyncSession, held: Claim) -> None:
    """Its time is over, and it wasn't made."""
    await _of_claim(session, held, state=State.MISSED)


async def note_digest(session: AsyncSession, known: Made, digest: str) -> None:
    """Note what it says since it was corrected."""
    await _change(session, known, digest=digest)


async def note_gone(session: AsyncSession, known: Made) -> None:
    """Note that its message was deleted."""
    await _change(session, known, state=State.GONE)


async def skip(
    session: AsyncSession, slot: Slot, *, clan_id: int, kind: PostKind, now: datetime
) -> None:
    """Have a post not made.

    Raises:
        BadInputError: Somebody began it already.
    """
    known = await made(session, clan_id, kind, slot.period.key)
    if known is not None and known.state is not State.SKIPPED:
        raise BadInputError(f"The {kind.words} of {slot.period.key} is {known.state} already.")
    if known is None:
        await session.execute(
            insert(PostRow).values(
                clan_id=clan_id,
                kind=kind,
                period=slot.period.key,
                state=State.SKIPPED,
                begun_at=now,
                claimed_at=now,
                claimed_by="",
                due_at=slot.due_at,
                late=False,
            )
        )


async def unskip(session: AsyncSession, clan_id: int, kind: PostKind, since: datetime) -> bool:
    """Have those made again that are due after `since`; returns whether there are any."""
    gone = await session.execute(
        delete(PostRow)
        .where(
            PostRow.clan_id == clan_id,
            PostRow.kind == kind,
            PostRow.state == State.SKIPPED,
            PostRow.due_at > since,
        )
        .returning(PostRow.period)
    )
    return bool(gone.all())


def is_late(due_at: datetime | None, now: datetime) -> bool:
    """Whether a post that is sent now has to say so."""
    return due_at is not None and now - due_at > PUNCTUAL


async def _of_claim(session: AsyncSession, held: Claim, **values: Any) -> bool:  # noqa: ANN401 — columns
    changed = await session.execute(
        update(PostRow)
        .where(*_is(held), PostRow.state == State.CLAIMED, PostRow.claimed_by == held.by)
        .values(**values)
        .returning(PostRow.period)
    )
    return changed.first() is not None


async def _change(session: AsyncSession, known: Made, **values: Any) -> None:  # noqa: ANN401 — columns
    await session.execute(update(PostRow).where(*_is(known)).values(**values))


def _is(one: Claim | Made) -> tuple[Any, ...]:
    return PostRow.clan_id == one.clan_id, PostRow.kind == one.kind, PostRow.period == one.period


def _made(row: PostRow) -> Made:
    return Made(
        row.clan_id,
        PostKind(row.kind),
        row.period,
        State(row.state),
        row.begun_at,
        row.claimed_at,
        row.due_at,
        row.discord_channel_id,
        row.discord_message_id,
        row.late,
        row.digest,
    )

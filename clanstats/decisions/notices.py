"""Who was asked whether they are still there, and who isn't to be asked at all?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import ExemptionRow, NoticeRow
from clanstats.decisions import audit
from clanstats.errors import BadInputError
from clanstats.inactivity import Exemption, Notice


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that was noted, to be sent."""

    notice_id: int
    deadline: datetime


async def add_notice(  # noqa: PLR0913 — to whom, until when, by whom
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int,
    by: int,
    now: datetime,
    days: int,
) -> Sent:
    """Note that somebody is asked; their clock runs from now.

    Raises:
        BadInputError: They were asked already, and have time left to answer.
    """
    known = (await notices(session, clan_id, now)).get(player_id)
    if known is not None and known.deadline > now and known.answered_at is None:
        raise BadInputError("They were asked already, and have time left to answer.")
    deadline = now + timedelta(days=days)
    made = await session.execute(
        insert(NoticeRow)
        .values(clan_id=clan_id, player_id=player_id, sent_by=by, sent_at=now, deadline=deadline)
        .returning(NoticeRow.id)
    )
    notice_id: int = made.scalar_one()
    await audit.note(
        session,
        clan_id,
        at=now,
        actor=by,
        action="notice.sent",
        detail=f"asked whether they are still there, {days} days",
        player_id=player_id,
        subject_id=notice_id,
    )
    return Sent(notice_id, deadline)


async def withdraw(session: AsyncSession, notice_id: int, now: datetime) -> None:
    """It couldn't be sent, so nobody was asked."""
    await session.execute(
        update(NoticeRow).where(NoticeRow.id == notice_id).values(withdrawn_at=now)
    )


async def answer(
    session: AsyncSession, clan_id: int, notice_id: int, *, by: int, now: datetime
) -> bool:
    """Note that they are still there; False if that was noted before."""
    done = await session.execute(
        update(NoticeRow)
        .where(
            NoticeRow.id == notice_id,
            NoticeRow.clan_id == clan_id,
            NoticeRow.answered_at.is_(None),
        )
        .values(answered_at=now, answered_by=by)
        .returning(NoticeRow.player_id)
    )
    player_id = done.scalar_one_or_none()
    if player_id is not None:
        await audit.note(
            session,
            clan_id,
            at=now,
            actor=by,
            action="notice.answered",
            detail="still there",
            player_id=player_id,
            subject_id=notice_id,
        )
    return player_id is not None


async def notices(session: AsyncSession, clan_id: int, at: datetime) -> Mapping[int, Notice]:
    """The latest notice of each player that was sent by that instant, and stands."""
    found = await session.execute(
        select(
            NoticeRow.player_id,
            NoticeRow.id,
            NoticeRow.sent_at,
            NoticeRow.deadline,
            NoticeRow.answered_at,
        )
        .where(
            NoticeRow.clan_id == clan_id,
            NoticeRow.sent_at <= at,
            or_(NoticeRow.withdrawn_at.is_(None), NoticeRow.withdrawn_at > at),
        )
        .order_by(NoticeRow.id)
    )
    return {
        player_id: Notice(
            notice_id,
            sent_at,
            deadline,
            answered_at if answered_at is not None and answered_at <= at else None,
        )
        for player_id, notice_id, sent_at, deadline, answered_at in found
    }


async def exempt(  # noqa: PLR0913 — whom, until when, by whom
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int,
    by: int,
    now: datetime,
    until: datetime | None = None,
) -> int:
    """Never list somebody as inactive, or not until then; returns the line's ID in the log."""
    made = await session.execute(
        insert(ExemptionRow)
        .values(clan_id=clan_id, player_id=player_id, since=now, until=until, set_by=by)
        .returning(ExemptionRow.id)
    )
    return await audit.note(
        session,
        clan_id,
        at=now,
        actor=by,
        action="exemption.made",
        detail="exempt from being listed as inactive",
        player_id=player_id,
        subject_id=made.scalar_one(),
    )


async def end_exemption(
    session: AsyncSession, line: audit.Entry, *, now: datetime, by: int
) -> None:
    """Undo a line of the log.

    Raises:
        BadInputError: It was undone already.
    """
    await audit.mark_undone(session, line, at=now, by=by)
    await session.execute(
        update(ExemptionRow)
        .where(ExemptionRow.id == line.subject_id, ExemptionRow.cleared_at.is_(None))
        .values(cleared_at=now)
    )


async def exemptions(session: AsyncSession, clan_id: int, at: datetime) -> Mapping[int, Exemption]:
    """By player: the exemption that was in force at an instant; of several the latest."""
    found = await session.execute(
        select(ExemptionRow.player_id, ExemptionRow.since, ExemptionRow.until, ExemptionRow.set_by)
        .where(
            ExemptionRow.clan_id == clan_id,
            ExemptionRow.since <= at,
            or_(ExemptionRow.until.is_(None), ExemptionRow.until > at),
            or_(ExemptionRow.cleared_at.is_(None), ExemptionRow.cleared_at > at),
        )
        .order_by(ExemptionRow.id)
    )
    return {player_id: Exemption(since, until, by) for player_id, since, until, by in found}


async def clear_exemptions(
    session: AsyncSession, clan_id: int, player_ids: Sequence[int], *, by: int, now: datetime
) -> bool:
    """End all of a person's that are in force, and note it; returns whether there were any."""
    done = await session.execute(
        update(ExemptionRow)
        .where(
            ExemptionRow.clan_id == clan_id,
            ExemptionRow.player_id.in_(player_ids),
            ExemptionRow.cleared_at.is_(None),
            or_(ExemptionRow.until.is_(None), ExemptionRow.until > now),
        )
        .values(cleared_at=now)
        .returning(ExemptionRow.id, ExemptionRow.player_id)
    )
    ended = done.all()
    for exemption_id, player_id in ended:
        await audit.note(
            session,
            clan_id,
            at=now,
            actor=by,
            action="exemption.ended",
            detail="can be listed as inactive again",
            player_id=player_id,
            subject_id=exemption_id,
        )
    return bool(ended)

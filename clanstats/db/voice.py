"""Who was in voice, from when to when? At most one session of an author at a time, none overlap."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import AuthorRow, VoiceSessionRow


async def open_session(
    session: AsyncSession, author_id: int, channel_id: int, at: datetime
) -> None:
    """Someone is in this channel from `at` on; in another one they no longer are.

    Being told twice changes nothing. Should the clock have been put back, it counts from the end
    of the session before.
    """
    present = await session.scalar(
        select(VoiceSessionRow.channel_id).where(
            VoiceSessionRow.author_id == author_id, VoiceSessionRow.ended_at.is_(None)
        )
    )
    if present == channel_id:
        return
    await close_session(session, author_id, at)
    last_end = await session.scalar(
        select(VoiceSessionRow.ended_at)
        .where(VoiceSessionRow.author_id == author_id)
        .order_by(VoiceSessionRow.started_at.desc())
        .limit(1)
    )
    await session.execute(
        insert(VoiceSessionRow).values(
            author_id=author_id,
            channel_id=channel_id,
            started_at=at if last_end is None else max(at, last_end),
        )
    )


async def close_session(session: AsyncSession, author_id: int, at: datetime) -> None:
    """Someone left; if they aren't in voice, nothing happens."""
    await _close(session, VoiceSessionRow.author_id == author_id, at)


async def close_open_at(session: AsyncSession, clan_id: int, at: datetime) -> None:
    """End all open sessions: nobody can say when they really ended, but at `at` they went on.

    One that began later is taken back, because nothing is known of its length.
    """
    authors = select(AuthorRow.id).where(AuthorRow.clan_id == clan_id)
    await _close(session, VoiceSessionRow.author_id.in_(authors), at)


async def _close(session: AsyncSession, whose: ColumnElement[bool], at: datetime) -> None:
    is_open = VoiceSessionRow.ended_at.is_(None)
    await session.execute(
        delete(VoiceSessionRow).where(whose, is_open, VoiceSessionRow.started_at >= at)
    )
    await session.execute(update(VoiceSessionRow).where(whose, is_open).values(ended_at=at))

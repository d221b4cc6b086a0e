"""Who left the server, and when? What is known of them is purged some time later."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, snowflake
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.models import AuthorRow, DepartureRow, LinkRow, MessageRow, VoiceSessionRow
from clanstats.timestamps import epoch_ms

# By how much something done before they left may seem to come after: clocks differ.
_UNSURE = timedelta(hours=1)


async def note(
    session: AsyncSession, clan_id: int, discord_user_id: int, left_at: datetime | None
) -> None:
    """Someone left; None: is there again."""
    await session.execute(
        delete(DepartureRow).where(
            DepartureRow.clan_id == clan_id, DepartureRow.discord_user_id == discord_user_id
        )
    )
    if left_at is not None:
        row = (clan_id, discord_user_id, epoch_ms(left_at))
        await insert_new(session, DepartureRow.__table__, [row])


async def compare(
    session: AsyncSession, clan_id: int, members: Collection[int], now: datetime
) -> None:
    """Make it true when all members of the server are known: some may have left unseen.

    Args:
        session: Written to.
        clan_id: Ours.
        members: Discord user ids.
        now: Taken to be when they left.
    """
    known = await session.scalars(
        union(
            select(AuthorRow.discord_user_id).where(
                AuthorRow.clan_id == clan_id, AuthorRow.kind == AuthorKind.USER
            ),
            select(LinkRow.discord_user_id).where(
                LinkRow.clan_id == clan_id, LinkRow.until.is_(None)
            ),
        )
    )
    noted = set(
        await session.scalars(
            select(DepartureRow.discord_user_id).where(DepartureRow.clan_id == clan_id)
        )
    )
    present = set(members)
    gone = set(known) - present - noted
    await insert_new(
        session, DepartureRow.__table__, [(clan_id, one, epoch_ms(now)) for one in sorted(gone)]
    )
    await delete_keys(session, DepartureRow.__table__, [(clan_id, one) for one in noted & present])


async def left_until(session: AsyncSession, clan_id: int, until: datetime) -> tuple[int, ...]:
    """Who left by then and wasn't heard of since, by Discord's ids.

    Who was has come back unseen: that they left is forgotten.
    """
    rows = await session.execute(
        select(DepartureRow.discord_user_id, DepartureRow.left_at).where(
            DepartureRow.clan_id == clan_id, DepartureRow.left_at <= until
        )
    )
    gone = []
    for user_id, left_at in rows.all():
        if await _heard_after(session, clan_id, user_id, left_at + _UNSURE):
            await note(session, clan_id, user_id, None)
        else:
            gone.append(user_id)
    return tuple(gone)


async def _heard_after(
    session: AsyncSession, clan_id: int, discord_user_id: int, at: datetime
) -> bool:
    """Whether their account wrote anything, or came into a voice channel, after that."""
    written = select(MessageRow.id).where(
        MessageRow.author_id == AuthorRow.id, MessageRow.id >= snowflake(at)
    )
    talked = select(VoiceSessionRow.id).where(
        VoiceSessionRow.author_id == AuthorRow.id, VoiceSessionRow.started_at >= at
    )
    heard = select(AuthorRow.id).where(
        AuthorRow.clan_id == clan_id,
        AuthorRow.discord_user_id == discord_user_id,
        or_(written.exists(), talked.exists()),
    )
    return await session.scalar(heard) is not None

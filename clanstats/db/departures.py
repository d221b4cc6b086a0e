"""Who left the server, and when? What is known of them is purged some time later."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.models import AuthorRow, DepartureRow, LinkRow
from clanstats.timestamps import epoch_ms


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

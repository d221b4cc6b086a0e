"""How does what was said get back to whose it is, and how is it counted anew?"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, Writer
from clanstats.db.authors import author_ids
from clanstats.db.models import (
    STRETCH_BITS,
    AuthorRow,
    ChannelRow,
    MessageCountRow,
    MessageRow,
    VoiceSessionRow,
)
from clanstats.repairs.changing import Repair, attribute_all, changed


async def _authors(session: AsyncSession, _now: datetime) -> int:
    count = 0
    for row in (MessageRow, VoiceSessionRow):
        found = await session.execute(
            select(
                ChannelRow.clan_id,
                AuthorRow.id,
                AuthorRow.kind,
                AuthorRow.discord_user_id,
                AuthorRow.name,
            )
            .join_from(row, AuthorRow, AuthorRow.id == row.author_id)
            .join(ChannelRow, ChannelRow.id == row.channel_id)
            .where(AuthorRow.clan_id != ChannelRow.clan_id)
            .distinct()
        )
        for clan_id, stranger, kind, user_id, name in found.all():
            writer = Writer(AuthorKind(kind), user_id, name)
            own = (await author_ids(session, clan_id, [writer])).ids[writer]
            there = select(ChannelRow.id).where(ChannelRow.clan_id == clan_id)
            count += await changed(
                session,
                update(row)
                .where(row.author_id == stranger, row.channel_id.in_(there))
                .values(author_id=own),
            )
    await attribute_all(session)
    return count


async def _message_counts(session: AsyncSession, _now: datetime) -> int:
    await changed(session, delete(MessageCountRow))
    stretch = MessageRow.id.bitwise_rshift(STRETCH_BITS)
    counted = select(MessageRow.author_id, stretch, func.count()).group_by(
        MessageRow.author_id, stretch
    )
    return await changed(
        session,
        insert(MessageCountRow).from_select(["author_id", "stretch", "count"], counted),
    )


REPAIRS: Mapping[str, Repair] = {"authors": _authors, "message-counts": _message_counts}

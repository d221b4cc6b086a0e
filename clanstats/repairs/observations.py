"""How do stored numbers become what was seen?"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import snowflake
from clanstats.db.bulk import delete_keys
from clanstats.db.integrity.check import AHEAD
from clanstats.db.integrity.observations import UNCHANGED, UNOBSERVED
from clanstats.db.models import MessageRow, MetricValueRow, SnapshotRow
from clanstats.repairs.changing import Repair, changed
from clanstats.timestamps import epoch_ms


async def _unobserved(session: AsyncSession, _now: datetime) -> int:
    unseen = UNOBSERVED.subquery()
    return await changed(
        session,
        insert(SnapshotRow).from_select(
            ["player_id", "taken_at"], select(unseen.c.player_id, unseen.c.taken_at).distinct()
        ),
    )


async def _unchanged(session: AsyncSession, _now: datetime) -> int:
    found = await session.execute(UNCHANGED)
    keys = [tuple(row) for row in found]
    await delete_keys(session, MetricValueRow.__table__, keys)
    return len(keys)


async def _negative(session: AsyncSession, now: datetime) -> int:
    """Then the row before may say the same."""
    negative = update(MetricValueRow).where(MetricValueRow.value < 0).values(value=None)
    return await changed(session, negative) + await _unchanged(session, now)


async def _future(session: AsyncSession, now: datetime) -> int:
    latest = now + AHEAD
    return sum(
        [
            await changed(session, delete(row).where(column > limit))
            for row, column, limit in (
                (MetricValueRow, MetricValueRow.taken_at, epoch_ms(latest)),
                (SnapshotRow, SnapshotRow.taken_at, epoch_ms(latest)),
                (MessageRow, MessageRow.id, snowflake(latest)),
            )
        ]
    )


REPAIRS: Mapping[str, Repair] = {
    "unobserved-values": _unobserved,
    "unchanged-values": _unchanged,
    "negative-values": _negative,
    "future": _future,
}

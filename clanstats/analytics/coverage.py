"""What do we know of whom, and from when to when?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains, seeks
from clanstats.analytics.members import member, of_clan
from clanstats.db.asking import rows
from clanstats.db.models import PlayerRow, SnapshotRow
from clanstats.domain import Coverage, Window
from clanstats.timestamps import from_epoch_ms

_COVERAGE = of_clan(
    select(func.count())
    .select_from(SnapshotRow)
    .where(
        SnapshotRow.player_id == PlayerRow.id,
        SnapshotRow.taken_at > gains.START,
        SnapshotRow.taken_at <= gains.END,
    )
    .correlate(PlayerRow)
    .scalar_subquery()
    .label("snapshots"),
    seeks.oldest_snapshot(PlayerRow.id, since=literal(0), until=gains.END).label("first_at"),
    seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
)


async def coverage(
    session: AsyncSession, clan_id: int, *, window: Window, as_of: datetime
) -> Sequence[Coverage]:
    """How often each member at `as_of` was observed in `window`, and since when at all."""
    asked = {"clan_id": clan_id, "at": as_of, **gains.bounds(window)}
    found = await rows(session, _COVERAGE, asked)
    return tuple(
        Coverage(
            member(row),
            row.snapshots,
            None if row.first_at is None else from_epoch_ms(row.first_at),
            None if row.last_at is None else from_epoch_ms(row.last_at),
        )
        for row in found
    )

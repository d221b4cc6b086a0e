"""How much did someone write, week by week?"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import CLAN
from clanstats.analytics.spoken import bounds, written
from clanstats.db.models import ChannelRow, CoverageRow
from clanstats.domain import UnknownReason, WeekGain, Window


async def weekly_messages(
    session: AsyncSession,
    clan_id: int,
    players: Sequence[int],
    *,
    weeks: Sequence[Window],
    complete_since: datetime | None,
) -> Sequence[WeekGain]:
    """How much these players wrote in each of `weeks`, in one statement.

    A week in which no channel was read is unknown. From `complete_since` on all of them are read.
    """
    if not weeks:
        return ()
    asked: dict[str, object] = {"clan_id": clan_id, "players": tuple(players)}
    for number, week in enumerate(weeks):
        asked |= {f"week{number}_{name}": at for name, at in bounds(week).items()}
    found = (await session.execute(_weeks(len(weeks)), asked)).all()
    return tuple(
        WeekGain(
            week,
            row.messages if row.read else None,
            None if row.read else UnknownReason.NOT_READ,
            partial=complete_since is None or week.start < complete_since,
        )
        for week, row in zip(weeks, found, strict=True)
    )


@cache
def _weeks(count: int) -> Select[Any]:
    """Built and compiled once, which costs more than the answer."""
    rows = [
        select(
            literal(number).label("number"),
            bindparam(f"week{number}_lo_id", type_=BigInteger).label("lo_id"),
            bindparam(f"week{number}_hi_id", type_=BigInteger).label("hi_id"),
        )
        for number in range(count)
    ]
    asked = union_all(*rows).cte("weeks")
    read = (
        select(literal(1))
        .join_from(CoverageRow, ChannelRow, ChannelRow.id == CoverageRow.channel_id)
        .where(
            ChannelRow.clan_id == CLAN,
            CoverageRow.since_id < asked.c.hi_id,
            CoverageRow.until_id >= asked.c.lo_id,
        )
        .correlate(asked)
        .exists()
    )
    return select(
        asked.c.number,
        read.label("read"),
        written(asked.c.lo_id, asked.c.hi_id).label("messages"),
    ).order_by(asked.c.number)

"""Who seems about to leave, and how often was that right in this clan?

Measuring takes a second or two, so it is done once a day, after a harvest, and remembered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts import fact_table
from clanstats.churn import NEEDS, SOON_DAYS, Drop, Precision, drops
from clanstats.db.models import MembershipRow
from clanstats.schedules import recall
from clanstats.services import Services

MEASURED = "churn:{clan_id}"  # under this key stands the latest measurement
_AGAIN = timedelta(days=1)
_TIMES = 12  # looked at, a fortnight apart, the newest a month ago
_APART = timedelta(days=14)
_SOON = timedelta(days=SOON_DAYS)
_TENURE = timedelta(days=98)  # so that there is something to compare with
_FRESH = timedelta(days=3)


async def dropped(
    session: AsyncSession, clan_id: int, at: datetime, tz: tzinfo
) -> Mapping[int, Sequence[Drop]]:
    """By player: the drops of those who drop in both signals."""
    table = await fact_table(session, clan_id, needs=NEEDS, as_of=at, tz=tz, max_data_age=_FRESH)
    return {
        member.player_id: found
        for member, found in zip(table.members, drops(table), strict=True)
        if found
    }


async def measure(session: AsyncSession, clan_id: int, now: datetime, tz: tzinfo) -> Precision:
    """Look back: who dropped at each of twelve times, and who of them left within a month."""
    leaves = await _leaves(session, clan_id)
    flagged = left = 0
    first = now - _SOON - (_TIMES - 1) * _APART
    for number in range(_TIMES):
        at = first + number * _APART
        for player_id in await dropped(session, clan_id, at, tz):
            flagged += 1
            left += any(at < gone <= at + _SOON for gone in leaves.get(player_id, ()))
    leavers = sum(any(first < gone <= now for gone in times) for times in leaves.values())
    return Precision(flagged, left, leavers, now)


async def measured(services: Services, clan_id: int) -> Precision | None:
    """The latest measurement; None if there is none yet."""
    async with services.read() as session:
        text = await recall(session, MEASURED.format(clan_id=clan_id))
    return None if text is None else msgspec.json.decode(text, type=Precision)


async def measure_if_due(services: Services, clan_id: int) -> str | None:
    """What is to be remembered under `MEASURED`; None if that was done within a day."""
    now = services.clock()
    known = await measured(services, clan_id)
    if known is not None and now - known.at < _AGAIN:
        return None
    async with services.read() as session:
        found = await measure(session, clan_id, now, services.settings.timezone)
    return msgspec.json.encode(found).decode()


async def _leaves(session: AsyncSession, clan_id: int) -> Mapping[int, Sequence[datetime]]:
    """When who left, after having been there long enough."""
    found = await session.execute(
        select(MembershipRow.player_id, MembershipRow.joined_at, MembershipRow.left_at).where(
            MembershipRow.clan_id == clan_id, MembershipRow.left_at.is_not(None)
        )
    )
    leaves: dict[int, list[datetime]] = {}
    for player_id, joined_at, left_at in found:
        if left_at is not None and left_at - joined_at >= _TENURE:
            leaves.setdefault(player_id, []).append(left_at)
    return leaves

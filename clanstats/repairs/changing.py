"""What do all repairs share?"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import Delete, Insert, Update, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import ClanRow
from clanstats.harvest.attribution import attribute

Repair = Callable[[AsyncSession, datetime], Awaitable[int]]


async def changed(session: AsyncSession, statement: Delete | Insert | Update) -> int:
    """Execute a statement past the ORM; returns how many rows it changed."""
    connection = await session.connection()
    return (await connection.execute(statement)).rowcount


async def attribute_all(session: AsyncSession) -> int:
    """Work out anew whose words are whose, everywhere; returns how many rows that changed."""
    clan_ids = await session.scalars(select(ClanRow.id))
    return sum([await attribute(session, clan_id) for clan_id in clan_ids.all()])

"""How does what points to nothing go?"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.integrity.references import dangles
from clanstats.db.models import Base, HiddenRow, PlayerRow
from clanstats.repairs.changing import Repair, changed


async def _references(session: AsyncSession, _now: datetime) -> int:
    """As the database would have when what was pointed to was deleted."""
    count = 0
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            (column,) = key.columns
            if key.ondelete is None and column.nullable:
                change = update(table).where(dangles(key)).values({column: None})
                count += await changed(session, change)
            else:
                count += await changed(session, delete(table).where(dangles(key)))
    return count


async def _hidden(session: AsyncSession, _now: datetime) -> int:
    known = select(PlayerRow.id)
    gone = delete(HiddenRow).where(HiddenRow.kind == "player", HiddenRow.subject_id.not_in(known))
    return await changed(session, gone)


REPAIRS: Mapping[str, Repair] = {"references": _references, "hidden": _hidden}

"""How are many rows written at once?"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, FromClause, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

# A chunk's parameters are built without a pause of the event loop.
_CHUNK = 1000


async def insert_new(
    session: AsyncSession, table: FromClause, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert `rows`, the values in the order of the table's columns; known keys are left alone.

    Goes past the ORM and past SQLAlchemy's parameter processing, which together cost thirty times
    the insert itself: values must be what the driver takes.
    """
    assert isinstance(table, Table)  # noqa: S101 — __table__ is typed more widely than it is
    connection = await session.connection()
    statement = _insert(table, connection.dialect)
    for first in range(0, len(rows), _CHUNK):
        await connection.exec_driver_sql(statement, list(rows[first : first + _CHUNK]))


@cache
def _insert(table: Table, dialect: Dialect) -> str:
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return str(insert(table).on_conflict_do_nothing().compile(dialect=dialect))

"""How are many rows written or deleted at once?

Both go past the ORM and past SQLAlchemy's parameter processing, which together cost thirty times
the insert itself: values must be what the driver takes.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, FromClause, Table, bindparam, delete
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession

# A chunk's parameters are built without a pause of the event loop.
_CHUNK = 1000


async def insert_new(
    session: AsyncSession, table: FromClause, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert `rows`, the values in the order of the table's columns; known keys are left alone."""
    await _execute(session, _insert, table, rows)


async def delete_keys(
    session: AsyncSession, table: FromClause, keys: Sequence[tuple[Any, ...]]
) -> None:
    """Delete the rows with these primary keys."""
    await _execute(session, _delete, table, keys)


async def _execute(
    session: AsyncSession,
    written: Callable[[Table, Dialect], str],
    table: FromClause,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    assert isinstance(table, Table)  # noqa: S101 — __table__ is typed more widely than it is
    connection = await session.connection()
    statement = written(table, connection.dialect)
    for first in range(0, len(rows), _CHUNK):
        await connection.exec_driver_sql(statement, list(rows[first : first + _CHUNK]))


@cache
def _insert(table: Table, dialect: Dialect) -> str:
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 — 30 ms that SQLite needn't pay

        return str(postgresql.insert(table).on_conflict_do_nothing().compile(dialect=dialect))
    return str(sqlite.insert(table).on_conflict_do_nothing().compile(dialect=dialect))


@cache
def _delete(table: Table, dialect: Dialect) -> str:
    keys = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
    return str(delete(table).where(*keys).compile(dialect=dialect))

"""How are many rows written or deleted at once?

Both go past the ORM and past SQLAlchemy's parameter processing, which together cost thirty times
the insert itself: values must be what the driver takes.
"""

from collections.abc import Sequence
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
    connection = await session.connection()
    await _execute(session, _insert(_table(table), connection.dialect), rows)


async def delete_keys(
    session: AsyncSession, table: FromClause, keys: Sequence[tuple[Any, ...]]
) -> None:
    """Delete the rows with these primary keys."""
    connection = await session.connection()
    await _execute(session, _delete(_table(table), connection.dialect), keys)


async def _execute(session: AsyncSession, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    connection = await session.connection()
    for first in range(0, len(rows), _CHUNK):
        await connection.exec_driver_sql(statement, list(rows[first : first + _CHUNK]))


def _table(table: FromClause) -> Table:
    assert isinstance(table, Table)  # noqa: S101 — __table__ is typed more widely than it is
    return table


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

"""How are many rows written, changed or deleted at once, and read as often?

All go past the ORM and past SQLAlchemy's parameter processing, which together cost thirty times
the insert itself: values must be what the driver takes.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, FromClause, Select, Table, bindparam, delete, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

Columns = tuple[str, ...]

# A chunk's parameters are built without a pause of the event loop.
_CHUNK = 1000
ASKED = 100  # a page's: the statement is the same for fewer
_DRIVER = "driver"
_Value = TypeVar("_Value")


async def insert_new(
    session: AsyncSession, table: FromClause, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert `rows`, the values in the order of the table's columns; known keys are left alone."""
    await _execute(session, _insert, table, rows)


async def update_rows(
    session: AsyncSession, table: FromClause, rows: Sequence[tuple[Any, ...]], *, columns: Columns
) -> None:
    """Set `columns` of the rows with these ids; each of `rows` is their values and then its id."""
    await _execute(session, partial(_update, columns), table, rows)


async def delete_keys(
    session: AsyncSession, table: FromClause, keys: Sequence[tuple[Any, ...]]
) -> None:
    """Delete the rows with these primary keys."""
    await _execute(session, _delete, table, keys)


async def fetch(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], values: Sequence[Any]
) -> Sequence[tuple[Any, ...]]:
    """Read the rows of a statement that is asked for each page.

    Args:
        session: Only read from.
        statement: Kept, once written out: it has to be a constant of its module.
        values: Of its parameters, in the order in which they stand there.
    """
    connection, driver = await _connected(session)
    written = _select(statement, connection.dialect)
    if driver is None:
        return [tuple(row) for row in await connection.exec_driver_sql(written, tuple(values))]
    with _sqlalchemys_errors():
        found: Sequence[tuple[Any, ...]] = await driver.execute_fetchall(written, values)
    return found


def one_of(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """`column` is one of `ASKED` values, for statements to `fetch`."""
    return column.in_([bindparam(f"{name}_{number}") for number in range(ASKED)])


def in_lots(values: Collection[_Value]) -> Iterator[Sequence[_Value]]:
    """Cut into lots for `one_of`; the last one is filled up with its own last value."""
    ordered = list(values)
    for first in range(0, len(ordered), ASKED):
        lot = ordered[first : first + ASKED]
        yield lot + lot[-1:] * (ASKED - len(lot))


async def _execute(
    session: AsyncSession,
    written: Callable[[Table, Dialect], str],
    table: FromClause,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    assert isinstance(table, Table)  # noqa: S101 — __table__ is typed more widely than it is
    if not rows:
        return
    connection, driver = await _connected(session)
    statement = written(table, connection.dialect)
    for first in range(0, len(rows), _CHUNK):
        if driver is None:
            await connection.exec_driver_sql(statement, list(rows[first : first + _CHUNK]))
        else:
            with _sqlalchemys_errors():
                await driver.executemany(statement, rows[first : first + _CHUNK])


async def _connected(session: AsyncSession) -> tuple[AsyncConnection, Any]:
    """The session's connection, and of SQLite the driver's own.

    Past SQLAlchemy's layers, which cost more CPU than a page's statements do by themselves.
    """
    transaction = session.sync_session.get_transaction()
    known: tuple[Any, AsyncConnection, Any] | None = session.info.get(_DRIVER)
    if known is None or known[0] is not transaction or transaction is None:
        connection, driver = await session.connection(), None
        if connection.dialect.name == "sqlite":
            driver = (await connection.get_raw_connection()).driver_connection
        known = session.sync_session.get_transaction(), connection, driver
        session.info[_DRIVER] = known
    return known[1], known[2]


@contextmanager
def _sqlalchemys_errors() -> Iterator[None]:
    """What is raised past SQLAlchemy is what it would raise: whoever waits out a full disk, say."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(None, None, error, sqlite3.Error) from error


@cache
def _insert(table: Table, dialect: Dialect) -> str:
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 — 30 ms that SQLite needn't pay

        return str(postgresql.insert(table).on_conflict_do_nothing().compile(dialect=dialect))
    return str(sqlite.insert(table).on_conflict_do_nothing().compile(dialect=dialect))


@cache
def _select(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> str:
    return str(statement.compile(dialect=dialect))


@cache
def _update(columns: Columns, table: Table, dialect: Dialect) -> str:
    # Otherwise they would be in the table's order.
    values: list[tuple[str, Any]] = [(name, bindparam(f"new_{name}")) for name in columns]
    statement = update(table).where(table.c.id == bindparam("key")).ordered_values(*values)
    return str(statement.compile(dialect=dialect))


@cache
def _delete(table: Table, dialect: Dialect) -> str:
    keys = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
    return str(delete(table).where(*keys).compile(dialect=dialect))

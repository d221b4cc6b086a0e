"""How does a statement reach SQLite's thread and come back in one step?

As it comes, aiosqlite crosses to its thread to make a cursor, to execute, to fetch and to close;
each crossing costs more than a small answer. Here all of that is one call, and a transaction that
needs no lock begins with its first statement.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite


class Cursor:
    """What SQLAlchemy needs of a cursor; after `execute` all rows are here."""

    def __init__(self, connection: "Connection") -> None:
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1
        self._connection = connection
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        return await self._run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        return await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """SQLite's own is closed long since."""

    async def _run(self, executed: Callable[[sqlite3.Cursor], object]) -> Self:
        def run() -> None:
            cursor = self._connection._conn.cursor()  # noqa: SLF001 — in its thread
            executed(cursor)
            self._rows = cursor.fetchall()
            self.description, self.rowcount = cursor.description, cursor.rowcount
            self.lastrowid = cursor.lastrowid
            cursor.close()

        await self._connection._execute(run)  # noqa: SLF001 — one class in two
        return self


class Connection(aiosqlite.Connection):
    """Its transactions may begin late, and end without a crossing if they never did."""

    _waiting: str | None = None
    _begun = False  # known here, as the thread may not have got that far

    def begin_with(self, sql: str) -> None:
        """Execute `sql` right before the next statement."""
        self._waiting = sql

    async def begin(self, sql: str) -> None:
        """Execute `sql` now."""
        self.begin_with(sql)
        await self._execute(lambda: None)

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 — as it is given
        """What every method of the base class goes through to reach the thread."""
        begin, self._waiting = self._waiting, None
        if begin is None:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        self._begun = True

        def begun() -> Any:  # noqa: ANN401 — as above
            self._conn.execute(begin)
            return fn(*args, **kwargs)

        return await super()._execute(begun)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        await self._end(super().commit)

    async def rollback(self) -> None:
        await self._end(super().rollback)

    async def _end(self, ended: Callable[[], Awaitable[None]]) -> None:
        self._waiting = None
        if self._begun or self.in_transaction:
            await ended()
            self._begun = False


def connect(database: str, **options: Any) -> Connection:  # noqa: ANN401 — sqlite3's own
    """A connection to be awaited; its thread doesn't keep the process alive."""
    connection = Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=0)
    connection._thread.daemon = True  # noqa: SLF001 — as SQLAlchemy does
    return connection

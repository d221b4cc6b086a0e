"""What do the answers cost through everything the bot uses, and does that grow with the history?

Each question is asked in three ways in turn: as the bot does, its statements alone through
SQLAlchemy, and the same statements with the same parameters through the bare driver.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.questions import Question
from benchmarks.seeding import settings_for
from benchmarks.timing import Times
from clanstats.db.asking import rows
from clanstats.db.engine import PRAGMAS
from clanstats.services import Services, open_services

_EVERY = 10  # steps of SQLite's virtual machine, from one call of the counter to the next


@dataclass(slots=True)
class Asked:
    """One question on one file, and what it took."""

    question: Question
    statements: list[tuple[Any, Any]] = field(default_factory=list)  # as SQLAlchemy has them
    sql: list[tuple[str, Any]] = field(default_factory=list)  # as the driver got them
    answer: Sequence[Any] = ()  # all rows of all statements
    steps: int = 0  # of SQLite's virtual machine
    scans: Sequence[str] = ()  # of the tables that grow with time
    whole: Times = field(default_factory=Times)
    alone: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)

    @property
    def rows(self) -> int:
        """How many the driver gives."""
        return len(self.answer)


Answers = Mapping[str, Asked]
Asking = Callable[[AsyncSession], Awaitable[Mapping[str, Question]]]


async def asked(files: Sequence[Path], questions: Asking, *, rounds: int) -> Sequence[Answers]:
    """Ask all `questions` of each file, `rounds` times, the files in turn."""
    async with AsyncExitStack() as stack:
        opened = [
            (
                await stack.enter_async_context(open_services(settings_for(file))),
                stack.enter_context(closing(_connection(file))),
            )
            for file in files
        ]
        found = [await _prepared(questions, *each) for each in opened]
        for _ in range(rounds):
            for name in found[0]:
                for (services, connection), answers in zip(opened, found, strict=True):
                    await _ask(services, connection, answers[name])
        return found


async def _prepared(
    questions: Asking, services: Services, connection: sqlite3.Connection
) -> Answers:
    async with services.read() as session:
        found = {name: Asked(question) for name, question in (await questions(session)).items()}
    for each in found.values():
        async with services.read() as session:
            with _overheard(each):
                await each.question(session)
        _count(connection, each)
    return found


async def _ask(services: Services, connection: sqlite3.Connection, each: Asked) -> None:
    async with each.whole.taken(), services.read() as session:
        await each.question(session)
    async with each.alone.taken(), services.read() as session:
        for statement, parameters in each.statements:
            await rows(session, statement, parameters)
    async with each.bare.taken():
        connection.execute("BEGIN")
        for sql, parameters in each.sql:
            connection.execute(sql, parameters).fetchall()
        connection.execute("COMMIT")


def _connection(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


@contextmanager
def _overheard(each: Asked) -> Iterator[None]:
    """Note what is executed, as it is given to SQLAlchemy and as it reaches the driver."""

    def given(_: object, statement: Any, many: Any, one: Any, __: object) -> None:  # noqa: ANN401 — SQLAlchemy's
        each.statements.append((statement, many or one))

    def sent(
        _: object,
        __: object,
        sql: str,
        parameters: Any,  # noqa: ANN401 — as above
        ___: object,
        ____: object,
    ) -> None:
        if sql != "BEGIN":
            each.sql.append((sql, parameters))

    event.listen(Engine, "before_execute", given)
    event.listen(Engine, "before_cursor_execute", sent)
    try:
        yield
    finally:
        event.remove(Engine, "before_execute", given)
        event.remove(Engine, "before_cursor_execute", sent)


def _count(connection: sqlite3.Connection, each: Asked) -> None:
    calls = 0

    def called() -> None:
        nonlocal calls
        calls += 1

    connection.set_progress_handler(called, _EVERY)
    each.answer = [row for sent in each.sql for row in connection.execute(*sent)]
    connection.set_progress_handler(None, 0)
    each.steps = calls * _EVERY
    plans = [
        str(step[-1])
        for sql, parameters in each.sql
        for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
    ]
    growing = ("SCAN metric_values", "SCAN snapshots", "SCAN messages", "SCAN voice_sessions")
    each.scans = tuple(step for step in plans if step.startswith(growing))

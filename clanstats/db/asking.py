"""How are rows read at the least cost?

The ORM's results cost as much again as the answer: of what is asked, only columns are wanted, so
its session lends the connection and nothing else. All is done in one change to SQLAlchemy's side.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def rows(
    session: AsyncSession, statement: Executable, asked: Mapping[str, Any] | None = None
) -> Sequence[Any]:
    """All `Row`s of a statement that selects columns, not entities; `asked` are its parameters."""
    return await session.run_sync(_rows, statement, asked)


def _rows(
    session: Session, statement: Executable, asked: Mapping[str, Any] | None
) -> Sequence[Any]:
    return session.connection().execute(statement, asked).all()

"""How do migrations reach the database? `clanstats.db.migrate` hands them its connection."""

from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeEngine

from clanstats.db.models import Base, Instant


def _plain(kind: str, thing: object, _: object) -> str | bool:
    """Write an Instant as the integer it is: a migration must not depend on today's models."""
    return "sa.BigInteger()" if kind == "type" and isinstance(thing, Instant) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,  # SQLite can, in the transaction that is open already
        render_item=_plain,
        compare_type=_differs,
    )
    with context.begin_transaction():
        context.run_migrations()


def _differs(
    _context: object,
    _inspected: object,
    _wanted: object,
    there: TypeEngine[Any],
    ours: TypeEngine[Any],
) -> bool | None:
    """SQLite gives INTEGER and BIGINT the same eight bytes."""
    integers = {"INTEGER", "BIGINT", "SMALLINT"}
    return None if {_name(there), _name(ours)} - integers else False


def _name(kind: TypeEngine[Any]) -> str:
    return str(getattr(kind, "impl", kind)).upper()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    message = "Run migrations with `clanstats db upgrade`: it makes a backup first."
    raise SystemExit(message)
_migrate(given)

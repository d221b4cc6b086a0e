"""How does a database get to the tables this version needs, and back?

Before anything is changed, the file is copied and the copy verified; if a migration fails, the
transaction leaves the tables as they were and the error names the copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from clanstats.db import backup
from clanstats.db.engine import database_file, migrating, reading
from clanstats.errors import ClanStatsError

if TYPE_CHECKING:  # half a second to import: only who migrates pays for it
    from alembic.config import Config

log = structlog.get_logger()

_ROOT = Path(__file__).parents[2]
VERSIONS = _ROOT / "migrations" / "versions"


class MigrationError(ClanStatsError):
    """The tables could not be brought to the wanted version; they are as before."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done; revisions are None for a database without tables."""

    before: str | None
    after: str | None
    backup: Path | None  # None when nothing had to be kept


def revisions() -> Sequence[str]:
    """The revisions there are migrations to, oldest first; found without importing alembic."""
    found = sorted(file.name.split("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))
    if not found:
        raise MigrationError(f"There are no migrations in {VERSIONS}: the installation is broken.")
    return tuple(found)


def head() -> str:
    """The newest of them."""
    return revisions()[-1]


async def current(url: str) -> str | None:
    """The revision the database is at; None when it has no tables yet."""
    file = database_file(url)
    if file is not None and not file.exists():
        return None
    engine = reading(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_current)
    finally:
        await engine.dispose()


async def migrate(  # noqa: PLR0913 — what to do, and what to do with the copy
    url: str,
    *,
    to: str = "head",
    downwards: bool = False,
    backup_dir: Path,
    keep: int,
    now: datetime,
) -> Migrated:
    """Bring the database to revision `to`; "base" is no tables at all.

    Args:
        url: Of the database.
        to: A revision, "head" or "base".
        downwards: It may only be taken back; otherwise only forward.
        backup_dir: Where the copy goes.
        keep: How many copies stay there once this has gone well.
        now: Names the copy.

    Raises:
        MigrationError: Nothing was changed; the text says where the copy is.
    """
    before = await current(url)
    target = head() if to == "head" else None if to == "base" else to
    if before == target:
        return Migrated(before, before, None)
    _check_target(before, target, downwards=downwards)
    file = database_file(url)
    kept = None
    if before is not None and file is not None:
        kept = await backup.create(file, backup_dir, label=f"before-{target or 'base'}", now=now)
    from alembic.util import CommandError  # noqa: PLC0415 — see the top

    engine = migrating(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run, to, upwards=not downwards)
            await connection.run_sync(_check)
    except (SQLAlchemyError, OSError, CommandError) as error:
        log.exception("migration.failed", to=to)
        where = f" A verified copy is at {kept}." if kept else ""
        raise MigrationError(
            f"The database could not be migrated ({type(error).__name__}); it is as before.{where}"
        ) from error
    finally:
        await engine.dispose()
    if kept is not None:  # only now: a migration that fails again and again must not cost copies
        backup.prune(backup_dir, keep=keep)
    log.info("database.migrated", before=before, after=target, backup=str(kept) if kept else None)
    return Migrated(before, target, kept)


def _check_target(before: str | None, target: str | None, *, downwards: bool) -> None:
    if before is not None and before not in revisions():
        raise MigrationError(
            f"The database is at version {before}, this program knows up to {head()}: install the "
            "newer version that wrote it, or restore a backup (`clanstats db list`)."
        )
    if target is not None and target not in revisions():
        known = ", ".join(revisions())
        raise MigrationError(f"There is no version {target}; there are: {known}, head and base.")
    if ((target or "") < (before or "")) != downwards:
        verb = "upgrade" if downwards else "downgrade"
        raise MigrationError(
            f"That goes from {before or 'base'} to {target or 'base'}: use `clanstats db {verb}`."
        )


def _current(connection: Connection) -> str | None:
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _run(connection: Connection, to: str, *, upwards: bool) -> None:
    from alembic import command  # noqa: PLC0415 — see the top

    if upwards:
        command.upgrade(_config(connection), to)
    else:
        command.downgrade(_config(connection), to)


def _check(connection: Connection) -> None:
    """Foreign keys weren't enforced meanwhile."""
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise SQLAlchemyError(f"a row of {dangling[0]} would point to nothing")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 — see the top

    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config

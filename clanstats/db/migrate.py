"""How does a database get to the tables this version needs, and back?

Backup, migrate, verify. All of a migration, and of what is verified, is one transaction: if any of
it fails, or the process is killed, the tables are as they were. Should the disk then not hold what
was committed, the copy takes its place. Every error names the copy.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from clanstats.db import backup
from clanstats.db.copies import Ask, Soundness, dangling, look, looked
from clanstats.db.engine import database_file, migrating, reading
from clanstats.db.lock import alone, shared
from clanstats.db.models import Base
from clanstats.db.replace import bring_back
from clanstats.errors import ClanStatsError

if TYPE_CHECKING:  # half a second to import: only who migrates pays for it
    from alembic.config import Config

log = structlog.get_logger()

_ROOT = Path(__file__).parents[2]
VERSIONS = _ROOT / "migrations" / "versions"


class MigrationError(ClanStatsError):
    """The tables could not be brought to the wanted version; they are as before."""


class UnreadableError(ClanStatsError):
    """The database can't even be asked for its version; `reason` is why."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database can't be used: {reason}. If the disk is full or read-only, mend that; "
            "if the file is damaged, `clanstats db restore` brings back a copy."
        )
        self.reason = reason


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
    """The revision the database is at; None when it has no tables yet.

    Raises:
        UnreadableError: It is damaged, or its disk is.
        DatabaseInUseError: It is being upgraded or restored.
    """
    file = database_file(url)
    if file is not None and not file.exists():
        return None
    with shared(file):
        return await _revision(url)


async def migrate(
    url: str, *, to: str = "head", downwards: bool = False, backup_dir: Path, now: datetime
) -> Migrated:
    """Bring the database to revision `to`; "base" is no tables at all.

    Args:
        url: Of the database.
        to: A revision, "head" or "base".
        downwards: It may only be taken back; otherwise only forward.
        backup_dir: Where the copy goes.
        now: Names the copy.

    Raises:
        MigrationError: The tables are as before; the text says why and where the copy is.
        DatabaseInUseError: Somebody else has the database open, as before.
        BackupError: It can't be copied; nothing was tried.
    """
    target = head() if to == "head" else None if to == "base" else to
    before = await current(url)
    if before == target:
        return Migrated(before, before, None)
    _check_target(before, target, downwards=downwards)
    file = database_file(url)
    async with alone(file):
        before = await _revision(url)  # as another process may have left it meanwhile
        if before == target:
            return Migrated(before, before, None)
        _check_target(before, target, downwards=downwards)
        copy = None
        if before is not None and file is not None:
            label = f"before-{target or 'base'}"
            copy = (await backup.create(file, backup_dir, label=label, now=now)).path
        await _migrate(url, to, target, downwards=downwards, copy=copy)
        if file is not None:
            await _confirm(file, copy)
    log.info("database.migrated", before=before, after=target, backup=str(copy) if copy else None)
    return Migrated(before, target, copy)


async def _migrate(
    url: str, to: str, target: str | None, *, downwards: bool, copy: Path | None
) -> None:
    engine = migrating(url)
    try:
        async with engine.begin() as connection:
            before = await connection.run_sync(_dangling)
            await connection.run_sync(_run, to, upwards=not downwards)
            await connection.run_sync(_verify, target, before)
    except Exception as error:
        log.exception("migration.failed", to=to)
        raise MigrationError(
            f"The database could not be migrated ({_reason(error)}); it is as before.{_at(copy)}"
        ) from error
    finally:
        await engine.dispose()


async def _confirm(file: Path, copy: Path | None) -> None:
    """See whether what was committed can be read back from the disk."""
    found = await asyncio.to_thread(look, file)
    if not found.damage:
        return
    log.error("migration.damaged", damage=found.damage[0])
    if copy is None:
        raise MigrationError(f"The new database is damaged ({found.damage[0]}): check the disk.")
    await asyncio.to_thread(bring_back, copy, file)
    raise MigrationError(
        f"The database was damaged after it was migrated ({found.damage[0]}); it is as before, "
        f"brought back from its copy.{_at(copy)} Check the disk."
    )


def _at(copy: Path | None) -> str:
    return f" A verified copy is at {copy}." if copy else ""


def _reason(error: Exception) -> str:
    """What a migration ran into, in a line; of SQL neither the statement nor its values."""
    cause = getattr(error, "orig", None) or error
    text = next(iter(str(cause).splitlines()), "")
    if isinstance(cause, MigrationError):
        return text
    return f"{type(cause).__name__}: {text}" if text else type(cause).__name__


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


def _dangling(connection: Connection) -> Mapping[tuple[str, str], int]:
    """What pointed to nothing before: that is for `clanstats db repair`, and no reason to stay."""
    return dangling(_asking(connection)) if connection.dialect.name == "sqlite" else {}


def _verify(
    connection: Connection, target: str | None, before: Mapping[tuple[str, str], int]
) -> None:
    """Pages, references (which weren't enforced meanwhile), and that these are the tables wanted.

    Raises:
        MigrationError: They aren't.
    """
    found = _looked(connection)
    if found.damage:
        raise MigrationError(found.damage[0])
    if found.revision != target:
        raise MigrationError(f"the tables are of version {found.revision}, not {target}")
    for (table, parent), count in found.dangling.items():
        if count > before.get((table, parent), 0):
            raise MigrationError(f"a row of {table} would point to nothing in {parent}")
    if target == head() and (different := _different(connection)):
        raise MigrationError(f"the tables aren't those that this program needs: {different}")


def _looked(connection: Connection) -> Soundness:
    if connection.dialect.name != "sqlite":  # its own tools look after pages and references
        return Soundness(_current(connection))
    return looked(_asking(connection))


def _asking(connection: Connection) -> Ask:
    return lambda sql: connection.exec_driver_sql(sql).all()


def _different(connection: Connection) -> str:
    """What the models say otherwise, in a line; "" if nothing."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 — see the top
    from alembic.migration import MigrationContext  # noqa: PLC0415 — see the top

    # Types aside: SQLite gives INTEGER and BIGINT the same eight bytes.
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    found = compare_metadata(context, Base.metadata)
    return ", ".join(str(one[0]) if isinstance(one, tuple) else str(one) for one in found[:3])


async def _revision(url: str) -> str | None:
    engine = reading(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_current)
    except DBAPIError as error:
        raise UnreadableError(str(error.orig)) from error
    finally:
        await engine.dispose()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 — see the top

    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config

"""How is the database looked after: copied, and checked whether it says one thing?"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import backup
from clanstats.db.backup import Backup, Keep
from clanstats.db.copies import BackupError, Soundness, look, unpacked
from clanstats.db.engine import database_file, reading
from clanstats.db.integrity import Violation, violations
from clanstats.db.migrate import head
from clanstats.numbers import megabytes
from clanstats.services import Services
from clanstats.settings import Settings


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The copy that was made, and those that made room."""

    made: Backup
    gone: Sequence[Backup]
    copies: int  # that there are now

    def __str__(self) -> str:
        gone = f", {len(self.gone)} old ones deleted" if self.gone else ""
        return (
            f"{self.made.path.name} made and verified, {megabytes(self.made.size)}; "
            f"{self.copies} in all{gone}"
        )


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a look at a whole file found.

    Attributes:
        file: Which one.
        soundness: Of its pages, its references, and which version its tables are of.
        violations: Of what its tables should agree on; None if they are another version's.
    """

    file: Path
    soundness: Soundness
    violations: Sequence[Violation] | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not (self.soundness.damage or self.soundness.dangling or self.violations)


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What was found wrong."""

    violations: Sequence[Violation]

    @property
    def partial(self) -> bool:
        return bool(self.violations)

    def __str__(self) -> str:
        if not self.violations:
            return "every table agrees with the others"
        found = ", ".join(f"{one.check} ({one.count})" for one in self.violations)
        return f"Found: {found}. `clanstats db verify` names the rows."


async def back_up(services: Services, *, label: str) -> BackupReport:
    """Copy the database while it is in use, and delete the copies that need not stay.

    Raises:
        BackupError: There is no new copy; no old one was deleted.
    """
    settings, now = services.settings, services.clock()
    file = database_file(settings.database_url)
    if file is None:
        raise BackupError("Only an SQLite file can be copied here; use your database's tools.")
    made = await backup.create(file, settings.backup_dir, label=label, now=now)
    gone = backup.prune(settings.backup_dir, kept(settings), now=now)
    return BackupReport(made, gone, len(backup.listed(settings.backup_dir)))


async def check(services: Services) -> IntegrityReport:
    """Look whether the tables agree with each other."""
    async with services.read() as session:
        return IntegrityReport(await violations(session, now=services.clock()))


async def inspect(file: Path, *, in_use: bool = False, now: datetime) -> Inspection:
    """Look at every page of a database or a copy, and whether its tables agree.

    Args:
        file: Packed or plain.
        in_use: It is the database itself; otherwise it is unpacked beside the copy meanwhile.
        now: Nothing in it can be later.

    Raises:
        BackupError: There is no such file, or it can't be unpacked.
    """
    async with AsyncExitStack() as stack:
        plain = file if in_use else await stack.enter_async_context(unpacked(file))
        found = await asyncio.to_thread(look, plain)
        if found.damage or found.revision != head():
            return Inspection(file, found)
        engine = reading(f"sqlite+aiosqlite:///{plain}")
        stack.push_async_callback(engine.dispose)
        async with AsyncSession(engine) as session:
            return Inspection(file, found, await violations(session, now=now))


def kept(settings: Settings) -> Keep:
    """Which copies the operator wants to stay."""
    return Keep(settings.backup_daily, settings.backup_weekly, settings.backup_monthly)

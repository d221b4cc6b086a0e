"""What can an operator do for the database? Back it up, go back, upgrade, verify, repair.

Each action takes the settings and the options that were typed, and returns the exit code.
"""

import argparse
import asyncio
import shutil
from pathlib import Path

from bot.operate import out, up_to_date
from clanstats import upkeep
from clanstats.db import backup, migrate
from clanstats.db.backup import MANUAL
from clanstats.db.copies import BackupError, weighed
from clanstats.db.engine import database_file
from clanstats.db.integrity import Violation, violations
from clanstats.db.lock import shared
from clanstats.db.restore import restore
from clanstats.errors import BadInputError
from clanstats.numbers import megabytes
from clanstats.repairs import REPAIRS, repair
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.timestamps import format_for_display, now_utc

_WORTH_NAMING = 100_000  # bytes


async def migrate_to(settings: Settings, options: argparse.Namespace) -> int:
    """Change the tables' version."""
    done = await migrate.migrate(
        settings.database_url,
        to=options.to,
        downwards=options.verb == "downgrade",
        backup_dir=settings.backup_dir,
        now=now_utc(),
    )
    out.print(f"{done.before or 'no tables'} → {done.after or 'no tables'}")
    if done.backup is not None:
        out.print(f"The copy from before is {done.backup}.")
    return 0


async def current_version(settings: Settings, _options: argparse.Namespace) -> int:
    """Print the tables' version and this program's."""
    found = await migrate.current(settings.database_url)
    newest = migrate.head()
    state = "up to date" if found == newest else f"this program wants {newest}"
    out.print(f"{found or 'no tables'} ({state})")
    return 0


async def make_backup(settings: Settings, _options: argparse.Namespace) -> int:
    """Copy the database now, whether the bot runs or not."""
    if await migrate.current(settings.database_url) is None:
        raise BackupError("There is no database yet: `clanstats harvest wom` makes it.")
    async with open_services(settings) as services:
        done = await upkeep.back_up(services, label=MANUAL)
    out.print(f"Copied and verified: {done.made.path} ({megabytes(done.made.size)})")
    return 0


async def list_backups(settings: Settings, _options: argparse.Namespace) -> int:
    """Print the copies, newest first."""
    copies = await asyncio.to_thread(backup.listed, settings.backup_dir)
    for copy in copies:
        at = format_for_display(copy.at, settings.timezone)
        out.print(f"{copy.path}  {at}  {megabytes(copy.size)}")
    if not copies:
        out.print(f"There are no copies in {settings.backup_dir}.")
    return 0


async def prune_backups(settings: Settings, options: argparse.Namespace) -> int:
    """Delete the copies that need not stay."""
    keep, now = upkeep.kept(settings), now_utc()
    gone = await asyncio.to_thread(
        backup.prune, settings.backup_dir, keep, now=now, dry_run=options.dry_run
    )
    for copy in gone:
        out.print(f"{copy.path}  {megabytes(copy.size)}")
    verb = "would be deleted" if options.dry_run else "deleted"
    out.print(f"{len(gone)} copies {verb}, {megabytes(sum(copy.size for copy in gone))}.")
    return 0


async def restore_backup(settings: Settings, options: argparse.Namespace) -> int:
    """Go back to a copy; what there is now is saved first."""
    folder, copy = settings.backup_dir, options.file
    if copy.parent == Path():  # as `db list` names it, without the folder
        copy = folder / copy
    done = await restore(_file(settings), copy, folder=folder, now=now_utc())
    out.print(f"The database is what {copy} says.")
    if done.saved is not None and done.readable:
        out.print(f"What it was before: `clanstats db restore {done.saved}` takes this back.")
    elif done.saved is not None:
        out.print(f"What it was before is damaged; it is kept as it was in {done.saved}.")
    if done.revision != migrate.head():
        out.print(f"Its tables are of version {done.revision}: the next start upgrades them.")
    return 0


async def verify_file(settings: Settings, options: argparse.Namespace) -> int:
    """Look for damage in the database or a copy, and whether its tables agree."""
    file, now = options.file or _file(settings), now_utc()
    if options.file is None:
        with shared(file):
            found = await upkeep.inspect(file, in_use=True, now=now)
    else:
        found = await upkeep.inspect(file, now=now)
    if found.violations is None:
        out.print(f"{file}: {found.soundness}")
        if not found.soundness.damage:
            out.print(f"Its tables are of version {found.soundness.revision}: no more is compared.")
        return 0 if found.good else 1
    for violation in found.violations:
        _tell(violation)
    count = sum(one.count for one in found.violations)
    out.print(f"{file}: {f'{count} rows are wrong' if count else 'sound'}")
    return 0 if found.good else 1


async def repair_rows(settings: Settings, options: argparse.Namespace) -> int:
    """Put right what `verify` found under one name; a copy is made first."""
    name, dry = options.name, options.dry_run
    if name not in REPAIRS:
        raise BadInputError(f"There is no {name} to repair; there are: {', '.join(REPAIRS)}.")
    await up_to_date(settings)
    async with open_services(settings) as services:
        now = services.clock()
        async with services.read() as session:
            found = await violations(session, now=now, names=[name])
        for violation in found:
            _tell(violation)
        if not found:
            out.print(f"{name}: nothing is wrong.")
            return 0
        if not dry:
            made = await upkeep.back_up(services, label=f"before-repair-{name}")
            out.print(f"The copy from before is {made.made.path}.")
        async with services.writers() as session:
            changed = await repair(session, name, now=now)
            left = await violations(session, now=now, names=[name])
            await (session.rollback() if dry else session.commit())
    out.print(f"{changed} rows {'would be' if dry else 'were'} changed.")
    for violation in left:
        _tell(violation)
    return 1 if left else 0


async def sizes(settings: Settings, _options: argparse.Namespace) -> int:
    """Print what takes how much room, and how much there is."""
    file = _file(settings)
    if not file.exists():
        raise BackupError(f"There is no database at {file} yet.")
    with shared(file):
        tables = await asyncio.to_thread(weighed, file)
    copies = await asyncio.to_thread(backup.listed, settings.backup_dir)
    log = backup.log_of(file)
    large = {name: size for name, size in tables.items() if size >= _WORTH_NAMING}
    lines = {
        f"{file}": file.stat().st_size,
        "its log, not merged yet": log.stat().st_size if log.exists() else 0,
        **{f"  {name}": size for name, size in large.items()},
        "  the others": sum(tables.values()) - sum(large.values()),
        f"{len(copies)} copies in {settings.backup_dir}": sum(copy.size for copy in copies),
        "free on the disk": shutil.disk_usage(file.parent).free,
    }
    width = max(map(len, lines))
    for what, size in lines.items():
        out.print(f"{what:<{width}}  {megabytes(size):>12}")
    return 0


def _tell(violation: Violation) -> None:
    """What is wrong, which rows, and what to do about it."""
    out.print(f"{violation.check}: {violation.wrong} ({violation.count} × {violation.table})")
    for row in violation.rows:
        out.print(f"    {row}")
    if violation.count > len(violation.rows):
        out.print("    …")
    out.print(f"    `clanstats db repair {violation.check}` {violation.repair}.")


def _file(settings: Settings) -> Path:
    file = database_file(settings.database_url)
    if file is None:
        raise BackupError("Only an SQLite file can be copied here; use your database's tools.")
    return file

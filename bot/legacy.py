"""How does an operator bring the predecessor's history along? Once, from its file, or for trial."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from bot.operate import err, out, up_to_date
from clanstats import upkeep
from clanstats.chat import AuthorKind
from clanstats.db import migrate
from clanstats.db.copies import BackupError, copy
from clanstats.db.engine import database_file
from clanstats.db.lock import shared, workshop
from clanstats.errors import ClanStatsError
from clanstats.legacy.importing import Told, import_legacy
from clanstats.legacy.report import Report
from clanstats.legacy.source import READ, opened
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.targets import check_target, write_file

_BEFORE = "before-import"


async def import_file(settings: Settings, options: argparse.Namespace) -> int:
    """Import a `clan_data.db`; for a trial into a copy of the database, which is thrown away."""
    file = database_file(settings.database_url)
    if file is None:
        raise BackupError("Only an SQLite file can be imported into.")
    if options.report is not None:
        check_target(options.report)  # an import is too long to find out at its end
    folder = file.parent
    folder.mkdir(parents=True, exist_ok=True)
    if options.dry_run:
        with workshop(folder) as trial:
            if await migrate.current(settings.database_url) is not None:
                with shared(file):
                    copy(file, trial / file.name)
            url = f"sqlite+aiosqlite:///{trial / file.name}"
            update = {"database_url": url, "backup_dir": trial}
            report = await _import(settings.model_copy(update=update), options, folder, trial=True)
    else:
        report = await _import(settings, options, folder, trial=False)
    _tell(report)
    if options.report is not None:
        text = json.dumps(report.as_json(), indent=2, ensure_ascii=False)
        try:
            put = write_file(options.report, lambda opened: opened.write(f"{text}\n".encode()))
        except ClanStatsError as error:
            raise ClanStatsError(f"What is said above is done, but {error}") from error
        out.print(f"Everything is in {put}.")
    if options.dry_run:
        out.print("Nothing was changed: this was a trial on a copy.")
    return 0 if report.adds_up else 1


async def _import(
    settings: Settings, options: argparse.Namespace, folder: Path, *, trial: bool
) -> Report:
    with opened(options.file, beside=folder) as source, _bar() as told:
        exists = await migrate.current(settings.database_url) is not None
        await up_to_date(settings)
        async with open_services(settings) as services:
            if exists and not trial:
                made = await upkeep.back_up(services, label=_BEFORE)
                err.print(f"The copy from before is {made.made.path}.")
            return await import_legacy(services, source, bots=options.bot, told=told)


@contextmanager
def _bar() -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield told


def _tell(report: Report) -> None:
    for table in READ:
        account, count = report.accounts[table], report.counts.get(table, 0)
        out.print(
            f"{table}: {count:,} rows: {account.taken:,} taken, {account.merged:,} merged, "
            f"{account.duplicate:,} duplicate, {sum(account.refused.values()):,} refused"
        )
        for why, refused in sorted(account.refused.items(), key=lambda one: -one[1]):
            out.print(f"    {refused:,} refused: {why}")
    for table, count in report.counts.items():
        if table not in READ and count:
            out.print(f"{table}: {count:,} rows, not read")
    if not report.adds_up:
        err.print("This doesn't add up: something changed meanwhile. Import it again.")
    talk, share = report.talk, report.talk.share
    out.print(f"{report.players:,} players are or were in the clan.")
    if share is not None:
        out.print(
            f"{sum(talk.attributed.values()):,} of {talk.human:,} messages by people are a known "
            f"player's ({share:.1%}); {talk.unknown(AuthorKind.RELAY):,} are by names in game chat "
            f"that nobody is known to have borne then, {talk.unknown(AuthorKind.USER):,} by "
            "Discord accounts that aren't linked."
        )
    if report.candidates:
        count = sum(one.messages for one in report.candidates)
        out.print(
            f"{len(report.candidates)} Discord accounts with {count:,} messages were called like "
            "one player and aren't linked: the report (`--report`) lists them for `/link add`."
        )

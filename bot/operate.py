"""What can an operator do from the terminal? Harvest; what is about the database is beside this.

Each action takes the settings and the options that were typed, and returns the exit code.
"""

import argparse
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clanstats import jobs, schedules
from clanstats.db import migrate
from clanstats.errors import ClanStatsError
from clanstats.harvest.backfill import backfill
from clanstats.harvest.wom import refresh
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.timestamps import now_utc

# Names come from others: "[ABC]" and ":x:" in one are text.
out = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
err = Console(soft_wrap=True, markup=False, emoji=False, highlight=False, stderr=True)
_ALIVE = timedelta(minutes=3)  # the bot notes a sign of life every minute


async def up_to_date(settings: Settings) -> None:
    """Bring the tables to this version, if they aren't; what is there is copied first."""
    done = await migrate.migrate(
        settings.database_url,
        backup_dir=settings.backup_dir,
        now=now_utc(),
    )
    if done.backup is not None:
        err.print(f"The database was upgraded; its copy from before is {done.backup}.")


async def harvest(settings: Settings, options: argparse.Namespace) -> int:
    """Read the clan's present state from Wise Old Man."""
    await up_to_date(settings)
    group_id = _group(settings)
    async with open_services(settings) as services:
        with err.status("Reading Wise Old Man …"):
            run = await jobs.run(
                "harvest", lambda: refresh(services, group_id, full=options.full), services
            )
        used = services.wom.status().requests
    return told(run, f" ({used} request{'' if used == 1 else 's'})")


async def run_backfill(settings: Settings, options: argparse.Namespace) -> int:
    """Read the clan's past; whatever was done before is not done again."""
    await up_to_date(settings)
    group_id = _group(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with open_services(settings) as services:
        with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
            task = bar.add_task("Backfill", total=None)
            run = await jobs.run(
                "backfill",
                lambda: backfill(
                    services,
                    group_id,
                    per_minute=options.per_minute,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                ),
                services,
            )
    return told(run)


async def alive(settings: Settings, _options: argparse.Namespace) -> int:
    """Whether a running bot has given a sign of life lately."""
    age = None
    if await migrate.current(settings.database_url) is not None:
        async with open_services(settings) as services, services.read() as session:
            beat = await schedules.last_beat(session)
            age = None if beat is None else services.clock() - beat
    if age is not None and age < _ALIVE:
        return 0
    err.print("The bot is not running." if age is None else f"The last sign of life is {age} old.")
    return 1


def told(run: jobs.JobRun, more: str = "") -> int:
    """Print what came of a job; the exit code says whether it was done."""
    if run.outcome != "failed":
        out.print(f"{run.detail}{more}")
        return 0
    err.print(f"{run.detail} Trace {run.trace}{more}.")
    return 1


def _group(settings: Settings) -> int:
    group_id = settings.wom_group_id
    if group_id is None:
        raise ClanStatsError("Set WOM_GROUP_ID: it is the number in your group's address.")
    return group_id

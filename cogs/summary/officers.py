"""What do officers have to do this week? The queue, who is silent, drift, and what data lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clanstats import jobs
from clanstats.analytics.members import Clan
from clanstats.decisions.queue import Queue, queue
from clanstats.decisions.quiet import quiet
from clanstats.errors import NoDataError
from clanstats.inactivity import Inactivity
from cogs.clan_roster.answer import Found, compared

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_RUNS = 50


@dataclass(frozen=True, slots=True)
class State:
    """How it is when it is asked, not how it was at the week's end."""

    quiet: Inactivity
    queue: Queue | None  # None: the clan has no rules
    drift: Found | None  # likewise, or its server can't be seen
    failed: Sequence[str]  # jobs whose latest run failed


async def state(bot: "ClanStatsBot", clan: Clan) -> State:
    """Look at everything that officers have to do."""
    services = bot.services
    async with services.read() as session:
        silent = await quiet(services, session, clan)
        try:
            due = await queue(services, session, clan)
        except NoDataError:
            due = None
        runs = await jobs.last_runs(session, limit=_RUNS)
    guild = bot.get_guild(bot.guild_id_of(clan) or 0)
    drift = None if due is None or guild is None else await compared(services, clan, guild)
    latest = {run.name: run.outcome for run in reversed(runs)}
    failed = sorted(name for name, outcome in latest.items() if outcome == "failed")
    return State(silent, due, drift, failed)

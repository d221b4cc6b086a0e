"""What does a harvest of a large clan cost?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Line
from benchmarks.seeding import copied, seeded, settings_for
from benchmarks.sizes import END, SEED, Size
from benchmarks.timing import Times
from benchmarks.wise_old_man import answering, client, written_down
from clanstats.harvest.wom import HarvestReport, refresh
from clanstats.services import Services, open_services
from demo.world import make_world

_KEYED_SLOT_MS = 600  # a hundred requests a minute
_SHARE_MOST = 0.25
_REQUESTS_MOST = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """A clan whose database ends on the day before the first that is answered for."""

    file: Path
    url: str
    wom_group_id: int
    days: int

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Services]:
        """Services on a copy of the file."""
        with TemporaryDirectory(dir=self.file.parent) as folder:
            settings = settings_for(copied(self.file, Path(folder)))
            async with open_services(settings) as services:
                yield services

    async def harvested(self, services: Services, day: int) -> tuple[HarvestReport, int]:
        """Refresh as if it were that day; also gives the number of requests."""
        now = END - timedelta(days=self.days - 1 - day)
        wom = client(self.url, day=day)
        try:
            today = replace(services, wom=wom, clock=lambda: now)
            return await refresh(today, self.wom_group_id), wom.status().requests
        finally:
            await wom.close()


@asynccontextmanager
async def stage(folder: Path, size: Size) -> AsyncIterator[Stage]:
    members, days, harvests = size.harvest_members, size.harvest_days, size.harvests
    file = await seeded(
        folder,
        members=members,
        days=days,
        end=END,
        seed=SEED,
        kept=days,
        until=END - timedelta(days=harvests),
    )
    world = make_world(members=members, days=days, end=END, seed=SEED)
    answers = folder / f"answers-{members}x{days}-{SEED}-last{harvests}"
    await written_down(world, answers, days=harvests)
    async with answering(answers) as url:
        yield Stage(file, url, world.group.group_id, harvests)


async def cost(at: Stage) -> Sequence[Line]:
    """Refresh day after day, everyone moved on; the first one only warms up."""
    times, most = Times(), 0
    async with at.opened() as services:
        await at.harvested(services, 0)
        for day in range(1, at.days):
            async with times.taken():
                report, requests = await at.harvested(services, day)
            most = max(most, requests)
    share = times.typical_cpu / _KEYED_SLOT_MS
    return (
        Line(
            "T7",
            f"harvest of {report.members} members, CPU",
            "≤ 25% of 0.6 s",
            f"{times.typical_cpu:.0f} ms = {share:.0%}, {report.snapshots} snapshots",
            share <= _SHARE_MOST,
        ),
        Line("T7", "requests a harvest", "≤ 5", str(most), most <= _REQUESTS_MOST),
    )

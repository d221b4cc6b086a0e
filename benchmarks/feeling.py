"""What do others feel of a harvest: those who ask meanwhile, and the event loop?"""

import asyncio
import gc
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from time import perf_counter, thread_time

from sqlalchemy.exc import OperationalError

from benchmarks.harvesting import Stage
from benchmarks.questions import CLAN
from benchmarks.report import Line
from benchmarks.sizes import END
from benchmarks.timing import percentile
from clanstats import charts
from clanstats.analytics.leaderboard import leaderboard
from clanstats.domain import Leaderboard, Window
from clanstats.metrics import OVERALL
from clanstats.services import Services

_READER_MOST = 4
_TICK_S = 0.005
_LAG_P99_MS, _LAG_MOST_MS = 25, 50


async def readers(at: Stage, *, idle_seconds: float) -> Sequence[Line]:
    """Ask for a leaderboard without pause, first alone and then while the clan is harvested."""
    async with at.opened() as services:
        await at.harvested(services, 0)
        idle = await _latencies(services, asyncio.create_task(asyncio.sleep(idle_seconds)))
        harvests = asyncio.create_task(_harvest_on(at, services))
        busy = await _latencies(services, harvests)
        locked = harvests.result() + busy.locked
    factor = percentile(busy.ms, 0.95) / percentile(idle.ms, 0.95)
    return (
        Line(
            "T10",
            "reader's p50/p95 in a harvest, against idle",
            "p95 ≤ 4×",
            f"{_spread(busy.ms)} to {_spread(idle.ms)} ms = {factor:.1f}×",
            factor <= _READER_MOST,
        ),
        Line("T10", "“database is locked”", "never", f"{locked} times", not locked),
    )


async def loop_lag(at: Stage, *, pictures: int, idle_seconds: float) -> Sequence[Line]:
    """Watch a timer while nothing happens, then while the clan is harvested and pictures drawn."""
    async with at.opened() as services:
        await services.drawing.warm()
        await at.harvested(services, 0)
        board = await _board(services)
        gc.collect()
        gc.freeze()
        idle = await _watched(asyncio.sleep(idle_seconds))
        busy = await _watched(_harvest_on(at, services), _draw(services, board, pictures))
    p99, most = _p99(busy.late), max(busy.late)
    worked, longest = _p99(busy.worked), max(busy.worked)
    return (
        Line(
            "T11",
            f"loop's lag, {at.days - 1} harvests, {pictures} pictures",
            "p99 ≤ 25, at most 50 ms",
            f"{p99:.0f}, {most:.0f} ms; idle {_p99(idle.late):.0f}, {max(idle.late):.0f}",
            p99 <= _LAG_P99_MS and most <= _LAG_MOST_MS,
        ),
        Line(
            "T11",
            "loop's own work at a stretch, CPU",
            "as above, no neighbours",
            f"{worked:.0f}, {longest:.0f} ms",
            worked <= _LAG_P99_MS and longest <= _LAG_MOST_MS,
        ),
    )


@dataclass(slots=True)
class _Ticks:
    late: list[float] = field(default_factory=list)  # ms
    worked: list[float] = field(default_factory=list)  # ms of CPU from one tick to the next


async def _watched(*work: Awaitable[object]) -> _Ticks:
    ticks = _Ticks()
    ticker = asyncio.create_task(_tick(ticks))
    await asyncio.gather(*work)
    await asyncio.sleep(_TICK_S * 2)
    ticker.cancel()
    return ticks


async def _tick(ticks: _Ticks) -> None:
    while True:
        began, worked = perf_counter(), thread_time()
        await asyncio.sleep(_TICK_S)
        ticks.worked.append((thread_time() - worked) * 1000)
        ticks.late.append((perf_counter() - began - _TICK_S) * 1000)


async def _draw(services: Services, board: Leaderboard, pictures: int) -> None:
    for _ in range(pictures):
        await services.draw(charts.leaderboard, board, title="Benchmark")


@dataclass(slots=True)
class _Read:
    ms: list[float] = field(default_factory=list)
    locked: int = 0


async def _latencies(services: Services, meanwhile: "asyncio.Task[object]") -> _Read:
    """Read as long as `meanwhile` runs."""
    read = _Read()
    while not meanwhile.done():
        began = perf_counter()
        try:
            await _board(services)
        except OperationalError:
            read.locked += 1
        read.ms.append((perf_counter() - began) * 1000)
    return read


async def _harvest_on(at: Stage, services: Services) -> int:
    """Harvest all days but the first; returns how often the database was locked."""
    locked = 0
    for day in range(1, at.days):
        try:
            await at.harvested(services, day)
        except OperationalError:
            locked += 1
    return locked


async def _board(services: Services) -> Leaderboard:
    async with services.read() as session:
        return await leaderboard(
            session, CLAN, metric_name=OVERALL, window=Window.last(30, now=END), as_of=END
        )


def _spread(ms: Sequence[float]) -> str:
    return f"{percentile(ms, 0.5):.0f}/{percentile(ms, 0.95):.0f}"


def _p99(values: Sequence[float]) -> float:
    return percentile(values, 0.99)

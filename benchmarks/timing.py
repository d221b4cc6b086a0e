"""How long did it take? Interleaved, in milliseconds, by the clock and by the processor.

The processor's time is that of all our threads, so that neighbours don't count; the clock's is
what somebody waits.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from resource import getpagesize
from statistics import median
from time import perf_counter, process_time


@dataclass(slots=True)
class Times:
    """What one thing took, each time it was done; in milliseconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Add what the body takes."""
        wall, cpu = perf_counter(), process_time()
        yield
        self.cpu.append((process_time() - cpu) * 1000)
        self.wall.append((perf_counter() - wall) * 1000)

    @property
    def typical_cpu(self) -> float:
        """The median."""
        return median(self.cpu)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that is not exceeded by `share` of them."""
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]


def resident_mb() -> float:
    """The process's memory; 0 where the system doesn't tell."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * getpagesize() / 2**20 if pages.exists() else 0.0

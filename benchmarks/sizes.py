"""How large is what is measured?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

END = datetime(2026, 8, 1, tzinfo=UTC)
SEED = 1
BUILD = Path("build/bench")


@dataclass(frozen=True, slots=True)
class Size:
    """The parameters of a run; equal ones share what is made for them."""

    members: int = 305
    days: int = 315
    times_history: int = 10
    rounds: int = 15  # of each query
    harvest_members: int = 500
    harvest_days: int = 365
    harvests: int = 14  # days on which the whole clan moves
    charts: int = 20
    idle_seconds: float = 3  # of reading alone, to compare with
    bulk_rows: int = 35_000
    starts: int = 10  # of a fresh interpreter
    messages: int = 600_000
    export_rows: int = 10_000

    @property
    def deep_days(self) -> int:
        """Of the long history."""
        return self.days * self.times_history

    @property
    def talk_days(self) -> int:
        """Over which the messages are spread; a tenth is a month and the one before it."""
        return self.days * 2


QUICK = Size(
    members=60,
    days=60,
    times_history=3,
    rounds=10,
    harvest_members=60,
    harvest_days=60,
    harvests=8,
    charts=4,
    bulk_rows=3_000,
    starts=3,
    messages=24_000,
    export_rows=2_000,
)
TINY = Size(
    members=30,
    days=35,
    times_history=2,
    rounds=2,
    harvest_members=30,
    harvest_days=40,
    harvests=3,
    charts=1,
    idle_seconds=0.1,
    bulk_rows=200,
    starts=1,
    messages=1_200,
    export_rows=200,
)

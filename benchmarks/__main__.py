"""`python -m benchmarks`: is ClanStats as fast as it is meant to be? Not a test: it only tells."""

import argparse
import asyncio
import gc
import logging
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import structlog

import bot  # noqa: F401 — sets when this process collects garbage, as in the bot's
from benchmarks import chatting, deciding, exporting, feeling, harvesting, report
from benchmarks.answering import answers, counts
from benchmarks.bulk import written
from benchmarks.seeding import seeded
from benchmarks.sizes import BUILD, END, QUICK, SEED, TINY, Size
from benchmarks.starting import imports
from benchmarks.storage import room

_SIZES = {"full": Size(), "quick": QUICK, "tiny": TINY}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=_SIZES, default="full", help="full unless said otherwise")
    parser.add_argument(
        "--quick", action="store_const", dest="size", const="quick", help="the same as --size quick"
    )
    parser.add_argument("--folder", type=Path, default=BUILD, help="where made files are kept")
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(_SIZES[options.size], options.folder))


async def run(size: Size, folder: Path) -> None:
    """Measure what `size` asks for; files made before are used again."""
    began = perf_counter()
    report.heading("Making up clans")
    file, deep = await _histories(size, folder)
    async with harvesting.stage(folder, size) as at:
        report.heading(f"{size.members} members, {size.days} and {size.deep_days} days")
        gc.collect()
        gc.freeze()  # as the bot does once it is ready
        targets = [*await answers(file, deep, rounds=size.rounds)]
        report.heading(f"{size.messages:,} messages of {size.talk_days} days, and the last of them")
        targets += await _talk(file, size)
        report.heading("Targets")
        report.lines(targets)
        report.lines(room(file))
        report.lines(await harvesting.cost(at))
        report.lines(await deciding.cost(at))
        report.lines(await written(file, rows=size.bulk_rows, rounds=size.rounds))
        report.lines(await feeling.readers(at, idle_seconds=size.idle_seconds))
        report.lines(
            await feeling.loop_lag(at, pictures=size.charts, idle_seconds=size.idle_seconds)
        )
    report.lines(imports(rounds=size.starts))
    report.heading(f"{perf_counter() - began:.0f} s in all")


async def _talk(file: Path, size: Size) -> Sequence[report.Line]:
    async with chatting.talking(
        file, messages=size.messages, days=size.talk_days, times=size.times_history
    ) as talk:
        counted = await counts(talk.short, talk.deep, rounds=size.rounds)
        files = await exporting.cost(talk.deep, rounds=size.rounds, rows=size.export_rows)
    return (*chatting.judged(talk.read), *counted, *files)


async def _histories(size: Size, folder: Path) -> tuple[Path, Path]:
    """The same clan twice: with the last days of its history, and with all of it."""
    files = [
        await seeded(
            folder,
            members=size.members,
            days=size.deep_days,
            end=END,
            seed=SEED,
            kept=kept,
            until=END,
        )
        for kept in (size.days, size.deep_days)
    ]
    return files[0], files[1]


if __name__ == "__main__":
    main()

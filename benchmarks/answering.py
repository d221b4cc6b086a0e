"""How are the answers' costs shown, and which of them are too much?"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.asking import Answers, Asked, Asking, asked
from benchmarks.questions import COUNTS, questions, talk_questions
from benchmarks.report import Line, table
from benchmarks.timing import percentile

_STEPS_MOST = 1.05  # T1
_GROWTH_MOST = 2.0  # T2
_SLOW_MS, _SLOW_MOST = 8, 1.3  # T4
_ROWS_PER_MS = 305  # T4: under 8 ms, this many rows may cost a millisecond more
_COUNT_MOST_MS = 20  # T8


async def answers(file: Path, deep: Path, *, rounds: int) -> Sequence[Line]:
    """Ask a clan's history and one many times as deep; print a row a question."""
    return _judged(*await _shown(file, deep, questions, rounds=rounds))


async def counts(file: Path, deep: Path, *, rounds: int) -> Sequence[Line]:
    """The same of messages and voice; what is longer ago than the short history costs more."""
    short, long = await _shown(file, deep, talk_questions, rounds=rounds)
    counted = {
        name: each.whole.typical_cpu for name, each in long.items() if name.startswith(COUNTS)
    }
    return (
        *_judged(
            {name: each for name, each in short.items() if each.answer == long[name].answer},
            long,
            of="talk: ",
        ),
        _worst("T8", "counts of everyone's messages, CPU ms", counted, _COUNT_MOST_MS, "≤ 20 ms"),
    )


async def _shown(file: Path, deep: Path, about: Asking, *, rounds: int) -> tuple[Answers, Answers]:
    short, long = await asked((file, deep), about, rounds=rounds)
    head = (
        *("CPU ms, median", "as the bot p95 wall", "SQLAlchemy", "driver", "ratio", "rows"),
        *("deep: bot", "growth", "steps", "deep", "ratio"),
    )
    table(head, [_row(name, each, long[name]) for name, each in short.items()])
    return short, long


def _row(name: str, each: Asked, deep: Asked) -> tuple[str, ...]:
    bot, wall = each.whole.typical_cpu, percentile(each.whole.wall, 0.95)
    alone, bare = each.alone.typical_cpu, each.bare.typical_cpu
    return (
        name,
        f"{bot:.1f} ({wall:.1f})",
        f"{alone:.1f}",
        f"{bare:.1f}",
        f"{alone / bare:.1f}",
        f"{each.rows:,}",
        f"{deep.whole.typical_cpu:.1f}",
        f"{_growth(each, deep):.2f}",
        f"{each.steps:,}",
        f"{deep.steps:,}",
        f"{_steps(each, deep):.2f}",
    )


def _steps(each: Asked, deep: Asked) -> float:
    return deep.steps / max(each.steps, 1)


def _growth(each: Asked, deep: Asked) -> float:
    return deep.bare.typical_cpu / each.bare.typical_cpu


def _overhead(each: Asked) -> float:
    """What SQLAlchemy costs, as a part of what it may cost."""
    bare, alone = each.bare.typical_cpu, each.alone.typical_cpu
    if bare >= _SLOW_MS:
        return alone / bare / _SLOW_MOST
    return (alone - bare) / max(each.rows / _ROWS_PER_MS, 1)


def _judged(short: Answers, long: Answers, *, of: str = "") -> Sequence[Line]:
    # Where the deep history knows more, there is more to do: such answers are only shown.
    equal = {name for name, each in short.items() if each.answer == long[name].answer}
    steps = {name: _steps(short[name], long[name]) for name in equal}
    growth = {name: _growth(each, long[name]) for name, each in short.items()}
    overhead = {name: _overhead(each) for name, each in short.items()}
    scans = [scan for found in (short, long) for each in found.values() for scan in each.scans]
    return (
        _worst(
            "T1",
            f"{of}steps, deep to short, {len(equal)} answers",
            steps,
            _STEPS_MOST,
            "≤ 1.05",
        ),
        Line(
            "T1", f"{of}plans that scan history", "none", scans[0] if scans else "none", not scans
        ),
        _worst("T2", f"{of}CPU in the driver, deep to short", growth, _GROWTH_MOST, "each ≤ 2"),
        _worst(
            "T4", f"{of}SQLAlchemy, against what it may cost", overhead, 1, "1 ms/305 rows, or 1.3×"
        ),
    )


def _worst(target: str, what: str, found: dict[str, float], most: float, aim: str) -> Line:
    name = max(found, key=lambda each: found[each])
    over = sum(value > most for value in found.values())
    others = f", {over} of {len(found)} over" if over else ""
    return Line(target, what, aim, f"{found[name]:.2f} ({name}{others})", not over)

"""What do a clan's rules cost: to gather what is known of everybody, and to decide?"""

from collections.abc import Sequence
from datetime import UTC, timedelta

from sqlalchemy import event

from benchmarks.harvesting import Stage
from benchmarks.report import Line
from benchmarks.sizes import END
from benchmarks.timing import Times
from clanstats.analytics.facts import fact_table
from clanstats.rules.decide import decide
from clanstats.rules.file import read_rules
from clanstats.services import Services

_ROUNDS = 9
_MOST_MS = 300
# What clans ask for, in thirty rules over three windows.
_CONDITIONS = (
    "rank == 'prospector' and xp.{days}d > mean(xp.{days}d, known(xp.{days}d))",
    "messages.{days}d > 0 and messages.{days}d >= pct(messages.{days}d, 90)",
    "kc.raids >= max(50, pct(kc.raids, 85, kc.raids > 0)) and tenure.days >= {days}",
    "tenure.days >= 30 and messages.{days}d == 0 and xp.{days}d < 10k",
    "kc.{days}d == 0 and xp.{days}d == 0 and quiet_days.game >= {days}",
    "tenure.months >= 6 and ehb + ehp >= 400 and xp.slayer.{days}d >= 1m",
    "ehb.{days}d > 5 and place(ehb.{days}d) <= 3",
    "voice_hours.{days}d >= 5 and active_days.{days}d >= 3",
    "total_level >= 2000 and clog >= 100 and level.slayer >= 90",
    "strikes.{days}d == 0 and ledger.events >= 100 and not away",
)
_WINDOWS = (7, 30, 90)


async def cost(at: Stage) -> Sequence[Line]:
    """Gather and decide, as `/promotions` does; with a third of the rules, and with all of them."""
    rules = [text.format(days=days) for days in _WINDOWS for text in _CONDITIONS]
    async with at.opened() as services:
        few, _, _ = await _decided(services, rules[:: len(_WINDOWS)])
        statements, times, members = await _decided(services, rules)
    return (
        Line(
            "R1",
            f"{members} members × {len(rules)} rules, CPU",
            f"≤ {_MOST_MS} ms",
            f"{times.typical_cpu:.0f} ms",
            times.typical_cpu <= _MOST_MS,
        ),
        Line(
            "R1",
            "statements, for a third of them and for all",
            "the same but for windows",
            f"{few} and {statements}",
            statements <= _most(len(_WINDOWS)),
        ),
    )


def _most(windows: int) -> int:
    """Gains, kills, messages, voice, days and coverage a window, and what has none."""
    return 20 + 10 * windows


async def _decided(services: Services, rules: Sequence[str]) -> tuple[int, Times, int]:
    text = "schema = 1\n" + "".join(
        f'[[rule]]\nid = "r{number}"\nkind = "flag"\nwhen = "{when}"\n'
        for number, when in enumerate(rules)
    )
    book, as_of = read_rules(text), END - timedelta(days=14)
    asked, times, members = 0, Times(), 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    engine = services.readers.kw["bind"].sync_engine
    for number in range(_ROUNDS):
        if number == _ROUNDS - 1:
            event.listen(engine, "before_cursor_execute", count)
        async with times.taken(), services.read() as session:
            table = await fact_table(
                session, 1, needs=book.needs, daily=book.daily, as_of=as_of, tz=UTC
            )
            members = decide(book, table, {}).checked
    event.remove(engine, "before_cursor_execute", count)
    return asked, times, members

"""What is the most XP that somebody gained in one week of the year before?

Read off at each Monday of the clan's calendar: what lies between two of them came in that week.
A week that nobody looked in is left out, as is what came with the first look after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import seeks
from clanstats.analytics.members import of_clan
from clanstats.analytics.metrics import metric_named
from clanstats.db.asking import rows
from clanstats.db.models import PlayerRow
from clanstats.domain import Window
from clanstats.metrics import OVERALL
from clanstats.timestamps import epoch_ms, iso_weeks

_WEEKS = 52
FEWEST = 8  # weeks that have to be known before one of them is a record
_METRIC = bindparam("metric_id", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Best:
    """The week in which somebody gained most."""

    xp: float
    weeks: int  # that are known
    week: Window


def first_week(window: Window, tz: tzinfo) -> Window:
    """The earliest that is looked at."""
    return iso_weeks(window.start, count=_WEEKS, tz=tz)[0]


async def bests(
    session: AsyncSession, clan_id: int, window: Window, tz: tzinfo
) -> Mapping[int, Best]:
    """By player who is a member at the window's end: the best of the 52 weeks before it.

    Only of whom at least eight of these weeks are known.
    """
    metric_id, _ = await metric_named(session, OVERALL)
    weeks = iso_weeks(window.start, count=_WEEKS, tz=tz)
    asked: dict[str, object] = {"clan_id": clan_id, "at": window.end, "metric_id": metric_id}
    mondays = [week.start for week in weeks] + [weeks[-1].end]
    asked |= {f"monday{number}": epoch_ms(at) for number, at in enumerate(mondays)}
    seen: dict[int, list[tuple[int | None, int | None]]] = {}
    for row in await rows(session, _held(len(mondays)), asked):
        seen.setdefault(row.player_id, []).append((row.seen_at, row.value))
    found = {player_id: _best(held, weeks) for player_id, held in seen.items()}
    return {player_id: best for player_id, best in found.items() if best is not None}


def _best(held: Sequence[tuple[int | None, int | None]], weeks: Sequence[Window]) -> Best | None:
    gained = []
    for number, week in enumerate(weeks):
        (_, before), (seen_at, after) = held[number], held[number + 1]
        looked = seen_at is not None and seen_at > epoch_ms(week.start)
        # After a week without a look, what is seen next came in both.
        late = number > 0 and held[number][0] == held[number - 1][0]
        if looked and not late and before is not None and after is not None:
            gained.append((max(after - before, 0), week))
    if len(gained) < FEWEST:
        return None
    xp, week = max(gained, key=lambda one: one[0])
    return Best(float(xp), len(gained), week)


@cache
def _held(count: int) -> Select[Any]:
    """What everybody had at `count` instants; built and compiled once."""
    asked = union_all(
        *(
            select(
                literal(number).label("number"),
                bindparam(f"monday{number}", type_=BigInteger).label("monday"),
            )
            for number in range(count)
        )
    ).cte("mondays")
    return (
        of_clan(
            asked.c.number,
            seeks.newest_snapshot(PlayerRow.id, until=asked.c.monday).label("seen_at"),
            seeks.value_at(PlayerRow.id, _METRIC, asked.c.monday).label("value"),
        )
        .join(asked, literal(1) == 1)
        .order_by(None)
        .order_by(PlayerRow.id, asked.c.number)
    )

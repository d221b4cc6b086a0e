"""What is the most XP that somebody gained in one week of the year before?

Read off at each Monday of the clan's calendar: what lies between two of them came in that week.
A week that nobody looked in is left out, as is what came with the first look after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any, TypeAlias

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
_AT_ONCE = 9  # instants a statement: all at once would keep everybody else waiting
_Held: TypeAlias = tuple[int | None, int | None]  # when somebody was seen, in ms, and their XP
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
    mondays = [epoch_ms(week.start) for week in weeks] + [epoch_ms(weeks[-1].end)]
    seen: dict[int, list[_Held]] = {}
    for first in range(0, len(mondays), _AT_ONCE):
        some = mondays[first : first + _AT_ONCE]
        more = {f"monday{number}": at for number, at in enumerate(some)}
        for row in await rows(session, _held(len(some)), asked | more):
            seen.setdefault(row.player_id, []).append((row.seen_at, row.value))
    found = {}
    for player_id, held in seen.items():
        best = _best(held, mondays, weeks)
        if best is not None:
            found[player_id] = best
    return found


def _best(held: Sequence[_Held], mondays: Sequence[int], weeks: Sequence[Window]) -> Best | None:
    best, place, known = -1, 0, 0
    for number in range(len(weeks)):
        before_at, before = held[number]
        seen_at, after = held[number + 1]
        looked = seen_at is not None and seen_at > mondays[number]
        # After a week without a look, what is seen next came in both.
        late = number > 0 and before_at == held[number - 1][0]
        if looked and not late and before is not None and after is not None:
            known += 1
            if after - before > best:
                best, place = max(after - before, 0), number
    return None if known < FEWEST else Best(float(best), known, weeks[place])


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

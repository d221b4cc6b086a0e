"""At which hours do people write, and on how many days? By the clan's clock.

A window is cut where the clock changes, and each part into its hours or days: an hour that comes
twice when clocks go back counts twice as long, and one that is left out isn't there. Each piece is
one range of message ids, so nothing is sorted and half-hour zones need no more.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE

from clanstats.analytics.members import CLAN
from clanstats.analytics.spoken import least, written
from clanstats.chat import FIRST_INSTANT, IDS_PER_MS, AuthorKind
from clanstats.db.models import AuthorRow, MessageRow
from clanstats.domain import HeatMap, HourOfWeek, UnknownReason, Window
from clanstats.timestamps import epoch_ms, utc_offsets

HOURS_OF_WEEK = 168
_HOUR = 3_600_000  # ms
_DAY = 24 * _HOUR
_THURSDAY = 3 * 24  # 1970 began on one; a week begins on Monday
_ID_ZERO_MS = epoch_ms(FIRST_INSTANT)
_PEOPLE = (AuthorKind.USER, AuthorKind.RELAY, AuthorKind.FORGOTTEN)


async def heat_map(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    *,
    window: Window,
    tz: tzinfo,
    first: datetime | None,
    players: Sequence[int] | None = None,
) -> HeatMap:
    """How many messages fall into each hour of the week.

    Args:
        session: Only read from.
        clan_id: Ours.
        window: Which time.
        tz: By whose clock.
        first: From when on anything is known in the window; None when nothing is.
        players: Of one person; None is everybody, bots and webhooks left out.
    """
    if first is None:
        return HeatMap(window, (), UnknownReason.NOT_READ)
    known = Window(max(window.start, first, FIRST_INSTANT), window.end)
    parts, asked = _parts(known, tz)
    asked |= {"clan_id": clan_id} | ({} if players is None else {"players": tuple(players)})
    hours = [HourOfWeek(0, 0)] * HOURS_OF_WEEK
    for hour, messages, length in await session.execute(_heat(parts, players is None), asked):
        hours[hour] = HourOfWeek(messages, round(length / _HOUR, 5))  # not the end's ms
    return HeatMap(known, tuple(hours))


async def active_days(
    session: AsyncSession, players: Sequence[int], *, window: Window, tz: tzinfo
) -> int:
    """On how many days of the clan's calendar these players wrote; a part of a day is one."""
    known = Window(max(window.start, FIRST_INSTANT), window.end)
    parts, asked = _parts(known, tz)
    if not parts:
        return 0
    days: int = (
        await session.execute(_days(parts), {"players": tuple(players), **asked})
    ).scalar_one()
    return days


def _parts(window: Window, tz: tzinfo) -> tuple[int, dict[str, object]]:
    """Into how many parts the clock's changes cut it, and the statement's parameters."""
    asked: dict[str, object] = {}
    parts = utc_offsets(window, tz)
    for number, (part, ahead) in enumerate(parts):
        # A window excludes its start and includes its end, to the millisecond.
        asked[f"part{number}_start"] = epoch_ms(part.start) + 1
        asked[f"part{number}_end"] = epoch_ms(part.end) + 1
        asked[f"part{number}_ahead"] = ahead.total_seconds() * 1000
    return len(parts), asked


def _pieces(parts: int, length: int) -> CTE:
    """Every hour or day in the parts: `start` and `until` in ms, `number` on the local clock."""
    rows = [
        select(
            *(
                cast(bindparam(f"part{number}_{name}", type_=BigInteger), BigInteger).label(name)
                for name in ("start", "end", "ahead")
            )
        )
        for number in range(parts)
    ]
    cut = union_all(*rows).cte("parts")
    # Before the first message of all nothing needs to be looked at.
    oldest = func.coalesce(select(func.min(MessageRow.id)).scalar_subquery(), literal(0))
    first = oldest // IDS_PER_MS + _ID_ZERO_MS
    begun = (
        select(
            case((cut.c.start < first, first), else_=cut.c.start).label("start"),
            cut.c.end,
            cut.c.ahead,
        )
        .where(cut.c.end > first)
        .cte("pieces", recursive=True)
    )
    following = ((begun.c.start + begun.c.ahead) // length + 1) * length - begun.c.ahead
    pieces = begun.union_all(
        select(following, begun.c.end, begun.c.ahead).where(following < begun.c.end)
    )
    number = (pieces.c.start + pieces.c.ahead) // length
    until = least((number + 1) * length - pieces.c.ahead, pieces.c.end)
    return select(pieces.c.start.label("start"), until.label("until"), number.label("number")).cte(
        "cut_pieces"
    )


@cache
def _heat(parts: int, everybody: bool) -> Select[Any]:  # noqa: FBT001 — a key of the cache
    """Built and compiled once for each number of parts."""
    pieces = _pieces(parts, _HOUR)
    lo, hi = _id(pieces.c.start), _id(pieces.c.until)
    everyones = (
        select(func.count())
        .select_from(MessageRow)
        .where(
            MessageRow.id >= lo,
            MessageRow.id < hi,
            # The sum keeps SQLite from going through everybody's messages for each hour.
            (MessageRow.author_id + 0).in_(
                select(AuthorRow.id).where(AuthorRow.clan_id == CLAN, AuthorRow.kind.in_(_PEOPLE))
            ),
        )
        .correlate(pieces)
        .scalar_subquery()
    )
    counted = select(
        pieces.c.number,
        (pieces.c.until - pieces.c.start).label("length"),
        (everyones if everybody else written(lo, hi)).label("messages"),
    ).cte("counted")
    hour = (counted.c.number + _THURSDAY) % HOURS_OF_WEEK
    return select(
        hour.label("hour"), func.sum(counted.c.messages), func.sum(counted.c.length)
    ).group_by(hour)


@cache
def _days(parts: int) -> Select[Any]:
    """As above."""
    pieces = _pieces(parts, _DAY)
    wrote = written(_id(pieces.c.start), _id(pieces.c.until)) > literal(0)
    return select(func.count(pieces.c.number.distinct())).where(wrote)


def _id(milliseconds: Any) -> Any:  # noqa: ANN401 — SQLAlchemy's own columns have no common type
    return (milliseconds - _ID_ZERO_MS) * IDS_PER_MS

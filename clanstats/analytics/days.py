"""On which days did everyone write? Of all players at once; of one person `hours` knows it, too."""

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import spoken
from clanstats.analytics.members import CLAN
from clanstats.chat import FIRST_INSTANT, IDS_PER_MS, AuthorKind
from clanstats.db.asking import rows
from clanstats.db.models import AttributionRow, AuthorRow, MessageRow
from clanstats.domain import Window
from clanstats.timestamps import epoch_ms, utc_offsets

_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)
_ID_ZERO_MS = epoch_ms(FIRST_INSTANT)


async def days_written(
    session: AsyncSession, clan_id: int, *, window: Window, tz: tzinfo
) -> Mapping[int, Mapping[int, int]]:
    """By player: how many messages on each day of `tz`, numbered from 1 January 1970."""
    parts = utc_offsets(Window(max(window.start, FIRST_INSTANT), window.end), tz)
    if not parts:
        return {}
    parameters: dict[str, Any] = {"clan_id": clan_id, **spoken.bounds(window)}
    for number, (part, ahead) in enumerate(parts):
        parameters[f"until{number}"] = epoch_ms(part.end)
        parameters[f"ahead{number}"] = ahead // timedelta(milliseconds=1)
    found: dict[int, dict[int, int]] = {}
    for player_id, day, count in await rows(session, _counted(len(parts)), parameters):
        found.setdefault(player_id, {})[day] = count
    return found


def days_together(
    found: Mapping[int, Mapping[int, int]], players: Iterable[int]
) -> Mapping[int, int]:
    """The same of all accounts of a person."""
    own: dict[int, int] = {}
    for player in players:
        for day, count in found.get(player, {}).items():
            own[day] = own.get(day, 0) + count
    return own


@cache
def _counted(parts: int) -> Select[Any]:
    """Built once for each number of parts into which the clock's changes cut the window."""
    at = MessageRow.id // IDS_PER_MS + _ID_ZERO_MS
    ahead: Any = bindparam(f"ahead{parts - 1}", type_=BigInteger)
    if parts > 1:
        changes = [
            (
                at <= bindparam(f"until{number}", type_=BigInteger),
                bindparam(f"ahead{number}", type_=BigInteger),
            )
            for number in range(parts - 1)
        ]
        ahead = case(*changes, else_=ahead)
    day = ((at + ahead) // _DAY_MS).label("day")
    return (
        select(AttributionRow.player_id, day, func.count())
        .join_from(AuthorRow, AttributionRow, AttributionRow.author_id == AuthorRow.id)
        .join(MessageRow, spoken.within(spoken.LO, spoken.HI))
        .where(
            AuthorRow.clan_id == CLAN,
            AuthorRow.kind.in_([AuthorKind.USER, AuthorKind.RELAY]),
        )
        .group_by(AttributionRow.player_id, day)
    )

"""Which sheets does an export have?"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import Clan
from clanstats.domain import Window
from clanstats.exports.activity import activity
from clanstats.exports.asking import Asked, asked
from clanstats.exports.decisions import decisions
from clanstats.exports.gains import gains
from clanstats.exports.roster import roster
from clanstats.sheets.table import Book, Table


class What(StrEnum):
    """What can be exported."""

    ROSTER = "roster"
    GAINS = "gains"
    ACTIVITY = "activity"
    DECISIONS = "decisions"
    ALL = "all"


_SHEETS: Mapping[What, Callable[[Asked], Awaitable[Table]]] = {
    What.ROSTER: roster,
    What.GAINS: gains,
    What.ACTIVITY: activity,
    What.DECISIONS: decisions,
}


async def book(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan: Clan,
    what: What,
    *,
    as_of: datetime,
    window: Window | None,
    period: str,
    tz: tzinfo,
) -> Book:
    """Put a file's sheets together.

    Args:
        session: Only read from.
        clan: Whose.
        what: One sheet, or all of them.
        as_of: The instant at which membership, ranks, links, names and totals are taken.
        window: Over which gains, activity and decisions are given; None is everything.
        period: The same as it was typed.
        tz: Whose days are meant.
    """
    about = await asked(session, clan, as_of=as_of, window=window, tz=tz)
    wanted = list(_SHEETS) if what is What.ALL else [what]
    tables = [await _SHEETS[one](about) for one in wanted]
    return Book(clan.name, clan.wom_group_id, as_of, tz, tuple(tables), window, period)

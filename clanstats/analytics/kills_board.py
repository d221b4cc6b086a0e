"""Who killed most bosses? The clan in order of all kills that the hiscores list, together."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.bosses import boss_lines
from clanstats.analytics.leaderboard import placed
from clanstats.domain import GainPolicy, Leaderboard, Window
from clanstats.metrics import KILLS


async def kills_board(
    session: AsyncSession, clan_id: int, *, window: Window, as_of: datetime
) -> Leaderboard:
    """Put everyone who was in the clan at `as_of` in order of the kills they added in a window."""
    (lines,) = await boss_lines(session, clan_id, windows=[window], as_of=as_of)
    unknown = tuple(line for line in lines if line.value is None)
    return Leaderboard(KILLS, window, as_of, GainPolicy.AS_OF, placed(lines, {}), unknown)

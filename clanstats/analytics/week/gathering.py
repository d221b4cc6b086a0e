"""What is known of a period and of those before it? All that a summary is made of.

Each period is asked about as it was: of who was in the clan at its end, by the links of then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.boards import board
from clanstats.analytics.competitions import Competition, open_competitions
from clanstats.analytics.kills_board import kills_board
from clanstats.analytics.news import Happening, NewsKind, news
from clanstats.analytics.week.bests import Best, bests
from clanstats.analytics.week.records import first_monday
from clanstats.db.models import MembershipRow, PlayerRow
from clanstats.domain import Leaderboard, Window
from clanstats.metrics import KILLS, MESSAGES, OVERALL, VOICE


@dataclass(frozen=True, slots=True)
class Stay:
    """A time that somebody spent in the clan."""

    player_id: int
    name: str  # the present one
    joined_at: datetime
    left_at: datetime | None
    again: bool  # they had been in the clan before


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything about a period.

    Attributes:
        periods: Four before it and itself, oldest first: a board by signal.
        happened: Achievements and new ranks of its members, oldest first.
        stays: Of who joined or left in it, and of who is a member at its end.
        bests: By player: their most XP in a week of the year before it.
        competitions: On at its end, or to begin within four weeks.
    """

    window: Window
    tz: tzinfo
    periods: Sequence[Mapping[str, Leaderboard]]
    happened: Sequence[Happening]
    stays: Sequence[Stay]
    bests: Mapping[int, Best]
    competitions: Sequence[Competition] = ()

    @property
    def first_monday(self) -> date:
        """From which on weeks were looked at for records."""
        return first_monday(self.window, self.tz)


async def gather(
    session: AsyncSession, clan_id: int, windows: Sequence[Window], tz: tzinfo
) -> Gathered:
    """Ask about each of `windows`, oldest first; the summary is about the last one.

    Raises:
        BadInputError: Nothing was ever harvested.
    """
    window = windows[-1]
    return Gathered(
        window,
        tz,
        [await _boards(session, clan_id, one) for one in windows],
        await news(session, clan_id, window, (NewsKind.ACHIEVEMENT, NewsKind.RANK)),
        await _stays(session, clan_id, window),
        await bests(session, clan_id, window, tz),
        await open_competitions(session, clan_id, window.end),
    )


async def _boards(session: AsyncSession, clan_id: int, window: Window) -> Mapping[str, Leaderboard]:
    boards = {
        name: await board(session, clan_id, metric_name=name, window=window, as_of=window.end)
        for name in (OVERALL, MESSAGES, VOICE)
    }
    killed = await kills_board(session, clan_id, window=window, as_of=window.end)
    return boards | {KILLS.name: killed}


async def _stays(session: AsyncSession, clan_id: int, window: Window) -> Sequence[Stay]:
    rows = await session.execute(
        select(
            MembershipRow.player_id,
            PlayerRow.name,
            MembershipRow.joined_at,
            MembershipRow.left_at,
        )
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(MembershipRow.clan_id == clan_id, MembershipRow.joined_at <= window.end)
        .order_by(PlayerRow.standard_name, MembershipRow.joined_at)
    )
    found, been = [], set()
    for player_id, name, joined_at, left_at in rows:
        if left_at is None or left_at > window.start:
            found.append(Stay(player_id, name, joined_at, left_at, player_id in been))
        been.add(player_id)
    return found

"""How did the clan do, week by week? The sum of what its members gained in each.

Never the difference of two sums: that moves with who joins, leaves, or isn't looked at for a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.boards import board
from clanstats.analytics.leaderboard import lines_of
from clanstats.analytics.metrics import metric_named
from clanstats.domain import UnknownReason, WeekGain, Window
from clanstats.metrics import MESSAGES, OVERALL

_KNOWN_ENOUGH = 0.5  # of the members: a sum over fewer says nothing of a clan
_WHOLE = 0.9  # from here on it isn't marked that there may be more


@dataclass(frozen=True, slots=True)
class ClanWeeks:
    """Weeks of a clan, oldest first; each of who was in it at that week's end."""

    xp: Sequence[WeekGain]
    messages: Sequence[WeekGain]
    members: Sequence[int]


async def clan_weeks(session: AsyncSession, clan_id: int, weeks: Sequence[Window]) -> ClanWeeks:
    """Sum up each week.

    A week of which fewer than half of the members are known is unknown; with fewer than nine in
    ten there may be more, and so with messages where channels weren't read throughout.

    Raises:
        BadInputError: Nothing was ever harvested.
    """
    found = [await _week(session, clan_id, week) for week in weeks]
    return ClanWeeks(
        [xp for xp, _, _ in found], [said for _, said, _ in found], [count for _, _, count in found]
    )


async def _week(
    session: AsyncSession, clan_id: int, week: Window
) -> tuple[WeekGain, WeekGain, int]:
    known = await metric_named(session, OVERALL)
    lines = await lines_of(session, clan_id, known, window=week, as_of=week.end)
    gained = [line.shown for line in lines if line.shown is not None]
    xp = _sum(week, gained, len(lines), UnknownReason.NOT_UPDATED)
    said = await board(session, clan_id, metric_name=MESSAGES, window=week, as_of=week.end)
    written = [one.gain.shown or 0 for one in said.standings]
    messages = WeekGain(week, None, UnknownReason.NOT_READ)
    if said.read is not None and said.read.first is not None:
        messages = WeekGain(week, sum(written), None, partial=not said.read.whole)
    return xp, messages, len(lines)


def _sum(week: Window, values: Sequence[float], members: int, reason: UnknownReason) -> WeekGain:
    if not members or len(values) < _KNOWN_ENOUGH * members:
        return WeekGain(week, None, reason)
    return WeekGain(week, sum(values), None, partial=len(values) < _WHOLE * members)


async def player_weeks(
    session: AsyncSession,
    clan_id: int,
    player_ids: Sequence[int],
    metric_name: str,
    weeks: Sequence[Window],
) -> Sequence[Sequence[WeekGain]]:
    """For each player: what they gained in each week; unknown where not known from its start."""
    known = await metric_named(session, metric_name)
    found: dict[int, list[WeekGain]] = {player_id: [] for player_id in player_ids}
    for week in weeks:
        lines = await lines_of(session, clan_id, known, window=week, as_of=weeks[-1].end)
        gained = {line.member.player_id: line.shown for line in lines if line.since is None}
        for player_id, course in found.items():
            value = gained.get(player_id)
            reason = UnknownReason.NOT_UPDATED if value is None else None
            course.append(WeekGain(week, value, reason))
    return [found[player_id] for player_id in player_ids]

"""Who gained more XP in one week than in any that is known of the year before?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.boards import board
from clanstats.analytics.week.bests import Best, bests, first_week
from clanstats.domain import Gain, Leaderboard, Member, Window
from clanstats.metrics import OVERALL

_LEAST = 500_000  # XP; less is no record worth a word


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody's best week."""

    member: Member
    xp: float
    before: float
    since: date  # the Monday from which on weeks are looked at
    weeks: int  # that are known
    of_clan: bool  # nor did anybody else who is a member gain as much in one of theirs


def exact(gain: Gain) -> float | None:
    """What they did, if it is known to be neither more nor less."""
    return None if gain.since is not None or gain.partial else gain.shown


def first_monday(week: Window, tz: tzinfo) -> date:
    """From which day on weeks are looked at."""
    return first_week(week, tz).start.astimezone(tz).date()


def records(
    found: Leaderboard, named: Leaderboard, best: Mapping[int, Best], since: date
) -> Sequence[Record]:
    """Everybody's on a board of one week's XP, the most XP first.

    Args:
        found: The whole board.
        named: The same without who may not be named.
        best: By player: their best week before it, of everybody.
        since: The Monday from which on weeks were looked at.
    """
    of_all = [one.gain.shown or 0.0 for one in found.standings]
    clan_best = max([*of_all, *(one.xp for one in best.values())], default=0.0)
    made = []
    for one in named.standings:
        value, before = exact(one.gain), best.get(one.gain.member.player_id)
        if value is None or before is None or value <= before.xp or value < _LEAST:
            continue
        of_clan = value >= clan_best
        made.append(Record(one.gain.member, value, before.xp, since, before.weeks, of_clan=of_clan))
    return tuple(made)


async def week_records(
    session: AsyncSession, clan_id: int, week: Window, tz: tzinfo
) -> Sequence[Record]:
    """Those of a week that is over, of all who were members at its end."""
    found = await board(session, clan_id, metric_name=OVERALL, window=week, as_of=week.end)
    best = await bests(session, clan_id, week, tz)
    return records(found, found, best, first_monday(week, tz))

"""What is the clan's history asked, as the commands ask it?"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, timedelta
from functools import partial

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.sizes import END
from clanstats.analytics.coverage import coverage
from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import known_names, members
from clanstats.analytics.profile import profile
from clanstats.analytics.series import series, weekly_gains
from clanstats.analytics.spoken import spoken
from clanstats.analytics.talk import talk, talk_hours
from clanstats.analytics.talk_board import talk_board
from clanstats.db.asking import rows
from clanstats.domain import GainPolicy, Member, Window
from clanstats.metrics import OVERALL, TALK
from clanstats.timestamps import EARLIEST, epoch_ms, iso_weeks

Question = Callable[[AsyncSession], Awaitable[object]]

CLAN = 1
COUNTS = "messages counted"
_ONE = select(literal(1))
_WEEKS = iso_weeks(END, count=12, tz=UTC)
_MONTH, _YEAR = Window.last(30, now=END), Window.last(365, now=END)


async def questions(session: AsyncSession) -> Mapping[str, Question]:
    """Every question by name, about the clan and about one member in the middle of it."""
    everyone = await members(session, CLAN, END)
    return _of_clan() | _of_player(everyone[len(everyone) // 2])


def _of_clan() -> dict[str, Question]:
    board = partial(leaderboard, clan_id=CLAN, metric_name=OVERALL)
    boards: dict[str, Question] = {
        f"leaderboard {days} days, {policy}": partial(
            board, window=Window.last(days, now=END), as_of=END, policy=policy
        )
        for policy in GainPolicy
        for days in (7, 30, 365)
    }
    return {
        "nothing (SELECT 1)": _nothing,
        "totals": partial(board, window=None, as_of=END),
        "totals 20 days ago": partial(board, window=None, as_of=END - timedelta(days=20)),
        **boards,
        "coverage 30 days": partial(coverage, clan_id=CLAN, window=_MONTH, as_of=END),
        "known names": partial(known_names, clan_id=CLAN),
        "members": partial(members, clan_id=CLAN, at=END),
    }


async def _nothing(session: AsyncSession) -> object:
    """What any question costs at least."""
    return await rows(session, _ONE)


def _of_player(one: Member) -> dict[str, Question]:
    changed_at = epoch_ms(END - timedelta(days=1))
    return {
        "profile 30 days": partial(
            profile, clan_id=CLAN, player_id=one.player_id, window=_MONTH, as_of=END, weeks=_WEEKS
        ),
        "series 365 days": partial(
            series, player_id=one.player_id, metric_name=OVERALL, window=_YEAR
        ),
        "gains of 12 weeks": partial(
            weekly_gains,
            member=one,
            metric_name=OVERALL,
            weeks=_WEEKS,
            updated_at=epoch_ms(END),
            last_changed_at=changed_at,
        ),
    }


async def talk_questions(session: AsyncSession) -> Mapping[str, Question]:
    """What is asked about messages and voice."""
    everyone = await members(session, CLAN, END)
    one = everyone[len(everyone) // 2]
    board = partial(talk_board, clan_id=CLAN, as_of=END)
    periods = {f"{days} days": Window.last(days, now=END) for days in (7, 30, 365)}
    everything = {"all": Window(EARLIEST, END)}
    counts: dict[str, Question] = {
        f"{COUNTS}, {period}": partial(spoken, clan_id=CLAN, window=window)
        for period, window in (periods | everything).items()
    }
    boards: dict[str, Question] = {
        f"board of {name}, {period}": partial(board, metric_name=name, window=window)
        for name in TALK
        for period, window in (periods | {"all": None}).items()
    }
    own = partial(talk, clan_id=CLAN, member=one, window=_MONTH, as_of=END, weeks=_WEEKS, tz=UTC)
    hours = partial(talk_hours, clan_id=CLAN, window=_MONTH, as_of=END, tz=UTC)
    return (
        counts
        | boards
        | {
            "talk of one, 30 days": own,
            "heat map of the clan, 30 days": hours,
            "heat map of one, 30 days": partial(hours, player_id=one.player_id),
        }
    )

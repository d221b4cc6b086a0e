"""Who is first? The clan in order of one metric: gained in a window, or held at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains, seeks
from clanstats.analytics.members import member, of_clan
from clanstats.analytics.metrics import metric_named
from clanstats.db.asking import rows
from clanstats.db.models import PlayerRow
from clanstats.domain import (
    Gain,
    GainPolicy,
    Leaderboard,
    Standing,
    Window,
)
from clanstats.metrics import Metric

_METRIC = bindparam("metric_id", type_=BigInteger)
_GAINS: Mapping[GainPolicy, Select[Any]] = {
    policy: of_clan(*gains.facts(PlayerRow.id, _METRIC, policy)) for policy in GainPolicy
}
_TOTALS = of_clan(
    seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
    seeks.value_at(PlayerRow.id, _METRIC, gains.END).label("end_value"),
)


async def leaderboard(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    *,
    metric_name: str,
    window: Window | None,
    as_of: datetime,
    policy: GainPolicy = GainPolicy.AS_OF,
    rank: str | None = None,
) -> Leaderboard:
    """Put everyone who was in the clan at `as_of` in order.

    Args:
        session: Only read from.
        clan_id: Ours.
        metric_name: Wise Old Man's name, or `total_level`.
        window: What was gained in it; None ranks what is held at `as_of`.
        as_of: The instant at which membership and ranks are taken.
        policy: From where a gain counts.
        rank: Only those who held this rank.

    Returns:
        Known ones best first, equal ones by name and in one place; unknown ones by name. Places
        in the window before are only given when gains are ranked.

    Raises:
        BadInputError: No such metric has ever been seen.
    """
    known = await metric_named(session, metric_name)
    _, metric = known
    lines = await lines_of(session, clan_id, known, window=window, as_of=as_of, policy=policy)
    if window is None:
        return _board(metric, None, as_of, policy, of_rank(lines, rank), {})
    earlier = await lines_of(
        session, clan_id, known, window=window.before, as_of=as_of, policy=policy
    )
    # Who gained nothing had no place then: a tie of everybody says nothing of who climbed.
    places = {
        place.gain.member.player_id: place.place
        for place in placed(of_rank(earlier, rank), {})
        if place.gain.shown
    }
    return _board(metric, window, as_of, policy, of_rank(lines, rank), places)


async def lines_of(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    known: tuple[int, Metric],
    *,
    window: Window | None,
    as_of: datetime,
    policy: GainPolicy = GainPolicy.AS_OF,
) -> Sequence[Gain]:
    """Everyone in the clan at `as_of` by name, with a gain, or with a total if `window` is None.

    `known` is what `metric_named` says.
    """
    metric_id, metric = known
    asked = {"clan_id": clan_id, "at": as_of, "metric_id": metric_id}
    if window is None:
        found = await rows(session, _TOTALS, asked | gains.bounds(Window(as_of, as_of)))
        return [
            gains.held(member(row), row.last_at, gains.scaled(row.end_value, metric))
            for row in found
        ]
    found = await rows(session, _GAINS[policy], asked | gains.bounds(window))
    return [gains.decide(member(row), metric, window, row, policy) for row in found]


def of_rank(lines: Iterable[Gain], rank: str | None) -> Sequence[Gain]:
    """Only those who hold this rank; None is everyone."""
    return [line for line in lines if rank is None or line.member.rank == rank]


def _board(  # noqa: PLR0913, PLR0917 — the parts of a board
    metric: Metric,
    window: Window | None,
    as_of: datetime,
    policy: GainPolicy,
    lines: Sequence[Gain],
    places: Mapping[int, int],
) -> Leaderboard:
    unknown = tuple(line for line in lines if line.value is None)
    return Leaderboard(metric, window, as_of, policy, placed(lines, places), unknown)


def placed(lines: Sequence[Gain], earlier: Mapping[int, int]) -> Sequence[Standing]:
    """Give places to those who are known; `earlier` are places in the window before, by player."""
    # Stable: the lines come by name, and stay so among equals.
    known = sorted(
        (line for line in lines if line.shown is not None), key=lambda line: -(line.shown or 0)
    )
    standings: list[Standing] = []
    for number, line in enumerate(known, start=1):
        last = standings[-1] if standings else None
        place = last.place if last and last.gain.shown == line.shown else number
        standings.append(Standing(place, line, earlier.get(line.member.player_id)))
    return tuple(standings)

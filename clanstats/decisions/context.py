"""What else should an officer know of somebody before they decide, besides what the rules ask?"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.boards import board
from clanstats.analytics.facts.standing import people
from clanstats.decisions.cases import CaseKind, cases
from clanstats.domain import Standing, Window
from clanstats.errors import BadInputError
from clanstats.metrics import MESSAGES, OVERALL

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Place:
    """The place on a board, of so many who have one."""

    place: int
    known: int


@dataclass(frozen=True, slots=True)
class Context:
    """Of one member, at an instant."""

    xp: Place | None = None  # of the last 30 days; None isn't known for certain
    messages: Place | None = None  # of the person, with all their accounts
    cases: Mapping[CaseKind, int] = field(default_factory=dict)  # in force, of all accounts
    rank_since: datetime | None = None  # None isn't known


async def contexts(
    session: AsyncSession, clan_id: int, player_ids: Collection[int], at: datetime
) -> Mapping[int, Context]:
    """By player, of those who were in the clan then."""
    wanted = [
        one for one in await people(session, clan_id, at) if one.member.player_id in player_ids
    ]
    if not wanted:
        return {}
    boards = {name: await _board(session, clan_id, name, at) for name in (OVERALL, MESSAGES)}
    players = {player for one in wanted for player in one.players}
    noted = await cases(session, clan_id, player_ids=sorted(players), in_force_at=at)
    return {
        one.member.player_id: Context(
            _place(boards[OVERALL], [one.member.player_id]),
            _place(boards[MESSAGES], one.players),
            Counter(case.kind for case in noted if case.player_id in one.players),
            one.rank_since,
        )
        for one in wanted
    }


async def _board(
    session: AsyncSession, clan_id: int, name: str, at: datetime
) -> Sequence[Standing]:
    """What is known for certain; () if nothing was ever harvested."""
    window = Window.last(_DAYS, now=at)
    try:
        found = await board(session, clan_id, metric_name=name, window=window, as_of=at)
    except BadInputError:
        return ()
    return found.standings


def _place(standings: Sequence[Standing], player_ids: Collection[int]) -> Place | None:
    """Talk has one line a person, whichever account it stands under."""
    for one in standings:
        certain = one.gain.since is None and not one.gain.partial
        if one.gain.member.player_id in player_ids and certain:
            return Place(one.place, len(standings))
    return None

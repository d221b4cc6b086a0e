"""Who plays, who talks, who does both? Members by XP and messages, now and a month ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.boards import board
from clanstats.domain import Leaderboard, Member, Window
from clanstats.metrics import MESSAGES, OVERALL


@dataclass(frozen=True, slots=True)
class Spot:
    """How much somebody played and talked."""

    xp: float
    messages: float


@dataclass(frozen=True, slots=True)
class Drifter:
    """One person, and from where they came."""

    member: Member
    now: Spot
    before: Spot | None  # in as long a time before that; None if it isn't known


@dataclass(frozen=True, slots=True)
class Quadrant:
    """Everyone of whom both are known.

    Attributes:
        middle: The median of both: half of them are on either side.
        unknown: Members of whom one of the two isn't known.
    """

    window: Window
    people: Sequence[Drifter]
    middle: Spot
    unknown: int


async def quadrant(session: AsyncSession, clan_id: int, window: Window) -> Quadrant:
    """Look at a window and at the one before it, of who was in the clan at its end.

    Raises:
        BadInputError: Nothing was ever harvested.
    """
    now = await _spots(session, clan_id, window, window)
    before = await _spots(session, clan_id, window.before, window)
    members, known = now
    people = [
        Drifter(members[player_id], spot, before[1].get(player_id))
        for player_id, spot in known.items()
    ]
    spots = list(known.values())
    middle = Spot(0, 0)
    if spots:
        middle = Spot(median(one.xp for one in spots), median(one.messages for one in spots))
    return Quadrant(window, people, middle, len(members) - len(people))


async def _spots(
    session: AsyncSession, clan_id: int, window: Window, present: Window
) -> tuple[Mapping[int, Member], Mapping[int, Spot]]:
    """Everyone by player, and where those are of whom both are known."""
    xp, said = [
        await board(session, clan_id, metric_name=name, window=window, as_of=present.end)
        for name in (OVERALL, MESSAGES)
    ]
    gained, written = _known(xp), _known(said)
    lines = [one.gain for one in xp.standings] + list(xp.unknown)
    return (
        {line.member.player_id: line.member for line in lines},
        {
            player_id: Spot(value, written[player_id])
            for player_id, value in gained.items()
            if player_id in written
        },
    )


def _known(board_: Leaderboard) -> Mapping[int, float]:
    """Without who is known in part: of them it isn't known on which side they are."""
    return {
        one.gain.member.player_id: one.gain.shown or 0
        for one in board_.standings
        if one.gain.since is None and not one.gain.partial
    }

"""Who killed most bosses? The clan in order of all kills that the hiscores list, together."""

from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts import game, kills, standing
from clanstats.analytics.facts.asking import Asked, Number, Person
from clanstats.analytics.leaderboard import placed
from clanstats.domain import Gain, GainPolicy, Leaderboard, UnknownReason, Window
from clanstats.metrics import KILLS
from clanstats.timestamps import epoch_ms

_REASONS = {text: reason for reason, text in game.REASONS.items()}


async def kills_board(
    session: AsyncSession, clan_id: int, *, window: Window, as_of: datetime, tz: tzinfo
) -> Leaderboard:
    """Put everyone who was in the clan at `as_of` in order of the kills they added in a window.

    Who has at least so many, as a boss is listed since lately or no longer, is marked as partial.
    """
    people = await standing.people(session, clan_id, as_of)
    asked = Asked(session, clan_id, people, as_of, tz, None, epoch_ms(as_of))
    found = await kills.came(asked, window, raids_only=False)
    lines = [_gain(person, number) for person, number in zip(people, found, strict=True)]
    return Leaderboard(
        KILLS,
        window,
        as_of,
        GainPolicy.AS_OF,
        placed(lines, {}),
        tuple(line for line in lines if line.value is None),
    )


def _gain(person: Person, number: Number) -> Gain:
    seen = number.observed_at
    if number.low != number.high and not number.low:
        reason = _REASONS.get(number.reason or "", UnknownReason.NOT_UPDATED)
        return Gain(person.member, None, reason, observed_at=seen)
    partial = number.low != number.high
    return Gain(person.member, number.low, None, observed_at=seen, partial=partial)

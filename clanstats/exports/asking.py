"""About which clan, time and people is an export?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts.asking import Person
from clanstats.analytics.facts.standing import people
from clanstats.analytics.members import Clan, names_at
from clanstats.domain import Window
from clanstats.privacy.hiding import Hidden, hidden


@dataclass(frozen=True, slots=True)
class Asked:
    """The clan at an instant, as it was then."""

    session: AsyncSession
    clan: Clan
    as_of: datetime
    window: Window | None  # None is everything up to `as_of`
    tz: tzinfo
    people: Sequence[Person]  # everyone who is shown, by name
    hidden: Hidden
    names: Mapping[int, str]  # by player: what they were called then

    def name(self, player_id: int) -> str:
        """What a player was called then; "" of whom nothing is known."""
        return self.names.get(player_id, "")


async def asked(
    session: AsyncSession, clan: Clan, *, as_of: datetime, window: Window | None, tz: tzinfo
) -> Asked:
    """Look who was there, and who doesn't want to be in any list."""
    concealed = await hidden(session, clan.clan_id, as_of)
    everyone = await people(session, clan.clan_id, as_of)
    return Asked(
        session,
        clan,
        as_of,
        window,
        tz,
        [one for one in everyone if one.member.player_id not in concealed.game],
        concealed,
        await names_at(session, clan.clan_id, as_of),
    )

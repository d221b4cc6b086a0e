"""About which clan, time and people is an export?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts.asking import Person as Account
from clanstats.analytics.facts.standing import people
from clanstats.analytics.members import Clan, names_at
from clanstats.analytics.metrics import known_metrics
from clanstats.analytics.persons import Person, listed
from clanstats.domain import Window
from clanstats.errors import NoDataError
from clanstats.metrics import Metric
from clanstats.privacy.hiding import Hidden, hidden
from clanstats.sheets.table import Missing
from clanstats.timestamps import EARLIEST, format_for_display

HIDDEN = Missing("hidden", "they don't want it to be shown", shown="hidden")


@dataclass(frozen=True, slots=True)
class Asked:
    """The clan at an instant, as it was then."""

    session: AsyncSession
    clan_id: int
    as_of: datetime
    window: Window | None  # None is everything up to `as_of`
    tz: tzinfo
    people: Sequence[Account]  # everyone who is shown, by name
    persons: Sequence[Person]  # everyone, a line a person
    hidden: Hidden
    names: Mapping[int, str]  # by player: what they were called then
    metrics: Mapping[str, tuple[int, Metric]]

    @property
    def spoken_in(self) -> Window:
        """In which time talk is counted."""
        return self.window or Window(EARLIEST, self.as_of)


async def asked(
    session: AsyncSession, clan: Clan, *, as_of: datetime, window: Window | None, tz: tzinfo
) -> Asked:
    """Look who was there, and who doesn't want to be in any list.

    Raises:
        NoDataError: Nobody was.
    """
    everyone = await people(session, clan.clan_id, as_of)
    if not everyone:
        raise NoDataError(f"Nobody was in {clan.name} by {format_for_display(as_of, tz)}.")
    concealed = await hidden(session, clan.clan_id, as_of)
    return Asked(
        session,
        clan.clan_id,
        as_of,
        window,
        tz,
        [one for one in everyone if one.member.player_id not in concealed.game],
        listed(
            [one.member for one in everyone],
            {one.member.player_id: one.players for one in everyone if one.linked},
        ),
        concealed,
        await names_at(session, clan.clan_id, as_of),
        {metric.name: (number, metric) for number, metric in await known_metrics(session)},
    )

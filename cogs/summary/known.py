"""What is known of a summary's period and of the four before it, and who may be named?"""

from datetime import timedelta

from clanstats.analytics.members import Clan
from clanstats.analytics.week import SIGNALS, Gathered, Summary, gather, summarised
from clanstats.errors import BadInputError, NoDataError
from clanstats.metrics import OVERALL
from clanstats.posts.calendar import Period, PostKind, period_at
from clanstats.posts.muting import muted
from clanstats.privacy.hiding import hidden, without
from clanstats.services import Services

_BEFORE = 4  # periods to compare with


async def everything(services: Services, clan: Clan, kind: PostKind, period: Period) -> Gathered:
    """What is known of everybody; not all of it is for everybody.

    Raises:
        NoDataError: Nothing is.
    """
    windows = [one.window for one in _periods(kind, period)]
    async with services.read() as session:
        try:
            found = await gather(session, clan.clan_id, windows, period.tz)
        except BadInputError as error:  # no metric was ever seen
            raise NoDataError(f"Nothing is known of {clan.name} yet.") from error
    if not found.periods[-1][OVERALL].members:
        raise NoDataError(f"Nothing is known of {clan.name} in {period.key}.")
    return found


async def public(services: Services, clan: Clan, kind: PostKind, period: Period) -> Summary:
    """What everybody may read: without who is hidden, or doesn't want to be named.

    Raises:
        NoDataError: Nothing is known.
    """
    found = await everything(services, clan, kind, period)
    async with services.read() as session:
        concealed = await hidden(session, clan.clan_id, period.window.end)
        silent = await muted(session, clan.clan_id, services.clock())
    boards = {
        name: without(
            found.periods[-1][name], concealed.on(found.periods[-1][name].metric) | silent
        )
        for name in SIGNALS
    }
    return summarised(found, boards, concealed.game | silent)


def _periods(kind: PostKind, period: Period) -> list[Period]:
    """The four before it and itself, oldest first."""
    found = [period]
    for _ in range(_BEFORE):
        before = found[0].first_day - timedelta(days=1)
        found.insert(0, period_at(kind, before, period.tz))
    return found

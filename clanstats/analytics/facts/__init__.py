"""What is known of every member at one instant? The table over which rules decide.

A fixed number of statements a sort of fact and window, however many rules ask. Nothing later than
the instant is looked at, but for what is only known of today: a profile's status and type.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts import competing, game, kills, quiet, records, standing, talk
from clanstats.analytics.facts.asking import Asked
from clanstats.facts import Column, FactKey, FactTable
from clanstats.timestamps import epoch_ms

_SETTLED = ("active", "unranked")  # statuses of profiles that are somebody's own


async def fact_table(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    *,
    needs: Collection[FactKey],
    daily: Collection[FactKey] = (),
    as_of: datetime,
    tz: tzinfo,
    max_data_age: timedelta | None = None,
) -> FactTable:
    """Gather what rules need.

    Args:
        session: Only read from.
        clan_id: Ours.
        needs: The facts.
        daily: Facts that are asked for by day, with how many days.
        as_of: The instant at which membership, ranks, links and all numbers are taken.
        tz: Whose days and months are meant.
        max_data_age: Older observations of Wise Old Man's leave what is in game unknown.
    """
    people = await standing.people(session, clan_id, as_of)
    asked = Asked(session, clan_id, people, as_of, tz, max_data_age, epoch_ms(as_of))
    columns: dict[FactKey, Column] = {}
    for gather in (
        standing.columns,
        records.columns,
        competing.columns,
        game.columns,
        kills.columns,
        talk.columns,
        quiet.columns,
    ):
        columns |= await gather(asked, _of(needs, columns))
    return FactTable(
        as_of,
        [person.member for person in people],
        columns,
        [person.member.status in _SETTLED for person in people],
        await talk.by_day(asked, daily),
    )


def _of(needs: Iterable[FactKey], known: Mapping[FactKey, Column]) -> Collection[FactKey]:
    return [key for key in needs if key not in known]

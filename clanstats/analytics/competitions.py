"""Which competitions has a clan, and who took part?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import AT, CLAN
from clanstats.db.asking import rows
from clanstats.db.models import BotStateRow, CompetitionPlaceRow, CompetitionRow, Instant
from clanstats.timestamps import parse_instant

LIST_READ = "competitions_read:{clan_id}"  # key of when, in the bot's state
_AHEAD = timedelta(days=28)
_UNTIL = bindparam("until", type_=Instant)
_SINCE = bindparam("since", type_=Instant)
_OPEN = (
    select(
        CompetitionRow.id,
        CompetitionRow.title,
        CompetitionRow.metrics,
        CompetitionRow.starts_at,
        CompetitionRow.ends_at,
    )
    .where(
        CompetitionRow.clan_id == CLAN,
        CompetitionRow.created_at <= AT,
        CompetitionRow.starts_at <= _UNTIL,
        CompetitionRow.ends_at > AT,
    )
    .order_by(CompetitionRow.starts_at, CompetitionRow.id)
)
_ENDED = select(CompetitionRow.id, CompetitionRow.places_read_at).where(
    CompetitionRow.clan_id == CLAN, CompetitionRow.ends_at > _SINCE, CompetitionRow.ends_at <= AT
)
_PLACES = (
    select(CompetitionPlaceRow.player_id, CompetitionPlaceRow.place)
    .join_from(
        CompetitionPlaceRow, CompetitionRow, CompetitionRow.id == CompetitionPlaceRow.competition_id
    )
    .where(
        CompetitionRow.clan_id == CLAN,
        CompetitionRow.ends_at > _SINCE,
        CompetitionRow.ends_at <= AT,
        CompetitionRow.places_read_at.is_not(None),
    )
)


@dataclass(frozen=True, slots=True)
class Competition:
    """One that is on, or to come."""

    wom_competition_id: int
    title: str
    metrics: Sequence[str]  # names; whose gains are added up
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TakenPart:
    """Who did how well in the competitions that ended in a time.

    Attributes:
        places: By player, one for each competition in which they gained anything; 1 is the best.
        unread: Competitions of which nobody's place is known yet.
    """

    places: Mapping[int, Sequence[int]]
    unread: int


async def list_read_at(session: AsyncSession, clan_id: int) -> datetime | None:
    """When the clan's list was last read whole; None if it never was."""
    key = LIST_READ.format(clan_id=clan_id)
    said = await session.scalar(select(BotStateRow.value).where(BotStateRow.key == key))
    return None if said is None else parse_instant(said)


async def open_competitions(
    session: AsyncSession, clan_id: int, at: datetime
) -> Sequence[Competition]:
    """Those that were on at an instant or to begin within four weeks, and known of by then.

    What Wise Old Man changed since of their title and times is said as it is now.
    """
    asked = {"clan_id": clan_id, "at": at, "until": at + _AHEAD}
    return [
        Competition(number, title, metrics.split(","), starts_at, ends_at)
        for number, title, metrics, starts_at, ends_at in await rows(session, _OPEN, asked)
    ]


async def taken_part(
    session: AsyncSession, clan_id: int, *, since: datetime, until: datetime
) -> TakenPart:
    """Count over the competitions that ended after `since` and up to `until`."""
    asked = {"clan_id": clan_id, "since": since, "at": until}
    ended = await rows(session, _ENDED, asked)
    places: dict[int, list[int]] = {}
    for player_id, place in await rows(session, _PLACES, asked):
        places.setdefault(player_id, []).append(place)
    return TakenPart(places, sum(read_at is None for _, read_at in ended))

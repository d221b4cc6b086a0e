"""How do a clan's competitions get into the database, and who did how well in them?

The list is one request, and what is stored becomes what it says. Of each competition that is over
the places are read once, some time after its end, as Wise Old Man reads some players late; a few
with each look, the latest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.competitions import LIST_READ
from clanstats.db import store
from clanstats.db.bulk import insert_new
from clanstats.db.models import ClanRow, CompetitionPlaceRow, CompetitionRow
from clanstats.errors import NoDataError
from clanstats.schedules import remember
from clanstats.services import Services
from clanstats.tombstones import Tombstones
from clanstats.wom.errors import WomError
from clanstats.wom.rows import WomCompetition, WomPlace

log = structlog.get_logger()

_SETTLED = timedelta(hours=12)  # after the end: whoever is read late may still move up
_AT_ONCE = 5  # requests for places, of the twenty a minute that the whole process has


@dataclass(frozen=True, slots=True)
class CompetitionsReport:
    """What one look found."""

    competitions: int
    read: int  # whose places are known since now
    unread: int  # that are over, and whose places aren't known yet
    problems: Sequence[str] = ()

    @property
    def partial(self) -> bool:
        """Whether something couldn't be read."""
        return bool(self.problems)

    def __str__(self) -> str:
        told = f"{self.competitions} competitions, places read of {self.read}"
        left = [f"{self.unread} still to be read"] if self.unread else []
        return ", ".join([told, *left, *self.problems])


async def read_competitions(
    services: Services, wom_group_id: int, *, at_once: int = _AT_ONCE
) -> CompetitionsReport:
    """Read the clan's list, and the places of at most `at_once` competitions, a request each.

    As many requests more may fail.

    Raises:
        NoDataError: The clan has never been harvested.
        WomError: The list could not be read; nothing was written.
    """
    listed = await services.wom.competitions(wom_group_id)
    now = services.clock()
    async with services.write() as session:
        of_group = ClanRow.wom_group_id == wom_group_id
        clan_id = await session.scalar(select(ClanRow.id).where(of_group))
        if clan_id is None:
            raise NoDataError("This clan was never harvested: run `clanstats harvest wom` first.")
        # One whose row can't be read isn't gone, nor is the list then whole.
        await _save(session, clan_id, listed.rows, replacing=not listed.skipped)
        if not listed.skipped:
            await remember(session, LIST_READ.format(clan_id=clan_id), now.isoformat())
        unread = await _unread(session, clan_id, now)
    problems, read, failed = list(listed.problems), 0, 0
    for competition_id in unread:
        if at_once in {read, failed}:  # those that fail for good keep no others from being read
            break
        try:
            places = await services.wom.places(competition_id)
        except WomError as error:
            log.warning("places.unread", competition_id=competition_id, reason=str(error))
            problems.append(f"the places of competition {competition_id} can't be read: {error}")
            failed += 1
            continue
        async with services.write() as session:
            await _save_places(session, competition_id, places, services.clock())
        read += 1
    return CompetitionsReport(len(listed.rows), read, len(unread) - read, tuple(problems))


async def _save(
    session: AsyncSession, clan_id: int, listed: Sequence[WomCompetition], *, replacing: bool
) -> None:
    of_clan = CompetitionRow.clan_id == clan_id
    stored = await session.execute(select(CompetitionRow.id, CompetitionRow.ends_at).where(of_clan))
    ends = {row.id: row.ends_at for row in stored}
    told = {one.competition_id: one for one in listed}
    # One that another clan gave up, or lost, is this one's now.
    await session.execute(delete(CompetitionRow).where(~of_clan, CompetitionRow.id.in_(list(told))))
    if replacing:
        await session.execute(
            delete(CompetitionRow).where(of_clan, CompetitionRow.id.not_in(list(told)))
        )
    for one in told.values():
        values = {
            "title": one.title,
            "metrics": ",".join(one.metrics),
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "created_at": one.created_at,
        }
        if one.competition_id not in ends:
            await session.execute(
                insert(CompetitionRow).values(id=one.competition_id, clan_id=clan_id, **values)
            )
            continue
        if ends[one.competition_id] != one.ends_at:  # whoever was best by then may not be
            values["places_read_at"] = None
        this = CompetitionRow.id == one.competition_id
        await session.execute(update(CompetitionRow).where(of_clan, this).values(values))


async def _unread(session: AsyncSession, clan_id: int, now: datetime) -> Sequence[int]:
    """Which competitions are over and have no places yet, the latest first."""
    found = await session.scalars(
        select(CompetitionRow.id)
        .where(
            CompetitionRow.clan_id == clan_id,
            CompetitionRow.ends_at <= now - _SETTLED,
            CompetitionRow.places_read_at.is_(None),
        )
        .order_by(CompetitionRow.ends_at.desc(), CompetitionRow.id)
    )
    return found.all()


async def _save_places(
    session: AsyncSession, competition_id: int, places: Sequence[WomPlace], now: datetime
) -> None:
    """Of whom we know: others were never in the clan while it was followed."""
    this = CompetitionRow.id == competition_id
    noted = await session.scalar(
        update(CompetitionRow).where(this).values(places_read_at=now).returning(CompetitionRow.id)
    )
    if noted is None:  # it was taken off the list meanwhile
        return
    tombstones = await Tombstones.load(session)
    kept = [one for one in places if not tombstones.has_wom(one.wom_id)]
    owner = await store.owners(session, {one.wom_id for one in kept})
    best: dict[int, int] = {}  # of who took part under two ids, before they were merged
    for one in kept:  # the best first
        if one.wom_id in owner:
            best.setdefault(owner[one.wom_id], one.place)
    await session.execute(
        delete(CompetitionPlaceRow).where(CompetitionPlaceRow.competition_id == competition_id)
    )
    rows = [(competition_id, player_id, place) for player_id, place in best.items()]
    await insert_new(session, CompetitionPlaceRow.__table__, rows)

"""Who said that they are away, until when?

An absence is stored for one account and holds for all accounts of the person who plays it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.persons import accounts_of
from clanstats.db.models import AbsenceRow, PlayerRow
from clanstats.errors import BadInputError
from clanstats.people.links import links_at

LONGEST = timedelta(days=366)
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Absence:
    """Someone is away from `since` up to `until`."""

    player_id: int
    name: str  # the player's present one
    since: datetime
    until: datetime
    reason: str | None
    set_by: int  # Discord user


async def set_absence(  # noqa: PLR0913  who, when, why, and who says so
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int,
    now: datetime,
    until: datetime,
    reason: str | None,
    set_by: int,
) -> Absence:
    """Note that whoever plays this account is away from now on; it ends what was said before.

    Raises:
        BadInputError: It ends before it begins, or in over a year.
    """
    if not now < until <= now + LONGEST:
        raise BadInputError("Give a day within the next year: `2w`, or as `2026-12-24`.")
    await clear_absence(session, clan_id, player_id=player_id, now=now)
    accounts = await accounts_of(session, clan_id, player_id, now)
    said = " ".join((reason or "").split())[:LONGEST_REASON] or None
    await session.execute(
        insert(AbsenceRow).values(
            clan_id=clan_id,
            player_id=accounts[0],
            since=now,
            until=until,
            reason=said,
            set_by=set_by,
        )
    )
    name = await session.scalar(select(PlayerRow.name).where(PlayerRow.id == accounts[0]))
    return Absence(accounts[0], name or "", now, until, said, set_by)


async def clear_absence(
    session: AsyncSession, clan_id: int, *, player_id: int, now: datetime
) -> bool:
    """Note that whoever plays this account is back; returns whether they were away."""
    cleared = await session.scalars(
        update(AbsenceRow)
        .where(
            *_in_force(clan_id, now),
            AbsenceRow.player_id.in_(await accounts_of(session, clan_id, player_id, now)),
        )
        .values(cleared_at=now)
        .returning(AbsenceRow.id)
    )
    return bool(cleared.all())


async def absences(session: AsyncSession, clan_id: int, at: datetime) -> Sequence[Absence]:
    """Who is away at that instant, whoever comes back first first."""
    found = await session.execute(
        select(
            AbsenceRow.player_id,
            PlayerRow.name,
            AbsenceRow.since,
            AbsenceRow.until,
            AbsenceRow.reason,
            AbsenceRow.set_by,
        )
        .join_from(AbsenceRow, PlayerRow, PlayerRow.id == AbsenceRow.player_id)
        .where(*_in_force(clan_id, at))
        .order_by(AbsenceRow.until, PlayerRow.standard_name, AbsenceRow.id)
    )
    return tuple(Absence(*row) for row in found)


async def away(session: AsyncSession, clan_id: int, at: datetime) -> Mapping[int, Absence]:
    """The absences of that instant by player ID, for every account of those who are away."""
    users = {link.player_id: link.discord_user_id for link in await links_at(session, clan_id, at)}
    found: dict[int, Absence] = {}
    for absence in await absences(session, clan_id, at):
        user_id = users.get(absence.player_id)
        accounts = [one for one, user in users.items() if user == user_id] if user_id else []
        # Whoever comes back last is listed last, and that is what holds.
        found |= dict.fromkeys([*accounts, absence.player_id], absence)
    return found


def _in_force(clan_id: int, at: datetime) -> Sequence[ColumnElement[Any]]:
    return (
        AbsenceRow.clan_id == clan_id,
        AbsenceRow.since <= at,
        AbsenceRow.until > at,
        or_(AbsenceRow.cleared_at.is_(None), AbsenceRow.cleared_at > at),
    )

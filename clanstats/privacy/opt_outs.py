"""Who opted out on Wise Old Man? They are hidden here, too.

Whoever opts out leaves their groups there, so that it is enough to ask once about those who left,
some each night. Whoever is in the group again has changed their mind.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import HiddenRow, MembershipRow, PlayerRow
from clanstats.errors import BadInputError
from clanstats.privacy.hiding import OPTED_OUT, hide, unhide
from clanstats.schedules import recall, remember
from clanstats.services import Services
from clanstats.timestamps import EARLIEST, parse_instant
from clanstats.wom.errors import WomError, WomNotFoundError, WomOptedOutError, WomPlayerError

log = structlog.get_logger()

A_NIGHT = 10  # requests at most
_KINDS = frozenset({"opt_out", "opt_out_groups"})


async def honour_opt_outs(services: Services, clan_id: int) -> int:
    """Ask Wise Old Man about some of those who left; returns how many turned out to opt out.

    If it can't be reached, the rest is asked the next night.
    """
    now = services.clock()
    async with services.write() as session:
        await unhide(session, kind=OPTED_OUT, subject_ids=await _returned(session, clan_id))
        asked_until = parse_instant(await recall(session, _key(clan_id)) or EARLIEST.isoformat())
        leavers = await _left(session, clan_id, since=asked_until)
    found = 0
    for leaver in leavers:
        try:
            out = await _opted_out(services, leaver.wom_id, leaver.standard_name)
        except WomError as error:
            log.warning("opt_outs.unasked", reason=str(error))
            break
        async with services.write() as session:
            if out:
                await note_opt_out(session, leaver.id, now)
            await remember(session, _key(clan_id), leaver.left_at.isoformat())
        found += out
    return found


async def note_opt_out(session: AsyncSession, player_id: int, now: datetime) -> None:
    """Wise Old Man says that this player doesn't want to be tracked."""
    await hide(session, kind=OPTED_OUT, subject_ids=[player_id], now=now)


async def _opted_out(services: Services, wom_id: int, name: str) -> bool:
    try:
        told = await services.wom.player(name)
    except WomOptedOutError:
        return True
    except (WomPlayerError, WomNotFoundError, BadInputError):
        return False  # renamed or gone: nobody can say
    return told.player.wom_id == wom_id and not _KINDS.isdisjoint(told.annotations)


async def _left(session: AsyncSession, clan_id: int, *, since: datetime) -> Sequence[Any]:
    """Who is in the clan no longer and left after `since`, in that order."""
    present = select(MembershipRow.player_id).where(
        MembershipRow.clan_id == clan_id, MembershipRow.left_at.is_(None)
    )
    left_at = func.max(MembershipRow.left_at).label("left_at")
    found = await session.execute(
        select(PlayerRow.id, PlayerRow.wom_id, PlayerRow.standard_name, left_at)
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(
            MembershipRow.clan_id == clan_id,
            MembershipRow.player_id.not_in(present),
            PlayerRow.wom_id > 0,
            PlayerRow.merged_into_id.is_(None),
        )
        .group_by(PlayerRow.id)
        .having(left_at > since)
        .order_by(left_at, PlayerRow.id)
        .limit(A_NIGHT)
    )
    return found.all()


async def _returned(session: AsyncSession, clan_id: int) -> Sequence[int]:
    found = await session.scalars(
        select(HiddenRow.subject_id)
        .join(MembershipRow, MembershipRow.player_id == HiddenRow.subject_id)
        .where(
            HiddenRow.kind == OPTED_OUT,
            MembershipRow.clan_id == clan_id,
            MembershipRow.left_at.is_(None),
        )
    )
    return tuple(found)


def _key(clan_id: int) -> str:
    return f"opt_outs.{clan_id}"

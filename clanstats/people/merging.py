"""Whose is what was noted of a player that turned out to be another?"""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import (
    AbsenceRow,
    AnnouncementRow,
    HiddenRow,
    LinkClaimRow,
    LinkRow,
    MutedMemberRow,
)
from clanstats.people.links import keep_one_main
from clanstats.privacy.hiding import USER
from clanstats.privacy.officers import hand_over_records


async def hand_over(session: AsyncSession, *, stand_in: int, player_id: int) -> None:
    """Give the player what was said of a stand-in; where both are linked, the player's link holds.

    An account has one user at a time: of a link to the stand-in there remains what lies after the
    player's own links.
    """
    for clan_id in await session.scalars(
        select(LinkRow.clan_id).where(LinkRow.player_id == stand_in).distinct()
    ):
        await _hand_over_links(session, clan_id, stand_in, player_id)
    taken = select(LinkClaimRow.discord_user_id).where(LinkClaimRow.player_id == player_id)
    await session.execute(
        update(LinkClaimRow)
        .where(LinkClaimRow.player_id == stand_in, LinkClaimRow.discord_user_id.not_in(taken))
        .values(player_id=player_id)
    )
    await session.execute(delete(LinkClaimRow).where(LinkClaimRow.player_id == stand_in))
    await session.execute(
        update(AbsenceRow).where(AbsenceRow.player_id == stand_in).values(player_id=player_id)
    )
    await hand_over_records(session, stand_in=stand_in, player_id=player_id)
    hidden = select(HiddenRow.kind).where(HiddenRow.subject_id == player_id)
    of_stand_in = (HiddenRow.kind != USER, HiddenRow.subject_id == stand_in)
    await session.execute(
        update(HiddenRow)
        .where(*of_stand_in, HiddenRow.kind.not_in(hidden))
        .values(subject_id=player_id)
    )
    await session.execute(delete(HiddenRow).where(*of_stand_in))
    muted = select(MutedMemberRow.clan_id).where(MutedMemberRow.player_id == player_id)
    await session.execute(
        update(MutedMemberRow)
        .where(MutedMemberRow.player_id == stand_in, MutedMemberRow.clan_id.not_in(muted))
        .values(player_id=player_id)
    )
    await session.execute(delete(MutedMemberRow).where(MutedMemberRow.player_id == stand_in))
    await session.execute(delete(AnnouncementRow).where(AnnouncementRow.player_id == stand_in))


async def _hand_over_links(
    session: AsyncSession, clan_id: int, stand_in: int, player_id: int
) -> None:
    of_both = await session.execute(
        select(LinkRow.id, LinkRow.player_id, LinkRow.discord_user_id, LinkRow.since, LinkRow.until)
        .where(LinkRow.clan_id == clan_id, LinkRow.player_id.in_((stand_in, player_id)))
        .order_by(LinkRow.since, LinkRow.id)
    )
    rows = of_both.all()
    own = [row for row in rows if row.player_id == player_id]
    is_linked = any(row.until is None for row in own)
    ended_at = max((row.until for row in own if row.until is not None), default=None)
    for row in rows:
        if row.player_id == player_id:
            continue
        since = row.since if ended_at is None else max(row.since, ended_at)
        if is_linked or (row.until is not None and row.until <= since):
            await session.execute(delete(LinkRow).where(LinkRow.id == row.id))
        else:
            await session.execute(
                update(LinkRow).where(LinkRow.id == row.id).values(player_id=player_id, since=since)
            )
        await keep_one_main(session, clan_id, row.discord_user_id)

"""Who on Wise Old Man is not to be stored, as they asked to be deleted?

They may still be in the group, and go on playing: each refresh tells how they are called now, so
that game chat doesn't bring them back under a new name.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import LAST_ID
from clanstats.db.models import MembershipRow, PlayerRow
from clanstats.harvest.roster import SAME_INSTANT
from clanstats.privacy.deletion import delete_within, forget_relayed
from clanstats.privacy.person import person_with
from clanstats.tombstones import Tombstones
from clanstats.wom.rows import Decoded, WomGroup, WomMembership


class _Line(Protocol):
    @property
    def wom_id(self) -> int: ...


_Row = TypeVar("_Row", bound=_Line)


def remembered(answer: Decoded[_Row], tombstones: Tombstones) -> Decoded[_Row]:
    """An answer without the rows of those who asked to be deleted."""
    if not tombstones.made_at:
        return answer
    kept = tuple(row for row in answer.rows if not tombstones.has_wom(row.wom_id))
    return replace(answer, rows=kept)


def split(group: WomGroup, tombstones: Tombstones) -> tuple[WomGroup, Sequence[WomMembership]]:
    """A group without those members, and them."""
    gone = tuple(m for m in group.memberships if tombstones.has_wom(m.player.wom_id))
    if not gone:
        return group, ()
    kept = tuple(m for m in group.memberships if m not in gone)
    return replace(group, memberships=kept), gone


async def settle_names(
    session: AsyncSession, tombstones: Tombstones, gone: Collection[WomMembership], now: datetime
) -> None:
    """Follow forgotten people's names: their new ones are forgotten, their old ones may be taken.

    When the clan was synced before Wise Old Man knew of their rename, a stand-in was stored under
    the new name: it goes, too.

    Args:
        session: Written to.
        tombstones: As loaded in this transaction.
        gone: Who of them are still in the group, as they are called now.
        now: When that was seen.
    """
    if not tombstones.made_at:
        return
    for stand_in in await _stand_ins(session, gone):
        await delete_within(session, await person_with(session, stand_in), now)
    present = select(PlayerRow.standard_name).join(
        MembershipRow, MembershipRow.player_id == PlayerRow.id
    )
    borne = set(await session.scalars(present.where(MembershipRow.left_at.is_(None))))
    names = {membership.player.username for membership in gone} - borne
    new = {name for name in names if not tombstones.has_name(name, LAST_ID)}
    if new:
        tombstones = await Tombstones.add(session, now=now, names=new)
        await forget_relayed(session, new)
    await tombstones.settle_names(session, borne, now=now)


async def _stand_ins(session: AsyncSession, gone: Collection[WomMembership]) -> Sequence[int]:
    """Who was in the group for them: of their present name, and since the instant they are."""
    found: list[int] = []
    for membership in gone:
        since, until = membership.joined_at - SAME_INSTANT, membership.joined_at + SAME_INSTANT
        found += await session.scalars(
            select(PlayerRow.id)
            .join(MembershipRow, MembershipRow.player_id == PlayerRow.id)
            .where(
                PlayerRow.standard_name == membership.player.username,
                PlayerRow.wom_id > 0,
                MembershipRow.left_at.is_not(None),
                MembershipRow.joined_at.between(since, until),
            )
        )
    return tuple(dict.fromkeys(found))

"""What is told to who asks about themselves, and who sees it?"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import HiddenRow
from clanstats.privacy.hiding import OPTED_OUT, PLAYER, USER
from clanstats.privacy.holdings import Count, counted
from clanstats.privacy.person import Scope, person_of
from clanstats.tombstones import Tombstones

# They name both, and are told once.
_OF_BOTH = frozenset({"links", "link_claims", "absences"})


@dataclass(frozen=True, slots=True)
class Overview:
    """What is held on a Discord user and their players."""

    discord: Sequence[Count]
    game: Sequence[Count]
    players: Sequence[str]
    talk_hidden: bool
    numbers_hidden: bool
    opted_out: bool  # on Wise Old Man, one of their players
    forgotten: bool  # the user asked to be deleted, and nothing new is stored


async def overview(session: AsyncSession, user_id: int) -> Overview:
    """Count what is held, each half by itself."""
    on_discord = await person_of(session, user_id, Scope.DISCORD)
    in_game = await person_of(session, user_id, Scope.GAME)
    rows = await session.execute(
        select(HiddenRow.kind).where(
            ((HiddenRow.kind == USER) & (HiddenRow.subject_id == user_id))
            | ((HiddenRow.kind != USER) & HiddenRow.subject_id.in_(in_game.player_ids))
        )
    )
    kinds = set(rows.scalars())
    tombstones = await Tombstones.load(session)
    return Overview(
        discord=await counted(session, on_discord),
        game=[one for one in await counted(session, in_game) if one.table not in _OF_BOTH],
        players=tuple(player.name for player in in_game.players if not player.stand_in),
        talk_hidden=USER in kinds,
        numbers_hidden=PLAYER in kinds,
        opted_out=OPTED_OUT in kinds,
        forgotten=tombstones.has_user(user_id),
    )

"""What does an import leave? By Wise Old Man's ids, in few words."""

from sqlalchemy import select

from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
    SnapshotRow,
)


async def histories(services):
    """How many snapshots each player has, by Wise Old Man's id."""
    async with services.read() as session:
        found = await session.execute(
            select(PlayerRow.wom_id, SnapshotRow.taken_at).join_from(
                PlayerRow, SnapshotRow, SnapshotRow.player_id == PlayerRow.id
            )
        )
        counts = {}
        for wom_id, _ in found:
            counts[wom_id] = counts.get(wom_id, 0) + 1
        return counts


async def names(services):
    """What each player is or was called, in order."""
    async with services.read() as session:
        found = await session.execute(
            select(PlayerRow.wom_id, PlayerNameRow.name)
            .join_from(PlayerRow, PlayerNameRow, PlayerNameRow.player_id == PlayerRow.id)
            .order_by(PlayerNameRow.since, PlayerNameRow.until.is_(None))
        )
        borne = {}
        for wom_id, name in found:
            borne.setdefault(wom_id, []).append(name)
        return borne


async def stays(services):
    async with services.read() as session:
        found = await session.execute(
            select(
                PlayerRow.wom_id,
                MembershipRow.rank,
                MembershipRow.joined_at,
                MembershipRow.left_at,
            ).join_from(PlayerRow, MembershipRow, MembershipRow.player_id == PlayerRow.id)
        )
        return {row.wom_id: tuple(row[1:]) for row in found}


async def heard(services):
    """Whose words relayed names' are: Wise Old Man's ids by name."""
    async with services.read() as session:
        found = await session.execute(
            select(AuthorRow.name, PlayerRow.wom_id)
            .join_from(AuthorRow, AttributionRow, AttributionRow.author_id == AuthorRow.id)
            .join(PlayerRow, PlayerRow.id == AttributionRow.player_id)
        )
        return {(row.name, row.wom_id) for row in found}

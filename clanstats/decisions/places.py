"""Where on Discord are officers told, and which role stands for which rank?"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import ClanChannelRow, RankRoleRow


class Purpose(StrEnum):
    """What a channel is for."""

    OFFICERS = "officers"  # alerts
    LOG = "log"  # who changed what; joins, leaves and renames
    NOTICES = "notices"  # where members are asked whether they are still there
    NEWS = "news"  # levels, achievements, ranks, new members and names


async def set_channel(
    session: AsyncSession, clan_id: int, purpose: Purpose, discord_channel_id: int | None
) -> None:
    """Say where it is; None is nowhere."""
    await session.execute(
        delete(ClanChannelRow).where(
            ClanChannelRow.clan_id == clan_id, ClanChannelRow.purpose == purpose
        )
    )
    if discord_channel_id is not None:
        await session.execute(
            insert(ClanChannelRow).values(
                clan_id=clan_id, purpose=purpose, discord_channel_id=discord_channel_id
            )
        )


async def channels(session: AsyncSession, clan_id: int) -> Mapping[Purpose, int]:
    """Where everything is that was said."""
    found = await session.execute(
        select(ClanChannelRow.purpose, ClanChannelRow.discord_channel_id).where(
            ClanChannelRow.clan_id == clan_id
        )
    )
    return {Purpose(purpose): channel_id for purpose, channel_id in found}


async def set_rank_role(
    session: AsyncSession, clan_id: int, rank: str, discord_role_id: int | None
) -> None:
    """Say which role who has a rank has on Discord; None is none."""
    await session.execute(
        delete(RankRoleRow).where(RankRoleRow.clan_id == clan_id, RankRoleRow.rank == rank)
    )
    if discord_role_id is not None:
        await session.execute(
            insert(RankRoleRow).values(clan_id=clan_id, rank=rank, discord_role_id=discord_role_id)
        )


async def rank_roles(session: AsyncSession, clan_id: int) -> Mapping[str, int]:
    """The Discord role of each rank that has one."""
    found = await session.execute(
        select(RankRoleRow.rank, RankRoleRow.discord_role_id).where(RankRoleRow.clan_id == clan_id)
    )
    return {row.rank: row.discord_role_id for row in found}

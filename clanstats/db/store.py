"""How does what Wise Old Man said get into the tables? Each function is safe to run twice."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import asking
from clanstats.db.bulk import insert_new, update_rows
from clanstats.db.models import (
    AchievementRow,
    ActivityRow,
    ClanRow,
    MetricRow,
    PlayerRow,
    RankOrderRow,
)
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.metrics import MetricKind, catalogue, named
from clanstats.timestamps import epoch_ms
from clanstats.wom.rows import WomAchievement, WomActivity, WomPlayer, WomSnapshot


async def clan_id(
    session: AsyncSession, *, wom_group_id: int, name: str, now: datetime, guild_id: int | None
) -> int:
    """Our id of the clan, which is created if it is new and renamed if it is not."""
    known = await session.scalar(select(ClanRow).where(ClanRow.wom_group_id == wom_group_id))
    if known is None:
        known = ClanRow(wom_group_id=wom_group_id, name=name, created_at=now)
        session.add(known)
    known.name = name
    if guild_id is not None:
        # A guild has one clan: the one before loses it, and keeps everything else.
        await session.execute(
            update(ClanRow)
            .where(ClanRow.discord_guild_id == guild_id, ClanRow.wom_group_id != wom_group_id)
            .values(discord_guild_id=None)
        )
        known.discord_guild_id = guild_id
    await session.flush()
    return known.id


async def metric_ids(
    session: AsyncSession, kinds: Mapping[str, MetricKind] | None = None
) -> dict[str, int]:
    """Our id of every metric by name; the catalogue's and those in `kinds` are made if need be."""
    wanted = {name: metric.kind for name, metric in catalogue().items()} | dict(kinds or {})
    stored = (await session.execute(select(MetricRow.name, MetricRow.id, MetricRow.kind))).all()
    known = {row.name: row.id for row in stored}
    for row in stored:
        # Windowed answers don't say the kind, and what is new is then taken for a boss.
        kind = wanted.get(row.name, MetricKind.BOSS)
        if row.kind == MetricKind.BOSS != kind:
            await session.execute(update(MetricRow).where(MetricRow.id == row.id).values(kind=kind))
    missing = [name for name in wanted if name not in known]
    if missing:
        await session.execute(
            insert(MetricRow),
            [
                {"name": name, "kind": wanted[name], "scale": named(name, wanted[name]).scale}
                for name in missing
            ],
        )
        return await metric_ids(session, kinds)
    return known


async def save_players(session: AsyncSession, players: Sequence[WomPlayer]) -> dict[int, int]:
    """Add or update profiles; returns our id by Wise Old Man's."""
    players = list({player.wom_id: player for player in players}.values())
    known = await _player_ids(session, [player.wom_id for player in players])
    new = [player for player in players if player.wom_id not in known]
    old = [player for player in players if player.wom_id in known]
    if new:
        await session.execute(insert(PlayerRow), [_columns(player) for player in new])
        known |= await _player_ids(session, [player.wom_id for player in new])
    if old:
        rows = [
            (*map(_as_stored, _columns(player).values()), known[player.wom_id]) for player in old
        ]
        await update_rows(session, PlayerRow.__table__, rows, columns=tuple(_columns(old[0])))
    return known


def _as_stored(value: object) -> object:
    return epoch_ms(value) if isinstance(value, datetime) else value


_IDS = select(PlayerRow.wom_id, PlayerRow.id, PlayerRow.merged_into_id).where(
    PlayerRow.wom_id.in_(bindparam("wom_ids", expanding=True))
)


async def _player_ids(session: AsyncSession, wom_ids: Sequence[int]) -> dict[int, int]:
    found = await asking.rows(session, _IDS, {"wom_ids": wom_ids})
    return {row.wom_id: row.id for row in found}


def _columns(player: WomPlayer) -> dict[str, object]:
    return {
        "wom_id": player.wom_id,
        "name": player.name,
        "standard_name": player.username,
        "account_type": player.account_type,
        "build": player.build,
        "status": player.status,
        "country": player.country,
        "updated_at": player.updated_at,
        "last_changed_at": player.last_changed_at,
    }


async def save_rank_order(session: AsyncSession, clan_id: int, ranks: Sequence[str]) -> None:
    """Make the clan's order of ranks `ranks`, the highest first."""
    await session.execute(delete(RankOrderRow).where(RankOrderRow.clan_id == clan_id))
    rows = [(clan_id, rank, place) for place, rank in enumerate(dict.fromkeys(ranks))]
    await insert_new(session, RankOrderRow.__table__, rows)


async def owners(session: AsyncSession, wom_ids: Collection[int]) -> Mapping[int, int]:
    """Whose history it is, our id by Wise Old Man's: a merged player's is who took them in."""
    found = await asking.rows(session, _IDS, {"wom_ids": list(wom_ids)})
    return {row.wom_id: row.merged_into_id or row.id for row in found}


async def save_snapshots(session: AsyncSession, snapshots: Iterable[WomSnapshot]) -> int:
    """Store what is new; snapshots of players we don't know are left out.

    A merged player's snapshots go to the one they were merged into.

    Returns:
        How many were new.
    """
    taken = list(snapshots)
    unlisted = {name: kind for one in taken for name, kind in one.kinds.items()}
    ids = await metric_ids(session, unlisted)
    owner = await owners(session, {one.wom_id for one in taken})
    observations = [
        Observation(
            owner[one.wom_id],
            epoch_ms(one.taken_at),
            {ids[name]: value for name, value in one.values.items()},
        )
        for one in taken
        if one.wom_id in owner
    ]
    return await add_snapshots(session, observations)


async def save_activity(session: AsyncSession, clan_id: int, lines: Sequence[WomActivity]) -> None:
    """Keep the feed as it was read: Wise Old Man may delete its own lines."""
    rows = [
        (
            clan_id,
            line.wom_id,
            epoch_ms(line.at),
            line.kind,
            line.name,
            line.role,
            line.previous_role,
        )
        for line in lines
    ]
    await insert_new(session, ActivityRow.__table__, rows)


async def save_achievements(session: AsyncSession, lines: Sequence[WomAchievement]) -> int:
    """Add new achievements and correct the dates of known ones; returns how many are new."""
    players = await _player_ids(session, [line.wom_id for line in lines])
    wanted = {(players[line.wom_id], line.name): line for line in lines if line.wom_id in players}
    found = await session.execute(
        select(AchievementRow.player_id, AchievementRow.name, AchievementRow.achieved_at).where(
            AchievementRow.player_id.in_({player_id for player_id, _ in wanted})
        )
    )
    known = {(row.player_id, row.name): row.achieved_at for row in found}
    rows = [
        {
            "player_id": player_id,
            "name": name,
            "metric": line.metric,
            "threshold": line.threshold,
            "measure": line.measure,
            "achieved_at": line.achieved_at,
        }
        for (player_id, name), line in wanted.items()
    ]
    new = [row for row in rows if (row["player_id"], row["name"]) not in known]
    if new:
        await session.execute(insert(AchievementRow), new)
    moved = [
        row
        for row in rows
        if (key := (row["player_id"], row["name"])) in known and known[key] != row["achieved_at"]
    ]
    if moved:
        await session.execute(update(AchievementRow), moved)
    return len(new)

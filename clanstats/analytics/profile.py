"""What is known of one player?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains
from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import AT, CLAN, RANK_THEN
from clanstats.analytics.series import weekly_gains
from clanstats.db.asking import rows
from clanstats.db.models import (
    MembershipRow,
    MetricRow,
    PlayerNameRow,
    PlayerRow,
)
from clanstats.domain import GainPolicy, Member, MetricProgress, Profile, Window
from clanstats.errors import NoDataError
from clanstats.metrics import OVERALL, MetricKind, catalogue, named
from clanstats.timestamps import from_epoch_ms

_PLAYER = bindparam("player_id", type_=BigInteger)

_STAY = (
    select(
        PlayerRow.id.label("player_id"),
        PlayerRow.wom_id,
        PlayerRow.name,
        RANK_THEN,
        PlayerRow.account_type,
        PlayerRow.status,
        MembershipRow.joined_at,
        MembershipRow.left_at,
        type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at"),
        type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
    )
    .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
    .where(
        MembershipRow.clan_id == CLAN,
        MembershipRow.player_id == _PLAYER,
        MembershipRow.joined_at <= AT,
    )
    .order_by(MembershipRow.joined_at.desc())
    .limit(1)
)
_METRICS = select(
    MetricRow.name.label("metric"),
    MetricRow.kind,
    *gains.facts(_PLAYER, MetricRow.id, GainPolicy.AS_OF),
    type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at"),
    type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
).join_from(MetricRow, PlayerRow, PlayerRow.id == _PLAYER)
_NAMES = (
    select(PlayerNameRow.name)
    .where(PlayerNameRow.player_id == _PLAYER, PlayerNameRow.until.is_not(None))
    .order_by(PlayerNameRow.until.desc())
)


async def profile(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    player_id: int,
    *,
    window: Window,
    as_of: datetime,
    weeks: Sequence[Window],
) -> Profile:
    """Everything about one player of the clan, also a former one.

    Args:
        session: Only read from.
        clan_id: Ours.
        player_id: Ours.
        window: Over which gains are given.
        as_of: Nothing later than this is looked at.
        weeks: The weeks to give the XP of, oldest first.

    Raises:
        NoDataError: The player was not in the clan by then.
    """
    asked = {"clan_id": clan_id, "player_id": player_id, "at": as_of, **gains.bounds(window)}
    stay = next(iter(await rows(session, _STAY, asked)), None)
    if stay is None:
        raise NoDataError("That player had not joined the clan by then.")
    left_at = stay.left_at if stay.left_at and stay.left_at <= as_of else None
    member = Member(
        stay.player_id,
        stay.wom_id,
        stay.name,
        stay.rank if left_at is None else None,
        stay.account_type,
        stay.status,
    )
    found = await rows(session, _METRICS, asked)
    metrics = _progress(member, window, found)
    board = await leaderboard(session, clan_id, metric_name=OVERALL, window=window, as_of=as_of)
    place = {line.gain.member.player_id: line.place for line in board.standings}
    seen = next((row.last_at for row in found if row.last_at is not None), None)
    changed = None if stay.last_changed_at is None else from_epoch_ms(stay.last_changed_at)
    return Profile(
        member=member,
        names=tuple(dict.fromkeys(name for (name,) in await rows(session, _NAMES, asked))),
        joined_at=stay.joined_at,
        left_at=left_at,
        window=window,
        metrics=metrics,
        overall_place=place.get(player_id),
        members=len(board.standings) + len(board.unknown),
        # Wise Old Man only tells the latest change: at an earlier instant it isn't known.
        last_progress_at=changed if changed and changed <= as_of else None,
        observed_at=None if seen is None else from_epoch_ms(seen),
        weeks=await weekly_gains(
            session,
            member,
            metric_name=OVERALL,
            weeks=weeks,
            updated_at=stay.updated_at,
            last_changed_at=stay.last_changed_at,
        ),
    )


def _progress(member: Member, window: Window, found: Sequence[Any]) -> Sequence[MetricProgress]:
    order = {name: place for place, name in enumerate(catalogue())}
    lines = []
    for row in sorted(found, key=lambda row: order.get(row.metric, len(order))):
        metric = named(row.metric, MetricKind(row.kind))
        total = None if member.status == "archived" else gains.scaled(row.end_value, metric)
        gain = gains.decide(member, metric, window, row, GainPolicy.AS_OF)
        lines.append(MetricProgress(metric, total, gain))
    return tuple(lines)

"""Who is (or was) in the clan, under which name and rank?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.asking import rows
from clanstats.db.models import (
    ClanRow,
    Instant,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
    RankChangeRow,
    RankOrderRow,
)
from clanstats.domain import Member
from clanstats.usernames import standard

CLAN = bindparam("clan_id", type_=BigInteger)
AT = bindparam("at", type_=Instant)


@dataclass(frozen=True, slots=True)
class Clan:
    """One group on Wise Old Man, and the guild it is served in."""

    clan_id: int
    wom_group_id: int
    discord_guild_id: int | None
    name: str
    refreshed_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name by which someone of the clan can be found."""

    player_id: int
    name: str  # the present one
    former: str | None  # the earlier name this entry stands for
    rank: str
    present: bool  # still in the clan


# The main account, then the longest linked. Of two main ones at a past instant it was the one that
# ended first: the other only became it then.
MAIN_FIRST: tuple[ColumnElement[Any] | Any, ...] = (
    LinkRow.main.desc(),
    case((LinkRow.main & LinkRow.until.is_not(None), 0), else_=1),
    case((LinkRow.main, LinkRow.until)),
    LinkRow.since,
    LinkRow.id,
)

_CHANGES = (
    RankChangeRow.clan_id == MembershipRow.clan_id,
    RankChangeRow.player_id == MembershipRow.player_id,
)
_CHANGED_TO = (
    select(RankChangeRow.rank)
    .where(*_CHANGES, RankChangeRow.at <= AT, RankChangeRow.at >= MembershipRow.joined_at)
    .order_by(RankChangeRow.at.desc())
    .limit(1)
    .correlate(MembershipRow)
    .scalar_subquery()
)
_CHANGED_FROM = (
    select(RankChangeRow.previous_rank)
    .where(
        *_CHANGES,
        RankChangeRow.at > AT,
        or_(MembershipRow.left_at.is_(None), RankChangeRow.at <= MembershipRow.left_at),
    )
    .order_by(RankChangeRow.at)
    .limit(1)
    .correlate(MembershipRow)
    .scalar_subquery()
)
# The rank at that instant: what the last change before it led to, or the next one began from.
RANK_THEN = func.coalesce(_CHANGED_TO, _CHANGED_FROM, MembershipRow.rank).label("rank")
# Plain integers: turning 300 members' instants into datetimes costs more than finding them.
MEMBER_COLUMNS: tuple[ColumnElement[Any] | Any, ...] = (
    PlayerRow.id.label("player_id"),
    PlayerRow.wom_id,
    PlayerRow.name,
    RANK_THEN,
    PlayerRow.account_type,
    PlayerRow.status,
    type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at"),
    type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
)


def of_clan(*columns: ColumnElement[Any]) -> Select[Any]:
    """A statement over the members of clan `clan_id` at `at`, with more `columns` of each."""
    return (
        select(*MEMBER_COLUMNS, *columns)
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(
            MembershipRow.clan_id == CLAN,
            MembershipRow.joined_at <= AT,
            or_(MembershipRow.left_at.is_(None), MembershipRow.left_at > AT),
        )
        .order_by(PlayerRow.standard_name, PlayerRow.id)
    )


def member(row: Row[Any]) -> Member:
    """The member that a row of `of_clan` is about."""
    return Member(row.player_id, row.wom_id, row.name, row.rank, row.account_type, row.status)


_MEMBERS = of_clan()


async def members(session: AsyncSession, clan_id: int, at: datetime) -> Sequence[Member]:
    """Everyone in the clan at that instant, by name."""
    found = await rows(session, _MEMBERS, {"clan_id": clan_id, "at": at})
    return tuple(member(row) for row in found)


_THEN = (
    select(PlayerNameRow.name)
    .where(
        PlayerNameRow.player_id == PlayerRow.id,
        PlayerNameRow.since <= AT,
        or_(PlayerNameRow.until.is_(None), PlayerNameRow.until > AT),
    )
    .order_by(PlayerNameRow.since.desc())
    .limit(1)
    .correlate(PlayerRow)
    .scalar_subquery()
)
_NAMES_AT = select(PlayerRow.id, func.coalesce(_THEN, PlayerRow.name)).where(
    PlayerRow.id.in_(select(MembershipRow.player_id).where(MembershipRow.clan_id == CLAN)),
    PlayerRow.wom_id > 0,
)


async def names_at(session: AsyncSession, clan_id: int, at: datetime) -> Mapping[int, str]:
    """By player ID: what whoever is or was in the clan was called at that instant.

    Whoever had no name yet that is known has their present one; who was deleted has none.
    """
    found = await rows(session, _NAMES_AT, {"clan_id": clan_id, "at": at})
    return dict(map(tuple, found))


async def clans(session: AsyncSession) -> Sequence[Clan]:
    """All clans this process serves."""
    found = await session.execute(
        select(
            ClanRow.id,
            ClanRow.wom_group_id,
            ClanRow.discord_guild_id,
            ClanRow.name,
            ClanRow.refreshed_at,
        ).order_by(ClanRow.id)
    )
    return tuple(Clan(*row) for row in found)


async def rank_order(session: AsyncSession, clan_id: int) -> Sequence[str]:
    """The clan's ranks, highest first; empty when it has set no order."""
    found = await session.scalars(
        select(RankOrderRow.rank)
        .where(RankOrderRow.clan_id == clan_id)
        .order_by(RankOrderRow.position)
    )
    return tuple(found)


_KNOWN_NAMES = (
    select(
        PlayerRow.id,
        PlayerRow.name,
        PlayerNameRow.name,
        MembershipRow.rank,
        type_coerce(MembershipRow.left_at, BigInteger),
    )
    .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
    .outerjoin(
        PlayerNameRow,
        (PlayerNameRow.player_id == PlayerRow.id)
        & (PlayerNameRow.standard_name != PlayerRow.standard_name),
    )
    .where(
        MembershipRow.clan_id == CLAN,
        PlayerRow.merged_into_id.is_(None),
        PlayerRow.wom_id > 0,
    )
    .order_by(
        MembershipRow.left_at.is_not(None),
        MembershipRow.left_at.desc(),
        PlayerRow.standard_name,
    )
)


async def known_names(session: AsyncSession, clan_id: int) -> Sequence[KnownName]:
    """Every name, present and former, of everyone who is or was in the clan; members first.

    Without those who were deleted.
    """
    found = await rows(session, _KNOWN_NAMES, {"clan_id": clan_id})
    names: dict[tuple[int, str | None], KnownName] = {}
    for player_id, name, former, rank, left_at in found:
        for alias in (None, former):
            entry = KnownName(player_id, name, alias, rank, present=left_at is None)
            names.setdefault((player_id, alias), entry)
    return tuple(names.values())


async def players_named(session: AsyncSession, clan_id: int, name: str) -> Sequence[int]:
    """Player IDs of the clan's people who bear that name in Wise Old Man's standard form.

    Those who bear it now come first, present members before former ones; then those who once
    did. Names that merely look alike are not the same name.
    """
    wanted = standard(name)
    found = await known_names(session, clan_id)
    now = [entry.player_id for entry in found if standard(entry.name) == wanted]
    once = [entry.player_id for entry in found if entry.former and standard(entry.former) == wanted]
    return tuple(dict.fromkeys(now + once))


async def own_players(
    session: AsyncSession, clan_id: int, discord_user_id: int, at: datetime
) -> Sequence[int]:
    """Player IDs linked to a Discord user at that instant.

    The main account first, then the longest linked.
    """
    found = await session.scalars(
        select(LinkRow.player_id)
        .where(
            LinkRow.clan_id == clan_id,
            LinkRow.discord_user_id == discord_user_id,
            LinkRow.since <= at,
            or_(LinkRow.until.is_(None), LinkRow.until > at),
        )
        .order_by(*MAIN_FIRST)
    )
    return tuple(dict.fromkeys(found))

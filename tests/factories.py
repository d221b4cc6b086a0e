"""How does a test say who is in a clan and what was observed of them, in few words?"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.models import ClanRow, MembershipRow, PlayerNameRow, PlayerRow, RankChangeRow
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.timestamps import epoch_ms
from clanstats.usernames import standard

NOW = datetime(2026, 11, 23, 2, 21, tzinfo=UTC)  # just after the recordings
FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that a test moves; sleeping on it takes none of ours."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def day(key: str) -> datetime:
    """The instant that `d2026_01_31` or `d2026_01_31T18_30` names, UTC."""
    form = "d%Y_%m_%dT%H_%M" if "T" in key else "d%Y_%m_%d"
    return datetime.strptime(key, form).replace(tzinfo=UTC)


async def add_clan(
    session: AsyncSession,
    name: str = "Stub Clan",
    *,
    wom_group_id: int = 1,
    guild_id: int | None = None,
    ranks: tuple[str, ...] = (),
) -> int:
    """A clan, or the known one of that group; returns our ID."""
    clan_id = await store.clan_id(
        session, wom_group_id=wom_group_id, name=name, now=FOUNDED, guild_id=guild_id
    )
    await store.save_rank_order(session, clan_id, ranks)
    await store.metric_ids(session)
    return clan_id


async def add_member(  # noqa: PLR0913 — a member has this many sides
    session: AsyncSession,
    name: str,
    *,
    clan_id: int | None = None,
    rank: str = "member",
    metric: str = "overall",
    joined_at: datetime = FOUNDED,
    left_at: datetime | None = None,
    account_type: str = "regular",
    status: str = "active",
    wom_id: int | None = None,
    updated_at: datetime | None = None,
    last_changed_at: datetime | None = None,
    **values: int | None,
) -> int:
    """A member of the clan, by default of the first one, which is made if need be.

    `values` are what was observed of `metric`, in stored integers: `d2026_01_31=1_000`; None is
    an observation in which it wasn't ranked.

    Returns:
        Our ID of the player.
    """
    if clan_id is None:
        clan_id = await session.scalar(select(ClanRow.id).limit(1)) or await add_clan(session)
    known = (await session.scalars(select(PlayerRow.wom_id))).all()
    player = await session.execute(
        insert(PlayerRow)
        .values(
            wom_id=wom_id or max(known, default=0) + 1,
            name=name,
            standard_name=standard(name),
            account_type=account_type,
            build="main",
            status=status,
            updated_at=updated_at,
            last_changed_at=last_changed_at,
        )
        .returning(PlayerRow.id)
    )
    player_id: int = player.scalar_one()
    await session.execute(
        insert(MembershipRow).values(
            clan_id=clan_id, player_id=player_id, joined_at=joined_at, left_at=left_at, rank=rank
        )
    )
    await add_name(session, player_id, name, since=FOUNDED)
    for key, value in values.items():
        await observe(session, player_id, day(key), {} if value is None else {metric: value})
    return player_id


async def observe(
    session: AsyncSession, player_id: int, at: datetime, values: Mapping[str, int]
) -> None:
    """A snapshot; `values` are stored integers by the metric's name."""
    ids = await store.metric_ids(session)
    stored = {ids[name]: value for name, value in values.items()}
    await add_snapshots(session, [Observation(player_id, epoch_ms(at), stored)])


async def add_name(
    session: AsyncSession,
    player_id: int,
    name: str,
    *,
    since: datetime,
    until: datetime | None = None,
) -> None:
    """A name that the player bears, or bore until then."""
    await session.execute(
        insert(PlayerNameRow).values(
            player_id=player_id,
            name=name,
            standard_name=standard(name),
            since=since,
            until=until,
        )
    )


async def add_rank_change(  # noqa: PLR0913 — who, when, from what to what
    session: AsyncSession,
    player_id: int,
    rank: str,
    *,
    previous: str,
    at: datetime,
    clan_id: int = 1,
) -> None:
    """A promotion or demotion, as it was recorded; the membership's rank is left alone."""
    await session.execute(
        insert(RankChangeRow).values(
            clan_id=clan_id, player_id=player_id, at=at, rank=rank, previous_rank=previous
        )
    )

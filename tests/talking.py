"""How does a test say who wrote what, and when, in few words?"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import LAST_ID, AuthorKind, snowflake
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    ChannelRow,
    CoverageRow,
    LinkRow,
    MessageRow,
    VoiceSessionRow,
)
from tests.factories import FOUNDED

_numbers = count(1)


async def add_channel(  # noqa: PLR0913 — a channel has this many sides
    session: AsyncSession,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    state: str = "readable",
    state_since: datetime = FOUNDED,
    clan_id: int = 1,
    read: bool = True,
) -> int:
    """A channel; read from its beginning to the end of time, unless something else is said."""
    channel = await session.execute(
        insert(ChannelRow)
        .values(
            clan_id=clan_id,
            discord_channel_id=snowflake(FOUNDED) + next(_numbers),
            kind="text",
            state=state,
            state_since=state_since,
        )
        .returning(ChannelRow.id)
    )
    channel_id: int = channel.scalar_one()
    if read:
        await add_stretch(session, channel_id, since=since, until=until)
    return channel_id


async def add_stretch(
    session: AsyncSession, channel_id: int, *, since: datetime | None, until: datetime | None
) -> None:
    await session.execute(
        insert(CoverageRow).values(
            channel_id=channel_id,
            since_id=0 if since is None else snowflake(since),
            until_id=LAST_ID if until is None else snowflake(until),
        )
    )


async def add_author(  # noqa: PLR0913 — whose words they are, from when to when
    session: AsyncSession,
    player_id: int | None = None,
    *,
    kind: AuthorKind = AuthorKind.USER,
    since: datetime | None = None,
    until: datetime | None = None,
    clan_id: int = 1,
) -> int:
    """An account, or with kind RELAY a name; what it says is that player's."""
    number = next(_numbers)
    author = await session.execute(
        insert(AuthorRow)
        .values(
            clan_id=clan_id,
            kind=kind,
            discord_user_id=None if kind is AuthorKind.RELAY else number,
            name=f"name {number}" if kind is AuthorKind.RELAY else None,
        )
        .returning(AuthorRow.id)
    )
    author_id: int = author.scalar_one()
    if player_id is not None:
        await attribute(session, author_id, player_id, since=since, until=until)
    return author_id


async def attribute(
    session: AsyncSession,
    author_id: int,
    player_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    await session.execute(
        insert(AttributionRow).values(
            author_id=author_id,
            since_id=0 if since is None else snowflake(since),
            until_id=LAST_ID if until is None else snowflake(until),
            player_id=player_id,
        )
    )


async def say(session: AsyncSession, author_id: int, channel_id: int, *at: datetime) -> None:
    """A message at each of these instants."""
    await session.execute(
        insert(MessageRow),
        [
            {
                "id": snowflake(one) + next(_numbers) % (1 << 22),
                "author_id": author_id,
                "channel_id": channel_id,
                "length": 5,
                "flags": 0,
            }
            for one in at
        ],
    )


async def be_in_voice(
    session: AsyncSession, author_id: int, channel_id: int, start: datetime, end: datetime | None
) -> None:
    await session.execute(
        insert(VoiceSessionRow).values(
            author_id=author_id, channel_id=channel_id, started_at=start, ended_at=end
        )
    )


async def link(  # noqa: PLR0913 — a link has this many sides
    session: AsyncSession,
    discord_user_id: int,
    players: Sequence[int],
    *,
    main: int | None = None,
    since: datetime = FOUNDED,
    until: datetime | None = None,
) -> None:
    await session.execute(
        insert(LinkRow),
        [
            {
                "clan_id": 1,
                "discord_user_id": discord_user_id,
                "player_id": player_id,
                "since": since,
                "until": until,
                "main": player_id == main,
            }
            for player_id in players
        ],
    )

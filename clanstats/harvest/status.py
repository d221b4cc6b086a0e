"""How much of a clan's chat is known, and of how much is it known whose it is?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import spoken
from clanstats.chat import LAST_ID, AuthorKind, written_at
from clanstats.db.coverage import Stretch, stretches_of_clan
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    ChannelRow,
    MessageCountRow,
    RelayMissRow,
)


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A channel or thread, and what is known of it."""

    channel_id: int
    discord_channel_id: int
    parent_discord_id: int | None
    name: str | None  # None for a thread
    kind: str
    state: str  # "readable", "unreadable", "gone"
    state_since: datetime
    stretches: Sequence[Stretch]  # oldest first

    @property
    def complete(self) -> bool:
        """Whether all is known from its beginning on, up to `until`."""
        return len(self.stretches) == 1 and self.stretches[0].since_id == 0

    @property
    def since(self) -> datetime | None:
        """From when on everything up to `until` is known; None if nothing is.

        Of a channel known from its beginning, that is when it was made.
        """
        if not self.stretches:
            return None
        return written_at(max(self.stretches[-1].since_id, self.discord_channel_id))

    @property
    def until(self) -> datetime | None:
        """Up to when it is known; None if nothing is."""
        return written_at(self.stretches[-1].until_id) if self.stretches else None


@dataclass(frozen=True, slots=True)
class Share:
    """How many messages people wrote, and of how many a player is known to have written them."""

    messages: int  # by Discord users and relayed names
    attributed: int


@dataclass(frozen=True, slots=True)
class Miss:
    """Relayed texts of one shape that weren't understood."""

    channel_name: str | None
    shape: str  # says nothing of what was written
    count: int
    last_at: datetime


async def misses(session: AsyncSession, clan_id: int, *, limit: int) -> Sequence[Miss]:
    """Which relayed texts aren't understood, the most frequent first."""
    rows = await session.execute(
        select(
            ChannelRow.name, RelayMissRow.shape, RelayMissRow.count, RelayMissRow.last_message_id
        )
        .join_from(RelayMissRow, ChannelRow, ChannelRow.id == RelayMissRow.channel_id)
        .where(ChannelRow.clan_id == clan_id)
        .order_by(RelayMissRow.count.desc(), RelayMissRow.shape)
        .limit(limit)
    )
    return tuple(Miss(name, shape, count, written_at(last)) for name, shape, count, last in rows)


async def status(session: AsyncSession, clan_id: int) -> Sequence[ChannelStatus]:
    """Every channel ever seen, by Discord's id: the oldest first."""
    known = await stretches_of_clan(session, clan_id)
    rows = await session.execute(
        select(
            ChannelRow.id,
            ChannelRow.discord_channel_id,
            ChannelRow.parent_discord_id,
            ChannelRow.name,
            ChannelRow.kind,
            ChannelRow.state,
            ChannelRow.state_since,
        )
        .where(ChannelRow.clan_id == clan_id)
        .order_by(ChannelRow.discord_channel_id)
    )
    return tuple(ChannelStatus(*row, known.get(row.id, ())) for row in rows)


async def share_attributed(session: AsyncSession, clan_id: int) -> Share:
    """Count what people wrote, and how much of it is attributed; bots and forgotten ones aside."""
    written = (
        select(func.sum(MessageCountRow.count))
        .where(MessageCountRow.author_id == AuthorRow.id)
        .correlate(AuthorRow)
        .scalar_subquery()
    )
    attributed = spoken.counted(literal(0), literal(LAST_ID))
    people = (
        AuthorRow.clan_id == clan_id,
        AuthorRow.kind.in_([AuthorKind.USER, AuthorKind.RELAY]),
    )
    messages = await session.scalar(select(func.sum(written)).where(*people))
    known = await session.scalar(
        select(func.sum(attributed))
        .join_from(AttributionRow, AuthorRow, AuthorRow.id == AttributionRow.author_id)
        .where(*people)
    )
    return Share(messages or 0, known or 0)

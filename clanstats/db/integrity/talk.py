"""Is what was said within time, within its clan, and counted right?"""

from collections.abc import Iterator

from sqlalchemy import func, or_, select

from clanstats.db.integrity.check import CLOCK, ID, Check
from clanstats.db.models import (
    STRETCH_BITS,
    AuthorRow,
    ChannelRow,
    CoverageRow,
    MessageCountRow,
    MessageRow,
    VoiceSessionRow,
)

_COUNTS = "counts all messages anew"


def checks() -> Iterator[Check]:
    yield Check(
        "future",
        f"it was written in the future{CLOCK}",
        "messages",
        select(MessageRow.id).where(MessageRow.id > ID),
        "deletes it: see to the clock first",
    )
    yield Check(
        "coverage",
        f"a stretch reaches into the future, or to before its channel was made{CLOCK}",
        "coverage",
        select(CoverageRow.channel_id, CoverageRow.since_id, CoverageRow.until_id)
        .join_from(CoverageRow, ChannelRow, ChannelRow.id == CoverageRow.channel_id)
        .where(
            or_(
                CoverageRow.until_id > ID,
                CoverageRow.since_id.between(1, ChannelRow.discord_channel_id - 1),
            )
        ),
        "cuts off what can't be",
    )
    for spoken in (MessageRow, VoiceSessionRow):
        yield Check(
            "authors",
            "its author is of another clan than its channel",
            spoken.__tablename__,
            select(spoken.id, spoken.author_id, spoken.channel_id)
            .join_from(spoken, AuthorRow, AuthorRow.id == spoken.author_id)
            .join(ChannelRow, ChannelRow.id == spoken.channel_id)
            .where(AuthorRow.clan_id != ChannelRow.clan_id),
            "makes it the same account's or name's in the channel's clan",
        )
    counted = MessageCountRow.count
    first = MessageCountRow.stretch.bitwise_lshift(STRETCH_BITS)
    there = select(func.count()).where(
        MessageRow.author_id == MessageCountRow.author_id,
        MessageRow.id >= first,
        MessageRow.id < first + (1 << STRETCH_BITS),
    )
    yield Check(
        "message-counts",
        "the messages of a stretch are counted wrong",
        "message_counts",
        select(MessageCountRow.author_id, MessageCountRow.stretch, counted).where(
            counted != there.scalar_subquery()
        ),
        _COUNTS,
    )
    # Two sums rather than one of both: that would sort every message in memory.
    written = select(func.count()).where(MessageRow.author_id == AuthorRow.id).scalar_subquery()
    known = (
        select(func.coalesce(func.sum(counted), 0))
        .where(MessageCountRow.author_id == AuthorRow.id)
        .scalar_subquery()
    )
    yield Check(
        "message-counts",
        "an author's counts don't add up to their messages",
        "authors",
        select(AuthorRow.id, written.label("messages"), known.label("counted")).where(
            written != known
        ),
        _COUNTS,
    )

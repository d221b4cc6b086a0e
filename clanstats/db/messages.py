"""How are messages, and what they told of the game, written and changed? By their Discord ids."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, written_at
from clanstats.db.bulk import fetch, in_lots, insert_new, one_of
from clanstats.db.models import AuthorRow, GameEventRow, MessageRow
from clanstats.timestamps import epoch_ms

_CHUNK = 500
_KNOWN = select(MessageRow.id).where(one_of(MessageRow.id, "message_id"))
_BETWEEN = (
    select(MessageRow.id, MessageRow.length, MessageRow.flags, AuthorRow.kind)
    .join_from(MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id)
    .where(
        MessageRow.id.between(bindparam("since_id"), bindparam("until_id")),
        # Past any index on the channel: the range of ids is the narrower one.
        MessageRow.channel_id == bindparam("channel_id"),
    )
)
# What relays game chat, as long as the lines aren't understood.
MACHINES = AuthorKind.WEBHOOK, AuthorKind.BOT
_MISSED = text(
    "INSERT INTO relay_misses (channel_id, shape, count, last_message_id)"
    " VALUES (:channel_id, :shape, 1, :message_id)"
    " ON CONFLICT (channel_id, shape) DO UPDATE SET count = relay_misses.count + 1,"
    " last_message_id = CASE WHEN excluded.last_message_id > relay_misses.last_message_id"
    " THEN excluded.last_message_id ELSE relay_misses.last_message_id END"
)
_SAID = text(
    "INSERT INTO word_counts (author_id, week, word, count)"
    " VALUES (:author_id, :week, :word, :count)"
    " ON CONFLICT (author_id, week, word) DO UPDATE SET count = word_counts.count + excluded.count"
)


class Message(NamedTuple):
    """A row, in the order of its columns, so that it goes to the driver as it is."""

    message_id: int
    author_id: int
    channel_id: int
    length: int
    flags: int  # `chat.MessageFlag`


class EventLine(NamedTuple):
    """A broadcast of the game in a message, likewise; `author_id` is whom it is about."""

    message_id: int
    line: int  # from 0
    author_id: int | None
    kind: str
    subject: str | None
    value: int | None


async def known_ids(session: AsyncSession, message_ids: Iterable[int]) -> set[int]:
    """Which of these messages are stored."""
    found: set[int] = set()
    for lot in in_lots(list(message_ids)):
        found |= {row[0] for row in await fetch(session, _KNOWN, lot)}
    return found


async def messages_between(
    session: AsyncSession, channel_id: int, since_id: int, until_id: int
) -> Mapping[int, tuple[int, int, str]]:
    """Length, flags, and kind of author of a channel's messages; both ends are included."""
    rows = await fetch(session, _BETWEEN, (since_id, until_id, channel_id))
    return {message_id: (length, flags, kind) for message_id, length, flags, kind in rows}


async def add_messages(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Insert messages; one that is known stays as it is."""
    await insert_new(session, MessageRow.__table__, messages)


async def change_message(session: AsyncSession, message_id: int, *, length: int, flags: int) -> int:
    """Set what an edit changes; returns how many messages that were, 0 or 1."""
    changed = await session.execute(
        update(MessageRow)
        .where(MessageRow.id == message_id)
        .values(length=length, flags=flags)
        .returning(MessageRow.id)
    )
    return len(changed.all())


async def hand_over(session: AsyncSession, message_id: int, author_id: int) -> None:
    """Make a message this author's, if a webhook or a bot is taken to have written it."""
    machines = select(AuthorRow.id).where(AuthorRow.kind.in_(MACHINES))
    await session.execute(
        update(MessageRow)
        .where(MessageRow.id == message_id, MessageRow.author_id.in_(machines))
        .values(author_id=author_id)
        .execution_options(synchronize_session=False)
    )


async def delete_messages(session: AsyncSession, message_ids: Iterable[int]) -> int:
    """Delete messages and their events; returns how many were known.

    What they added to the counts of words and of texts not understood stays in there: which
    words they were isn't known any longer.
    """
    count = 0
    for wanted in _chunks(message_ids):
        gone = await session.execute(
            delete(MessageRow).where(MessageRow.id.in_(wanted)).returning(MessageRow.id)
        )
        count += len(gone.all())
    return count


async def set_events(
    session: AsyncSession, message_ids: Collection[int], events: Sequence[EventLine]
) -> None:
    """Make `events` all that these messages told of the game."""
    await session.execute(delete(GameEventRow).where(GameEventRow.message_id.in_(message_ids)))
    await add_events(session, events)


async def add_events(session: AsyncSession, events: Sequence[EventLine]) -> None:
    await insert_new(session, GameEventRow.__table__, events)


async def count_misses(
    session: AsyncSession, channel_id: int, shapes: Sequence[tuple[int, str]]
) -> None:
    """Count texts that weren't understood: the message's id and the text's shape."""
    if not shapes:
        return
    await session.execute(
        _MISSED,
        [
            {"channel_id": channel_id, "message_id": message_id, "shape": shape}
            for message_id, shape in shapes
        ],
    )


async def count_words(
    session: AsyncSession, said: Sequence[tuple[int, int, Mapping[str, int]]]
) -> None:
    """Add to the weekly counts: the author, the message's id, how often each word."""
    if not said:
        return
    await session.execute(
        _SAID,
        [
            {"author_id": author_id, "week": _week(message_id), "word": word, "count": count}
            for author_id, message_id, words in said
            for word, count in words.items()
        ],
    )


def _week(message_id: int) -> int:
    """The Monday 00:00 UTC before a message was written, in ms."""
    at = written_at(message_id)
    monday = at - timedelta(days=at.weekday())
    return epoch_ms(monday.replace(hour=0, minute=0, second=0, microsecond=0))


def _chunks(message_ids: Iterable[int]) -> Iterable[Sequence[int]]:
    ids = list(message_ids)
    return (ids[first : first + _CHUNK] for first in range(0, len(ids), _CHUNK))

"""How does what is seen on Discord get into the tables? Twice the same changes nothing.

All that hangs on a message, its events and what it adds to counts, is stored with it, once.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, GameEvent, SeenMessage, Writer
from clanstats.db import messages as store
from clanstats.db.authors import FORGOTTEN, author_ids
from clanstats.db.messages import EventLine, Message
from clanstats.harvest.attribution import attribute
from clanstats.tombstones import Tombstones


async def store_page(
    session: AsyncSession,
    clan_id: int,
    channel_id: int,
    messages: Sequence[SeenMessage],
    *,
    tombstones: Tombstones,
) -> int:
    """Store those messages that aren't known yet; of known ones nothing is changed.

    What someone wrote who asked to be deleted is kept as the clan's own, without its words.

    Args:
        session: Written to.
        clan_id: Ours.
        channel_id: Ours.
        messages: In any order; a page, or one that just came in.
        tombstones: As loaded in this transaction.

    Returns:
        How many were new.
    """
    known = await store.known_ids(session, [each.message_id for each in messages])
    new = list({m.message_id: m for m in messages if m.message_id not in known}.values())
    if not new:
        return 0
    told = {each.message_id: _told(each, tombstones) for each in new if each.events}
    writers = [_known_as(each.writer, each, tombstones) for each in new]
    about = (writer for names in told.values() for writer in names.values())
    # New ones are numbered in the order in which they come: the same pages leave the same rows.
    ids = await _author_ids(session, clan_id, dict.fromkeys([*writers, *about]))
    rows = [
        Message(each.message_id, ids[writer], channel_id, each.length, int(each.flags))
        for each, writer in zip(new, writers, strict=True)
    ]
    await store.add_messages(session, rows)
    events = [
        line for each in new if each.events for line in _lines(each, told[each.message_id], ids)
    ]
    await store.add_events(session, events)
    misses = [(each.message_id, each.miss) for each in new if each.miss is not None]
    await store.count_misses(session, channel_id, misses)
    said = [
        (row.author_id, row.message_id, each.words)
        for each, row, writer in zip(new, rows, writers, strict=True)
        if each.words and writer != FORGOTTEN
    ]
    await store.count_words(session, said)
    return len(new)


async def edit_message(
    session: AsyncSession, clan_id: int, seen: SeenMessage, *, tombstones: Tombstones
) -> bool:
    """Make length, flags and events of a stored message those of `seen`; False: it isn't stored.

    Its writer stays, unless only now it is understood whose words a relay passed on; and so do
    the counts it added to.
    """
    changed = await store.change_message(
        session, seen.message_id, length=seen.length, flags=int(seen.flags)
    )
    if not changed:
        return False
    told = _told(seen, tombstones)
    spoken = seen.writer.kind is AuthorKind.RELAY
    writer = _known_as(seen.writer, seen, tombstones)
    wanted = {*told.values(), *([writer] if spoken else [])}
    ids = await _author_ids(session, clan_id, wanted) if wanted else {}
    if spoken:
        await store.hand_over(session, seen.message_id, ids[writer])
    await store.set_events(session, [seen.message_id], list(_lines(seen, told, ids)))
    return True


async def _author_ids(
    session: AsyncSession, clan_id: int, writers: Collection[Writer]
) -> Mapping[Writer, int]:
    """Our ids; whose words a new author's are is worked out at once."""
    authors = await author_ids(session, clan_id, writers)
    if authors.new:
        await attribute(session, clan_id, authors.new)
    return authors.ids


def _known_as(writer: Writer, message: SeenMessage, tombstones: Tombstones) -> Writer:
    return FORGOTTEN if tombstones.has(writer, message.message_id) else writer


def _told(message: SeenMessage, tombstones: Tombstones) -> Mapping[str, Writer]:
    """The author that the message's broadcasts about each player are filed under."""
    names = {event.name for event in message.events if event.name is not None}
    return {
        name: _known_as(Writer(AuthorKind.RELAY, name=name), message, tombstones) for name in names
    }


def _lines(
    message: SeenMessage, told: Mapping[str, Writer], ids: Mapping[Writer, int]
) -> Sequence[EventLine]:
    def line(number: int, event: GameEvent) -> EventLine:
        about = None if event.name is None else ids[told[event.name]]
        return EventLine(message.message_id, number, about, event.kind, event.subject, event.value)

    return [line(number, event) for number, event in enumerate(message.events)]

"""Are the last days made what they are on Discord, and nothing else?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clanstats.chat import AuthorKind, MessageFlag, Writer, snowflake
from clanstats.db.models import AuthorRow, MessageRow, RelayMissRow
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import Source, relayed, said
from tests.factories import NOW

HOUR = timedelta(hours=1)
MESSAGES = select(MessageRow.id, MessageRow.length, MessageRow.flags).order_by(MessageRow.id)

WRITERS = select(AuthorRow.kind, AuthorRow.name, MessageRow.length).join_from(
    MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id
)


def ids(count, *, every=HOUR):
    return [snowflake(NOW - number * every) - 1 for number in range(count)]


@pytest.fixture
async def source(crawled):
    """A channel of which all is known: an hour between messages, 60 hours back."""
    source = Source()
    source.add(7, *map(said, ids(60)))
    await crawled(source)
    source.asked.clear()
    return source


async def test_what_was_edited_deleted_and_missed_is_put_right(source, reread_, rows):
    recent = ids(60)
    source.delete(recent[3])
    source.add(7, said(recent[5], length=50, flags=MessageFlag.EDITED), said(recent[7] + 1))

    report = await reread_(source)

    assert str(report) == ("1 of 1 channels complete, 1 new messages, 1 edited, 1 deleted")
    assert await rows(MESSAGES) == [
        (each.message_id, each.length, each.flags) for _, each in sorted(source.messages[7].items())
    ]


async def test_what_is_older_is_left_alone(source, reread_, stored):
    for message_id in ids(60)[50:]:
        source.delete(message_id)

    await reread_(source)

    assert await stored() == set(ids(60))


async def test_nothing_differs_nothing_is_written(source, reread_, rows):
    before = await rows(MESSAGES)

    report = await reread_(source)

    assert (report.messages, report.changed, report.deleted) == (0, 0, 0)
    assert await rows(MESSAGES) == before


async def test_several_pages_are_compared_each_with_its_own_range(crawled, reread_, stored):
    source = Source()
    every = timedelta(minutes=10)
    source.add(7, *map(said, ids(400, every=every)))
    await crawled(source)
    for number in (0, 99, 100, 101, 199, 200, 287):
        source.delete(ids(400, every=every)[number])
    source.asked.clear()

    report = await reread_(source)

    assert report.deleted == 6  # the newest one may be newer than the page
    assert await stored() == source.ids | {ids(400, every=every)[0]}
    assert len(source.asked) == 3


async def test_what_came_in_after_the_page_stays(source, reread_, heard, stored, channel):
    later = snowflake(NOW + HOUR)

    async def meanwhile(number):
        source.add(7, said(later))
        await heard(said(later), into=channel)

    source.after_page = meanwhile
    await reread_(source)

    assert later in await stored()


async def test_an_edit_after_the_page_wins(source, reread_, recent, rows, clock):
    message_id = ids(60)[4]

    async def meanwhile(number):
        recent.note_edited(said(message_id, length=70), clock())

    source.after_page = meanwhile
    await reread_(source)

    assert (message_id, 70, 0) in await rows(MESSAGES)


async def test_the_newest_messages_may_be_the_deleted_ones(source, reread_, stored, clock):
    for message_id in ids(60)[:3]:
        source.delete(message_id)
    clock.now += timedelta(minutes=5)

    report = await reread_(source)

    assert report.deleted == 3
    assert await stored() == source.ids


async def test_a_channel_may_have_been_emptied(source, reread_, stored, clock):
    source.messages[7].clear()
    clock.now += timedelta(minutes=5)

    await reread_(source)

    assert await stored() == set(ids(60)[48:])


async def test_what_may_be_newer_than_an_empty_page_stays(source, reread_, heard, stored):
    just_now = snowflake(NOW - timedelta(seconds=30))
    await heard(said(just_now))
    source.messages[7].clear()

    await reread_(source)

    assert just_now in await stored()


@pytest.mark.parametrize(
    "told",
    [(AuthorKind.WEBHOOK, 30), (AuthorKind.WEBHOOK, 5), (AuthorKind.BOT, 30)],
)
async def test_game_chat_that_is_only_now_understood_becomes_the_speakers(
    source, reread_, heard, rows, told
):
    message_id, (kind, length) = snowflake(NOW - HOUR) + 3, told
    await heard(said(message_id, Writer(kind, 900), length=length, miss="<word>: <word>"))
    source.add(7, said(message_id, relayed("zezima")))

    first, again = await reread_(source), await reread_(source)

    assert (first.changed, again.changed) == (1, 0)
    assert await rows(WRITERS.where(MessageRow.id == message_id)) == [("relay", "zezima", 5)]
    assert await rows(select(RelayMissRow.count)) == [(1,)]


async def test_game_chat_of_who_was_deleted_becomes_nobodys(services, source, reread_, heard, rows):
    message_id = snowflake(NOW - HOUR) + 3
    await heard(said(message_id, Writer(AuthorKind.WEBHOOK, 900), length=30))
    source.add(7, said(message_id, relayed("zezima")))
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, names=["zezima"])

    await reread_(source)

    assert await rows(WRITERS.where(MessageRow.id == message_id)) == [("forgotten", None, 5)]


async def test_what_somebody_wrote_stays_theirs(source, reread_, rows):
    message_id = ids(60)[5]
    source.add(7, said(message_id, relayed("zezima"), length=50))

    await reread_(source)

    assert await rows(WRITERS.where(MessageRow.id == message_id)) == [("user", None, 50)]


async def test_channels_that_were_silent_arent_asked(crawled, reread_):
    source = Source()
    source.add(7, *map(said, ids(60)[50:]))
    source.add(8, said(snowflake(NOW - HOUR)), readable=False)
    await crawled(source)
    source.asked.clear()

    report = await reread_(source)

    assert source.asked == []
    assert (report.channels, report.complete) == (1, 1)


async def test_a_failing_or_lost_channel_is_told_and_stops_no_other(source, reread_, stored):
    source.add(8, said(snowflake(NOW - HOUR)))
    source.add(9, said(snowflake(NOW - HOUR) + 1))
    source.add(10, said(snowflake(NOW - HOUR) + 2))
    source.broken.add(8)

    async def lost(number):
        source.change(9, readable=False)

    source.before_page = lost
    report = await reread_(source)

    assert (report.channels, report.complete, report.lost) == (4, 2, 1)
    assert report.partial
    assert snowflake(NOW - HOUR) + 2 in await stored()


async def test_when_discord_cant_be_reached_it_says_so(reread_):
    report = await reread_(Source(failing=100))

    assert report.reason == "Discord can't be reached."

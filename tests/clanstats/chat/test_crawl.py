"""Does a crawl bring in every message once, in a useful order, whatever Discord does?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clanstats.chat import AuthorKind, GameEvent, SeenChannel, Writer, snowflake
from clanstats.db.channels import channel_ids, note_channels
from clanstats.db.coverage import Stretch, extend, extend_live, stretches_of_clan
from clanstats.db.messages import delete_messages
from clanstats.db.models import ChannelRow, GameEventRow, MessageRow
from clanstats.harvest.chat import BACK_OFF, ChatProgress
from clanstats.harvest.status import status
from tests.clanstats.chat.source import Source, said
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW_ID = snowflake(NOW)


def ids(count, *, until=NOW, every=HOUR):
    """So many ids, the newest just before `until`."""
    return [snowflake(until - number * every) - 1 for number in range(count)]


def spoken(count, **when):
    return [said(message_id) for message_id in ids(count, **when)]


@pytest.fixture
def covered(services, clan):
    """What is covered, by Discord's id of the channel."""

    async def found():
        async with services.read() as session:
            stretches = await stretches_of_clan(session, clan)
            ours = await channel_ids(session, clan)
        return {theirs: stretches.get(each, ()) for theirs, each in ours.items()}

    return found


async def test_everything_is_read_and_covered_until_it_was_asked_for(crawled, stored, covered):
    source = Source()
    source.add(1, *spoken(250))
    source.add(2, *spoken(100, until=NOW - 30 * DAY))
    source.add(3)

    report = await crawled(source)

    assert await stored() == source.ids
    assert str(report) == "3 of 3 channels complete, 350 new messages"
    assert not report.partial
    for (stretch,) in (await covered()).values():
        assert stretch.since_id == 0
        assert NOW_ID - 1 <= stretch.until_id < snowflake(NOW + DAY)


async def test_reading_again_asks_for_nothing_and_changes_nothing(crawled, rows, clock):
    source = Source()
    source.add(1, *spoken(150))
    source.add(2)
    await crawled(source)
    before = sorted(await rows(select(MessageRow.id, MessageRow.author_id, MessageRow.length)))
    source.asked.clear()

    clock.now += HOUR
    report = await crawled(source)

    assert source.asked == []
    assert report.messages == 0
    assert before == sorted(
        await rows(select(MessageRow.id, MessageRow.author_id, MessageRow.length))
    )


async def test_silence_is_covered_too(crawled, covered, clock):
    source = Source()
    source.add(1, *spoken(3))
    await crawled(source)
    clock.now += DAY

    await crawled(source)

    assert (await covered())[1] == (Stretch(0, snowflake(clock.now) - 1),)


async def test_a_gap_is_read_down_to_what_is_known(crawled, stored, covered, clock):
    source = Source()
    source.add(1, *spoken(250))
    await crawled(source)
    clock.now = NOW + 150 * HOUR
    source.add(1, *spoken(150, until=clock.now))
    source.asked.clear()

    report = await crawled(source)

    assert await stored() == source.ids
    assert report.messages == 150
    assert len(source.asked) == 2
    assert len((await covered())[1]) == 1


async def test_gaps_and_the_newest_pages_come_before_the_deep_past(crawled, clock, stored):
    source = Source()
    old, new = spoken(150, until=NOW - 100 * DAY), spoken(120)
    source.add(1, *old)
    clock.now = NOW - 100 * DAY
    await crawled(source)
    clock.now = NOW
    source.add(1, *new)
    source.add(2, *spoken(300, until=NOW - DAY))
    source.add(3, *spoken(300, until=NOW - 300 * DAY))
    source.asked.clear()

    await crawled(source, gaps_only=True)

    assert sorted(channel for channel, _ in source.asked) == [1, 1, 2, 3]
    assert {each.message_id for each in old + new} <= await stored()
    source.asked.clear()

    await crawled(source)

    assert [channel for channel, _ in source.asked].count(1) == 0
    assert await stored() == source.ids


async def test_an_old_gap_comes_before_the_newer_past_of_other_channels(
    services, clan, channel, crawled
):
    source = Source()
    source.add(7, *spoken(300, every=DAY))
    source.add(8, *spoken(300, every=DAY, until=NOW - MINUTE))
    async with services.write() as session:
        seen = [source.channels_[8]]
        other = (await note_channels(session, clan, seen, NOW))[8]
        await extend(session, channel, snowflake(NOW - DAY), NOW_ID)
        await extend(session, other, 0, snowflake(NOW - 200 * DAY))
        await extend(session, other, snowflake(NOW - 190 * DAY), NOW_ID)

    await crawled(source)

    assert [asked for asked, _ in source.asked][:2] == [8, 7]


async def test_of_the_deep_past_the_newest_is_read_first(crawled):
    source = Source()
    source.add(1, *spoken(400, until=NOW - 100 * DAY))
    source.add(2, *spoken(400, until=NOW))
    for other in range(3, 12):  # with the other one, as many as wait for their turn at once
        until = NOW - DAY - other * MINUTE
        source.add(other, *spoken(400, until=until))

    await crawled(source)

    assert [channel for channel, _ in source.asked][-3:] == [1, 1, 1]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 201])
async def test_pages_end_where_they_end(crawled, stored, covered, count):
    source = Source()
    source.add(1, *spoken(count))

    await crawled(source)

    assert await stored() == source.ids
    assert [stretch.since_id for stretch in (await covered())[1]] == [0]


async def test_a_last_message_that_was_deleted_costs_one_request(crawled, covered):
    source = Source()
    source.add(1, *spoken(3))
    await crawled(source)
    source.change(1, last_message_id=snowflake(NOW + HOUR))
    source.asked.clear()

    await crawled(source)

    assert len(source.asked) == 1
    assert len((await covered())[1]) == 1


async def test_what_comes_in_live_meanwhile_is_stored_once(crawled, heard, stored, rows, channel):
    source = Source()
    source.add(7, *spoken(150))

    async def somebody_talks(number):
        at = snowflake(NOW + number * HOUR)
        drop = GameEvent("drop", "zezima", "Dragon axe", 1)
        message = said(at, Writer(AuthorKind.WEBHOOK, 9), events=(drop,))
        source.add(7, message)
        await heard(message, into=channel)

    source.before_page = somebody_talks
    await crawled(source)
    source.before_page = nothing
    await crawled(source)

    assert await stored() == source.ids
    assert len(await rows(select(GameEventRow.message_id))) == 2


async def nothing(number):
    pass


async def test_a_page_from_before_a_delete_or_an_edit_brings_nothing_back(
    services, crawled, recent, rows, clock
):
    source = Source()
    first, second, third = sorted(ids(3))
    source.add(1, said(first), said(second), said(third))

    async def meanwhile(number):
        recent.note_edited(said(second, length=50), clock())
        recent.note_deleted([third], clock())
        async with services.write() as session:
            await delete_messages(session, [third])

    source.after_page = meanwhile
    await crawled(source)

    assert sorted(await rows(select(MessageRow.id, MessageRow.length))) == [
        (first, 5),
        (second, 50),
    ]


async def states(rows):
    found = await rows(select(ChannelRow.discord_channel_id, ChannelRow.state))
    return dict(found)


async def test_a_channel_that_cant_be_read_is_noted_and_read_once_it_can(
    crawled, stored, rows, clock
):
    source = Source()
    source.add(1, *spoken(150))
    source.add(2, *spoken(30), readable=False)

    report = await crawled(source)

    assert report.channels == 1
    assert await states(rows) == {1: "readable", 2: "unreadable"}
    source.change(2, readable=True)
    clock.now += DAY

    await crawled(source)

    assert await stored() == source.ids
    assert await states(rows) == {1: "readable", 2: "readable"}


@pytest.mark.parametrize(
    ("lose", "state"),
    [
        pytest.param(
            lambda source: source.change(1, readable=False), "unreadable", id="permission"
        ),
        pytest.param(lambda source: source.close(1), "gone", id="channel"),
    ],
)
async def test_a_channel_lost_on_the_way_stops_no_other(crawled, stored, rows, lose, state):
    source = Source()
    source.add(1, *spoken(200, until=NOW - 400 * DAY))
    source.add(2, *spoken(350, until=NOW - MINUTE))

    async def later(number):
        if number == 2:
            lose(source)

    source.before_page = later
    report = await crawled(source)

    assert set(ids(350, until=NOW - MINUTE)) == await stored()
    assert report.lost == 1
    assert not report.partial
    assert await states(rows) == {1: state, 2: "readable"}


async def test_a_channel_that_is_no_longer_listed_is_gone_and_keeps_what_was_said(
    crawled, stored, rows
):
    source = Source()
    source.add(1, *spoken(10))
    source.add(2)
    await crawled(source)
    source.close(1)

    await crawled(source)

    assert await states(rows) == {1: "gone", 2: "readable"}
    assert len(await stored()) == 10


@pytest.fixture
def busy(services, clan, clock, monkeypatch):
    """A server on which a thread is opened while its channels are listed."""
    source, opened = Source(), SeenChannel(2, "thread", None, True, None, 1)
    source.add(1, *spoken(3))
    listed = source.channels

    async def list_slowly():
        found = await listed()
        clock.now += MINUTE
        async with services.write() as session:
            await note_channels(session, clan, [opened], clock.now)
        return found

    monkeypatch.setattr(source, "channels", list_slowly)
    return source


@pytest.mark.parametrize("reader", ["crawled", "reread_"])
async def test_a_thread_that_opens_while_channels_are_listed_is_not_gone(
    busy, rows, request, reader
):
    await request.getfixturevalue(reader)(busy)

    assert await states(rows) == {1: "readable", 2: "readable"}


async def test_a_failure_is_waited_out(crawled, stored, clock):
    source = Source(failing=2)
    source.add(1, *spoken(150))

    report = await crawled(source)

    assert await stored() == source.ids
    assert not report.partial
    assert set(BACK_OFF[:2]) <= set(clock.slept)


async def test_when_discord_stays_away_it_ends_and_says_why_and_goes_on_later(crawled, stored):
    source = Source()
    for channel in range(1, 30):
        source.add(channel, *spoken(150, until=NOW - channel * 200 * HOUR))

    async def later(number):
        if number == 10:
            source.failing = 10_000

    source.before_page = later
    report = await crawled(source)

    assert report.partial
    assert str(report).endswith("Discord can't be reached.")
    assert len(source.asked) < 100
    assert 0 < len(await stored()) < len(source.ids)
    source.failing, source.before_page = 0, nothing

    report = await crawled(source)

    assert not report.partial
    assert await stored() == source.ids


async def test_one_channel_that_always_fails_keeps_no_other_from_being_read(crawled, stored):
    source = Source(broken={1})
    source.add(1, *spoken(10))
    source.add(2, *spoken(250))

    report = await crawled(source)

    assert report.partial
    assert report.complete == 1
    assert len(await stored()) == 250


async def test_no_channels_no_report_of_any(crawled):
    source = Source(failing=100)
    source.add(1)

    report = await crawled(source)

    assert str(report) == "0 of 0 channels complete, 0 new messages, Discord can't be reached."


async def test_it_stops_when_told_and_goes_on_there(crawled, stored):
    source = Source()
    source.add(1, *spoken(1000))

    report = await crawled(source, stopped=lambda: len(source.asked) >= 3)

    assert len(await stored()) == report.messages == 300
    source.asked.clear()

    await crawled(source)

    assert await stored() == source.ids
    assert len(source.asked) == 8  # nothing twice; the last one finds the beginning


async def test_progress_is_the_share_of_time_covered(crawled):
    made = snowflake(NOW - 400 * HOUR)
    source = Source()
    source.add(made, *spoken(399))
    source.add(2)
    told = []

    await crawled(source, progress=told.append)

    assert [each.messages for each in told[-4:]] == [100, 200, 300, 399]
    assert [round(each.share, 2) for each in told[-4:]] == [0.25, 0.5, 0.75, 1.0]
    assert told[-1] == ChatProgress(2, 2, 399, 1.0)


async def test_live_messages_extend_what_the_crawl_covered(services, clan, crawled, covered, clock):
    source = Source()
    source.add(1, *spoken(150))
    connected_id = snowflake(clock.now)
    await crawled(source)
    tick = snowflake(clock.now + HOUR)

    async with services.write() as session:
        await extend_live(session, clan, since={1: connected_id - 1}, until_id=tick)

    assert await covered() == {1: (Stretch(0, tick),)}


async def test_the_status_says_from_when_to_when_each_channel_is_known(
    services, clan, crawled, clock
):
    made = snowflake(NOW - 900 * DAY)
    source = Source()
    source.add(made, *spoken(3))
    source.add(snowflake(NOW - 800 * DAY), *spoken(3), kind="thread", readable=False)
    await crawled(source)
    async with services.write() as session:
        ours = (await channel_ids(session, clan))[made]
        await extend(session, ours, snowflake(NOW + 5 * DAY), snowflake(NOW + 9 * DAY))

    async with services.read() as session:
        known, lost = await status(session, clan)

    assert (known.state, known.complete, len(known.stretches)) == ("readable", False, 2)
    assert (known.since, known.until) == (NOW + 5 * DAY, NOW + 9 * DAY)
    assert (lost.state, lost.name, lost.since, lost.until) == ("unreadable", None, None, None)
    assert not lost.complete

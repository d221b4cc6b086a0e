"""Do stretches say which ids are known, whatever order they came in?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats.chat import SeenChannel
from clanstats.db.channels import UNREADABLE, mark, note_channels
from clanstats.db.coverage import (
    Stretch,
    extend,
    extend_live,
    extend_newest,
    extended,
    holes,
    stretches,
    stretches_of_clan,
)
from tests.factories import NOW

TOP = 40
ids = st.integers(0, TOP)
ranges = st.lists(st.tuples(ids, ids).map(lambda ends: Stretch(*sorted(ends))), max_size=12)


def known(stretches_):
    return {
        each for stretch in stretches_ for each in range(stretch.since_id, stretch.until_id + 1)
    }


def merged(learnt):
    found = ()
    for stretch in learnt:
        found = extended(found, stretch)
    return found


@given(ranges)
def test_stretches_are_the_set_of_ids_learnt_and_dont_touch(learnt):
    found = merged(learnt)

    assert known(found) == known(learnt)
    assert all(a.until_id + 1 < b.since_id for a, b in pairwise(found))


@given(ranges, ids)
def test_holes_are_whatever_is_not_known(learnt, until_id):
    found = holes(merged(learnt), until_id=until_id)

    assert known(found) == set(range(until_id + 1)) - known(learnt)
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("learnt", "expected"),
    [
        pytest.param([(5, 9)], [(5, 9)], id="the first"),
        pytest.param([(5, 9), (5, 9)], [(5, 9)], id="the same again"),
        pytest.param([(5, 9), (6, 7)], [(5, 9)], id="nothing new"),
        pytest.param([(5, 9), (10, 12)], [(5, 12)], id="above"),
        pytest.param([(5, 9), (0, 4)], [(0, 9)], id="below"),
        pytest.param([(5, 9), (11, 12)], [(5, 9), (11, 12)], id="apart"),
        pytest.param([(5, 9), (20, 30), (40, 50), (8, 41)], [(5, 50)], id="over several"),
        pytest.param([(5, 9), (10, 9)], [(5, 9)], id="empty"),
    ],
)
async def test_what_is_learnt_is_stored(services, channel, learnt, expected):
    async with services.write() as session:
        for since_id, until_id in learnt:
            told = await extend(session, channel, since_id, until_id)
        found = await stretches(session, channel)

    assert told == found == tuple(Stretch(*ends) for ends in expected)


async def covered(session, channel_id, *learnt):
    for ends in learnt:
        await extend(session, channel_id, *ends)


async def test_what_comes_in_live_extends_what_reaches_into_the_connection(services, clan, channel):
    async with services.write() as session:
        await covered(session, channel, (5, 9), (20, 100))
        await extend_live(session, clan, since={channel: 90}, until_id=130)
        found = await stretches(session, channel)

    assert found == (Stretch(5, 9), Stretch(20, 130))


async def test_what_was_missed_before_the_connection_stays_a_hole(services, clan, channel):
    async with services.write() as session:
        await covered(session, channel, (0, 89))
        await extend_live(session, clan, since={channel: 90}, until_id=130)

        assert await stretches(session, channel) == (Stretch(0, 89),)


async def test_only_the_newest_stretch_is_extended_live(services, clan, channel):
    async with services.write() as session:
        await covered(session, channel, (0, 95), (100, 110))
        await extend_live(session, clan, since={channel: 90}, until_id=130)

        assert await stretches(session, channel) == (Stretch(0, 95), Stretch(100, 130))


async def test_time_never_takes_away_what_is_known(services, clan, channel):
    async with services.write() as session:
        await covered(session, channel, (0, 200))
        await extend_live(session, clan, since={channel: 90}, until_id=130)
        await extend_newest(session, {channel: 0}, until_id=150)

        assert await stretches(session, channel) == (Stretch(0, 200),)


async def test_a_channel_that_cant_be_read_isnt_extended(services, clan, channel):
    async with services.write() as session:
        await covered(session, channel, (0, 100))
        await mark(session, channel, UNREADABLE, NOW)
        await extend_live(session, clan, since={channel: 90}, until_id=130)

        assert await stretches(session, channel) == (Stretch(0, 100),)


async def test_channels_are_told_apart(services, clan, channel):
    async with services.write() as session:
        ids = await note_channels(session, clan, [SeenChannel(8, "text", "other", True)], NOW)
        await covered(session, channel, (0, 5), (7, 9))
        await covered(session, ids[8], (6, 6))

        assert await stretches_of_clan(session, clan) == {
            channel: (Stretch(0, 5), Stretch(7, 9)),
            ids[8]: (Stretch(6, 6),),
        }

"""Are requests let through no faster than Discord allows, and no slower than need be?"""

import asyncio
import heapq
from collections import Counter

import pytest

from clanstats.pacing import AT_ONCE, PER_CHANNEL, PER_SECOND, Pacer


class Time:
    """Stands still while anybody has something to do, and then goes on to the next alarm."""

    def __init__(self):
        self.now = 1000.0
        self.alarms = []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        alarm = asyncio.get_running_loop().create_future()
        heapq.heappush(self.alarms, (self.now + seconds, len(self.alarms), id(alarm), alarm))
        await alarm

    async def run(self, *jobs):
        tasks = [asyncio.ensure_future(job) for job in jobs]
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self.alarms:
                self.now, *_, alarm = heapq.heappop(self.alarms)
                alarm.set_result(None)
        await asyncio.gather(*tasks)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def asked(time):
    """Makes requests that take so long; gives when each began and ended, by channel."""
    pacer = Pacer(clock=time.clock, sleep=time.sleep)

    async def run(*channels, lasting=0.0):
        log = []

        async def ask(channel):
            async with pacer.turn(channel):
                begun = time.now - 1000
                if lasting:
                    await time.sleep(lasting)
                log.append((round(begun, 3), round(time.now - 1000, 3), channel))

        await time.run(*(ask(channel) for channel in channels))
        return sorted(log)

    return run


async def test_the_first_request_waits_for_nothing(asked):
    assert await asked(1) == [(0, 0, 1)]


async def test_a_channel_is_asked_once_a_second(asked):
    assert [begun for begun, _, _ in await asked(1, 1, 1)] == [0, PER_CHANNEL, 2 * PER_CHANNEL]


async def test_a_slow_answer_is_no_reason_to_wait_longer(asked):
    assert [begun for begun, _, _ in await asked(1, 1, lasting=3.0)] == [0, 3.0]


async def test_other_channels_dont_wait_for_one_that_was_just_asked(asked):
    log = await asked(1, 1, 2, 3)

    assert [channel for _, _, channel in log] == [1, 2, 3, 1]


async def test_requests_are_spread_over_the_second(asked):
    begins = [begun for begun, _, _ in await asked(*range(30))]

    assert begins == pytest.approx([number / PER_SECOND for number in range(30)])


async def test_so_many_channels_are_read_at_once(asked):
    log = await asked(*range(20), lasting=10.0)

    during = Counter(begun for begun, _, _ in log)
    assert sum(during.values()) == 20
    for begun, _, _ in log:
        assert sum(other <= begun < ended for other, ended, _ in log) <= AT_ONCE
    assert max(begun for begun, _, _ in log) < 10.0 * 20 / AT_ONCE


async def test_a_failed_request_lets_the_next_one_through(time, asked):
    pacer = Pacer(clock=time.clock, sleep=time.sleep)

    async def fail():
        async with pacer.turn(1):
            raise ConnectionError

    async def ask():
        async with pacer.turn(1):
            return time.now

    with pytest.raises(ConnectionError):
        await fail()
    await time.run(ask())
    assert time.now == 1001.0

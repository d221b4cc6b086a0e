"""When may the next request be sent?"""

import asyncio

import pytest

from clanstats.wom.budget import Budget, priority
from clanstats.wom.errors import WomBlockedError, WomRateLimitedError


@pytest.fixture
def budget(clock):
    return Budget(limit=20, sleep=clock.sleep, monotonic=clock.monotonic)


async def spend(budget, requests):
    for _ in range(requests):
        await budget.take()
        budget.answered()


def headers(*, limit=20, remaining, reset):
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset),
    }


async def test_background_work_leaves_a_fifth_of_the_window_to_commands(budget, clock):
    await spend(budget, 16)
    assert clock.slept == []

    await spend(budget, 1)

    assert clock.slept == [60]


async def test_a_command_may_use_the_reserve_and_waits_when_that_is_gone(budget, clock):
    await spend(budget, 16)

    with priority():
        await spend(budget, 4)
        assert clock.slept == []
        await spend(budget, 1)

    assert clock.slept == [60]


async def test_priority_ends_with_its_block(budget, clock):
    with priority():
        await spend(budget, 16)

    await spend(budget, 1)

    assert clock.slept == [60]


async def test_the_window_is_fixed_and_begins_with_the_first_request(budget, clock):
    clock.now += 500
    await spend(budget, 1)
    clock.now += 59
    await spend(budget, 15)

    await spend(budget, 1)

    assert clock.slept == [1]
    assert budget.used == 1


async def test_a_window_that_is_over_counts_nothing(budget, clock):
    await spend(budget, 16)
    clock.now += 60

    assert budget.used == 0
    assert budget.resets_in_s == 0
    assert budget.requests == 16


async def test_the_limit_is_what_the_headers_say(budget):
    budget.observe(headers(limit=100, remaining=99, reset=60))

    assert budget.limit == 100


async def test_requests_of_others_at_the_same_address_count(budget, clock):
    await spend(budget, 1)
    budget.observe(headers(remaining=3, reset=40))

    await spend(budget, 1)

    assert clock.slept == [40]


async def test_requests_under_way_count_on_top_of_what_the_headers_say(budget, clock):
    await budget.take()
    await budget.take()
    budget.answered()
    clock.now += 30  # the server's window is another one than ours

    budget.observe(headers(remaining=19, reset=60))

    assert budget.used == 2


async def test_an_answer_that_was_overtaken_doesnt_give_requests_back(budget):
    await spend(budget, 2)
    budget.observe(headers(remaining=18, reset=60))

    budget.observe(headers(remaining=19, reset=60))

    assert budget.used == 2


async def test_a_new_window_of_the_servers_replaces_our_count(budget, clock):
    await spend(budget, 16)
    clock.now += 30

    budget.observe(headers(remaining=19, reset=60))

    assert budget.used == 1
    assert budget.resets_in_s == 60


async def test_absent_headers_change_nothing(budget):
    await spend(budget, 3)

    budget.observe({})

    assert (budget.limit, budget.used) == (20, 3)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"RateLimit-Limit": "0"}, id="no requests at all"),
        pytest.param({"RateLimit-Limit": "twenty"}, id="a word"),
        pytest.param(headers(remaining=-1, reset=60), id="less than none"),
        pytest.param(headers(remaining=19, reset="9" * 5000), id="longer than Python converts"),
        pytest.param({"Retry-After": "Mon, 23 Nov 2026 02:19:48 GMT"}, id="a date"),
    ],
)
async def test_odd_headers_are_not_believed(budget, odd):
    await spend(budget, 3)

    budget.observe(odd)

    assert (budget.limit, budget.used) == (20, 3)


async def test_after_too_many_requests_even_commands_wait_for_retry_after(budget, clock):
    budget.exhaust({"Retry-After": "17"})

    with priority():
        await spend(budget, 1)

    assert clock.slept == [17]


async def test_without_retry_after_a_whole_window_is_waited_for(budget, clock):
    budget.exhaust({})

    await spend(budget, 1)

    assert clock.slept == [60]


async def test_nobody_waits_for_hours(budget, clock):
    budget.exhaust({"Retry-After": "7200"})

    with pytest.raises(WomRateLimitedError, match="7200 seconds"):
        await budget.take()

    assert clock.slept == []


async def test_a_blocked_address_asks_nothing_until_the_block_is_over(budget, clock):
    budget.block(3600)

    with pytest.raises(WomBlockedError, match="WOM_CONTACT"):
        await budget.take()
    clock.now += 3600
    await budget.take()

    assert budget.requests == 1
    assert budget.blocked_for_s is None


async def test_a_refused_request_costs_nothing(budget):
    budget.block(3600)

    with pytest.raises(WomBlockedError):
        await budget.take()

    assert (budget.used, budget.requests) == (0, 0)


async def test_those_who_waited_together_still_keep_to_the_limit(clock):
    budget = Budget(limit=5, monotonic=clock.monotonic, sleep=clock.sleep)
    await spend(budget, 4)
    sent_at = []

    async def one():
        await budget.take()
        sent_at.append(clock.now)
        budget.answered()

    await asyncio.gather(*(one() for _ in range(9)))

    assert max(sent_at.count(at) for at in sent_at) <= 4
    assert len(sent_at) == 9

"""Is Wise Old Man worth asking at all just now?"""

import asyncio

import pytest

from clanstats.wom.breaker import Breaker
from clanstats.wom.errors import WomNotFoundError, WomUnavailableError


@pytest.fixture
def breaker(clock):
    return Breaker(threshold=3, cool_off_s=60, monotonic=clock.monotonic)


def fail(breaker, error=WomUnavailableError):
    with pytest.raises(error, match="no luck"), breaker.attempt():
        raise error("no luck")


def succeed(breaker):
    with breaker.attempt():
        pass


def refuse(breaker):
    with pytest.raises(WomUnavailableError, match="in a row"), breaker.attempt():
        pytest.fail("let through")


def test_it_opens_after_so_many_failures_in_a_row(breaker):
    for _ in range(3):
        fail(breaker)

    refuse(breaker)


def test_a_success_in_between_starts_the_count_anew(breaker):
    fail(breaker)
    fail(breaker)
    succeed(breaker)
    fail(breaker)
    fail(breaker)

    assert not breaker.is_open


def test_a_no_is_not_a_failure(breaker):
    for _ in range(9):
        fail(breaker, WomNotFoundError)

    assert not breaker.is_open


def test_a_probe_that_succeeds_closes_it(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 60

    succeed(breaker)

    assert not breaker.is_open


def test_a_probe_that_fails_opens_it_for_as_long_again(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 60
    fail(breaker)
    clock.now += 59

    refuse(breaker)


def test_only_one_probe_goes_at_a_time(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 60

    with breaker.attempt():
        refuse(breaker)

    assert not breaker.is_open


def test_a_cancelled_probe_makes_room_for_the_next(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 60
    with pytest.raises(asyncio.CancelledError), breaker.attempt():
        raise asyncio.CancelledError
    assert breaker.is_open

    succeed(breaker)

    assert not breaker.is_open

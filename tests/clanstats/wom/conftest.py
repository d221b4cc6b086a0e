"""A client that talks to recorded answers, on a clock that only moves when it sleeps."""

import pytest

from clanstats.wom.client import WiseOldMan
from tests.replay import Replay


class Clock:
    """Seconds since the test began; sleeping takes none of ours."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def replay():
    async with Replay() as server:
        yield server


@pytest.fixture
async def connect(replay, clock):
    """Make clients; those with a setting of their own say which."""
    clients = []

    def client(**settings):
        settings = {
            "base_url": replay.url,
            "user_agent": "clanstats tests (nobody@example.org)",
            "sleep": clock.sleep,
            "monotonic": clock.monotonic,
        } | settings
        clients.append(WiseOldMan(**settings))
        return clients[-1]

    yield client
    for each in clients:
        await each.close()


@pytest.fixture
def wom(connect):
    return connect()

"""A clan that wants a summary each Monday at nine, and the channel it goes to."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clanstats.analytics.members import clans
from clanstats.posts.calendar import PostSchedule, last_slot
from clanstats.posts.posting import Wanted
from clanstats.posts.schedules import set_schedule
from tests.clanstats.posts.channel import CHANNEL, WEEKLY, Channel
from tests.factories import NOW, add_clan

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
async def clan(services):
    async with services.write() as session:
        await add_clan(session)
    async with services.read() as session:
        (found,) = await clans(session)
    return found


@pytest.fixture
async def schedule(services, clan):
    wanted = PostSchedule(
        clan.clan_id,
        WEEKLY,
        CHANNEL,
        weekday=0,
        at=time(9),
        tz=LONDON,
        grace=timedelta(hours=48),
        since=NOW - timedelta(days=30),
    )
    async with services.write() as session:
        return await set_schedule(session, wanted)


@pytest.fixture
def wanted(clan, schedule, clock):
    """Monday's summary, just due."""
    clock.now = NOW.replace(hour=9, minute=0)
    slot = last_slot(schedule, clock())
    return Wanted(clan, WEEKLY, slot, CHANNEL, until=slot.due_at + schedule.grace)


@pytest.fixture
def channel(clock):
    return Channel(clock)

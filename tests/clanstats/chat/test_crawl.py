"""Does a crawl bring in every message once, whatever happens on the way?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clanstats.chat import snowflake
from clanstats.db.models import MessageRow
from clanstats.harvest.chat import crawl
from clanstats.harvest.recent import Recent
from clanstats.pacing import Pacer
from tests.clanstats.chat.source import Source, said
from tests.factories import NOW, add_clan

HOUR = timedelta(hours=1)


def ids(count, *, until=NOW, every=HOUR):
    """So many ids, the newest just before `until`."""
    return [snowflake(until - number * every) - 1 for number in range(count)]


@pytest.fixture
def crawled(services, clock):
    async def run(source, **options):
        pacer = Pacer(clock=clock.monotonic, sleep=clock.sleep)
        return await crawl(
            services, 1, source, pacer=pacer, recent=Recent(), sleep=clock.sleep, **options
        )

    return run


@pytest.fixture
async def clan(services):
    async with services.write() as session:
        return await add_clan(session)


async def stored(services):
    async with services.read() as session:
        return set(await session.scalars(select(MessageRow.id)))


async def test_everything_is_read(services, clan, crawled):
    source = Source()
    source.add(1, *map(said, ids(250)))
    source.add(2, *map(said, ids(100, until=NOW - timedelta(days=30))))
    source.add(3)

    report = await crawled(source)

    assert await stored(services) == source.ids
    assert str(report) == "3 of 3 channels complete, 350 new messages"

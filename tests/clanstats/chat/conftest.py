"""A clan whose channels are read without waiting."""

import pytest
from sqlalchemy import select

from clanstats.chat import SeenChannel
from clanstats.db.channels import note_channels
from clanstats.db.models import MessageRow
from clanstats.harvest.chat import crawl
from clanstats.harvest.ingest import store_page
from clanstats.harvest.recent import Recent
from clanstats.harvest.reread import reread
from clanstats.pacing import Pacer
from clanstats.tombstones import Tombstones
from tests.factories import NOW, add_clan


@pytest.fixture
async def clan(services):
    async with services.write() as session:
        return await add_clan(session)


@pytest.fixture
def recent():
    return Recent()


@pytest.fixture
def _reading(services, clan, clock, recent):
    def given(reader):
        async def run(source, *, services=services, clan_id=clan, **options):
            pacer = Pacer(clock=clock.monotonic, sleep=clock.sleep)
            return await reader(
                services, clan_id, source, pacer=pacer, recent=recent, sleep=clock.sleep, **options
            )

        return run

    return given


@pytest.fixture
def crawled(_reading):
    return _reading(crawl)


@pytest.fixture
def reread_(_reading):
    return _reading(reread)


@pytest.fixture
async def channel(services, clan):
    """Our id of the channel that messages come into."""
    async with services.write() as session:
        ids = await note_channels(session, clan, [SeenChannel(7, "text", "chat", True)], NOW)
    return ids[7]


@pytest.fixture
def heard(services, clan, channel):
    """Store messages as they come in live; returns how many were new."""

    async def store(*messages, into=channel):
        async with services.write() as session:
            tombstones = await Tombstones.load(session)
            return await store_page(session, clan, into, messages, tombstones=tombstones)

    return store


@pytest.fixture
def rows(services):
    """The rows of a statement."""

    async def fetched(statement):
        async with services.read() as session:
            return [tuple(row) for row in await session.execute(statement)]

    return fetched


@pytest.fixture
def stored(rows):
    """The ids of all messages that are stored."""

    async def ids():
        return {message_id for (message_id,) in await rows(select(MessageRow.id))}

    return ids

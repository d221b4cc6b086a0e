"""Is anything lost or doubled when a crawl is cut off anywhere, and goes on later?"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from clanstats.chat import AuthorKind, GameEvent, Writer, snowflake
from clanstats.db.channels import channel_ids, note_channels
from clanstats.db.coverage import extend_live, stretches_of_clan
from clanstats.db.models import ChannelRow, GameEventRow, MessageRow, RelayMissRow
from clanstats.harvest import chat
from tests.clanstats.chat.source import Source, said
from tests.factories import add_clan

pytestmark = pytest.mark.slow

PAGE = 3
SECOND = timedelta(seconds=1)
_numbers = count(2)  # of clans


class Writers:
    """Opens transactions, and is killed just before or just after one of them is committed."""

    def __init__(self, writers, *, at, committed):
        self.writers, self.at, self.committed, self.begun = writers, at, committed, 0
        self.kw = writers.kw

    @asynccontextmanager
    async def begin(self):
        self.begun += 1
        killed = self.begun == self.at
        async with self.writers.begin() as session:
            yield session
            if killed and not self.committed:
                raise asyncio.CancelledError
        if killed:
            raise asyncio.CancelledError


class Clan:
    """A clan that talks, is listened to now and then, and is read now and then."""

    def __init__(self, services, crawled, heard, clock, clan_id):
        self.services, self.crawled, self.heard = services, crawled, heard
        self.clock, self.clan_id = clock, clan_id
        self.source = Source(page_size=PAGE)
        self.connected_id = None  # None: nobody listens

    async def say(self, channel, *, live):
        """A message in a channel, which comes in live or not at all."""
        self.clock.now += SECOND
        if live and self.connected_id is None:
            self.connected_id = snowflake(self.clock.now)
        if not live:
            self.connected_id = None
        message_id = snowflake(self.clock.now)
        odd = (message_id >> 22) // 1000 % 2
        message = said(
            message_id,
            Writer(AuthorKind.WEBHOOK, 9) if odd else channel + 1,
            length=channel,
            events=(GameEvent("drop", "zezima", "Dragon axe", 1),) if odd else (),
            miss="<word>" if odd else None,
        )
        discord_channel_id = self.clan_id * 10 + channel
        self.source.add(discord_channel_id, message)
        if live:
            seen = self.source.channels_[discord_channel_id]
            async with self.services.write() as session:
                ids = await note_channels(session, self.clan_id, [seen], self.clock.now)
            await self.heard(message, into=ids[discord_channel_id])

    async def tick(self):
        """The heartbeat."""
        if self.connected_id is not None:
            async with self.services.write() as session:
                until_id = snowflake(self.clock.now)
                ids = await channel_ids(session, self.clan_id)
                since = dict.fromkeys(ids.values(), self.connected_id)
                await extend_live(session, self.clan_id, since=since, until_id=until_id)

    async def read(self, where, at, *, after, busy):
        """Crawl, and be killed at the n-th request or write, before or after it."""

        async def request(number):
            if busy and self.connected_id is not None and number < 9:
                await self.say(number % 3, live=True)
            if where == "request" and number == at and not after:
                raise asyncio.CancelledError

        async def answer(number):
            if where == "request" and number == at and after:
                raise asyncio.CancelledError

        self.source.asked.clear()
        self.source.before_page, self.source.after_page = request, answer
        services = self.services
        if where == "write":
            writers = Writers(services.writers, at=at, committed=after)
            services = replace(services, writers=writers)
        try:
            return await self.crawled(self.source, services=services, clan_id=self.clan_id)
        except asyncio.CancelledError:
            self.connected_id = None
            return None


@pytest.fixture
def new_clan(services, crawled, heard, clock, monkeypatch):
    monkeypatch.setattr(chat, "PAGE", PAGE)

    async def made():
        async with services.write() as session:
            clan_id = await add_clan(session, wom_group_id=next(_numbers))
        return Clan(services, crawled, heard, clock, clan_id)

    return made


# Before each run: in which channel so many messages are written, and whether they come in live.
talk = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8), st.booleans()), max_size=4)
cuts = st.tuples(st.sampled_from(["request", "write"]), st.integers(1, 12), st.booleans())
rounds = st.lists(st.tuples(talk, st.booleans(), cuts, st.booleans()), min_size=1, max_size=4)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(
    [
        ([(0, 8, False)], False, ("write", 3, False), False),
        ([(0, 8, True)], True, ("write", 6, True), True),
    ]
)
@given(rounds)
async def test_nothing_is_lost_or_doubled(services, new_clan, history):
    clan = await new_clan()
    for talks, ticks, (where, at, after), busy in history:
        for channel, amount, live in talks:
            for _ in range(amount):
                await clan.say(channel, live=live)
        if ticks:
            await clan.tick()
        await clan.read(where, at, after=after, busy=busy)
        if ticks:
            await clan.tick()

    report = await clan.read("nowhere", 0, after=False, busy=False)

    written = [message for each in clan.source.messages.values() for message in each.values()]
    odd = sum(message.miss is not None for message in written)
    assert report.complete == report.channels == len(clan.source.channels_)
    async with services.read() as session:
        of_clan = select(ChannelRow.id).where(ChannelRow.clan_id == clan.clan_id)
        stored = await session.execute(
            select(MessageRow.id, MessageRow.length).where(MessageRow.channel_id.in_(of_clan))
        )
        assert sorted(map(tuple, stored)) == sorted((m.message_id, m.length) for m in written)
        ids = [message.message_id for message in written]
        events = select(func.count()).where(GameEventRow.message_id.in_(ids))
        assert await session.scalar(events) == odd
        misses = select(func.sum(RelayMissRow.count)).where(RelayMissRow.channel_id.in_(of_clan))
        assert (await session.scalar(misses) or 0) == odd
        covered = await stretches_of_clan(session, clan.clan_id)
        assert all(len(each) == 1 and each[0].since_id == 0 for each in covered.values())

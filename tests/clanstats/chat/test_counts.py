"""Is what was counted before what counting would give?"""
# ruff: noqa: S311 — repeatable luck, not secrets

from itertools import groupby
from random import Random

import pytest
from sqlalchemy import delete, select, update

from clanstats.analytics.spoken import spoken
from clanstats.chat import IDS_PER_MS, AuthorKind, Writer, snowflake, written_at
from clanstats.db.messages import delete_messages
from clanstats.db.models import (
    STRETCH_BITS,
    AttributionRow,
    AuthorRow,
    MessageCountRow,
    MessageRow,
)
from clanstats.domain import Window
from clanstats.harvest.ingest import edit_message, store_page
from clanstats.timestamps import epoch_ms, from_epoch_ms
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import relayed, said, user
from tests.factories import FOUNDED, NOW, add_member
from tests.talking import attribute

WHO = [user(1), user(2), relayed("zezima"), Writer(AuthorKind.WEBHOOK, discord_user_id=9)]


def at_random(chance, *, between=(FOUNDED, NOW)):
    return from_epoch_ms(chance.randrange(*(epoch_ms(at) for at in between)))


@pytest.fixture
async def written(services, clan, channel):
    """Some hundred messages of six years, near the edges of stretches too."""
    chance = Random(1)
    first, last = (snowflake(at) >> STRETCH_BITS for at in (FOUNDED, NOW))
    edges = [edge << STRETCH_BITS for edge in range(first + 1, last, 9)]
    ids = {snowflake(at_random(chance)) for _ in range(300)}
    ids |= {edge + step for edge in edges for step in (-1, 0, 1)}
    seen = [said(message_id, chance.choice(WHO)) for message_id in sorted(ids)]
    async with services.write() as session:
        await store_page(session, clan, channel, seen, tombstones=Tombstones())
    return seen


@pytest.fixture
def counts(rows):
    """What is kept, and what counting gives."""

    async def compared():
        kept = await rows(
            select(MessageCountRow.author_id, MessageCountRow.stretch, MessageCountRow.count)
        )
        found = await rows(select(MessageRow.author_id, MessageRow.id))
        keys = sorted((author, message_id >> STRETCH_BITS) for author, message_id in found)
        return sorted(kept), [(*key, len(list(same))) for key, same in groupby(keys)]

    return compared


async def test_counts_follow_whatever_becomes_of_messages(services, clan, channel, written, counts):
    chance = Random(2)
    kept, counted = await counts()
    assert kept == counted
    async with services.write() as session:
        again = chance.sample(written, 50)
        assert not await store_page(session, clan, channel, again, tombstones=Tombstones())
        gone = [each.message_id for each in chance.sample(written, 90)]
        assert await delete_messages(session, gone) == 90
        for each in chance.sample(written, 40):
            heard = said(each.message_id, relayed("zezima"))
            await edit_message(session, clan, heard, tombstones=Tombstones())
        theirs = select(AuthorRow.id).where(AuthorRow.discord_user_id == 1).scalar_subquery()
        to = select(AuthorRow.id).where(AuthorRow.name == "zezima").scalar_subquery()
        await session.execute(
            update(MessageRow).where(MessageRow.author_id == theirs).values(author_id=to)
        )

    kept, counted = await counts()

    assert kept == counted
    assert sum(count for *_, count in kept) == len(written) - 90
    async with services.write() as session:
        await session.execute(delete(AuthorRow).where(AuthorRow.discord_user_id == 2))
    kept, counted = await counts()
    assert kept == counted
    async with services.write() as session:
        await session.execute(delete(AuthorRow))
    assert await counts() == ([], [])


async def test_any_window_counts_as_if_each_message_was_looked_at(services, clan, written):
    chance = Random(3)
    async with services.write() as session:
        first, second = [await add_member(session, name) for name in ("First", "Second")]
        author = await session.scalar(select(AuthorRow.id).where(AuthorRow.discord_user_id == 1))
        theirs = (
            await session.scalars(select(MessageRow.id).where(MessageRow.author_id == author))
        ).all()
        cut = at_random(chance)
        await session.execute(delete(AttributionRow))
        await attribute(session, author, first, until=cut)
        await attribute(session, author, second, since=cut)
    edges = [written_at(each) for each in theirs]
    windows = [sorted(at_random(chance) for _ in range(2)) for _ in range(40)]
    windows += [sorted(chance.sample(edges, 2)) for _ in range(20)]

    async with services.read() as session:
        found = [await spoken(session, clan, Window(*window)) for window in windows]

    for window, players in zip(windows, found, strict=True):
        lo, hi = (snowflake(at) + IDS_PER_MS for at in window)
        for player, held in (
            (first, lambda each: each < snowflake(cut)),
            (second, lambda each: each >= snowflake(cut)),
        ):
            expected = sum(lo <= each < hi and held(each) for each in theirs)
            assert (players[player].typed if player in players else 0) == expected

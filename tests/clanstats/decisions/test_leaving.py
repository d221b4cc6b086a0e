"""Is it only said that somebody seems about to leave where that was measured to mean something?"""

from datetime import UTC, timedelta

import pytest

from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.churn import Precision
from clanstats.db import store
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.decisions.leaving import dropped, measure, measured
from clanstats.decisions.quiet import quiet
from clanstats.decisions.running import run
from clanstats.inactivity import Section
from clanstats.schedules import remember
from clanstats.timestamps import epoch_ms
from tests.factories import NOW, add_member
from tests.talking import add_author, add_channel, link, say

DAY = timedelta(days=1)


STEP = 2  # days from one observation to the next


async def active(session, name, user, *, until, left=None):
    """Gains a million XP a fortnight, until so many days ago; returns what was observed of it."""
    player = await add_member(
        session, name, updated_at=NOW, left_at=None if left is None else NOW - left * DAY
    )
    await link(session, user, [player])
    overall = (await store.metric_ids(session))["overall"]
    xp, seen = 1_000_000, []
    for ago in range(380, -1, -STEP):
        xp += 142_857 if ago > until else 0
        seen.append(Observation(player, epoch_ms(NOW - ago * DAY), {overall: xp}))
    return player, until, seen


@pytest.fixture
async def town(services, clan):
    """Of 25 who went quiet 20 left a fortnight later; one is quiet now, and one goes on."""
    async with services.write() as session:
        await remember(session, WATCHED_SINCE.format(clan_id=1), "2020-01-01T00:00:00+00:00")
        channel = await add_channel(session)
        people = []
        for number in range(25):
            quiet_since = 72 + 14 * (number % 5)
            left = quiet_since - 25 if number < 20 else None
            people.append(
                await active(session, f"m{number}", number + 10, until=quiet_since, left=left)
            )
        people.append(await active(session, "Dropping", 1, until=14))
        people.append(await active(session, "Steady", 2, until=0))
        await add_snapshots(session, [one for _, _, seen in people for one in seen])
        for player, until, _ in people:
            author = await add_author(session, player)
            # 20 messages a fortnight.
            times = [
                NOW - DAY * (ago + n / 10) for ago in range(380, until, -14) for n in range(20)
            ]
            await say(session, author, channel, *times)


async def test_drop_is_against_ones_own_usual_in_both_signals(town, services):
    async with services.read() as session:
        found = await dropped(session, 1, NOW, UTC)
        names = len(found)

    (both,) = found.values()
    assert names == 1
    assert [str(one) for one in both] == [
        "0 XP in 14 d (usually 976.2k)", "0 messages in 14 d (usually 20)"
    ]  # fmt: skip


async def test_it_is_measured_on_the_clans_own_leavers_and_then_said(town, services, clan):
    async with services.read() as session:
        found = await measure(session, 1, NOW, UTC)
    assert found.leavers == 20
    assert 0 < found.left < found.flagged

    await run(services, clan)

    assert await measured(services, 1) == found
    async with services.read() as session:
        (row,) = [
            row
            for row in (await quiet(services, session, clan)).of(Section.AT_RISK)
            if row.known.churn is not None
        ]
    assert row.known.member.name == "Dropping"
    assert f"{found.left} of {found.flagged} who dropped like that left" in row.verdict


async def test_with_few_leavers_nothing_is_said(services, clan):
    few = Precision(flagged=30, left=19, leavers=19, at=NOW)

    assert few.share is None
    assert str(few) == "only 19 left, too few to measure"
    assert Precision(30, 20, 20, NOW).share == 20 / 30

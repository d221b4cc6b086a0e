"""Is the clan's course the sum of what its members gained, whoever joins, leaves or is missed?"""

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import update

from clanstats.analytics.quadrant import Spot, quadrant
from clanstats.analytics.retention import cohorts
from clanstats.analytics.trend import clan_weeks
from clanstats.db.models import ClanRow
from clanstats.domain import Window
from tests.factories import NOW, add_clan, add_member, observe
from tests.talking import add_author, add_channel, link, say

DAY = timedelta(days=1)
MONDAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
WEEKS = [Window(MONDAY - (back + 1) * 7 * DAY, MONDAY - back * 7 * DAY) for back in (3, 2, 1, 0)]


@pytest.fixture
async def session(services):
    async with services.write() as opened:
        yield opened


async def weekly(session, name, *totals, **more):
    """A member with so much XP at each Monday, the oldest first; None is not observed."""
    player_id = await add_member(session, name, **more)
    for number, total in enumerate(totals):
        if total is not None:
            at = MONDAY - (len(totals) - 1 - number) * 7 * DAY
            await observe(session, player_id, at - timedelta(minutes=5), {"overall": total})
    return player_id


async def test_who_joins_with_much_or_leaves_moves_no_week(session):
    await add_clan(session)
    await weekly(session, "Ann", 100, 110, 125, 125, 130)
    joined, left = MONDAY - 10 * DAY, MONDAY - 9 * DAY
    await weekly(session, "Rich", *[4_000_000_000] * 5, joined_at=joined)
    await weekly(session, "Gone", 9_000, 9_000, 9_000, 9_000, 9_000, left_at=left)

    found = await clan_weeks(session, 1, WEEKS)

    assert [week.value for week in found.xp] == [10, 15, 0, 5]
    assert found.members == [2, 2, 2, 2]


async def test_week_of_which_little_is_known_is_unknown_and_of_which_some_is_may_be_more(session):
    await add_clan(session)
    await weekly(session, "Ann", 0, 10, 20, 30, 40)
    await weekly(session, "Ben", 0, 10, 20, None, None)
    await weekly(session, "Cid", 0, 10, None, None, None)

    found = await clan_weeks(session, 1, WEEKS)

    assert [(week.value, week.partial) for week in found.xp] == [
        (30, False), (20, True), (None, False), (None, False)
    ]  # fmt: skip


async def test_messages_of_weeks_that_were_not_read_are_unknown(session):
    await add_clan(session)
    ann = await weekly(session, "Ann", 0, 0, 0, 0, 0)
    channel = await add_channel(session, since=MONDAY - 13 * DAY)
    await link(session, 1, [ann])
    await say(session, await add_author(session, ann), channel, MONDAY - 3 * DAY, MONDAY - 9 * DAY)

    found = await clan_weeks(session, 1, WEEKS)

    assert [week.value for week in found.messages] == [None, None, 1, 1]


async def test_quadrant_has_only_those_of_whom_both_are_known(session):
    await add_clan(session)
    channel = await add_channel(session)
    ann = await weekly(session, "Ann", 0, 0, 50, 100, 400)
    await weekly(session, "Unlinked", 0, 0, 0, 0, 9)
    never = await add_member(session, "Never")
    for user_id, player_id in ((1, ann), (2, never)):
        await link(session, user_id, [player_id])
    await say(session, await add_author(session, ann), channel, MONDAY - DAY)

    found = await quadrant(session, 1, WEEKS[-1])

    (one,) = found.people
    assert (one.member.name, one.now, one.before) == ("Ann", Spot(300, 1), Spot(50, 0))
    assert (found.middle, found.unknown) == (Spot(300, 1), 2)


async def test_quarter_tells_who_stayed_of_those_whose_time_is_over(session):
    await add_clan(session)
    await session.execute(update(ClanRow).values(created_at=NOW - 500 * DAY))
    for name, joined, left in (
        ("Ann", 200, None), ("Ben", 200, 150), ("Cid", 190, 5), ("Dee", 20, None),
    ):  # fmt: skip
        await add_member(
            session,
            name,
            joined_at=NOW - joined * DAY,
            left_at=None if left is None else NOW - left * DAY,
        )
    await add_member(session, "Founder", joined_at=NOW - 900 * DAY)

    older, newer = await cohorts(session, 1, NOW, UTC)

    assert (older.begins, older.joined, older.still_there) == (date(2026, 4, 1), 3, 1)
    assert [(one.stayed, one.of) for one in older.stayed] == [(3, 3), (2, 3), (2, 3), (0, 0)]
    assert [one.share for one in newer.stayed] == [None] * 4


@pytest.mark.parametrize("weeks", [[], WEEKS[:1]])
async def test_few_weeks_are_as_many(session, weeks):
    await add_clan(session)
    await weekly(session, "Ann", 0, 10, 20, 30, 40)

    assert len((await clan_weeks(session, 1, weeks)).xp) == len(weeks)

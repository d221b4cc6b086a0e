"""Is news told once, by whichever source has it first, and nothing of long ago or of the hidden?"""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import insert, select

from clanstats.analytics.news import NewsKind, news
from clanstats.chat import AuthorKind
from clanstats.db.models import AchievementRow, GameEventRow, MessageRow, NameChangeRow
from clanstats.domain import Window
from clanstats.levels import xp_of_level
from clanstats.posts import claiming
from clanstats.posts.announcing import announced, begin_later, gather
from clanstats.posts.calendar import PostKind
from clanstats.posts.muting import mute
from clanstats.privacy.hiding import PLAYER, hide
from tests.factories import NOW, add_clan, add_member, add_rank_change, observe
from tests.talking import add_author, add_channel, say

MILLION = 1_000_000
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
async def alice(services):
    """A member of a clan whose news is posted since three days ago."""
    async with services.write() as session:
        await add_clan(session, ranks=("owner", "ruby", "member"))
        player_id = await add_member(session, "Alice")
        await begin_later(session, 1, NOW - 72 * HOUR)
    return player_id


async def magic(services, player_id, level, *, at, below=0):
    async with services.write() as session:
        await observe(session, player_id, at, {"magic": xp_of_level(level) - below})


KILLS = {"metric": "zulrah", "measure": "kills", "threshold": 1}
MAGIC_99 = {"metric": "magic", "measure": "levels", "threshold": xp_of_level(99)}


async def achieved(services, player_id, name, *, at, what=KILLS):
    async with services.write() as session:
        await session.execute(
            insert(AchievementRow).values(player_id=player_id, name=name, achieved_at=at, **what)
        )


async def broadcast(services, player_id, level, *, at):
    """The relay passes on what the game says of a level."""
    async with services.write() as session:
        channel = await add_channel(session)
        author = await add_author(session, player_id, kind=AuthorKind.RELAY)
        await say(session, author, channel, at)
        message_id = await session.scalar(select(MessageRow.id))
        event = {"kind": "level", "subject": "Magic", "value": level, "author_id": author}
        await session.execute(insert(GameEventRow).values(message_id=message_id, line=0, **event))


async def told(services, now=NOW, *, settle=True):
    """What is told now, by batch; `settle` says that it was posted."""
    async with services.write() as session:
        slots = await gather(session, 1, now, UTC)
        for slot in slots if settle else ():
            held = await claiming.claim(
                session,
                slot,
                clan_id=1,
                kind=PostKind.NEWS,
                discord_channel_id=5,
                by="one",
                now=now,
            )
            await claiming.finish(
                session, held, discord_channel_id=5, discord_message_id=6, digest=None
            )
        return [
            [
                (one.name, one.kind, one.subject, one.value)
                for one in await announced(session, 1, slot.period.key)
            ]
            for slot in slots
        ]


def level(number):
    return ("Alice", NewsKind.LEVEL, "magic", number)


async def test_each_thing_that_happens_is_told_once_the_rarest_first(services, alice):
    await magic(services, alice, 93, at=NOW - 9 * HOUR)
    await magic(services, alice, 94, at=NOW - 8 * HOUR)
    await achieved(services, alice, "500 Zulrah kills", at=NOW - 7 * HOUR)
    async with services.write() as session:
        await add_rank_change(session, alice, "ruby", previous="member", at=NOW - 6 * HOUR)
        bob = await add_member(session, "Bob", joined_at=NOW - 5 * HOUR)
        renamed = {"player_id": bob, "old_name": "Rob", "new_name": "Bob"}
        await session.execute(
            insert(NameChangeRow).values(id=1, changed_at=NOW - 4 * HOUR, **renamed)
        )

    first, second = await told(services), await told(services, NOW + HOUR)

    assert first == [
        [
            ("Alice", NewsKind.ACHIEVEMENT, "500 Zulrah kills", 0),
            ("Alice", NewsKind.RANK, "ruby", 0),
            ("Bob", NewsKind.JOINED, "", 0),
            ("Bob", NewsKind.RENAMED, "Rob", 0),
            level(94),
        ]
    ]
    assert second == []


async def test_level_that_the_game_told_isnt_news_when_the_hiscores_show_it(services, alice):
    await magic(services, alice, 98, at=NOW - 9 * HOUR)
    await broadcast(services, alice, 99, at=NOW - 8 * HOUR)
    assert await told(services) == [[level(99)]]

    await magic(services, alice, 99, at=NOW + HOUR)
    await achieved(services, alice, "99 Magic", at=NOW + HOUR, what=MAGIC_99)

    assert await told(services, NOW + 2 * HOUR) == []


async def test_of_several_levels_the_highest_is_told_and_the_next_is_news_again(services, alice):
    await magic(services, alice, 50, at=NOW - 9 * HOUR)
    await magic(services, alice, 51, at=NOW - 8 * HOUR)
    await magic(services, alice, 53, at=NOW - 7 * HOUR)
    assert await told(services) == [[level(53)]]

    await magic(services, alice, 54, at=NOW + HOUR)

    assert await told(services, NOW + 2 * HOUR) == [[level(54)]]


async def test_xp_without_a_level_and_a_first_look_are_no_news(services, alice):
    await magic(services, alice, 94, at=NOW - 9 * HOUR, below=9)
    await magic(services, alice, 94, at=NOW - 8 * HOUR, below=1)

    assert await told(services) == []


async def test_what_a_backfill_brings_of_long_ago_is_no_flood(services, alice):
    for number in range(1, 50):
        at = NOW - timedelta(days=number)
        await achieved(services, alice, f"{number}00 Zulrah kills", at=at)

    assert await told(services) == [[("Alice", NewsKind.ACHIEVEMENT, "100 Zulrah kills", 0)]]


async def test_what_happened_while_there_was_no_channel_stays_untold(services, alice):
    await achieved(services, alice, "before", at=NOW - 2 * HOUR)
    async with services.write() as session:
        await begin_later(session, 1, NOW - HOUR)
    await achieved(services, alice, "after", at=NOW - HOUR / 2)

    assert await told(services) == [[("Alice", NewsKind.ACHIEVEMENT, "after", 0)]]


async def test_achievement_whose_day_nobody_knows_is_no_news(services, alice):
    await achieved(services, alice, "once", at=None)

    assert await told(services) == []


async def test_who_goes_down_isnt_told_to_everybody(services, alice):
    async with services.write() as session:
        await add_rank_change(session, alice, "member", previous="ruby", at=NOW - HOUR)

    assert await told(services) == []


@pytest.mark.parametrize("wish", ["hidden", "muted", "left"])
async def test_who_doesnt_want_to_be_named_or_is_gone_isnt(services, alice, wish):
    async with services.write() as session:
        gone = await add_member(session, "Gone", left_at=NOW - HOUR)
        if wish == "hidden":
            await hide(session, kind=PLAYER, subject_ids=[alice], now=NOW)
        elif wish == "muted":
            await mute(session, 1, [alice], NOW)
    await achieved(services, gone if wish == "left" else alice, "x", at=NOW - 2 * HOUR)

    assert await told(services) == []


async def test_date_that_is_corrected_later_makes_no_second_news(services, alice):
    async with services.write() as session:
        await add_rank_change(session, alice, "ruby", previous="member", at=NOW - 2 * HOUR)
    assert len(await told(services)) == 1

    async with services.write() as session:
        await add_rank_change(session, alice, "ruby", previous="member", at=NOW - HOUR)

    assert await told(services, NOW + HOUR) == []


async def test_batch_that_nobody_posted_is_there_next_time_until_it_is_old(services, alice):
    await achieved(services, alice, "x", at=NOW - HOUR)
    first = await told(services, settle=False)

    assert await told(services, NOW + HOUR, settle=False) == first
    assert await told(services, NOW + 49 * HOUR, settle=False) == []


async def test_news_is_of_its_own_window(services, alice):
    await achieved(services, alice, "x", at=NOW - HOUR)
    async with services.read() as session:
        found = [
            len(await news(session, 1, Window(NOW - HOUR * start, NOW - HOUR * end)))
            for start, end in ((2, 1), (1, 0), (2, 1.5))
        ]

    assert found == [1, 0, 0]


async def trained(services, player_id, weeks):
    """So many million XP in each week, the last of which ended on Monday."""
    monday = NOW.replace(hour=0, minute=0)
    assert monday.weekday() == 0
    total = 50
    async with services.write() as session:
        await observe(
            session, player_id, monday - (len(weeks) + 1) * WEEK, {"overall": 49 * MILLION}
        )
        for back, gained in zip(range(len(weeks), 0, -1), weeks, strict=True):
            await observe(session, player_id, monday - back * WEEK, {"overall": total * MILLION})
            total += gained
        await observe(session, player_id, monday, {"overall": total * MILLION})


async def test_best_weeks_are_news_once_they_are_over(services, alice):
    async with services.write() as session:
        bob, cid = [await add_member(session, name) for name in ("Bob", "Cid")]
    await trained(services, alice, [1, 1, 1, 1, 1, 1, 1, 1, 9])
    await trained(services, bob, [7, 1, 1, 1, 1, 1, 1, 1, 8])
    await trained(services, cid, [7, 1, 1, 1, 1, 1, 1, 1, 7])

    before = await told(services, NOW - 3 * HOUR)
    first, second = await told(services), await told(services, NOW + HOUR)

    assert before == []
    assert first == [
        [
            ("Alice", NewsKind.CLAN_RECORD, "2026-W47", 9 * MILLION),
            ("Bob", NewsKind.RECORD, "2026-W47", 8 * MILLION),
        ]
    ]
    assert second == []

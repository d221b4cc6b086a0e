"""Is what rules are told of everyone true, and unknown where it isn't known?"""

from datetime import UTC, timedelta
from math import inf
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event, insert, update

from clanstats.analytics.competitions import LIST_READ
from clanstats.analytics.facts import fact_table
from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.chat import AuthorKind
from clanstats.db.models import (
    AbsenceRow,
    BotStateRow,
    CaseRow,
    ClanRow,
    CompetitionPlaceRow,
    CompetitionRow,
    ExemptionRow,
    LinkRow,
    MembershipRow,
    PointsRow,
)
from clanstats.facts import FACTS, FactKey, Numbers
from clanstats.rules.file import read_rules
from clanstats.rules.packs import names, pack
from clanstats.schedules import remember
from tests.clanstats.rules.tables import key
from tests.factories import NOW, add_clan, add_member, add_name, add_rank_change, observe
from tests.talking import add_author, add_channel, be_in_voice, link, say

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ANN, BEN, OFFICER = 11, 22, 9
FRESH = timedelta(hours=48)


@pytest.fixture
async def session(services):
    async with services.write() as opened:
        await add_clan(opened)
        yield opened


async def gathered(session, *facts, daily=(), as_of=NOW, tz=UTC, max_data_age=FRESH):
    return await fact_table(
        session,
        1,
        needs=[key(fact) if isinstance(fact, str) else fact for fact in facts],
        daily=daily,
        as_of=as_of,
        tz=tz,
        max_data_age=max_data_age,
    )


async def known(session, fact, **asked):
    """What one fact is of each member, by name: exactly, or between which bounds."""
    made = await gathered(session, fact, **asked)
    column = made.columns[key(fact)]
    if not isinstance(column, Numbers):
        values = column.values
    else:
        values = [
            low if low == high else (low, high)
            for low, high in zip(column.lows, column.highs, strict=True)
        ]
    return {member.name: value for member, value in zip(made.members, values, strict=True)}


async def reason(session, fact, **asked):
    """Why the only member's isn't exact."""
    return (await gathered(session, fact, **asked)).columns[key(fact)].reasons.get(0)


async def seen(session, player, **values):
    """Observed 40 and 8 days ago and an hour ago; a value each, None is not listed."""
    days = (40 * DAY, 8 * DAY, HOUR)
    for place, ago in enumerate(days):
        found = {metric: said[place] for metric, said in values.items() if said[place] is not None}
        await observe(session, player, NOW - ago, {"overall": 1_000 + place} | found)


async def member(session, name="Ann", **more):
    return await add_member(session, name, updated_at=NOW - HOUR, **more)


# In game


async def test_totals_and_gains_are_those_of_the_one_definition(session):
    ann = await member(session)
    await seen(session, ann, slayer=(10, 40, 100), ehb=(0, 150_000, 350_000))

    assert await known(session, "xp.slayer") == {"Ann": 100}
    assert await known(session, "xp.slayer.7d") == {"Ann": 60}
    assert await known(session, "xp.slayer.30d") == {"Ann": 90}
    assert await known(session, "xp.30d") == {"Ann": 2}
    assert await known(session, "ehb") == {"Ann": 3.5}
    assert await known(session, "ehb.7d") == {"Ann": 2}


async def test_level_is_that_of_the_xp(session):
    ann = await member(session)
    await seen(session, ann, slayer=(0, 83, 13_034_431))

    assert await known(session, "level.slayer") == {"Ann": 99}
    assert await known(session, "level.mining") == {"Ann": (1, 99)}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"status": "archived"}, "put this profile aside", id="archived"),
        pytest.param({"status": "flagged"}, "flagged this profile", id="flagged"),
        pytest.param({"status": "banned"}, "is banned", id="banned"),
    ],
)
@pytest.mark.parametrize("fact", ["xp", "xp.7d", "kc", "kc.7d", "kc.raids", "quiet_days.game"])
async def test_profile_that_can_not_be_trusted_tells_nothing(session, more, says, fact):
    ann = await member(session, **more)
    await seen(session, ann, zulrah=(1, 2, 3))

    assert await known(session, fact) == {"Ann": (0, inf)}
    assert says in await reason(session, fact)


@pytest.mark.parametrize("fact", ["xp", "xp.7d", "kc", "kc.7d", "quiet_days.game"])
async def test_old_data_tells_nothing(session, fact):
    ann = await add_member(session, "Ann")
    await observe(session, ann, NOW - 9 * DAY, {"overall": 5})
    await observe(session, ann, NOW - 3 * DAY, {"overall": 9})

    assert await known(session, fact) == {"Ann": (0, inf)}
    assert "3 d old: update them there" in await reason(session, fact)
    assert (await known(session, fact, max_data_age=None))["Ann"] != (0, inf)


@pytest.mark.parametrize(
    ("values", "fact", "says"),
    [
        pytest.param({}, "xp", "never saw them", id="never seen"),
        pytest.param({"slayer": (1, 2, None)}, "xp.slayer", "don't list them", id="not listed"),
        pytest.param({"slayer": (1, 2, None)}, "xp.slayer.7d", "don't list", id="no gain"),
        pytest.param({"slayer": (None, None, 5)}, "xp.slayer.7d", "since lately", id="new"),
    ],
)
async def test_reason_says_what_would_help(session, values, fact, says):
    ann = await add_member(session, "Ann")
    if values:
        await seen(session, ann, **values)

    assert await known(session, fact) == {"Ann": (0, inf)}
    assert says in await reason(session, fact)


async def test_metric_nobody_has_is_unknown(session):
    ann = await member(session)
    await seen(session, ann)

    assert await known(session, "kc.zulrah") == {"Ann": (0, inf)}


async def test_listed_kills_are_summed_and_what_was_never_listed_adds_nothing(session):
    ann = await member(session)
    await seen(
        session,
        ann,
        zulrah=(10, 20, 30),
        vorkath=(5, 5, 5),
        chambers_of_xeric=(50, 60, 61),
        theatre_of_blood=(3, 3, 4),
        theatre_of_blood_hard_mode=(9, 9, 9),
    )

    assert await known(session, "kc") == {"Ann": 30 + 5 + 61 + 4 + 9}
    assert await known(session, "kc.raids") == {"Ann": 65}
    assert await known(session, "kc.7d") == {"Ann": 10 + 1 + 1}
    assert await known(session, "kc.raids.30d") == {"Ann": 11 + 1}


async def test_kills_of_who_has_none_are_none(session):
    ann = await member(session)
    await seen(session, ann)

    assert await known(session, "kc") == await known(session, "kc.7d") == {"Ann": 0}


async def test_boss_that_is_listed_no_longer_makes_it_at_least(session):
    ann = await member(session)
    await seen(session, ann, zulrah=(10, 20, None), vorkath=(1, 1, 6))

    assert await known(session, "kc") == {"Ann": (6, inf)}
    assert await known(session, "kc.7d") == {"Ann": (5, inf)}
    assert "no longer" in await reason(session, "kc")


async def test_boss_that_is_listed_since_lately_counts_from_its_first_value(session):
    ann = await member(session)
    await seen(session, ann, zulrah=(None, None, 5), vorkath=(1, 1, 6))
    await observe(session, ann, NOW - HOUR / 2, {"overall": 1_009, "zulrah": 8, "vorkath": 6})

    # 3 after the hiscores began to list them; at most all 8.
    assert await known(session, "kc.7d") == {"Ann": (5 + 3, 5 + 8)}


async def test_what_is_known_only_from_inside_the_window_on_is_at_least(session):
    ann = await member(session, joined_at=NOW - 200 * DAY)
    await observe(session, ann, NOW - 5 * DAY, {"overall": 1_000, "zulrah": 7})
    await observe(session, ann, NOW - HOUR, {"overall": 1_400, "zulrah": 9})

    assert await known(session, "xp.30d") == {"Ann": (400, 1_400)}
    assert await known(session, "kc.zulrah.30d") == {"Ann": (2, 9)}
    assert await known(session, "kc.30d") == {"Ann": (2, inf)}
    for fact in ("xp.30d", "kc.30d"):
        assert "only known from 18 Nov 2026 on" in await reason(session, fact)


async def test_kills_of_who_was_seen_once_are_not_measured(session):
    ann = await member(session)
    await observe(session, ann, NOW - HOUR, {"overall": 5, "zulrah": 9})

    assert await known(session, "kc") == {"Ann": 9}
    assert await known(session, "kc.7d") == {"Ann": (0, inf)}


async def test_who_stood_still_killed_nothing(session):
    ann = await add_member(session, "Ann", updated_at=NOW - HOUR, last_changed_at=NOW - 20 * DAY)
    await observe(session, ann, NOW - 20 * DAY, {"overall": 5, "zulrah": 9})

    assert await known(session, "kc.7d") == await known(session, "xp.7d") == {"Ann": 0}


# Standing


async def test_tenure_is_of_the_present_stay_in_months_of_the_clans_calendar(session):
    joined = NOW.replace(month=5, day=23, hour=1, minute=0)
    ann = await member(session, joined_at=joined)
    await session.execute(
        insert(MembershipRow).values(
            clan_id=1, player_id=ann, joined_at=NOW - 900 * DAY, left_at=NOW - 800 * DAY, rank="x"
        )
    )

    assert (await known(session, "tenure.days"))["Ann"] == (NOW - joined) / DAY
    assert await known(session, "tenure.months") == {"Ann": 6}
    # There it was still the day before when they joined, and is when it is asked.
    assert await known(session, "tenure.months", tz=ZoneInfo("Pacific/Honolulu")) == {"Ann": 6}
    assert await known(session, "tenure.months", as_of=NOW - 2 * HOUR) == {"Ann": 5}


async def test_rank_is_held_since_its_last_change(session):
    await session.execute(update(ClanRow).values(created_at=NOW - 100 * DAY))
    ann = await member(session, rank="ruby")
    await add_rank_change(session, ann, "ruby", previous="opal", at=NOW - 5 * DAY)
    await member(session, "Ben", joined_at=NOW - 50 * DAY)
    await member(session, "Cid", joined_at=NOW - 300 * DAY)

    assert await known(session, "rank_days") == {"Ann": 5, "Ben": 50, "Cid": (100, 300)}
    assert await known(session, "rank", as_of=NOW - 6 * DAY) == {
        "Ann": "opal", "Ben": "member", "Cid": "member"
    }  # fmt: skip


async def test_whoever_is_linked_away_or_exempt_is_so_with_all_accounts(session):
    ann, alt, ben = [await member(session, name) for name in ("Ann", "Alt", "Ben")]
    await link(session, ANN, [ann, alt], main=ann)
    await session.execute(update(LinkRow).where(LinkRow.player_id == ann).values(method="proof"))
    await session.execute(
        insert(AbsenceRow).values(
            clan_id=1, player_id=ann, since=NOW - DAY, until=NOW + DAY, set_by=ANN
        )
    )
    await session.execute(
        insert(ExemptionRow).values(clan_id=1, player_id=alt, since=NOW - DAY, set_by=OFFICER)
    )
    everybody = {"Alt": True, "Ann": True, "Ben": False}

    for fact in ("linked", "verified", "away", "exempt"):
        assert await known(session, fact) == everybody
    for fact in ("away", "exempt"):
        assert set((await known(session, fact, as_of=NOW - 2 * DAY)).values()) == {False}
    assert ben


async def test_absence_that_was_cleared_is_over(session):
    ann = await member(session)
    await session.execute(
        insert(AbsenceRow).values(
            clan_id=1, player_id=ann, since=NOW - 9 * DAY, until=NOW + DAY, set_by=ANN,
            cleared_at=NOW - DAY,
        )
    )  # fmt: skip

    assert await known(session, "away") == {"Ann": False}
    assert await known(session, "away", as_of=NOW - 2 * DAY) == {"Ann": True}


async def test_points_and_strikes_are_those_in_force(session):
    ann = await member(session)
    for ledger, amount, undone in (("events", 5, None), ("events", -2, None), ("x", 9, NOW)):
        await session.execute(
            insert(PointsRow).values(
                clan_id=1, ledger=ledger, player_id=ann, amount=amount, given_by=OFFICER,
                given_at=NOW - DAY, undone_at=undone,
            )
        )  # fmt: skip
    for ago, weight, expires, voided in (
        (5, 2, None, None),
        (50, 1, None, None),
        (5, 4, NOW - DAY, None),
        (5, 8, None, NOW - DAY),
    ):
        await session.execute(
            insert(CaseRow).values(
                clan_id=1, player_id=ann, kind="strike", reason="", weight=weight,
                made_by=OFFICER, made_at=NOW - ago * DAY, expires_at=expires, voided_at=voided,
            )
        )  # fmt: skip

    assert await known(session, "ledger.events") == {"Ann": 3}
    assert await known(session, "ledger.x") == {"Ann": 0}
    assert await known(session, "strikes") == {"Ann": 3}
    assert await known(session, "strikes.30d") == {"Ann": 2}
    assert await known(session, "strikes.30d", as_of=NOW - 2 * DAY) == {"Ann": 14}


# Talk


@pytest.fixture
async def channel(session):
    await remember(session, WATCHED_SINCE.format(clan_id=1), "2020-01-01T00:00:00+00:00")
    return await add_channel(session)


async def linked(session, name="Ann", user=ANN, **more):
    player = await member(session, name, **more)
    await link(session, user, [player])
    return player, await add_author(session, player)


async def test_messages_are_those_of_all_accounts(session, channel):
    ann, author = await linked(session)
    alt = await member(session, "Alt")
    await link(session, ANN, [alt])
    await say(session, author, channel, NOW - HOUR, NOW - 9 * DAY)
    heard = await add_author(session, alt, kind=AuthorKind.RELAY)
    await say(session, heard, channel, NOW - 2 * HOUR)

    assert await known(session, "messages.7d") == {"Ann": 2, "Alt": 2}
    assert await known(session, "messages") == {"Ann": 3, "Alt": 3}
    assert ann


async def test_who_is_not_linked_wrote_at_least_what_was_heard(session, channel):
    ann = await member(session)
    await say(session, await add_author(session, ann, kind=AuthorKind.RELAY), channel, NOW - HOUR)

    assert await known(session, "messages.7d") == {"Ann": (1, inf)}
    assert await known(session, "voice_hours.7d") == {"Ann": (0, 168)}
    assert await known(session, "active_days.7d") == {"Ann": (1, 8)}
    assert "no Discord account is linked" in await reason(session, "messages.7d")


async def test_where_channels_are_not_read_it_is_at_least(session):
    channel = await add_channel(session, since=NOW - 3 * DAY)
    _, author = await linked(session)
    await say(session, author, channel, NOW - HOUR)

    assert await known(session, "messages.7d") == {"Ann": (1, inf)}
    assert "channels read from" in await reason(session, "messages.7d")
    assert await known(session, "messages.2d") == {"Ann": 1}


async def test_channel_the_bot_may_not_read_is_no_reason(session, channel):
    await add_channel(session, state="unreadable", read=False)
    await linked(session)

    assert await known(session, "messages.7d") == {"Ann": 0}


async def test_voice_is_counted_in_hours(session, channel):
    _, author = await linked(session)
    await be_in_voice(session, author, channel, NOW - 3 * HOUR, NOW - HOUR)

    assert await known(session, "voice_hours.7d") == {"Ann": 2}


async def test_days_are_those_of_the_clans_calendar(session, channel):
    _, author = await linked(session)
    late = NOW.replace(hour=23, minute=30) - 3 * DAY
    await say(session, author, channel, late, late + HOUR, NOW - HOUR)
    newyork = ZoneInfo("America/New_York")

    assert await known(session, "active_days.7d") == {"Ann": 3}
    assert await known(session, "active_days.7d", tz=newyork) == {"Ann": 2}


async def test_days_across_a_change_of_the_clock_are_whole(session, channel):
    _, author = await linked(session)
    london = ZoneInfo("Europe/London")  # back by an hour on 25 October 2026
    for hour in (1, 23):
        at = NOW.replace(month=10, day=25, hour=hour, minute=30)
        await say(session, author, channel, at)

    assert await known(session, "active_days.60d", tz=london) == {"Ann": 1}


async def test_each_of_the_last_days_is_counted_with_the_present_one(session, channel):
    _, author = await linked(session)
    await member(session, "Ben")
    today = NOW.replace(hour=0, minute=0)
    await say(session, author, channel, NOW - HOUR, today, today - HOUR, today - 2 * DAY)

    made = await gathered(session, daily=[FactKey("messages", None, 3)])

    (days,) = made.daily.values()
    assert [day.lows for day in days] == [[1, 0], [1, 0], [2, 0]]
    assert [day.highs for day in days] == [[1, inf], [1, inf], [2, inf]]


# Signs of life


async def test_quiet_since_the_last_change_in_game(session):
    ann = await member(session)
    for ago, xp, kills in ((60, 5, 1), (40, 9, 1), (30, 9, 2), (1, 9, 2)):
        await observe(session, ann, NOW - ago * DAY, {"overall": xp, "zulrah": kills})
    ben = await member(session, "Ben")
    await observe(session, ben, NOW - 50 * DAY, {"overall": 5})
    await observe(session, ben, NOW - HOUR, {"overall": 5})
    cid = await add_member(session, "Cid", updated_at=NOW - HOUR, last_changed_at=NOW - 3 * DAY)
    await observe(session, cid, NOW - 50 * DAY, {"overall": 5})

    # What Ben had when he was first seen is no sign; Wise Old Man itself knows of Cid.
    assert await known(session, "quiet_days.game") == {"Ann": 30, "Ben": (50, inf), "Cid": 3}


async def test_quiet_since_the_last_word_on_discord(session, channel):
    _, author = await linked(session)
    await say(session, author, channel, NOW - 20 * DAY)
    await be_in_voice(session, author, channel, NOW - 12 * DAY - HOUR, NOW - 12 * DAY)
    await linked(session, "Ben", BEN)
    cid = await member(session, "Cid")
    await say(
        session, await add_author(session, cid, kind=AuthorKind.RELAY), channel, NOW - 4 * DAY
    )

    assert await known(session, "quiet_days.chat") == {
        "Ann": 12, "Ben": (365, inf), "Cid": (0, 4)
    }  # fmt: skip


async def test_quiet_at_all_since_the_newer_of_both(session, channel):
    ann, author = await linked(session)
    await observe(session, ann, NOW - 60 * DAY, {"overall": 5})
    await observe(session, ann, NOW - 40 * DAY, {"overall": 6})
    await say(session, author, channel, NOW - 50 * DAY)
    ben = await member(session, "Ben")
    await observe(session, ben, NOW - 60 * DAY, {"overall": 5})
    await observe(session, ben, NOW - 40 * DAY, {"overall": 6})

    assert await known(session, "quiet_days") == {"Ann": 40, "Ben": (0, 40)}


async def test_what_was_said_while_nobody_read_is_not_known(session):
    await remember(session, WATCHED_SINCE.format(clan_id=1), "2020-01-01T00:00:00+00:00")
    channel = await add_channel(session, since=NOW - 10 * DAY)
    _, author = await linked(session)
    await say(session, author, channel, NOW - 30 * DAY)

    assert await known(session, "quiet_days.chat") == {"Ann": (10, 30)}


async def test_other_account_is_a_sign_of_life_too(session, channel):
    ann, _ = await linked(session)
    alt = await member(session, "Alt")
    await link(session, ANN, [alt])
    for player, ago in ((ann, 40), (alt, 2)):
        await observe(session, player, NOW - 60 * DAY, {"overall": 5})
        await observe(session, player, NOW - ago * DAY, {"overall": 6})

    assert await known(session, "quiet_days.game") == {"Ann": 2, "Alt": 2}


# The table


async def test_rename_changes_nothing_but_the_name(session):
    ann = await member(session)
    await seen(session, ann, zulrah=(1, 2, 3))
    await add_name(session, ann, "Anna", since=NOW - DAY)

    assert list((await known(session, "kc.30d")).values()) == [2]


async def test_who_left_or_came_later_is_not_in_it(session):
    await member(session, joined_at=NOW - 9 * DAY)
    await member(session, "Ben", left_at=NOW - DAY)
    await member(session, "Cid", joined_at=NOW - DAY)

    assert list(await known(session, "rank", as_of=NOW - 2 * DAY)) == ["Ann", "Ben"]
    assert list(await known(session, "rank")) == ["Ann", "Cid"]


async def test_who_is_set_aside_is_not_compared_with(session):
    for name, status in (("Ann", "active"), ("Ben", "archived"), ("Cid", "unranked")):
        await member(session, name, status=status)

    assert (await gathered(session)).compared == [True, False, True]


async def test_clan_without_members_is_an_empty_table(session):
    book = read_rules(pack("predecessor"))

    made = await fact_table(session, 1, needs=book.needs, as_of=NOW, tz=UTC)

    assert made.members == []


@pytest.mark.parametrize("name", names())
async def test_every_fact_that_a_pack_needs_is_gathered(session, channel, name):
    await linked(session)
    book = read_rules(pack(name))

    made = await fact_table(
        session, 1, needs=book.needs, daily=book.daily, as_of=NOW, tz=UTC, max_data_age=FRESH
    )

    assert made.columns.keys() == book.needs
    assert made.daily.keys() == book.daily


async def test_every_fact_of_the_catalogue_is_gathered(session, channel):
    await linked(session)
    parts = {"tenure": "days", "level": "slayer", "ledger": "x", "activity": "soul_wars_zeal"}
    keys = [FactKey(name, parts.get(name), 30 if name == "active_days" else None) for name in FACTS]

    made = await fact_table(session, 1, needs=keys, as_of=NOW, tz=UTC)

    assert made.columns.keys() == set(keys)


async def test_statements_are_as_many_for_many_rules_as_for_few(session, channel, services):
    await linked(session)
    asked = 0

    def count(*_):
        nonlocal asked
        asked += 1

    engine = services.writers.kw["bind"].sync_engine
    few = [key(fact) for fact in ("xp.7d", "messages.7d", "kc.7d", "xp", "quiet_days")]
    more = [
        key(f"{fact}.7d") for fact in ("ehp", "ehb", "xp.slayer", "xp.mining", "kc.zulrah", "clog")
    ]
    more += [key(fact) for fact in ("ehp", "kc.yama", "level.slayer", "total_level")]
    counts = []
    for needs in (few, [*few, *more]):
        asked = 0
        event.listen(engine, "before_cursor_execute", count)
        await fact_table(session, 1, needs=needs, as_of=NOW, tz=UTC)
        event.remove(engine, "before_cursor_execute", count)
        counts.append(asked)

    assert counts[0] == counts[1] <= 20


@pytest.fixture
async def contests(session):
    """Ann was first and fifth, Ben third; of a fourth competition nobody's place is known."""
    ann, ben = [await add_member(session, name) for name in ("Ann", "Ben")]
    await add_member(session, "Cid")
    await link(session, ANN, [ann, ben])
    for number, (days, read) in enumerate(((100, True), (20, True), (10, True), (40, False)), 1):
        ended = NOW - days * DAY
        await session.execute(
            insert(CompetitionRow).values(
                id=number,
                clan_id=1,
                title="Week",
                metrics="slayer",
                starts_at=ended - 7 * DAY,
                ends_at=ended,
                created_at=ended - 8 * DAY,
                places_read_at=NOW if read else None,
            )
        )
    for number, player_id, place in ((1, ann, 1), (2, ann, 5), (3, ben, 3)):
        await session.execute(
            insert(CompetitionPlaceRow).values(
                competition_id=number, player_id=player_id, place=place
            )
        )
    await remember(session, LIST_READ.format(clan_id=1), (NOW - HOUR).isoformat())


async def test_competitions_are_counted_over_all_accounts_of_a_person(session, contests):
    assert await known(session, "competition.entries.30d") == {"Ann": 2, "Ben": 2, "Cid": 0}
    assert await known(session, "competition.podiums.30d") == {"Ann": 1, "Ben": 1, "Cid": 0}


async def test_competitions_whose_places_are_not_read_leave_it_open(session, contests):
    assert await known(session, "competition.podiums") == {
        "Ann": (2, 4),
        "Ben": (2, 4),
        "Cid": (0, 1),
    }


async def test_competitions_are_unknown_if_the_list_was_not_read_lately(session, contests):
    late = await known(session, "competition.entries.30d", as_of=NOW + 3 * DAY)
    await session.execute(delete(BotStateRow))
    never = await gathered(session, "competition.entries.30d")

    assert late["Cid"] == (0, inf)
    (column,) = never.columns.values()
    assert set(column.reasons.values()) == {
        "the clan's competitions were never read: the bot does so every three hours"
    }


async def test_at_a_past_instant_only_what_was_over_counts(session, contests):
    as_of = NOW - 15 * DAY

    assert await known(session, "competition.entries.30d", as_of=as_of) == {
        "Ann": (1, 3),
        "Ben": (1, 3),
        "Cid": (0, 1),
    }

"""What is known of one player: at an instant, over time, week by week?"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from clanstats.analytics.profile import profile
from clanstats.analytics.series import series, weekly_gains
from clanstats.domain import Member, UnknownReason, Window
from clanstats.errors import NoDataError
from clanstats.metrics import catalogue
from clanstats.timestamps import iso_weeks
from tests.factories import FOUNDED, add_member, add_name, add_rank_change, day, observe

WEEK = Window(day("d2026_01_10"), day("d2026_01_17"))
LONDON = ZoneInfo("Europe/London")


async def asked(services, player_id, *, as_of=WEEK.end, window=WEEK, weeks=()):
    async with services.read() as session:
        return await profile(session, 1, player_id, window=window, as_of=as_of, weeks=weeks)


async def test_a_profile_is_all_that_was_known_then(services):
    async with services.write() as session:
        who = await add_member(
            session,
            "Zezima",
            rank="captain",
            joined_at=day("d2025_06_01"),
            last_changed_at=day("d2026_01_16"),
            d2026_01_09=100,
            d2026_01_16=400,
            d2026_01_20=900,
        )
        await add_member(session, "Better", d2026_01_09=0, d2026_01_16=500)
        await add_member(session, "Unseen")
        await add_name(session, who, "First", since=FOUNDED, until=day("d2025_07_01"))
        await add_name(session, who, "Second", since=day("d2025_07_01"), until=day("d2025_08_01"))
        await observe(session, who, day("d2026_01_16"), {"overall": 400, "zulrah": 7})

    found = await asked(services, who)

    assert (found.member.name, found.member.rank) == ("Zezima", "captain")
    assert found.names == ("Second", "First")
    assert (found.joined_at, found.left_at) == (day("d2025_06_01"), None)
    assert (found.overall_place, found.members) == (2, 3)
    assert found.last_progress_at == found.observed_at == day("d2026_01_16")
    assert [line.metric.name for line in found.metrics] == list(catalogue())
    by_name = {line.metric.name: line for line in found.metrics}
    assert (by_name["overall"].value, by_name["overall"].gain.value) == (400, 300)
    assert (by_name["zulrah"].value, by_name["zulrah"].gain.unknown) == (
        7,
        UnknownReason.NEWLY_RANKED,
    )
    assert by_name["mimic"].gain.unknown is UnknownReason.UNRANKED


async def test_a_former_member_has_a_profile_without_a_rank_or_a_place(services):
    async with services.write() as session:
        who = await add_member(
            session, "Gone", left_at=day("d2026_01_12"), d2026_01_09=1, d2026_01_11=5
        )
        await add_rank_change(session, who, "captain", previous="recruit", at=day("d2025_01_01"))

    after = await asked(services, who)
    before = await asked(services, who, as_of=day("d2026_01_11"))

    assert (after.left_at, after.member.rank, after.overall_place) == (
        day("d2026_01_12"),
        None,
        None,
    )
    assert (before.left_at, before.member.rank) == (None, "captain")


async def test_who_had_not_joined_yet_has_no_profile(services):
    async with services.write() as session:
        who = await add_member(session, "Later", joined_at=day("d2026_02_01"))

    with pytest.raises(NoDataError, match="not joined"):
        await asked(services, who)


async def test_progress_that_came_later_isnt_told(services):
    async with services.write() as session:
        who = await add_member(
            session, "Zezima", last_changed_at=day("d2026_03_01"), d2026_01_09=100
        )

    assert (await asked(services, who)).last_progress_at is None


async def test_a_series_begins_with_what_stood_at_the_start_and_changes_where_it_changed(services):
    async with services.write() as session:
        who = await add_member(
            session,
            "Zezima",
            metric="ehp",
            d2026_01_09=100_000,
            d2026_01_11=100_000,
            d2026_01_12=250_000,
            d2026_01_13=None,
            d2026_01_14=250_000,
            d2026_01_20=900_000,
        )

    async with services.read() as session:
        found = await series(session, who, metric_name="ehp", window=WEEK)

    assert [(point.at, point.value) for point in found.points] == [
        (WEEK.start, 1.0),
        (day("d2026_01_12"), 2.5),
        (day("d2026_01_14"), 2.5),
    ]
    assert list(found.observed) == [day(f"d2026_01_{n}") for n in (11, 12, 13, 14)]


async def test_a_series_of_nothing_is_empty(services):
    async with services.write() as session:
        who = await add_member(session, "Zezima")

    async with services.read() as session:
        found = await series(session, who, metric_name="overall", window=WEEK)

    assert (found.points, found.observed) == ((), ())


async def by_week(services, who, weeks, **told):
    member = Member(who, 1, "Zezima", "member", "regular", told.pop("status", "active"))
    async with services.read() as session:
        return await weekly_gains(
            session,
            member,
            metric_name="overall",
            weeks=weeks,
            updated_at=told.get("updated_at"),
            last_changed_at=told.get("last_changed_at"),
        )


async def test_weeks_are_the_clans_own_also_when_the_clocks_change(services):
    weeks = iso_weeks(day("d2026_04_06"), count=4, tz=LONDON)  # clocks change on 29 March
    async with services.write() as session:
        who = await add_member(session, "Zezima", d2026_03_15=0)
        for number, week in enumerate(weeks, start=1):
            await observe(session, who, week.end, {"overall": 100 * number})
            # A minute later it is next week's.
            await observe(
                session, who, week.end + timedelta(minutes=1), {"overall": 100 * number + 5}
            )

    found = await by_week(services, who, weeks)

    assert [week.length / timedelta(hours=1) for week in weeks][:3] == [168, 167, 168]
    assert [line.value for line in found] == [100, 100, 100, 100]


async def test_weeks_nobody_looked_in_are_unknown(services):
    weeks = iso_weeks(day("d2026_02_09"), count=5, tz=LONDON)
    async with services.write() as session:
        who = await add_member(session, "Zezima", d2026_01_18=10, d2026_01_25=30)

    found = await by_week(services, who, weeks)

    assert [(line.value, line.unknown) for line in found] == [
        (None, UnknownReason.NEVER_TRACKED),
        (None, UnknownReason.NO_BASELINE),
        (20, None),
        (None, UnknownReason.NOT_UPDATED),
        (None, UnknownReason.NOT_UPDATED),
    ]


async def test_no_weeks_are_no_question(services):
    async with services.write() as session:
        who = await add_member(session, "Zezima", d2026_01_18=10)

    assert await by_week(services, who, ()) == ()

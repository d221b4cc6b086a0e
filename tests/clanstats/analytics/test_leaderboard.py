"""Who is first, in a clan as it was at an instant?"""

import pytest

from clanstats.analytics.leaderboard import leaderboard
from clanstats.domain import UnknownReason, Window
from clanstats.errors import BadInputError
from tests.factories import add_clan, add_member, add_rank_change, day

WEEK = Window(day("d2026_01_10"), day("d2026_01_17"))


async def board(services, *, window=WEEK, as_of=WEEK.end, **options):
    async with services.read() as session:
        return await leaderboard(
            session, 1, metric_name="overall", window=window, as_of=as_of, **options
        )


def lines(found):
    return [(line.place, line.gain.member.name, line.gain.value) for line in found.standings]


async def test_equal_gains_share_a_place_and_come_by_name(services):
    async with services.write() as session:
        for name, xp in (("Cook", 50), ("Bob", 20), ("zeb", 50), ("Anna", 50), ("Last", 10)):
            await add_member(session, name, d2026_01_09=0, d2026_01_16=xp)

    found = await board(services)

    assert lines(found) == [
        (1, "Anna", 50),
        (1, "Cook", 50),
        (1, "zeb", 50),
        (4, "Bob", 20),
        (5, "Last", 10),
    ]
    assert found.total == 180


async def test_a_loss_stands_with_those_who_gained_nothing_and_lowers_no_total(services):
    async with services.write() as session:
        await add_member(session, "Still", d2026_01_09=5, d2026_01_16=5)
        await add_member(session, "Loser", d2026_01_09=50, d2026_01_16=5)
        await add_member(session, "Winner", d2026_01_09=5, d2026_01_16=6)

    found = await board(services)

    assert lines(found) == [(1, "Winner", 1), (2, "Loser", -45), (2, "Still", 0)]
    assert found.total == 1


async def test_places_are_compared_with_the_window_before(services):
    async with services.write() as session:
        await add_member(session, "Riser", d2026_01_02=0, d2026_01_09=1, d2026_01_16=100)
        await add_member(session, "Faller", d2026_01_02=0, d2026_01_09=90, d2026_01_16=95)
        await add_member(session, "Newcomer", d2026_01_11=0, d2026_01_16=50)

    found = await board(services)

    climbed = {line.gain.member.name: line.climbed for line in found.standings}
    assert climbed == {"Riser": 1, "Newcomer": None, "Faller": -2}


async def test_only_those_of_a_rank_are_placed_and_compared(services):
    async with services.write() as session:
        await add_member(session, "Cap", rank="captain", d2026_01_09=0, d2026_01_16=5)
        await add_member(session, "Top", rank="captain", d2026_01_09=0, d2026_01_16=9)
        await add_member(session, "Other", rank="recruit", d2026_01_09=0, d2026_01_16=99)
        await add_member(session, "Unseen", rank="recruit")

    found = await board(services, rank="captain")

    assert lines(found) == [(1, "Top", 9), (2, "Cap", 5)]
    assert found.unknown == ()


async def test_membership_is_as_it_was(services):
    async with services.write() as session:
        await add_member(session, "Stayer", d2026_01_09=0, d2026_01_16=1)
        await add_member(session, "Left", left_at=day("d2026_01_15"), d2026_01_09=0, d2026_01_14=9)
        await add_member(session, "Later", joined_at=day("d2026_01_16T12_00"), d2026_01_16=7)

    then = await board(services, as_of=day("d2026_01_13"))
    now = await board(services)

    assert [name for _, name, _ in lines(then)] == ["Left", "Stayer"]
    assert [name for _, name, _ in lines(now)] == ["Stayer"]
    assert [gain.member.name for gain in now.unknown] == ["Later"]


@pytest.mark.parametrize(
    ("at", "rank"),
    [
        pytest.param("d2026_01_01", "recruit", id="before the first change: from what it began"),
        pytest.param("d2026_02_01", "sergeant", id="at the instant of a change: what it led to"),
        pytest.param("d2026_02_15", "sergeant", id="between two changes"),
        pytest.param("d2026_03_02", "captain", id="after the last"),
    ],
)
async def test_ranks_are_as_they_were(services, at, rank):
    async with services.write() as session:
        who = await add_member(session, "Zezima", rank="captain", d2025_12_31=5)
        await add_rank_change(session, who, "sergeant", previous="recruit", at=day("d2026_02_01"))
        await add_rank_change(session, who, "captain", previous="sergeant", at=day("d2026_03_01"))

    found = await board(services, window=None, as_of=day(at))

    assert [line.gain.member.rank for line in found.standings] == [rank]
    assert len((await board(services, window=None, as_of=day(at), rank=rank)).standings) == 1


async def test_totals_are_what_was_held_then(services):
    async with services.write() as session:
        await add_member(session, "Zezima", d2026_01_09=100, d2026_01_16=300)
        await add_member(session, "Gone", d2026_01_09=None)
        await add_member(session, "Unseen")
        await add_member(session, "Aside", status="archived", d2026_01_09=900)

    found = await board(services, window=None, as_of=day("d2026_01_12"))

    assert lines(found) == [(1, "Zezima", 100)]
    assert {gain.member.name: gain.unknown for gain in found.unknown} == {
        "Aside": UnknownReason.ARCHIVED,
        "Gone": UnknownReason.UNRANKED,
        "Unseen": UnknownReason.NEVER_TRACKED,
    }


async def test_two_clans_never_see_each_others_members(services):
    async with services.write() as session:
        await add_member(session, "Ours", d2026_01_09=0, d2026_01_16=1)
        other = await add_clan(session, "Others", wom_group_id=2)
        await add_member(session, "Theirs", clan_id=other, d2026_01_09=0, d2026_01_16=2)

    assert [name for _, name, _ in lines(await board(services))] == ["Ours"]


async def test_an_unknown_metric_is_refused_with_the_nearest_name(services):
    async with services.write() as session:
        await add_member(session, "Zezima", d2026_01_09=0)

    async with services.read() as session:
        with pytest.raises(BadInputError, match="`zulrah`"):
            await leaderboard(session, 1, metric_name="zulra", window=WEEK, as_of=WEEK.end)

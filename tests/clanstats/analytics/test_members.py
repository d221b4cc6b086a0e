"""Who is found under which name?"""

import pytest
from sqlalchemy import insert

from clanstats.analytics.coverage import coverage
from clanstats.analytics.members import clans, known_names, own_players, players_named, rank_order
from clanstats.analytics.metrics import known_metrics, metric_named
from clanstats.db.models import LinkRow, MembershipRow
from clanstats.domain import Window
from clanstats.errors import NoDataError
from tests.factories import FOUNDED, add_clan, add_member, add_name, day

WEEK = Window(day("d2026_01_10"), day("d2026_01_17"))


async def named(services, name):
    async with services.read() as session:
        return await players_named(session, 1, name)


async def test_names_that_look_alike_are_never_confused(services):
    async with services.write() as session:
        one = await add_member(session, "Noob Man")
        two = await add_member(session, "NoobMan")

    assert await named(services, "noob_man") == (one,)
    assert await named(services, "NOOBMAN") == (two,)
    assert await named(services, "Noob  Man") == (one,)
    assert await named(services, "noo bman") == ()


async def test_whoever_bears_a_name_now_comes_before_whoever_once_did(services):
    async with services.write() as session:
        once = await add_member(session, "New Name")
        await add_name(session, once, "Taken", since=FOUNDED, until=day("d2026_01_01"))
        now = await add_member(session, "taken")
        gone = await add_member(session, "Taken", left_at=day("d2026_02_01"))

    assert await named(services, "Taken") == (now, gone, once)


async def test_known_names_are_members_first_with_what_they_were_once_called(services):
    async with services.write() as session:
        await add_member(session, "Left", left_at=day("d2026_02_01"), rank="general")
        who = await add_member(session, "YUNA", rank="captain")
        await add_name(session, who, "Yuna", since=FOUNDED, until=day("d2026_01_01"))
        await add_name(session, who, "Old", since=day("d2026_01_01"), until=day("d2026_01_02"))

    async with services.read() as session:
        found = [
            (entry.name, entry.former, entry.rank, entry.present)
            for entry in await known_names(session, 1)
        ]

    assert found == [
        ("YUNA", None, "captain", True),
        ("YUNA", "Old", "captain", True),
        ("Left", None, "general", False),
    ]


async def test_who_came_back_is_listed_once_as_present(services):
    async with services.write() as session:
        who = await add_member(session, "Back", left_at=day("d2026_02_01"))
        await session.execute(
            insert(MembershipRow).values(
                clan_id=1, player_id=who, joined_at=day("d2026_03_01"), rank="recruit"
            )
        )

    async with services.read() as session:
        (entry,) = await known_names(session, 1)
    assert (entry.present, entry.rank) == (True, "recruit")


async def test_accounts_of_a_discord_user_are_those_linked_at_that_instant(services):
    async with services.write() as session:
        main, alt, old = [await add_member(session, name) for name in ("Main", "Alt", "Old")]
        await session.execute(
            insert(LinkRow),
            [
                {
                    "clan_id": 1,
                    "discord_user_id": 7,
                    "player_id": player_id,
                    "since": day(since),
                    "until": until and day(until),
                    "main": is_main,
                }
                for player_id, since, until, is_main in (
                    (alt, "d2026_01_03", None, False),
                    (main, "d2026_01_02", None, True),
                    (old, "d2026_01_02", "d2026_01_04", True),
                    (old, "d2026_01_05", None, False),
                )
            ],
        )

    async with services.read() as session:
        assert await own_players(session, 1, 7, day("d2026_01_03")) == (old, main, alt)
        assert await own_players(session, 1, 7, day("d2026_01_06")) == (main, alt, old)
        assert await own_players(session, 1, 8, day("d2026_01_06")) == ()
        assert await own_players(session, 2, 7, day("d2026_01_06")) == ()


async def test_coverage_tells_how_often_and_since_when_someone_was_observed(services):
    async with services.write() as session:
        await add_member(session, "A", d2026_01_01=1, d2026_01_11=1, d2026_01_12=1, d2026_02_01=1)
        await add_member(session, "B")

    async with services.read() as session:
        found = await coverage(session, 1, window=WEEK, as_of=WEEK.end)

    assert [(one.member.name, one.snapshots, one.first_at, one.last_at) for one in found] == [
        ("A", 2, day("d2026_01_01"), day("d2026_01_12")),
        ("B", 0, None, None),
    ]


async def test_clans_and_their_ranks_are_told_in_order(services):
    async with services.write() as session:
        await add_clan(session, "One", guild_id=5, ranks=("owner", "captain", "owner"))
        await add_clan(session, "Two", wom_group_id=2)

    async with services.read() as session:
        found = [(clan.name, clan.discord_guild_id) for clan in await clans(session)]
        assert found == [("One", 5), ("Two", None)]
        assert await rank_order(session, 1) == ("owner", "captain")
        assert await rank_order(session, 2) == ()


async def test_metrics_are_found_by_name_and_title(services):
    async with services.write() as session:
        await add_clan(session)

    async with services.read() as session:
        assert len(await known_metrics(session)) == 114
        for name in ("chambers_of_xeric", "Chambers of Xeric", " CHAMBERS OF XERIC "):
            assert (await metric_named(session, name))[1].name == "chambers_of_xeric"


async def test_before_the_first_harvest_there_is_no_metric_to_ask_for(services):
    async with services.read() as session:
        with pytest.raises(NoDataError, match="harvest"):
            await metric_named(session, "overall")

"""Does what was said get into the tables once, whatever came before?"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from clanstats.analytics.members import clans, rank_order
from clanstats.db import store
from clanstats.db.models import AchievementRow, MetricRow, PlayerRow, SnapshotRow
from clanstats.metrics import MetricKind
from clanstats.wom.rows import WomAchievement, WomPlayer, WomSnapshot
from tests.factories import NOW, add_clan

ZEZIMA = WomPlayer(7, "zezima", "Zezima", "regular", "main", "active", "GB", NOW, NOW, NOW)


async def test_a_player_told_twice_is_stored_once_and_as_told_last(services):
    async with services.write() as session:
        first = await store.save_players(session, [ZEZIMA, replace(ZEZIMA, name="ZEZIMA")])
        second = await store.save_players(session, [replace(ZEZIMA, name="Zez", username="zez")])

        found = (await session.execute(select(PlayerRow.id, PlayerRow.name))).all()

    assert [tuple(row) for row in found] == [(first[7], "Zez")]
    assert first == second


async def test_a_new_metric_taken_for_a_boss_is_put_right_by_who_knows(services):
    async def kind():
        async with services.read() as session:
            return await session.scalar(select(MetricRow.kind).where(MetricRow.name == "new_game"))

    async with services.write() as session:
        await store.metric_ids(session, {"new_game": MetricKind.BOSS})
    guessed = await kind()
    async with services.write() as session:
        await store.metric_ids(session, {"new_game": MetricKind.ACTIVITY})
    told = await kind()
    async with services.write() as session:
        await store.metric_ids(session, {"new_game": MetricKind.BOSS})

    assert (guessed, told, await kind()) == ("boss", "activity", "activity")


async def test_snapshots_of_a_merged_player_go_to_whom_they_belong_to(services):
    async with services.write() as session:
        stand_in = replace(ZEZIMA, wom_id=8)
        ids = await store.save_players(session, [ZEZIMA, stand_in])
        await session.execute(
            update(PlayerRow).where(PlayerRow.id == ids[8]).values(merged_into_id=ids[7])
        )

        added = await store.save_snapshots(
            session,
            [
                WomSnapshot(7, NOW, {"overall": 5}, {}),
                WomSnapshot(8, NOW + timedelta(hours=1), {"overall": 6}, {}),
                WomSnapshot(999, NOW, {"overall": 1}, {}),  # nobody we know
            ],
        )

        owners = await session.scalars(select(SnapshotRow.player_id))
    assert added == 2
    assert set(owners) == {ids[7]}


async def test_an_achievement_is_kept_once_and_its_date_corrected(services):
    reached = WomAchievement(7, "99 Attack", "attack", 13_034_431, "experience", None)
    async with services.write() as session:
        await store.save_players(session, [ZEZIMA])
        new = await store.save_achievements(session, [reached, replace(reached, wom_id=999)])
        again = await store.save_achievements(session, [replace(reached, achieved_at=NOW)])

        assert (new, again) == (1, 0)
        assert await session.scalar(select(AchievementRow.achieved_at)) == NOW
        assert await session.scalar(select(func.count()).select_from(AchievementRow)) == 1


async def test_ranks_are_stored_in_the_clans_order_and_replaced_whole(services):
    async with services.write() as session:
        clan_id = await add_clan(session, ranks=("owner", "captain"))
        await store.save_rank_order(session, clan_id, ("captain", "owner", "captain", "recruit"))

    async with services.read() as session:
        assert await rank_order(session, clan_id) == ("captain", "owner", "recruit")


async def test_a_guild_that_gets_another_clan_takes_it_from_the_one_before(services):
    async with services.write() as session:
        for group_id in (111, 222):
            await store.clan_id(
                session, wom_group_id=group_id, name=f"{group_id}", now=NOW, guild_id=5
            )

    async with services.read() as session:
        served = {clan.wom_group_id: clan.discord_guild_id for clan in await clans(session)}
    assert served == {111: None, 222: 5}

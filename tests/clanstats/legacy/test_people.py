"""Is everyone one person, and nobody two, whatever the predecessor called them?"""

import json

import pytest
from sqlalchemy import select

from clanstats.db.models import AttributionRow, AuthorRow, PlayerRow, TombstoneRow
from clanstats.tombstones import Tombstones
from tests.clanstats.legacy.building import GENERAL, day, page, spaced
from tests.clanstats.legacy.seeing import heard, histories, names, stays
from tests.factories import NOW, add_clan, add_member, add_name


async def test_two_names_that_lose_their_difference_without_spaces_stay_two_players(
    services, legacy, imported
):
    for name, wom_id in (("noob man", 11), ("noobman", 12)):
        legacy.member(name, role=f"rank {wom_id}")
        legacy.history(name, wom_id, day(20), wom_id * 1_000)
        legacy.relayed(name.title(), day(30))

    await imported()

    assert await histories(services) == {11: 1, 12: 1}
    assert await names(services) == {11: ["noob man"], 12: ["noobman"]}
    assert await heard(services) == {("noob man", 11), ("noobman", 12)}
    assert {who: rank for who, (rank, *_) in (await stays(services)).items()} == {
        11: "rank 11",
        12: "rank 12",
    }


async def test_member_who_was_split_in_two_is_one_with_one_stay(services, legacy, imported):
    legacy.member("sir gowi", role="slayer", joined=day(3), seen=day(50))
    legacy.member("sirgowi", role="wrath", seen=day(60))
    legacy.history("sir gowi", 11, day(20), 1_000)
    legacy.harvest("sirgowi", 11, day(55), 2_000, called="Sir Gowi")

    report = await imported()

    members, snapshots = (report.accounts[table] for table in ("clan_members", "wom_snapshots"))
    assert (members.taken, members.merged) == (1, 1)
    assert (snapshots.taken, snapshots.merged) == (1, 1)
    assert await histories(services) == {11: 2}
    assert await names(services) == {11: ["Sir Gowi"]}
    assert await stays(services) == {11: ("wrath", day(3), day(60))}


async def test_member_whose_form_without_spaces_two_share_is_refused(services, legacy, imported):
    legacy.member("irongim")
    for name, wom_id in (("iron gim", 11), ("irong im", 12)):
        legacy.history(name, wom_id, day(20), 1_000)

    report = await imported()

    assert report.accounts["clan_members"].refused == {"two players bear or bore this name": 1}


@pytest.mark.parametrize("name", [pytest.param("", id="empty"), pytest.param("ghost", id="nobody")])
async def test_member_of_whom_nothing_is_known_is_refused(services, legacy, imported, name):
    legacy.member(name)

    report = await imported()

    assert sum(report.accounts["clan_members"].refused.values()) == 1
    assert report.adds_up


async def test_renamed_player_has_one_history_and_both_names(services, legacy, imported):
    legacy.member("newname")
    legacy.history("oldname", 11, day(20), 1_000)
    legacy.history("oldname", 11, day(29), 1_500)
    legacy.history("newname", 11, day(40), 2_000)
    legacy.history("newname", 11, day(10), 500)  # read again later, under the name of that day
    for name, number in (("Oldname", 25), ("Newname", 45)):
        legacy.relayed(name, day(number))

    report = await imported()

    account = report.accounts["wom_snapshots"]
    assert (account.taken, account.merged) == (2, 2)
    assert await histories(services) == {11: 4}
    assert await names(services) == {11: ["oldname", "newname"]}
    assert await heard(services) == {("oldname", 11), ("newname", 11)}


async def test_name_that_changed_hands_is_its_bearers_at_that_time(services, legacy, imported):
    legacy.history("bob", 11, day(10), 1_000)
    legacy.history("bob", 11, day(20), 1_000)
    legacy.history("ex bob", 11, day(25), 1_000)
    legacy.history("alice", 12, day(20), 9_000)
    legacy.history("alice", 12, day(28), 9_000)
    legacy.history("bob", 12, day(30), 9_000)
    earlier, later = (legacy.relayed("Bob", day(number)) for number in (15, 35))

    await imported()

    async with services.read() as session:
        spans = (
            await session.execute(
                select(
                    AttributionRow.since_id, AttributionRow.until_id, PlayerRow.wom_id
                ).join_from(AttributionRow, PlayerRow, PlayerRow.id == AttributionRow.player_id)
            )
        ).all()
    owner = {
        message: wom_id
        for message in (earlier, later)
        for since, until, wom_id in spans
        if since <= message < until
    }
    assert owner == {earlier: 11, later: 12}


async def test_what_was_heard_before_the_import_is_theirs_whose_names_it_brings(
    services, legacy, imported
):
    legacy.relayed("Bob", day(20))
    await imported()
    legacy.history("bob", 11, day(20), 1_000)

    await imported()

    assert await heard(services) == {("bob", 11)}


async def test_the_files_own_ids_of_members_decide_nothing(services, legacy, imported):
    row = legacy.history("bob", 11, day(20), 1_000)
    message = legacy.relayed("Alice", day(20))
    legacy.member("alice")
    legacy.history("alice", 12, day(21), 1_000)
    for table, number in (("wom_snapshots", row), ("discord_messages", message)):
        legacy.change(table, number, user_id=4_711)

    await imported()

    assert await histories(services) == {11: 1, 12: 1}
    assert await heard(services) == {("alice", 12)}


async def test_rows_without_a_name_are_whose_id_they_bear(services, legacy, imported):
    legacy.history(None, 11, day(20), 1_000)
    legacy.history("", 11, day(21), 1_100)
    legacy.history("bob", 11, day(22), 1_200)
    legacy.history(None, 12, day(22), 1_200)

    report = await imported()

    assert report.accounts["wom_snapshots"].taken == 4
    assert await histories(services) == {11: 3, 12: 1}
    assert (await names(services))[11] == ["bob"]


async def test_who_left_stays_known_and_so_does_what_they_said(services, legacy, imported):
    legacy.history("gone", 11, day(20), 1_000)
    legacy.relayed("Gone", day(15))

    report = await imported()

    assert await stays(services) == {11: ("unknown", day(20), day(20))}
    assert await heard(services) == {("gone", 11)}
    assert (report.talk.human, report.talk.share) == (1, 1.0)


@pytest.mark.parametrize(
    "joined", [pytest.param(day(3).isoformat(), id="T"), pytest.param(spaced(day(3)), id="space")]
)
async def test_stay_lasts_from_joining_to_when_one_was_last_seen(
    services, legacy, imported, joined
):
    legacy.member("bob", role="zenyte", joined=joined, seen=day(60))
    legacy.history("bob", 11, day(20), 1_000)

    await imported()

    assert await stays(services) == {11: ("zenyte", day(3), day(60))}


async def test_stay_whose_beginning_was_lost_begins_when_one_was_first_harvested(
    services, legacy, imported
):
    legacy.member("bob", joined=None, seen=day(60))
    legacy.history("bob", 11, day(5), 1_000)  # may be from before the clan
    legacy.harvest("bob", 11, day(40), 1_000, fetched=day(41))

    await imported()

    assert (await stays(services))[11][1:] == (day(41), day(60))


@pytest.mark.parametrize(
    "told", [pytest.param("joined", id="joined then"), pytest.param("page", id="registered then")]
)
async def test_first_name_counts_from_when_there_was_somebody(services, legacy, imported, told):
    legacy.relayed("Bob", day(2))
    if told == "joined":
        legacy.member("bob", joined=day(1))
        legacy.history("bob", 11, day(50), 1_000)
    else:
        legacy.harvest("bob", 11, day(50), 1_000, called="Bob")

    report = await imported()

    assert report.talk.share == 1


async def test_profile_is_what_the_newest_page_says(services, legacy, imported):
    for number, country in ((30, "SE"), (50, "NO"), (40, "DK")):
        told = page(11, "Bob", day(number), 1_000) | {"country": country}
        legacy.row("bob", json.dumps(told), at=day(number))

    await imported()

    async with services.read() as session:
        profile = (await session.scalars(select(PlayerRow))).one()
    assert (profile.country, profile.updated_at) == ("NO", day(50))


async def test_player_who_is_known_keeps_profile_and_stay_and_gets_the_earlier_name(
    services, legacy, imported
):
    async with services.write() as session:
        player_id = await add_member(session, "Robert", wom_id=11, joined_at=day(2), rank="owner")
        assert player_id == 1
    legacy.member("bob", role="member", seen=day(60))
    legacy.harvest("bob", 11, day(40), 1_000)
    legacy.harvest("robert", 11, day(50), 1_000)

    report = await imported()

    assert report.accounts["clan_members"].duplicate == 1
    assert await names(services) == {11: ["bob", "Robert"]}
    assert await stays(services) == {11: ("owner", day(2), None)}
    async with services.read() as session:
        profile = (await session.execute(select(PlayerRow.name, PlayerRow.account_type))).one()
    assert tuple(profile) == ("Robert", "regular")


@pytest.mark.parametrize(
    ("term", "taken"),
    [
        pytest.param((day(1), day(70)), 1, id="then"),
        pytest.param((day(1), day(59)), 0, id="before"),
        pytest.param((day(61), None), 0, id="since"),
    ],
)
async def test_member_without_a_snapshot_is_whoever_is_known_by_that_name_then(
    services, legacy, imported, term, taken
):
    async with services.write() as session:
        player_id = await add_member(session, "Robert", wom_id=11, joined_at=NOW)
        await add_name(session, player_id, "Bob", since=term[0], until=term[1])
    legacy.member("bob", joined=day(3), seen=day(60))

    report = await imported()

    assert report.accounts["clan_members"].taken == taken


async def test_history_of_who_was_merged_goes_to_whom_they_were_merged_into(
    services, legacy, imported
):
    async with services.write() as session:
        real = await add_member(session, "Bob", wom_id=11)
        stand_in = await add_member(session, "Bobby", wom_id=12)
        row = await session.get(PlayerRow, stand_in)
        row.merged_into_id = real
    legacy.history("bobby", 12, day(20), 1_000)

    await imported()

    assert await histories(services) == {11: 1}


async def test_those_who_were_deleted_stay_deleted(services, legacy, imported):
    async with services.write() as session:
        await add_clan(session)
        await Tombstones.add(session, now=NOW, users=[501], names=["bob"], wom_ids=[11])
    legacy.member("bob")
    legacy.boss(legacy.history("bob", 11, day(20), 1_000, kills=5), 5)
    legacy.relayed("Bob", day(21), "my name is Bob")
    legacy.message(day(22), 501, "bobs_account", channel=GENERAL)

    report = await imported()

    why = {"who it is of asked to be deleted": 1}
    for table in ("clan_members", "wom_snapshots", "boss_snapshots"):
        assert report.accounts[table].refused == why
    assert await histories(services) == {}
    async with services.read() as session:
        authors = (await session.scalars(select(AuthorRow.kind))).all()
        kept = len((await session.scalars(select(TombstoneRow.digest))).all())
    assert (authors, kept) == (["forgotten"], 3)
    assert report.candidates == ()


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        pytest.param(False, {12: 2}, id="of whom nothing else is known"),
        pytest.param(True, {12: 2, 99: 1}, id="but not who is known otherwise"),
    ],
)
async def test_who_only_bears_a_deleted_persons_name_is_taken_for_them(
    services, legacy, imported, known, kept
):
    async with services.write() as session:
        await add_clan(session)
        await Tombstones.add(session, now=NOW, names=["bob"], wom_ids=[11])
        if known:
            await add_member(session, "Bob", wom_id=99)
    legacy.history("bob", 99, day(20), 1_000)
    for name, number in (("bob", 20), ("alice", 30)):
        legacy.history(name, 12, day(number), 1_000)

    await imported()

    assert await histories(services) == kept

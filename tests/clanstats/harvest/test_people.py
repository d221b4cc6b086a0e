"""Who joined, left, rose or changed name, and when, after each way that can be told?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import known_names, members, players_named
from clanstats.db.models import (
    AchievementRow,
    CompetitionPlaceRow,
    CompetitionRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
    RankChangeRow,
    SnapshotRow,
)
from clanstats.domain import GainPolicy, UnknownReason, Window
from clanstats.errors import ClanStatsError
from clanstats.harvest import identity
from clanstats.harvest.wom import refresh
from clanstats.people.links import LinkMethod, add_link, links_at
from clanstats.timestamps import from_epoch_ms
from tests.clanstats.harvest.feeds import Group
from tests.clanstats.harvest.tables import dump
from tests.factories import NOW, add_clan, add_member, add_rank_change, day
from tests.replay import Reply, body

LATER = "2026-11-23T03:00:00.000Z"
LATER_STILL = "2026-11-23T04:00:00.000Z"
CAST = (1, 2, 3, 4, 43, 50, 58, 59, 60)  # whoever has a part below, and a few who have none


@pytest.fixture
def group(replay):
    """A few members are enough here."""
    return Group(replay, only=CAST)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


async def stays(session, wom_id):
    """(joined, left, rank) of each stay, oldest first."""
    found = await session.execute(
        select(MembershipRow.joined_at, MembershipRow.left_at, MembershipRow.rank)
        .join(PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(PlayerRow.wom_id == wom_id)
        .order_by(MembershipRow.joined_at)
    )
    return [tuple(row) for row in found]


async def names(session, wom_id):
    """(name, until) of each name borne, oldest first."""
    found = await session.execute(
        select(PlayerNameRow.name, PlayerNameRow.until)
        .join(PlayerRow, PlayerRow.id == PlayerNameRow.player_id)
        .where(PlayerRow.wom_id == wom_id)
        .order_by(PlayerNameRow.since)
    )
    return [tuple(row) for row in found]


async def ranks(session, wom_id):
    """(at, rank, previous) of each change, oldest first."""
    found = await session.execute(
        select(RankChangeRow.at, RankChangeRow.rank, RankChangeRow.previous_rank)
        .join(PlayerRow, PlayerRow.id == RankChangeRow.player_id)
        .where(PlayerRow.wom_id == wom_id)
        .order_by(RankChangeRow.at)
    )
    return [tuple(row) for row in found]


async def snapshots(session, wom_id):
    return await session.scalar(
        select(func.count())
        .select_from(SnapshotRow)
        .join(PlayerRow, PlayerRow.id == SnapshotRow.player_id)
        .where(PlayerRow.wom_id == wom_id)
    )


async def test_recorded_rename_leave_join_and_promotion_are_dated_by_the_feeds(services, replay):
    for page in ("details", "bulk_hiscores", "activity", "name_changes"):
        replay.play(f"seq_t0_{page}")
    await refresh(services, 1)
    for page in ("details", "bulk_hiscores", "activity", "name_changes"):
        replay.play(f"seq_t1_{page}")

    report = await refresh(services, 1)

    roster = report.roster
    assert (roster.joined, roster.left, roster.rank_changes, roster.held) == (1, 1, 1, 0)
    assert report.renamed == 1
    async with services.read() as session:
        assert (await stays(session, 50))[-1][1] == at("2026-11-23T02:20:33.415Z")
        assert await stays(session, 2003) == [(at("2026-11-23T02:20:32.975Z"), None, "recruit")]
        assert await names(session, 43) == [
            ("Kiko", at("2026-11-23T02:20:34.387Z")),
            ("Kiko New", None),
        ]
        assert (await ranks(session, 58)) == [
            (at("2026-10-21T20:05:06.505Z"), "captain", "sergeant"),
            (at("2026-11-23T02:20:33.746Z"), "general", "captain"),
        ]
        known = {(entry.name, entry.former) for entry in await known_names(session, 1)}
        assert ("Kiko New", "Kiko") in known
        assert len(await members(session, 1, NOW + timedelta(minutes=1))) == 63
    assert not (await refresh(services, 1)).moved


async def test_a_change_of_capitals_is_a_rename_of_the_same_player(services):
    await refresh(services, 1)

    async with services.read() as session:
        assert await names(session, 44) == [
            ("Yuna", at("2026-11-02T20:09:17.568Z")),
            ("YUNA", None),
        ]
        assert len(await players_named(session, 1, "yuna")) == 1


async def test_two_members_who_swap_names_stay_who_they_are(services, group):
    await refresh(services, 1)
    one, two = (group.membership(i)["player"]["displayName"] for i in (1, 2))
    group.rename(1, "between", LATER, number=101)
    group.rename(2, one, LATER, number=102)
    group.rename(1, two, LATER_STILL, number=103)
    group.tell()

    await refresh(services, 1)

    async with services.read() as session:
        ids = {
            row.wom_id: row.id
            for row in await session.execute(select(PlayerRow.wom_id, PlayerRow.id))
        }
        assert await players_named(session, 1, one) == (ids[2], ids[1])
        assert await players_named(session, 1, two) == (ids[1], ids[2])
        assert [name for name, _ in await names(session, 1)] == [one, "between", two]


async def test_a_rename_nobody_listed_yet_is_dated_by_us_until_the_list_dates_it(
    services, group, clock
):
    await refresh(services, 1)
    clock.now += timedelta(hours=2)
    group.rename(1, "New Bob", LATER, listed=False)
    group.tell()
    await refresh(services, 1)
    async with services.read() as session:
        seen = await names(session, 1)

    group.name_changes.insert(
        0,
        group.name_changes[0]
        | {"id": 70, "playerId": 1, "oldName": "Iron Bob", "newName": "New Bob"}
        | {"resolvedAt": LATER, "createdAt": LATER},
    )
    group.tell()
    await refresh(services, 1, full=True)

    assert seen == [("Iron Bob", clock.now), ("New Bob", None)]
    async with services.read() as session:
        assert await names(session, 1) == [("Iron Bob", at(LATER)), ("New Bob", None)]


async def synced_first(group, replay):
    """The clan was synced before Wise Old Man knew of the rename: 59 goes, 2004 comes."""
    row = group.leave(59, LATER)
    stand_in = json.loads(json.dumps(row))
    stand_in["playerId"] = stand_in["player"]["id"] = 2004
    stand_in["player"] |= {"displayName": "nieve new", "username": "nieve new"}
    stand_in["player"] |= {"updatedAt": LATER, "registeredAt": LATER}
    group.join(stand_in, LATER)
    group.bulk_hiscores.append(
        {
            "player": stand_in["player"],
            "data": json.loads(json.dumps(group.hiscores(60)["data"]))
            | {"playerId": 2004, "createdAt": LATER},
        }
    )
    group.tell()
    return row


async def approved(group, row):
    """The rename is approved: 59 is back, since the sync as it seems, and the feed forgot."""
    group.leave(2004)
    group.activity = [line for line in group.activity if line["createdAt"] != LATER]
    group.join(row, LATER, logged=False)
    group.rename(59, "Nieve New", LATER_STILL)
    group.tell()


@pytest.mark.parametrize("seen", ["s0 s1 s2", "s0 s2", "s0 s1 without its feed s2"])
async def test_a_rename_the_clan_synced_early_ends_as_one_history_and_one_membership(
    services, group, replay, clock, seen
):
    await refresh(services, 1)
    async with services.read() as session:
        (before,) = await stays(session, 59)
        taken = await snapshots(session, 59)
    clock.now = at(LATER) + timedelta(minutes=10)

    row = await synced_first(group, replay)
    if "s1" in seen:
        if "without" in seen:
            replay.once("/groups/1/activity", *[Reply(503, b"{}")] * 3)
        report = await refresh(services, 1)
        assert report.possible_renames == (0 if "without" in seen else 1)
    clock.now = at(LATER_STILL) + timedelta(minutes=10)
    await approved(group, row)
    report = await refresh(services, 1)

    assert report.merged == ("s1" in seen)
    async with services.read() as session:
        assert await stays(session, 59) == [before]  # our own join date, still open
        assert await stays(session, 2004) == []
        assert await snapshots(session, 59) == taken + ("s1" in seen)
        assert await snapshots(session, 2004) == 0
        assert (await names(session, 59))[-1] == ("Nieve New", None)
        assert len(await players_named(session, 1, "nieve new")) == 1
        assert len(await members(session, 1, clock.now)) == len(CAST)
        orphans = await session.execute(text("PRAGMA foreign_key_check"))
        assert orphans.all() == []
    unchanged = await dump(services)
    await refresh(services, 1, full=True)
    assert await dump(services) == unchanged


async def test_a_stranger_who_once_bore_the_new_name_is_not_merged(services, group, clock):
    group.leave(50)
    group.tell()
    await refresh(services, 1)
    stranger = json.loads(json.dumps(group.membership(60)))
    stranger["playerId"] = stranger["player"]["id"] = 2004
    stranger["player"] |= {"displayName": "Nieve New", "username": "nieve new"}
    group.join(stranger, LATER)
    group.tell()
    await refresh(services, 1)
    group.leave(2004, LATER_STILL)
    group.rename(59, "Nieve New", LATER_STILL)
    group.tell()

    report = await refresh(services, 1)

    assert report.merged == 0
    async with services.read() as session:
        assert len(await stays(session, 2004)) == 1
        assert len(await players_named(session, 1, "Nieve New")) == 2


async def test_founder_whose_name_another_founder_takes_is_not_merged(services, group):
    name = group.membership(2)["player"]["displayName"]
    assert group.membership(1)["createdAt"] == group.membership(2)["createdAt"]
    await refresh(services, 1)
    group.leave(2, LATER)
    group.tell()
    await refresh(services, 1)
    group.rename(1, name, LATER_STILL)
    group.tell()

    report = await refresh(services, 1)

    assert report.merged == 0
    async with services.read() as session:
        assert len(await stays(session, 2)) == len(await stays(session, 1)) == 1
        assert len(await players_named(session, 1, name)) == 2


async def test_a_stand_in_of_somebody_who_was_not_known_before_is_merged_by_the_feed(
    services, group, replay, clock
):
    row = await synced_first(group, replay)
    await refresh(services, 1)  # the first look at the clan of all
    clock.now = at(LATER_STILL) + timedelta(minutes=10)
    await approved(group, row)

    report = await refresh(services, 1)

    assert report.merged == 1
    async with services.read() as session:
        assert await stays(session, 59) == [(at(LATER), None, row["role"])]
        assert len(await players_named(session, 1, "nieve new")) == 1


async def link(services, wom_id, user_id):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.wom_id == wom_id))
        return await add_link(
            session,
            1,
            user_id=user_id,
            player_id=player_id,
            now=NOW,
            method=LinkMethod.OFFICER,
        )


async def renamed_as_usual(services, group, clock, replay):
    group.rename(59, "Nieve New", LATER)
    group.tell()
    await refresh(services, 1)


async def spelled_anew(services, group, clock, replay):
    group.rename(59, "NIEVE RIP", LATER)
    group.tell()
    await refresh(services, 1)


async def swapped(services, group, clock, replay):
    one, two = (group.membership(i)["player"]["displayName"] for i in (59, 60))
    group.rename(59, two, LATER, number=101)
    group.rename(60, one, LATER, number=102)
    group.tell()
    await refresh(services, 1)


async def synced_early(services, group, clock, replay):
    clock.now = at(LATER) + timedelta(minutes=10)
    row = await synced_first(group, replay)
    await refresh(services, 1)
    clock.now = at(LATER_STILL) + timedelta(minutes=10)
    await approved(group, row)
    await refresh(services, 1)


async def synced_early_and_linked_meanwhile(services, group, clock, replay):
    clock.now = at(LATER) + timedelta(minutes=10)
    row = await synced_first(group, replay)
    await refresh(services, 1)
    await link(services, 2004, user_id=8)
    clock.now = at(LATER_STILL) + timedelta(minutes=10)
    await approved(group, row)
    await refresh(services, 1)


def archive(group, wom_id):
    player = group.membership(wom_id)["player"]
    name = player["displayName"]
    player |= {"displayName": "archive77777", "username": "archive77777", "status": "archived"}
    group.bulk_hiscores = [r for r in group.bulk_hiscores if r["player"]["id"] != wom_id]
    return name


async def archived_while_a_newcomer_bears_the_name(services, group, clock, replay):
    clock.now = at(LATER) + timedelta(minutes=10)
    newcomer = json.loads(json.dumps(group.membership(60)))
    newcomer["playerId"] = newcomer["player"]["id"] = 3001
    name = archive(group, 59)
    newcomer["player"] |= {"displayName": name, "username": name.lower()}
    group.join(newcomer, LATER)
    group.tell()
    await refresh(services, 1)
    async with services.read() as session:
        (bearer, once) = await players_named(session, 1, name)
        assert await session.scalar(select(PlayerRow.wom_id).where(PlayerRow.id == bearer)) == 3001
        assert await session.scalar(select(PlayerRow.wom_id).where(PlayerRow.id == once)) == 59
        assert len(await stays(session, 3001)) == 1
    clock.now = at(LATER_STILL)
    group.leave(3001, LATER_STILL)
    group.tell()
    await refresh(services, 1)


async def archived_and_restored(services, group, clock, replay):
    clock.now = at(LATER)
    hiscores = group.bulk_hiscores
    name = archive(group, 59)
    group.tell()
    await refresh(services, 1)
    clock.now = at(LATER_STILL)
    group.membership(59)["player"] |= {
        "displayName": name,
        "username": name.lower(),
        "status": "active",
    }
    group.bulk_hiscores = hiscores
    group.tell()
    await refresh(services, 1)
    async with services.read() as session:
        assert await names(session, 59) == [
            (name, at(LATER)),
            ("archive77777", at(LATER_STILL)),
            (name, None),
        ]


@pytest.mark.parametrize(
    "happens",
    [
        renamed_as_usual,
        spelled_anew,
        swapped,
        synced_early,
        synced_early_and_linked_meanwhile,
        archived_while_a_newcomer_bears_the_name,
        archived_and_restored,
    ],
    ids=lambda happens: happens.__name__,
)
async def test_one_history_one_membership_and_one_link_remain_after(
    services, group, clock, replay, happens
):
    await refresh(services, 1)
    made = await link(services, 59, user_id=7)
    async with services.read() as session:
        before, taken = await stays(session, 59), await snapshots(session, 59)
        name = made.name

    await happens(services, group, clock, replay)

    async with services.read() as session:
        assert await stays(session, 59) == before
        assert await snapshots(session, 59) >= taken
        (kept,) = await links_at(session, 1, clock.now)
        assert replace(kept, name=name) == made
        assert next(old for old, _ in await names(session, 59)) == name
        assert len(await members(session, 1, clock.now)) == len(CAST)
        known = await known_names(session, 1)
        assert made.player_id in {one.player_id for one in known if one.former is None}
        assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []


async def test_who_comes_back_under_another_name_is_the_same_person(services, group, clock):
    await refresh(services, 1)
    made = await link(services, 50, user_id=7)
    clock.now = at(LATER)
    row = group.leave(50, LATER)
    group.tell()
    await refresh(services, 1)
    clock.now = at(LATER_STILL)
    group.join(row, LATER_STILL)
    group.rename(50, "Back Again", LATER_STILL)
    group.tell()

    await refresh(services, 1)

    async with services.read() as session:
        assert [left for _, left, _ in await stays(session, 50)] == [at(LATER), None]
        (kept,) = await links_at(session, 1, clock.now)
        assert (kept.player_id, kept.name) == (made.player_id, "Back Again")
        assert await players_named(session, 1, made.name) == (made.player_id,)


async def test_who_left_stays_a_person_by_every_name(services, group, clock):
    await refresh(services, 1)
    made = await link(services, 50, user_id=7)
    clock.now = at(LATER)
    group.leave(50, LATER)
    group.tell()

    await refresh(services, 1)

    async with services.read() as session:
        assert await players_named(session, 1, made.name) == (made.player_id,)
        assert await links_at(session, 1, clock.now) == (made,)
        assert await snapshots(session, 50) > 0


async def test_an_archived_member_keeps_the_id_and_counts_nowhere(services, group):
    await refresh(services, 1)
    player = group.membership(60)["player"]
    player |= {"displayName": "archive77777", "username": "archive77777", "status": "archived"}
    player |= {"exp": 0, "ehp": 0, "ehb": 0}
    group.bulk_hiscores = [r for r in group.bulk_hiscores if r["player"]["id"] != 60]
    group.tell()

    report = await refresh(services, 1)

    async with services.read() as session:
        for policy in GainPolicy:
            board = await leaderboard(
                session,
                1,
                metric_name="overall",
                window=Window.last(7, now=NOW),
                as_of=NOW,
                policy=policy,
            )
            reasons = {gain.member.wom_id: gain.unknown for gain in board.unknown}
            assert reasons[60] is UnknownReason.ARCHIVED
        assert len(await stays(session, 60)) == 1
    assert report.roster.left == 0


async def test_who_comes_back_has_two_stays(services, group, clock):
    await refresh(services, 1)
    row = group.leave(50, LATER)
    group.tell()
    await refresh(services, 1)
    group.join(row, LATER_STILL)
    group.tell()

    report = await refresh(services, 1)

    async with services.read() as session:
        first, second = await stays(session, 50)
    assert report.roster.joined == 1
    assert first[1] == at(LATER)
    assert second == (at(LATER_STILL), None, "corporal")


async def test_who_left_and_came_back_between_two_looks_has_two_stays(services, group):
    await refresh(services, 1)
    group.join(group.leave(50, LATER), LATER_STILL)
    group.tell()

    report = await refresh(services, 1)

    async with services.read() as session:
        first, second = await stays(session, 50)
    assert (report.roster.left, report.roster.joined) == (1, 1)
    assert (first[1], second[:2]) == (at(LATER), (at(LATER_STILL), None))


async def test_an_absence_that_ends_with_the_same_join_date_never_was(services, group):
    await refresh(services, 1)
    row = group.leave(50)
    group.tell()
    await refresh(services, 1)
    group.memberships.append(row)
    group.tell()

    await refresh(services, 1)

    async with services.read() as session:
        assert [left for _, left, _ in await stays(session, 50)] == [None]


async def test_a_rank_before_leaving_says_nothing_about_the_rank_after_coming_back(services, group):
    await refresh(services, 1)
    row = group.leave(58, LATER)  # once promoted from sergeant to captain
    group.tell()
    await refresh(services, 1)
    group.join(row | {"role": "recruit"}, LATER_STILL)
    group.tell()

    await refresh(services, 1)

    async with services.read() as session:
        now = {member.wom_id: member.rank for member in await members(session, 1, at(LATER_STILL))}
        then = {member.wom_id: member.rank for member in await members(session, 1, NOW)}
    assert (then[58], now[58]) == ("captain", "recruit")


async def test_a_departure_noticed_without_the_feed_is_dated_when_the_feed_can_be_read(
    services, group, replay, clock
):
    await refresh(services, 1)
    clock.now = at(LATER_STILL)
    group.leave(50, LATER)
    group.membership(58)["role"] = "general"
    group.log(group.membership(58), "changed_role", LATER, "general", "captain")
    group.tell()
    replay.once("/groups/1/activity", *[Reply(502, b"")] * 3)
    await refresh(services, 1)
    async with services.read() as session:
        noticed = [(await stays(session, 50))[-1][1], (await ranks(session, 58))[-1][0]]

    await refresh(services, 1)

    assert all(at(LATER_STILL) <= when <= clock.now for when in noticed)
    async with services.read() as session:
        assert (await stays(session, 50))[-1][1] == at(LATER)
        assert (await ranks(session, 58))[-1] == (at(LATER), "general", "captain")
        assert len(await ranks(session, 58)) == 2


async def test_nobody_leaves_when_a_membership_cant_be_read(services, group):
    await refresh(services, 1)
    group.leave(50)
    group.memberships[3]["player"] = None
    group.tell()

    report = await refresh(services, 1)

    assert (report.roster.left, report.roster.held, report.skipped) == (0, 2, 1)
    assert report.partial
    async with services.read() as session:
        assert len(await members(session, 1, NOW)) == len(CAST)


async def test_a_mass_absence_is_believed_only_of_those_the_feed_confirms(services, replay):
    group = Group(replay)
    await refresh(services, 1)
    gone = [row["playerId"] for row in group.memberships[10:40]]
    for number, wom_id in enumerate(gone):
        group.leave(wom_id, LATER if number < 2 else None)
    group.tell()

    report = await refresh(services, 1)

    assert (report.roster.left, report.roster.held) == (2, 28)
    assert "28 members are missing" in str(report)
    async with services.read() as session:
        assert len(await members(session, 1, at(LATER_STILL))) == 61


async def test_an_empty_list_of_members_empties_no_clan_however_small(services, group):
    del group.details["memberships"][3:]
    group.tell()
    await refresh(services, 1)
    group.details["memberships"] = []
    group.tell()

    report = await refresh(services, 1)

    assert (report.roster.left, report.roster.held) == (0, 3)


async def test_a_group_that_cant_be_read_deletes_nothing(services, group, replay):
    await refresh(services, 1)
    before = await dump(services)
    replay.answer("/groups/1", Reply(200, b'{"id": 1, "name": "Stub Clan"}'))

    with pytest.raises(ClanStatsError):
        await refresh(services, 1, full=True)

    assert await dump(services) == before


async def test_words_wise_old_man_invents_are_kept_and_shown(services, group):
    row = group.membership(1)
    row["role"] = "grand_poobah"
    row["player"] |= {"type": "fresh_start", "status": "on_holiday", "build": "2_def"}
    for boss, kills in (("new_boss", 7), ("newer_boss", 9)):
        group.hiscores(1)["data"]["data"]["bosses"][boss] = {
            "metric": boss,
            "kills": kills,
            "rank": 1,
            "ehb": 0,
        }
    group.hiscores(1)["data"]["data"]["activities"]["new_game"] = {
        "metric": "new_game",
        "score": 4,
        "rank": 1,
    }
    group.tell()

    report = await refresh(services, 1)

    async with services.read() as session:
        (bob,) = [m for m in await members(session, 1, NOW) if m.wom_id == 1]
        totals = {}
        for metric in ("new_boss", "newer_boss", "new_game"):
            board = await leaderboard(session, 1, metric_name=metric, window=None, as_of=at(LATER))
            totals[metric] = (board.metric.title, board.metric.unit, board.standings[0].gain.value)
    assert (bob.rank, bob.account_type, bob.status) == ("grand_poobah", "fresh_start", "on_holiday")
    assert totals == {
        "new_boss": ("New boss", "kills", 7),
        "newer_boss": ("Newer boss", "kills", 9),
        "new_game": ("New game", "score", 4),
    }
    assert report.problems == ()


async def hiscores_of(services, group, changed, *, when=LATER):
    """Refresh again with a later snapshot of player 1 in which bosses are `changed`."""
    row = group.hiscores(1)
    row["data"]["createdAt"] = group.membership(1)["player"]["updatedAt"] = when
    bosses = row["data"]["data"]["bosses"]
    for boss, kills in changed.items():
        if kills is None:
            del bosses[boss]
        else:
            bosses[boss] |= {"kills": kills, "rank": 1 if kills >= 0 else -1}
    group.tell()
    await refresh(services, 1)


async def gain_of(services, metric):
    async with services.read() as session:
        board = await leaderboard(
            session,
            1,
            metric_name=metric,
            window=Window(NOW, at(LATER_STILL)),
            as_of=at(LATER_STILL),
        )
    gains = [line.gain for line in board.standings] + list(board.unknown)
    return next(gain for gain in gains if gain.member.wom_id == 1)


async def test_five_kills_after_being_unranked_are_a_gain_of_unknown(services, group):
    await refresh(services, 1)
    assert group.hiscores(1)["data"]["data"]["bosses"]["vorkath"]["kills"] == -1

    await hiscores_of(services, group, {"vorkath": 5})

    gain = await gain_of(services, "vorkath")
    assert (gain.value, gain.unknown) == (None, UnknownReason.NEWLY_RANKED)


async def test_unranked_is_not_zero_and_zero_is_not_unranked(services, group):
    await refresh(services, 1)

    await hiscores_of(services, group, {"vorkath": 0, "zulrah": -1})
    await hiscores_of(services, group, {"vorkath": 3}, when="2026-11-23T03:30:00.000Z")

    assert (await gain_of(services, "vorkath")).value == 3
    assert (await gain_of(services, "mimic")).unknown is UnknownReason.UNRANKED


async def test_a_metric_that_disappears_is_unknown_and_not_zero(services, group):
    await refresh(services, 1)

    await hiscores_of(services, group, {"zulrah": None})

    gain = await gain_of(services, "zulrah")
    assert (gain.value, gain.end) == (None, None)


async def test_snapshots_are_told_apart_by_player_and_time_not_by_their_constant_id(
    services, replay
):
    group = Group(replay)
    said = [(row["player"]["id"], row["data"]) for row in group.bulk_hiscores]
    said += [(row["player"]["id"], row["data"]) for row in json.loads(body("seq_t1_bulk_hiscores"))]
    assert {data["id"] for _, data in said} == {-1}

    await refresh(services, 1)
    group.bulk_hiscores = json.loads(body("seq_t1_bulk_hiscores"))
    group.tell()
    await refresh(services, 1, full=True)

    async with services.read() as session:
        found = await session.execute(
            select(PlayerRow.wom_id, SnapshotRow.taken_at).join_from(SnapshotRow, PlayerRow)
        )
    members_then = {row["playerId"] for row in group.memberships}
    assert {(wom_id, at(data["createdAt"])) for wom_id, data in said if wom_id in members_then} <= {
        (wom_id, from_epoch_ms(taken_at)) for wom_id, taken_at in found
    }


async def test_ranks_and_achievements_of_a_stand_in_become_the_players(services):
    async with services.write() as session:
        clan_id = await add_clan(session)
        player = await add_member(session, "Kiko", clan_id=clan_id)
        stand_in = await add_member(session, "Kiko New", clan_id=clan_id)
        await add_rank_change(session, stand_in, "ruby", previous="opal", at=NOW)
        for owner, name in ((player, "99 Magic"), (stand_in, "99 Magic"), (stand_in, "Max")):
            session.add(
                AchievementRow(
                    player_id=owner, name=name, metric="magic", threshold=99, measure="levels"
                )
            )

    async with services.write() as session:
        await identity._merge(session, stand_in, player, NOW)

    async with services.read() as session:
        ranks = await session.scalars(select(RankChangeRow.player_id))
        names = await session.scalars(
            select(AchievementRow.name).where(AchievementRow.player_id == player)
        )
        assert set(ranks) == {player}
        assert sorted(names) == ["99 Magic", "Max"]


async def test_places_of_a_stand_in_become_the_players_unless_they_have_one(services):
    async with services.write() as session:
        clan_id = await add_clan(session)
        player = await add_member(session, "Kiko", clan_id=clan_id)
        stand_in = await add_member(session, "Kiko New", clan_id=clan_id)
        about = {"clan_id": clan_id, "title": "", "metrics": "", "starts_at": NOW, "ends_at": NOW}
        for number in (1, 2):
            session.add(CompetitionRow(id=number, created_at=NOW, **about))
        await session.flush()
        for number, owner, place in ((1, player, 2), (1, stand_in, 9), (2, stand_in, 1)):
            session.add(CompetitionPlaceRow(competition_id=number, player_id=owner, place=place))

    async with services.write() as session:
        await identity._merge(session, stand_in, player, NOW)

    async with services.read() as session:
        places = await session.execute(
            select(CompetitionPlaceRow.competition_id, CompetitionPlaceRow.place).where(
                CompetitionPlaceRow.player_id == player
            )
        )
        assert dict(map(tuple, places)) == {1: 2, 2: 1}


async def test_snapshots_of_whoever_bore_the_name_before_are_not_the_players(services):
    async with services.write() as session:
        clan_id = await add_clan(session)
        player = await add_member(session, "Kiko", clan_id=clan_id, d2026_11_01=5)
        stand_in = await add_member(
            session, "Kiko New", clan_id=clan_id, d2026_10_01=900, d2026_11_22=6, d2026_11_23=7
        )

        await identity._merge(session, stand_in, player, NOW)

        taken = await session.execute(select(SnapshotRow.player_id, SnapshotRow.taken_at))
        assert [(row.player_id, from_epoch_ms(row.taken_at)) for row in taken] == [
            (player, day("d2026_11_01")),
            (player, day("d2026_11_22")),
            (player, day("d2026_11_23")),
        ]

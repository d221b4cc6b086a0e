"""Do harvests and crawls go on where the import ends, so that nothing shows where it was?"""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from clanstats.analytics.leaderboard import leaderboard
from clanstats.chat import AuthorKind, MessageFlag, Writer
from clanstats.db.models import AuthorRow, GameEventRow, MembershipRow, MessageRow, PlayerRow
from clanstats.domain import Window
from clanstats.harvest.chat import crawl
from clanstats.harvest.recent import Recent
from clanstats.harvest.wom import refresh
from clanstats.pacing import Pacer
from tests.clanstats.chat.source import Source, relayed, said
from tests.clanstats.harvest.feeds import Group
from tests.clanstats.harvest.tables import dump
from tests.clanstats.legacy.building import CHAT, WEBHOOK, day
from tests.factories import NOW

LONG_AGO = "2025-10-05T00:00:00.000Z"
LATELY = "2026-10-05T00:00:00.000Z"


@pytest.fixture
def settings(settings, replay):
    return settings.model_copy(update={"wom_base_url": replay.url})


@pytest.fixture
def group(replay):
    return Group(replay)


def put(legacy, row, at, xp, **more):
    """Somebody of the recorded group, as the predecessor knew them."""
    name = row["player"]["displayName"]
    legacy.member(name.lower(), role="old rank", seen=day(60))
    return legacy.harvest(name.lower(), row["playerId"], at, xp, called=name, **more)


async def stays(services):
    async with services.read() as session:
        found = await session.execute(
            select(PlayerRow.wom_id, MembershipRow.joined_at, MembershipRow.left_at)
            .join_from(PlayerRow, MembershipRow, MembershipRow.player_id == PlayerRow.id)
            .order_by(MembershipRow.joined_at)
        )
        stays = {}
        for wom_id, joined_at, left_at in found:
            stays.setdefault(wom_id, []).append((joined_at, left_at))
        return stays


async def test_stays_go_on_from_when_wise_old_man_says_they_began(
    services, legacy, imported, group
):
    stayed, came_back = group.memberships[:2]
    stayed["createdAt"], came_back["createdAt"] = LONG_AGO, LATELY
    group.tell()
    for row in (stayed, came_back):
        put(legacy, row, day(40), 1_000)
    legacy.history("gone", 99_999_999, day(20), 1_000)
    await imported()

    report = await refresh(services, 1)

    found = await stays(services)
    assert report.roster.held == 0
    assert found[stayed["playerId"]] == [(day(5, 0), None)]
    assert [left_at for _, left_at in found[came_back["playerId"]]] == [day(60), None]
    assert found[99_999_999] == [(day(20), day(20))]


async def test_gain_over_the_seam_is_what_was_gained_since_the_last_imported_snapshot(
    services, legacy, imported, group
):
    row = group.memberships[0]
    row["createdAt"] = LONG_AGO
    group.tell()
    told = group.hiscores(row["playerId"])["data"]["data"]
    xp, ehp = told["skills"]["overall"]["experience"], told["computed"]["ehp"]["value"]
    put(legacy, row, NOW - timedelta(days=9), xp - 1_000, ehp=ehp - 1)
    await imported()
    await refresh(services, 1)
    window = Window.last(7, now=NOW)

    async with services.read() as session:
        boards = {
            metric: await leaderboard(session, 1, metric_name=metric, window=window, as_of=NOW)
            for metric in ("overall", "ehp", "cooking")
        }

    gains = {
        metric: gain
        for metric, board in boards.items()
        for gain in [*(line.gain for line in board.standings), *board.unknown]
        if gain.member.wom_id == row["playerId"]
    }
    assert gains["overall"].value == 1_000
    assert gains["ehp"].value == pytest.approx(1)
    # The predecessor's row doesn't know it: it counts from where it is known inside the window.
    assert gains["cooking"].since is not None


async def test_long_gap_between_both_is_no_gain_of_now(services, legacy, imported, group):
    row = group.memberships[0]
    row["createdAt"] = LONG_AGO
    group.tell()
    put(legacy, row, day(40), 1_000)
    await imported()
    await refresh(services, 1)

    async with services.read() as session:
        board = await leaderboard(
            session, 1, metric_name="overall", window=Window.last(30, now=NOW), as_of=NOW
        )

    (gain,) = (
        gain
        for gain in [*(line.gain for line in board.standings), *board.unknown]
        if gain.member.wom_id == row["playerId"]
    )
    assert gain.since > NOW - timedelta(days=8)


async def test_second_import_after_a_harvest_changes_nothing(services, legacy, imported, group):
    put(legacy, group.memberships[0], day(40), 1_000)
    await imported()
    await refresh(services, 1)
    before = await dump(services)

    await imported()

    assert await dump(services) == before


async def test_crawl_finds_what_was_imported_known_and_fills_the_holes(
    services, clock, legacy, imported
):
    legacy.history("bob", 11, day(20), 1_000)
    spoken = legacy.relayed("Bob", day(21), "is it you?")
    level = legacy.broadcast(day(22), "Bob has reached level 90 in Slayer.")
    chatted = legacy.message(day(23), 501, "bobs_account", "so what")
    await imported()
    async with services.read() as session:
        clan_id = await session.scalar(select(AuthorRow.clan_id).limit(1))
    before = await dump(services)
    discord = Source()
    missed = spoken + 1
    discord.add(
        CHAT,
        said(spoken, relayed("bob"), length=10, flags=MessageFlag.QUESTION),
        said(missed, relayed("bob")),
        said(level, Writer(AuthorKind.WEBHOOK, WEBHOOK)),
        said(chatted, 501, length=7),
    )

    await crawl(
        services,
        clan_id,
        discord,
        pacer=Pacer(clock=clock.monotonic, sleep=clock.sleep),
        recent=Recent(),
        sleep=clock.sleep,
    )

    after = await dump(services)
    assert set(after["messages"]) - set(before["messages"]) == {
        row for row in after["messages"] if str(missed) in row
    }
    assert (after["authors"], after["game_events"]) == (before["authors"], before["game_events"])
    async with services.read() as session:
        assert await session.scalar(select(func.count()).select_from(GameEventRow)) == 1
        lengths = await session.execute(select(MessageRow.id, MessageRow.length, MessageRow.flags))
        stored = {row.id: (row.length, row.flags) for row in lengths}
    assert stored[spoken] == (10, MessageFlag.QUESTION)
    assert stored[chatted] == (7, 0)

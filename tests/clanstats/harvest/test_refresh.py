"""Does the stored clan equal what Wise Old Man said, and at which price?"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import members
from clanstats.db import store
from clanstats.domain import GainPolicy, UnknownReason, Window
from clanstats.harvest.wom import refresh
from clanstats.metrics import TOTAL_LEVEL, catalogue
from clanstats.wom.client import WiseOldMan
from demo.wom_server import REQUESTS, make_app, serve
from demo.world import make_world
from tests.clanstats.harvest.tables import dump
from tests.factories import NOW
from tests.replay import Reply, body

pytestmark = pytest.mark.slow

# When the recordings were asked for, to the second; the last snapshot in them is 43 s older.
ASKED_AT = datetime(2026, 11, 23, 2, 19, 43, 900_000, tzinfo=UTC)
METRICS = [name for name in catalogue() if name != TOTAL_LEVEL]


async def boards(session, *, days):
    """Our gains by (Wise Old Man's id, metric), and who is unknown, of all metrics."""
    gained, unknown = {}, set()
    for metric in METRICS:
        board = await leaderboard(
            session,
            1,
            metric_name=metric,
            window=Window.last(days, now=ASKED_AT),
            as_of=ASKED_AT,
            policy=GainPolicy.WOM,
        )
        gained |= {(line.gain.member.wom_id, metric): line.gain.value for line in board.standings}
        unknown |= {gain.member.wom_id for gain in board.unknown}
    return gained, unknown


def said(recording):
    """The same, as it was recorded."""
    return {
        (row["player"]["id"], gain["metric"]): gain["gained"]
        for row in json.loads(body(recording))
        for gain in row["data"]
    }


async def test_week_gains_equal_wise_old_mans_value_by_value(services):
    await refresh(services, 1)

    async with services.read() as session:
        ours, unknown = await boards(session, days=7)
        everyone = {member.wom_id for member in await members(session, 1, NOW)}
    theirs = said("group_bulk_gained_week")

    assert len(METRICS) == 113
    assert len(everyone) == 63
    archived = {wom_id for wom_id, _ in theirs} & unknown
    assert {key: value for key, value in theirs.items() if key[0] not in archived} == ours
    assert unknown - archived == everyone - {wom_id for wom_id, _ in theirs}


@pytest.mark.parametrize(("period", "days"), [("day", 1), ("month", 31)])  # theirs has 31 days
async def test_day_and_month_gains_equal_wise_old_mans_too(services, period, days):
    await refresh(services, 1)
    window = await services.wom.bulk_gained(1, period=period)
    async with services.write() as session:
        await store.save_snapshots(session, window.rows)

    async with services.read() as session:
        ours, unknown = await boards(session, days=days)

    theirs = said(f"group_bulk_gained_{period}")
    known = {key: value for key, value in theirs.items() if key[0] not in unknown}
    assert known == ours
    assert len(known) > 55 * 113


async def test_a_refresh_takes_five_requests_at_most_and_one_when_nothing_moved(services, replay):
    first = await refresh(services, 1)
    asked = len(replay.requests)
    before = await dump(services)

    second = await refresh(services, 1)

    assert asked == 5
    assert (first.members, first.roster.joined, first.moved) == (63, 63, True)
    assert [request.path for request in replay.requests[asked:]] == ["/groups/1"]
    assert not second.moved
    assert await dump(services) == before


async def test_reading_it_all_again_changes_nothing_but_the_dates_of_the_refresh(
    services, replay, clock
):
    await refresh(services, 1)
    await refresh(services, 1, full=True)
    before = await dump(services)

    report = await refresh(services, 1, full=True)

    assert await dump(services) == before
    assert (report.snapshots, report.achievements, report.renamed) == (0, 0, 0)
    assert report.problems == ()


async def test_five_hundred_members_take_no_more_requests(services, clock):
    world = make_world(members=500, days=30, end=NOW)
    app = make_app(world, clock=clock, rate_limit=False)
    async with serve(app) as url:
        wom = WiseOldMan(base_url=url, user_agent="tests", sleep=clock.sleep)
        await refresh(type(services)(**_fields(services) | {"wom": wom}), world.group.group_id)
        await wom.close()

    async with services.read() as session:
        found = await members(session, 1, NOW)
    assert len(found) >= 495
    assert len(app[REQUESTS]) <= 5


def _fields(services):
    return {name: getattr(services, name) for name in services.__slots__}


async def test_who_was_never_tracked_is_a_member_about_whom_nothing_is_known(services):
    await refresh(services, 1)

    async with services.read() as session:
        board = await leaderboard(
            session, 1, metric_name="overall", window=Window.last(7, now=NOW), as_of=NOW
        )
    reasons = {gain.member.name: gain.unknown for gain in board.unknown}

    assert reasons["Never Hisc"] is UnknownReason.NEVER_TRACKED


async def test_an_archived_profile_keeps_its_place_in_the_clan_but_counts_in_no_total(services):
    await refresh(services, 1)

    async with services.read() as session:
        totals = await leaderboard(session, 1, metric_name="overall", window=None, as_of=NOW)
    archived = [gain for gain in totals.unknown if gain.member.status == "archived"]

    assert {gain.member.wom_id for gain in archived} >= {22}
    assert {gain.unknown for gain in archived} == {UnknownReason.ARCHIVED}
    assert totals.total == sum(
        row["player"]["exp"]
        for row in json.loads(body("group_bulk_hiscores"))
        if row["player"]["status"] != "archived"
    )


async def test_the_group_is_asked_to_be_updated_once_a_day(services, settings, replay, clock):
    replay.play("update_all_200")
    secret = settings.model_validate({**settings.model_dump(), "wom_group_secret": "123-456-789"})
    with_secret = type(services)(**_fields(services) | {"settings": secret})

    for _ in range(3):
        await refresh(with_secret, 1)
        clock.now += timedelta(hours=1)
    clock.now += timedelta(hours=24)
    await refresh(with_secret, 1)

    asked = [request for request in replay.requests if request.path.endswith("update-all")]
    assert len(asked) == 2


async def test_a_wrong_verification_code_is_reported_and_costs_nothing_else(
    services, settings, replay
):
    replay.play("err_403_update_all_wrong_code")
    secret = settings.model_validate({**settings.model_dump(), "wom_group_secret": "123-456-789"})

    report = await refresh(type(services)(**_fields(services) | {"settings": secret}), 1)

    assert report.partial
    assert "WOM_GROUP_SECRET" in str(report)
    assert report.snapshots == 118


async def test_a_feed_that_cant_be_read_is_read_with_the_next_refresh(services, replay):
    replay.once("/groups/1/activity", *[Reply(503, b"{}")] * 3)

    report = await refresh(services, 1)
    again = await refresh(services, 1)
    third = await refresh(services, 1)

    assert report.partial
    assert "the activity could not be read" in str(report)
    assert (again.moved, again.problems) == (True, ())
    assert not third.moved

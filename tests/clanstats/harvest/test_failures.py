"""What if any endpoint fails in any way? Nothing is raised, and nothing is half stored."""

import pytest

from clanstats import jobs
from clanstats.harvest.wom import refresh
from clanstats.wom.client import WiseOldMan
from tests.clanstats.harvest.feeds import Group
from tests.clanstats.harvest.tables import dump
from tests.replay import Reply

pytestmark = pytest.mark.slow

GROUP = "/groups/1"
HISCORES = "/groups/1/bulk-hiscores"
FEEDS = ("/groups/1/activity", "/groups/1/name-changes", "/groups/1/bulk-gained")
HTML = {"Content-Type": "text/html"}
PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
LIMITED = {"RateLimit-Limit": "20", "RateLimit-Remaining": "0", "RateLimit-Reset": "42"}

FAILURES = [
    pytest.param(Reply(200, PAGE, HTML), "can't be read", id="a page with status 200"),
    pytest.param(Reply(200, b'[{"player": {"id": 1'), "can't be read", id="cut off"),
    pytest.param(Reply(200, b""), "can't be read", id="empty"),
    pytest.param(
        Reply(403, b'{"message":"Invalid API Key."}'), "WOM_API_KEY", id="the key is refused"
    ),
    pytest.param(
        Reply(404, b'{"code":"GROUP_NOT_FOUND","message":"Group not found."}'),
        "WOM_GROUP_ID",
        id="no such group",
    ),
    pytest.param(
        Reply(429, b'{"message":"Too Many Requests."}', LIMITED | {"Retry-After": "42"}),
        "takes no more requests",
        id="too many requests",
    ),
    pytest.param(
        Reply(429, b'{"message":"You are blocked from making API requests."}'),
        "WOM_CONTACT",
        id="blocked",
    ),
    pytest.param(Reply(500, b'{"code":"UNEXPECTED_ERROR"}'), "HTTP 500", id="500"),
    pytest.param(Reply(502, PAGE, HTML), "HTTP 502", id="502"),
    pytest.param(Reply(503, PAGE, HTML), "HTTP 503", id="503"),
    pytest.param(Reply(drop=True), "connection broke", id="reset"),
    pytest.param(Reply(body=b"[" * 1000, drop=True), "connection broke", id="reset in the body"),
    pytest.param(Reply(200, b"[]", delay_s=30), "in time", id="slow"),
]


@pytest.fixture
async def wom(replay, clock):
    """A client that waits on the test's clock, and a moment for an answer."""
    client = WiseOldMan(
        base_url=replay.url,
        user_agent="clanstats tests (nobody@example.org)",
        timeout_s=0.3,
        attempts=2,
        sleep=clock.sleep,
        monotonic=clock.monotonic,
    )
    yield client
    await client.close()


@pytest.fixture
def group(replay):
    """A few members are enough here."""
    return Group(replay, only=(1, 2, 3, 4, 5, 43))


@pytest.fixture
def run(services, group):
    """A refresh as the timetable runs it."""

    async def harvest():
        return await jobs.run("harvest", lambda: refresh(services, 1), services)

    return harvest


@pytest.mark.parametrize("path", [GROUP, HISCORES])
@pytest.mark.parametrize(("reply", "text"), FAILURES)
async def test_without_the_group_or_its_hiscores_nothing_is_stored(  # noqa: PLR0913, PLR0917 — fixtures
    services, replay, run, path, reply, text
):
    before = await dump(services)
    replay.answer(path, reply)

    result = await run()

    assert result.outcome == "failed"
    assert text in result.detail
    assert await dump(services) == before


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(("reply", "text"), FAILURES)
async def test_a_failing_feed_costs_only_itself(  # noqa: PLR0913, PLR0917 — fixtures
    services, replay, run, path, reply, text
):
    replay.answer(path, reply)

    result = await run()

    tables = await dump(services)
    assert result.outcome == "partial"
    assert text in result.detail
    assert "6 members" in result.detail
    assert len(tables["memberships"]) == len(tables["players"]) == 6
    assert len(tables["snapshots"]) >= 6


async def test_nobody_listening_is_said_and_nothing_is_stored(services, replay, run):
    await replay.stop()
    before = await dump(services)

    result = await run()

    assert (result.outcome, await dump(services)) == ("failed", before)
    assert "can't be reached" in result.detail


@pytest.mark.parametrize("path", [GROUP, HISCORES])
async def test_a_failure_leaves_the_stored_clan_as_it_was(services, replay, run, group, path):
    await run()
    before = await dump(services)
    group.leave(1)
    group.tell()
    replay.answer(path, Reply(502, PAGE, HTML))

    result = await run()

    assert result.outcome == "failed"
    assert await dump(services) == before


async def test_after_a_failure_the_next_run_stores_what_an_undisturbed_one_would(
    services, replay, run
):
    replay.once(HISCORES, *[Reply(503, PAGE, HTML)] * 2)
    failed = await run()

    result = await run()

    assert (failed.outcome, result.outcome) == ("failed", "ok")
    assert "12 new snapshots" in result.detail

"""What can be asked of Wise Old Man, and how does the question look?"""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
import structlog

from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.wom.errors import WomSecretError
from tests.replay import Reply

DAY = Window(
    datetime(2026, 11, 16, 2, 19, 44, tzinfo=UTC), datetime(2026, 11, 17, 2, 19, 44, tzinfo=UTC)
)


async def test_a_group_has_everyone_in_it_tracked_or_not(wom):
    group = await wom.group(1)

    assert (group.name, len(group.memberships), group.skipped) == ("Stub Clan", 63, 0)
    by_name = {membership.player.name: membership for membership in group.memberships}
    assert by_name["Never Hisc"].player.updated_at is None
    assert by_name["archive65996"].player.status == "archived"


async def test_a_groups_own_order_of_roles_is_highest_first(wom):
    group = await wom.group(1)

    assert group.role_order == ("owner", "deputy_owner", "moderator", "general", "captain")


async def test_a_group_of_nobody_is_an_answer(wom):
    group = await wom.group(4)

    assert (group.memberships, group.role_order) == ((), ())


async def test_members_never_tracked_or_archived_have_no_snapshot(wom):
    members = {m.player.wom_id: m.player.name for m in (await wom.group(1)).memberships}

    hiscores = await wom.bulk_hiscores(1)

    missing = members.keys() - {snapshot.wom_id for snapshot in hiscores.rows}
    assert {members[wom_id] for wom_id in missing} == {
        "Never Hisc",
        "archive65996",
        "archive43830",
    }


async def test_a_period_gives_two_snapshots_of_those_with_two(wom, replay):
    gains = await wom.bulk_gained(1, period="day")

    by_player = {}
    for snapshot in gains.rows:
        by_player.setdefault(snapshot.wom_id, []).append(snapshot.taken_at)
    assert len(by_player) == 59
    assert {len(instants) for instants in by_player.values()} == {1, 2}
    assert all(instants == sorted(instants) for instants in by_player.values())
    assert replay.requests[-1].query == {"period": "day"}


async def test_a_window_is_asked_for_in_utc_whatever_zone_it_is_given_in(wom, replay):
    zone = timezone(timedelta(hours=9))

    gains = await wom.bulk_gained(
        1, window=Window(DAY.start.astimezone(zone), DAY.end.astimezone(zone))
    )

    assert len(gains.rows) == 53
    assert replay.requests[-1].query == {
        "startDate": "2026-11-16T02:19:44.000Z",
        "endDate": "2026-11-17T02:19:44.000Z",
    }


async def test_a_window_before_anyone_was_tracked_is_empty(wom):
    window = Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC))

    gains = await wom.bulk_gained(1, window=window)

    assert (gains.rows, gains.skipped) == ((), 0)


@pytest.mark.parametrize("period", ["five_min", "day", "week", "month", "year", "100y", "2w3d"])
async def test_a_period_is_a_name_or_an_expression(wom, replay, period):
    replay.play("empty_group_bulk_gained", at="/groups/1/bulk-gained")

    await wom.bulk_gained(1, period=period)

    assert replay.requests[-1].query == {"period": period}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="neither period nor window"),
        pytest.param({"period": "day", "window": DAY}, id="both"),
        pytest.param({"period": ""}, id="an empty one, which would be 0 ms"),
        pytest.param({"period": "fortnight"}, id="a word Wise Old Man doesn't know"),
        pytest.param({"period": "12h3d"}, id="hours before days"),
        pytest.param({"period": "day&period=week"}, id="more than a period"),
        pytest.param({"window": Window(DAY.end, DAY.start)}, id="the wrong way round"),
        pytest.param(
            {"window": Window(datetime(2026, 1, 1), datetime(2026, 1, 2))},  # noqa: DTZ001 - the case
            id="no time zone",
        ),
    ],
)
async def test_a_senseless_span_is_never_sent(wom, replay, given):
    with pytest.raises(ValueError, match=r"period|window|zone"):
        await wom.bulk_gained(1, **given)

    assert replay.requests == []


@pytest.mark.parametrize(
    "group_id",
    [
        pytest.param("1/../2", id="a path"),
        pytest.param("1", id="text"),
        pytest.param(True, id="a truth"),
        pytest.param(0, id="nothing"),
        pytest.param(-1, id="negative"),
        pytest.param(99999999999, id="so large that their database fails"),
    ],
)
async def test_an_id_that_cant_be_one_never_enters_an_address(wom, replay, group_id):
    with pytest.raises(BadInputError, match="whole number"):
        await wom.group(group_id)

    assert replay.requests == []


async def test_feeds_are_asked_for_in_pages_of_fifty(wom, replay):
    first = await wom.achievements(1)
    second = await wom.achievements(1, offset=50)

    assert (len(first.rows), len(second.rows)) == (50, 50)
    assert [request.query for request in replay.requests] == [
        {"limit": "50"},
        {"limit": "50", "offset": "50"},
    ]


async def test_a_page_past_the_end_is_empty(wom):
    page = await wom.activity(1, offset=5000)

    assert page.rows == ()


@pytest.mark.parametrize(
    ("method", "recording", "path"),
    [
        ("bulk_hiscores", "empty_group_bulk_hiscores", "/groups/4/bulk-hiscores"),
        ("activity", "empty_group_activity", "/groups/4/activity"),
        ("name_changes", "empty_group_name_changes", "/groups/4/name-changes"),
        ("achievements", "empty_group_achievements", "/groups/4/achievements"),
    ],
)
async def test_a_group_of_nobody_has_empty_pages(wom, replay, method, recording, path):
    replay.play(recording, at=path)

    page = await getattr(wom, method)(4)

    assert (page.rows, page.skipped) == ((), 0)


async def test_an_update_says_how_many_members_are_reread(wom, replay):
    queued = await wom.update_all(1, secret="123-456-789")

    assert queued == 3
    assert replay.requests[-1].method == "POST"
    assert replay.requests[-1].json == {"verificationCode": "123-456-789"}


async def test_nobody_to_update_is_a_normal_answer(wom):
    assert await wom.update_all(3, secret="123-456-789") == 0
    assert wom.status().last_error is None


@pytest.mark.parametrize(
    "recording", ["err_403_update_all_wrong_code", "err_400_update_all_no_code"]
)
async def test_a_bad_secret_names_the_setting_and_not_the_secret(wom, replay, recording):
    replay.play(recording)

    with pytest.raises(WomSecretError, match="WOM_GROUP_SECRET") as caught:
        await wom.update_all(1, secret="987-654-321")

    assert "987" not in repr(caught.value)


async def test_it_says_who_asks_and_sends_the_key(connect, replay):
    wom = connect(user_agent="clanstats\n (me)", api_key=" k3y\n")

    await wom.group(1)

    sent = replay.requests[-1].headers
    assert sent["User-Agent"] == "clanstats (me)"
    assert sent["x-api-key"] == "k3y"


async def test_without_a_key_none_is_sent(wom, replay):
    await wom.group(1)

    assert "x-api-key" not in {name.lower() for name in replay.requests[-1].headers}


async def test_a_key_that_cant_be_one_is_refused_without_showing_it(connect):
    with pytest.raises(BadInputError, match="WOM_API_KEY") as caught:
        connect(api_key="s3cr\net")

    assert "s3cr" not in repr(caught.value)


async def test_a_key_gives_a_hundred_requests_a_minute(connect):
    assert connect(api_key="k3y").status().limit == 100
    assert connect().status().limit == 20


async def test_a_master_keys_answers_have_no_limit_headers(wom, replay):
    replay.play("master_key_no_ratelimit_headers", at="/groups/1/name-changes")

    page = await wom.name_changes(1)

    assert len(page.rows) == 3
    assert (wom.status().limit, wom.status().used) == (20, 1)


async def test_a_keys_limit_is_learnt_from_the_headers(wom, replay):
    replay.play("devkey_headers_limit100", at="/groups/1/name-changes")

    await wom.name_changes(1)

    assert (wom.status().limit, wom.status().used) == (100, 1)


async def test_the_status_tells_how_much_of_the_minute_is_left(wom, clock):
    await wom.group(1)
    clock.now += 20

    status = wom.status()

    assert (status.used, status.resets_in_s, status.requests) == (3, 40, 1)
    assert (status.blocked_for_s, status.breaker_open, status.last_error) == (None, False, None)


async def test_nothing_connects_before_the_first_request(connect, replay):
    wom = connect()

    await wom.close()

    assert replay.requests == []


async def test_bulk_calls_of_one_group_follow_each_other(wom, replay):
    under_way = []
    most = 0
    ask = wom._transport.send

    async def counted(*args, **kwargs):
        nonlocal most
        under_way.append(args)
        most = max(most, len(under_way))
        try:
            return await ask(*args, **kwargs)
        finally:
            under_way.pop()

    wom._transport.send = counted
    replay.play("empty_group_bulk_hiscores", at="/groups/1/bulk-hiscores")

    await asyncio.gather(
        wom.bulk_hiscores(1), wom.bulk_gained(1, period="day"), wom.bulk_hiscores(1)
    )

    assert most == 1
    assert len(replay.requests) == 3


async def test_one_line_a_request_is_logged_without_key_or_secret(connect):
    wom = connect(api_key="t0psecret")

    with structlog.testing.capture_logs() as lines:
        await wom.group(1)
        await wom.update_all(1, secret="123-456-789")

    assert [(line["event"], line["path"], line["status"]) for line in lines] == [
        ("wom.request", "/groups/1", 200),
        ("wom.request", "/groups/1/update-all", 200),
    ]
    assert {"ms", "remaining", "method"} <= lines[0].keys()
    everything = repr(lines) + repr(wom) + repr(wom._transport) + repr(wom.status())
    assert "t0psecret" not in everything
    assert "123-456" not in everything


async def test_a_redirect_isnt_followed_with_our_key(wom, replay):
    replay.answer("/groups/1", Reply(302, headers={"Location": replay.url + "/groups/4"}))

    with pytest.raises(Exception, match="WOM_BASE_URL"):
        await wom.group(1)

    assert [request.path for request in replay.requests] == ["/groups/1"]

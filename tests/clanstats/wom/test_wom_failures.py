"""What if Wise Old Man says no, says nonsense, or says nothing?"""

import gzip

import pytest
import structlog

from clanstats.errors import ClanStatsError
from clanstats.wom.breaker import Breaker
from clanstats.wom.errors import (
    WomBadAnswerError,
    WomBlockedError,
    WomForbiddenError,
    WomNotFoundError,
    WomRateLimitedError,
    WomRefusedError,
    WomUnavailableError,
)
from tests.replay import Replay, Reply, body

GROUP = "/groups/1"
HTML = {"Content-Type": "text/html"}
PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
BLOCKED = Reply(429, b'{"message":"You are blocked from making API requests."}')


async def test_asked_once_more_after_a_failure_it_answers(wom, replay):
    replay.once(GROUP, Reply(502, PAGE, HTML))

    group = await wom.group(1)

    assert len(group.memberships) == 63
    assert len(replay.requests) == 2
    assert wom.status().last_error is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_lasting_failure_is_given_up_after_three_attempts(wom, replay, clock, status):
    replay.answer(GROUP, Reply(status, PAGE, HTML))

    with pytest.raises(WomUnavailableError, match=str(status)):
        await wom.group(1)

    assert len(replay.requests) == 3
    assert 0.5 <= clock.slept[0] <= 1.5
    assert 1 <= clock.slept[1] <= 3
    assert str(status) in wom.status().last_error


@pytest.mark.parametrize("recording", ["err_503_hiscores_down", "err_500_int_overflow_group"])
async def test_a_recorded_failure_is_one(wom, replay, recording):
    replay.play(recording, at=GROUP)

    with pytest.raises(WomUnavailableError):
        await wom.group(1)


async def test_other_trouble_of_a_proxy_isnt_asked_again(wom, replay):
    replay.answer(GROUP, Reply(525, PAGE, HTML))

    with pytest.raises(WomUnavailableError, match="525"):
        await wom.group(1)

    assert len(replay.requests) == 1


async def test_nobody_there_is_unavailable(connect, clock):
    async with Replay() as gone:
        pass
    wom = connect(base_url=gone.url)

    with pytest.raises(WomUnavailableError, match="no connection"):
        await wom.group(1)

    assert len(clock.slept) == 2


async def test_an_address_that_isnt_one_names_the_setting(connect):
    with pytest.raises(WomUnavailableError, match="WOM_BASE_URL"):
        await connect(base_url="wiseoldman").group(1)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(drop=True), id="before the answer"),
        pytest.param(Reply(body=body("group_details"), drop=True), id="in the middle of it"),
        pytest.param(
            Reply(body=b"not compressed", headers={"Content-Encoding": "gzip"}), id="garbled"
        ),
    ],
)
async def test_a_broken_connection_is_tried_again(wom, replay, reply):
    replay.once(GROUP, reply)

    group = await wom.group(1)

    assert len(group.memberships) == 63
    assert len(replay.requests) == 2


async def test_a_compressed_answer_is_read(wom, replay):
    packed = gzip.compress(body("group_details"))
    replay.answer(GROUP, Reply(body=packed, headers={"Content-Encoding": "gzip"}))

    assert len((await wom.group(1)).memberships) == 63


async def test_an_answer_too_slow_is_unavailable(connect, replay):
    replay.answer(GROUP, Reply(delay_s=30))
    wom = connect(timeout_s=0.05, attempts=1)

    with pytest.raises(WomUnavailableError, match="in time"):
        await wom.group(1)


async def test_a_retry_is_logged(wom, replay):
    replay.once(GROUP, Reply(503))

    with structlog.testing.capture_logs() as lines:
        await wom.group(1)

    (retry,) = (line for line in lines if line["event"] == "wom.retry")
    assert (retry["log_level"], retry["path"], retry["attempt"]) == ("warning", GROUP, 1)


@pytest.mark.parametrize("call", ["group", "bulk_hiscores", "activity"])
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(Reply(200, PAGE, HTML), id="a page for people"),
        pytest.param(Reply(200, b""), id="nothing"),
        pytest.param(Reply(200, body("group_details")[:-20]), id="half a group"),
        pytest.param(Reply(200, body("group_activity_p1")[:-20]), id="half a list"),
        pytest.param(
            Reply(200, gzip.compress(body("group_details"))[:-100], {"Content-Encoding": "gzip"}),
            id="half of something compressed",
        ),
        pytest.param(Reply(200, b'"2.8.52"'), id="a word"),
        pytest.param(Reply(200, b"null"), id="null"),
        pytest.param(Reply(200, b"{}"), id="an empty object"),
        pytest.param(Reply(200, b'{"message":"maintenance"}'), id="a message"),
        pytest.param(Reply(200, b"[" * 100_000), id="brackets without end"),
        pytest.param(Reply(200, b'{"id":1,"name":"\xff","memberships":[]'), id="no text"),
        pytest.param(Reply(304), id="not modified"),
    ],
)
async def test_an_answer_of_another_shape_is_a_bad_answer(wom, replay, call, sent):
    for page in ("", "/bulk-hiscores", "/activity"):
        replay.answer(GROUP + page, sent)

    with pytest.raises(WomBadAnswerError):
        await getattr(wom, call)(1)

    assert len(replay.requests) == 1
    assert wom.status().last_error is not None


async def test_a_group_without_its_list_of_members_isnt_a_group_of_nobody(wom, replay):
    replay.answer(GROUP, Reply(body=b'{"id":1,"name":"Stub Clan","memberships":null}'))

    with pytest.raises(WomBadAnswerError):
        await wom.group(1)


@pytest.mark.parametrize("answer", [b'{"count":"3"}', b"{}", b"[]", b"<html>"])
async def test_an_update_that_doesnt_say_how_many_is_a_bad_answer(wom, replay, answer):
    replay.answer("/groups/1/update-all", Reply(body=answer))

    with pytest.raises(WomBadAnswerError):
        await wom.update_all(1, secret="123-456-789")


async def test_a_bad_key_names_the_setting(wom, replay):
    replay.play("err_403_invalid_api_key")

    with pytest.raises(WomForbiddenError, match="WOM_API_KEY"):
        await wom.group(1)

    assert len(replay.requests) == 1


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda wom: wom.group(9999), id="UNEXPECTED_ERROR"),
        pytest.param(lambda wom: wom.bulk_hiscores(9999), id="GROUP_NOT_FOUND"),
        pytest.param(lambda wom: wom.bulk_gained(9999, period="week"), id="gains"),
        pytest.param(lambda wom: wom.update_all(9999, secret="000-000-000"), id="update"),
    ],
)
async def test_an_unknown_group_names_the_setting_whatever_the_code(wom, replay, call):
    with pytest.raises(WomNotFoundError, match="WOM_GROUP_ID"):
        await call(wom)

    assert len(replay.requests) == 1
    assert wom.status().requests == 1  # it costs one all the same


async def test_an_unknown_page_names_the_address(wom, replay):
    replay.play("err_404_endpoint", at=GROUP)

    with pytest.raises(WomNotFoundError, match="WOM_BASE_URL"):
        await wom.group(1)


@pytest.mark.parametrize("recording", ["err_400_invalid_period", "err_malformed_json"])
async def test_any_other_refusal_says_what_was_refused(wom, replay, recording):
    replay.play(recording, at=GROUP)

    with pytest.raises(WomRefusedError, match="HTTP 400"):
        await wom.group(1)

    assert len(replay.requests) == 1


async def test_too_many_requests_waits_as_long_as_it_is_told(wom, replay, clock):
    limited = Reply(429, body("err_429_rate_limited_nokey"), {"Retry-After": "23"})
    replay.once(GROUP, limited)

    group = await wom.group(1)

    assert len(group.memberships) == 63
    assert clock.slept == [23]


@pytest.mark.parametrize("recording", ["err_429_rate_limited_nokey", "err_429_rate_limited_devkey"])
async def test_too_many_requests_again_and_again_is_an_error(wom, replay, clock, recording):
    replay.play(recording, at=GROUP)

    with pytest.raises(WomRateLimitedError, match="60 seconds"):
        await wom.group(1)

    assert len(replay.requests) == 3
    assert clock.slept == [60, 60]
    assert not wom.status().breaker_open


async def test_too_many_requests_from_a_proxy_waits_a_minute(wom, replay, clock):
    replay.once(GROUP, Reply(429, PAGE, HTML))

    await wom.group(1)

    assert clock.slept == [60]


async def test_the_cooldown_of_one_player_isnt_ours(wom, replay, clock):
    replay.play("err_429_player_rate_limited", at=GROUP)

    with pytest.raises(WomRateLimitedError, match="this player"):
        await wom.group(1)

    assert len(replay.requests) == 1
    assert (wom.status().limit, wom.status().used) == (20, 1)
    assert clock.slept == []


async def test_a_blocked_address_goes_quiet_for_hours_and_says_so(wom, replay, clock):
    replay.answer(GROUP, BLOCKED)

    with structlog.testing.capture_logs() as lines, pytest.raises(WomBlockedError):
        await wom.group(1)
    clock.now += 5 * 3600
    with pytest.raises(WomBlockedError, match="WOM_CONTACT"):
        await wom.activity(1)

    assert len(replay.requests) == 1
    assert wom.status().blocked_for_s == 3600
    assert [line["log_level"] for line in lines if line["event"] == "wom.blocked"] == ["error"]


async def test_a_block_is_tried_again_after_some_hours(wom, replay, clock):
    replay.once(GROUP, BLOCKED)
    with pytest.raises(WomBlockedError):
        await wom.group(1)
    clock.now += 6 * 3600

    group = await wom.group(1)

    assert len(group.memberships) == 63


async def test_after_five_failures_in_a_row_it_is_left_alone(wom, replay, clock):
    replay.answer(GROUP, Reply(503))
    for _ in range(2):
        with pytest.raises(WomUnavailableError):
            await wom.group(1)
    assert len(replay.requests) == 5
    assert wom.status().breaker_open

    with pytest.raises(WomUnavailableError, match="left alone"):
        await wom.activity(1)

    assert len(replay.requests) == 5
    assert "503" in wom.status().last_error


async def test_a_single_probe_finds_it_well_again(wom, replay, clock):
    replay.once(GROUP, *[Reply(503)] * 5)
    for _ in range(2):
        with pytest.raises(WomUnavailableError):
            await wom.group(1)
    clock.now += 60

    await wom.group(1)

    assert len(replay.requests) == 6
    assert not wom.status().breaker_open


async def test_no_text_of_an_error_holds_key_or_secret(connect, replay):
    wom = connect(api_key="t0psecret", breaker=Breaker(threshold=99))
    path = "/groups/1/update-all"
    for reply in (
        Reply(403, b"{}"),
        Reply(500),
        Reply(400, b"{}"),
        Reply(drop=True),
        Reply(429),
        BLOCKED,
    ):
        replay.answer(path, reply)

        with structlog.testing.capture_logs() as lines, pytest.raises(ClanStatsError) as caught:
            await wom.update_all(1, secret="123-456-789")

        chain = [caught.value, caught.value.__cause__, caught.value.__context__]
        said = repr(lines) + "".join(f"{error} {error!r}" for error in chain)
        assert "t0psecret" not in said
        assert "123-456" not in said

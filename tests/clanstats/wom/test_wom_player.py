"""What does Wise Old Man say when it is to read one player's hiscores now?"""

import json

import pytest

from clanstats.errors import BadInputError
from clanstats.wom.budget import priority
from clanstats.wom.errors import WomBadAnswerError, WomPlayerError, WomRateLimitedError
from tests.replay import Reply, body

KONAR = "/players/konar"


def refusal(code):
    return json.dumps({"code": code, "message": "No"}).encode()


async def test_an_update_gives_the_player_and_all_their_metrics(wom, replay):
    told = await wom.update_player("konar")

    assert (told.player.wom_id, told.player.name, told.annotations) == (60, "Konar", ())
    assert told.snapshot.wom_id == 60
    assert told.snapshot.taken_at == told.player.updated_at
    assert told.snapshot.values["overall"] == 206_691_203
    assert (replay.requests[-1].method, replay.requests[-1].json) == ("POST", {})


async def test_the_name_is_the_address_and_nothing_but_the_name(wom, replay):
    replay.play("update_player_200", at="/players/iron bob")

    await wom.update_player(" Iron\u00a0Bob ")

    for name in ("../groups/1", "a?b", "a#b", "a/b", "", "waytoolongusername"):
        with pytest.raises(BadInputError):
            await wom.update_player(name)
    assert [request.path for request in replay.requests] == ["/players/iron bob"]


async def test_whoever_opted_out_is_marked_and_whoever_was_never_seen_has_no_snapshot(wom, replay):
    page = json.loads(body("update_player_200"))
    page["annotations"] = [{"playerId": 60, "type": "opt_out", "createdAt": page["updatedAt"]}]
    page["latestSnapshot"] = None
    replay.answer(KONAR, Reply(200, json.dumps(page).encode()))

    told = await wom.update_player("konar")

    assert told.annotations == ("opt_out",)
    assert told.snapshot is None


async def test_one_skill_that_cannot_be_read_costs_that_skill(wom, replay):
    page = json.loads(body("update_player_200"))
    page["latestSnapshot"]["data"]["skills"]["mining"]["experience"] = "plenty"
    replay.answer(KONAR, Reply(200, json.dumps(page).encode()))

    told = await wom.update_player("konar")

    assert "mining" not in told.snapshot.values
    assert "fishing" in told.snapshot.values


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"[]", id="no page"),
        pytest.param(b'{"id": 60}', id="half a page"),
        pytest.param(
            body("update_player_200").replace(b'"createdAt":"2026', b'"createdAt":"9026'),
            id="an instant out of the world",
        ),
    ],
)
async def test_anything_else_than_a_player_is_a_bad_answer(wom, replay, answer):
    replay.answer(KONAR, Reply(200, answer))

    with pytest.raises(WomBadAnswerError):
        await wom.update_player("konar")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        pytest.param(400, "HISCORES_USERNAME_NOT_FOUND", "may have changed it", id="not listed"),
        pytest.param(400, "INVALID_USERNAME", "can't be a RuneScape name", id="no name"),
        pytest.param(403, "PLAYER_IS_FLAGGED", "flagged", id="flagged"),
        pytest.param(403, "PLAYER_IS_ARCHIVED", "went to somebody else", id="archived"),
        pytest.param(403, "PLAYER_OPTED_OUT", "opted out", id="opted out"),
        pytest.param(403, "PLAYER_IS_BLOCKED", "blocked this player", id="blocked"),
        pytest.param(404, "PLAYER_NOT_FOUND", "no player of that name", id="unknown"),
    ],
)
async def test_each_refusal_says_why_and_is_no_fault_of_ours(wom, replay, status, code, said):
    replay.answer(KONAR, Reply(status, refusal(code)))

    with pytest.raises(WomPlayerError, match=said):
        await wom.update_player("konar")

    assert len(replay.requests) == 1
    assert wom.status().last_error is None


@pytest.mark.parametrize(
    "recording", ["err_403_player_flagged", "err_403_player_archived", "err_400_invalid_username"]
)
async def test_recorded_refusals_are_understood(wom, replay, recording):
    replay.play(recording, at=KONAR)

    with pytest.raises(WomPlayerError):
        await wom.update_player("konar")


async def test_the_minute_between_two_updates_costs_one_request_and_not_the_budget(
    wom, replay, clock
):
    replay.play("err_429_player_rate_limited", at=KONAR)

    with pytest.raises(WomRateLimitedError, match="minute"):
        await wom.update_player("konar")

    assert clock.slept == []
    assert (wom.status().used, wom.status().limit) == (1, 20)
    assert wom.status().last_error is None


async def test_nobody_is_asked_again_within_the_minute_however_it_went(wom, replay, clock):
    replay.answer(KONAR, Reply(403, refusal("PLAYER_IS_FLAGGED")))
    with pytest.raises(WomPlayerError):
        await wom.update_player("konar")
    clock.now += 41.5

    for name in ("konar", "Konar"):
        with pytest.raises(WomRateLimitedError, match="in 19 seconds"):
            await wom.update_player(name)
    clock.now += 18.5
    replay.play("update_player_200", at=KONAR)
    await wom.update_player("konar")

    assert len(replay.requests) == 2


async def test_an_update_somebody_waits_for_may_use_the_reserve(connect, replay, clock):
    wom = connect()
    told = Reply(200, body("update_player_200"), limits_with(remaining=4))
    replay.answer(KONAR, told)
    replay.answer("/players/other", told)
    await wom.update_player("konar")

    with priority():
        await wom.update_player("other")

    assert clock.slept == []


def limits_with(remaining):
    return {
        "RateLimit-Limit": "20",
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": "40",
    }

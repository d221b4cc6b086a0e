"""Does the make-believe Wise Old Man answer as the real one does?"""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from clanstats.wom import competitions
from demo.wom_server import REQUESTS, make_app, serve
from demo.world import Case, make_world

END = datetime(2026, 8, 1, 18, 0, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "data" / "wom"


class Clock:
    """A clock that a test moves."""

    def __init__(self, now=END):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def world():
    return make_world(members=60, days=120, end=END)


@pytest.fixture
def clock():
    return Clock()


@asynccontextmanager
async def client(app):
    async with serve(app) as url, aiohttp.ClientSession(url) as session:
        yield session


@pytest.fixture
async def wom(world, clock):
    async with client(make_app(world, clock=clock, rate_limit=False)) as session:
        yield session


async def ask(session, path, **kwargs):
    async with session.get(path, **kwargs) as response:
        return await response.json()


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))["response"]["json"]


def shape(body):
    """The keys, all the way down; of a list, its first row's."""
    if isinstance(body, dict):
        return {key: shape(value) for key, value in body.items()}
    if isinstance(body, list):
        return [shape(row) for row in body[:1]]
    return None


async def test_a_competition_has_the_shape_of_a_real_one_and_the_places_of_the_world(wom, world):
    body = await ask(wom, "/competitions/2")
    (contest,) = [one for one in world.competitions(END) if one.competition_id == 2]

    assert shape(body) == shape(recorded("competition_1_details"))
    true = world.places(contest, END)
    assert len(true) > 3
    assert competitions.places(json.dumps(body).encode()) == true


def instant(text):
    return datetime.fromisoformat(text)


def the(world, case):
    (person,) = [person for person in world.people if person.case is case]
    return person.wom_id


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("", "group_details", id="details"),
        pytest.param("/bulk-hiscores", "group_bulk_hiscores", id="hiscores"),
        pytest.param("/bulk-gained?period=week", "group_bulk_gained_week", id="gains"),
        pytest.param("/activity?limit=50", "group_activity_p1", id="activity"),
        pytest.param("/name-changes", "group_name_changes", id="name changes"),
        pytest.param("/achievements?limit=50", "group_achievements_p1", id="achievements"),
        pytest.param("/competitions", "group_competitions", id="competitions"),
    ],
)
async def test_answers_have_the_shape_of_the_real_ones(wom, path, name):
    body = await ask(wom, f"/groups/4242{path}")

    assert shape(body) == shape(recorded(name))


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        pytest.param("/groups/9", 404, "err_404_group", id="group"),
        pytest.param("/groups/9/activity", 404, "err_404_group_activity", id="its activity"),
        pytest.param(
            "/groups/9/bulk-gained?period=week", 404, "err_404_group_bulk_gained", id="its gains"
        ),
        pytest.param(
            "/groups/9/bulk-hiscores", 404, "err_404_group_bulk_hiscores", id="its hiscores"
        ),
        pytest.param("/groups/abc", 400, "err_400_group_id_text", id="text for an id"),
        pytest.param("/groups/99999999999", 500, "err_500_int_overflow_group", id="a huge id"),
        pytest.param("/players/no%20such%20guy", 404, "err_404_player", id="player"),
        pytest.param("/nope", 404, "err_404_endpoint", id="endpoint"),
        pytest.param("/groups/4242/activity?limit=0", 400, "err_400_limit_0", id="no limit"),
        pytest.param("/groups/4242/activity?limit=51", 400, "err_400_limit_51", id="too long"),
        pytest.param(
            "/groups/4242/bulk-gained?period=fortnight", 400, "err_400_invalid_period", id="period"
        ),
        pytest.param("/groups/4242/bulk-gained", 400, "err_400_no_period", id="no period"),
        pytest.param(
            "/groups/4242/bulk-gained?startDate=yesterday&endDate=2026-01-01",
            400,
            "err_400_bad_date",
            id="date",
        ),
        pytest.param(
            "/groups/4242/bulk-gained?startDate=2026-02-01&endDate=2026-01-01",
            400,
            "err_400_inverted_dates",
            id="dates the wrong way round",
        ),
    ],
)
async def test_refusals_are_the_real_ones(wom, path, status, name):
    async with wom.get(path) as response:
        assert response.status == status
        assert await response.json() == recorded(name)


@pytest.mark.parametrize(
    ("group_id", "sent", "status", "name"),
    [
        pytest.param(4242, {}, 400, "err_400_update_all_no_code", id="no code"),
        pytest.param(
            4242,
            {"verificationCode": "111-111-111"},
            403,
            "err_403_update_all_wrong_code",
            id="wrong code",
        ),
        pytest.param(
            9,
            {"verificationCode": "111-111-111"},
            404,
            "err_404_update_all_no_group",
            id="no such group",
        ),
    ],
)
async def test_updates_are_refused_as_by_the_real_one(wom, group_id, sent, status, name):
    async with wom.post(f"/groups/{group_id}/update-all", json=sent) as response:
        assert response.status == status
        assert await response.json() == recorded(name)


async def test_an_update_with_the_code_counts_the_outdated(wom, world):
    code = world.group.verification_code
    async with wom.post("/groups/4242/update-all", json={"verificationCode": code}) as response:
        body = await response.json()

    outdated = [
        member
        for member in world.memberships(END)
        if member.player.updated_at is None
        or END - member.player.updated_at > timedelta(hours=23.5)
    ]
    assert body["count"] == len(outdated) > 0


async def test_a_member_list_is_that_of_the_world_highest_rank_first(wom, world):
    body = await ask(wom, "/groups/4242")

    roles = [row["role"] for row in body["memberships"]]
    assert {row["playerId"]: row["role"] for row in body["memberships"]} == {
        member.player.wom_id: member.role for member in world.memberships(END)
    }
    order = {role: place for place, role in enumerate(world.group.role_order)}
    assert roles == sorted(roles, key=lambda role: order.get(role, 10_000))
    assert roles[0] == "owner"


async def test_hiscores_hold_every_metric_and_the_worlds_values(wom, world):
    rows = await ask(wom, "/groups/4242/bulk-hiscores")

    for row in rows:
        sections = row["data"]["data"]
        sent = {
            name: entry.get("experience", entry.get("kills", entry.get("score")))
            for section in ("skills", "bosses", "activities")
            for name, entry in sections[section].items()
        }
        assert sum(map(len, sections.values())) == 113
        assert sent == {
            name: -1 if (value := world.value_at(row["player"]["id"], name, END)) is None else value
            for name in sent
        }
        assert sections["computed"]["ehp"]["value"] == pytest.approx(
            world.value_at(row["player"]["id"], "ehp", END) / 100_000
        )


async def test_a_profile_says_when_it_was_updated_and_when_it_last_changed(wom, world):
    rows = await ask(wom, "/groups/4242/bulk-hiscores")

    for row in rows:
        lived = [*world.history(row["player"]["id"]).changes()]
        assert row["player"]["updatedAt"] == row["data"]["createdAt"]
        assert instant(row["player"]["updatedAt"]) == lived[-1][0]
        assert instant(row["player"]["lastChangedAt"]) == max(at for at, new in lived if new)


async def test_who_has_no_snapshot_is_absent_from_the_hiscores(wom, world):
    rows = await ask(wom, "/groups/4242/bulk-hiscores")

    absent = set(world.member_ids(END)) - {row["player"]["id"] for row in rows}
    assert absent == {the(world, Case.NEVER_TRACKED), the(world, Case.ARCHIVED)}


async def test_an_archived_member_has_nothing(wom, world):
    body = await ask(wom, "/groups/4242")

    (player,) = [
        row["player"] for row in body["memberships"] if row["playerId"] == the(world, Case.ARCHIVED)
    ]
    assert (player["status"], player["exp"], player["ehp"], player["ehb"]) == ("archived", 0, 0, 0)
    assert player["updatedAt"] is not None


async def test_gains_are_the_difference_of_the_first_and_last_snapshot_in_the_range(wom, world):
    start, end = END - timedelta(days=40), END - timedelta(days=33)
    params = {"startDate": start.isoformat(), "endDate": end.isoformat()}

    rows = await ask(wom, "/groups/4242/bulk-gained", params=params)

    expected = {}
    for wom_id in world.member_ids(END):
        inside = [values for at, values in world.snapshots(wom_id) if start <= at <= end]
        if inside and wom_id != the(world, Case.ARCHIVED):
            expected[wom_id] = (inside[0]["overall"], inside[-1]["overall"])
    assert {
        row["player"]["id"]: (row["data"][0]["start"], row["data"][0]["end"]) for row in rows
    } == (expected)
    for row in rows:
        for gain in row["data"]:
            real = max(gain["end"], 0) - max(gain["start"], 0)
            assert gain["gained"] == pytest.approx(max(real, 0), abs=1e-5)


async def test_a_range_includes_both_its_ends(wom, world):
    wom_id = world.people[0].wom_id
    first, last = (at for at, _ in [*world.snapshots(wom_id)][50:53:2])
    params = {"startDate": first.isoformat(), "endDate": last.isoformat()}

    rows = await ask(wom, "/groups/4242/bulk-gained", params=params)

    (row,) = [row for row in rows if row["player"]["id"] == wom_id]
    assert (instant(row["startDate"]), instant(row["endDate"])) == (first, last)


async def test_entering_the_hiscores_is_gained_in_full_from_minus_one(wom, world):
    rows = await ask(wom, "/groups/4242/bulk-gained?period=100y")

    entered = [
        gain for row in rows for gain in row["data"] if gain["start"] == -1 and gain["end"] > 0
    ]
    assert entered
    assert all(gain["gained"] == gain["end"] for gain in entered)


async def test_a_range_without_snapshots_is_empty(wom):
    rows = await ask(wom, "/groups/4242/bulk-gained?startDate=2020-01-01&endDate=2020-01-02")

    assert rows == []


@pytest.mark.parametrize(
    ("expression", "length"),
    [
        pytest.param("week", timedelta(days=7), id="a word"),
        pytest.param("1w2d", timedelta(days=9), id="two units"),
        pytest.param("1M", timedelta(days=31), id="capital"),
    ],
)
async def test_a_period_reaches_back_from_now(wom, world, expression, length):
    rows = await ask(wom, f"/groups/4242/bulk-gained?period={expression}")

    assert rows
    for row in rows:
        history = world.history(row["player"]["id"])
        first = history.first_index(END - length)
        assert instant(row["startDate"]) == history.taken_at(first)


async def test_nothing_after_now_is_visible(wom, world, clock):
    clock.now = END - timedelta(days=50)

    hiscores = await ask(wom, "/groups/4242/bulk-hiscores")
    gains = await ask(wom, "/groups/4242/bulk-gained?startDate=2020-01-01&endDate=2030-01-01")
    feeds = [
        await ask(wom, f"/groups/4242/{feed}?limit=50")
        for feed in ("activity", "name-changes", "achievements")
    ]

    assert all(feeds)
    assert hiscores
    assert gains
    dates = [
        *(row["data"]["createdAt"] for row in hiscores),
        *(row["endDate"] for row in gains),
        *(row["createdAt"] for feed in feeds for row in feed),
        *(row["player"]["updatedAt"] for row in gains),
        *(row["player"]["lastChangedAt"] for row in gains),
    ]
    assert max(map(instant, dates)) <= clock.now


async def test_a_day_later_everybody_who_is_tracked_has_a_newer_snapshot(wom, world, clock):
    clock.now = END - timedelta(days=50)
    before = await ask(wom, "/groups/4242/bulk-hiscores")

    clock.now += timedelta(days=1, minutes=30)
    after = await ask(wom, "/groups/4242/bulk-hiscores")

    then = {row["player"]["id"]: row["data"]["createdAt"] for row in before}
    now = {row["player"]["id"]: row["data"]["createdAt"] for row in after}
    patchy = the(world, Case.PATCHY)
    assert all(now[wom_id] > then[wom_id] for wom_id in now.keys() & then.keys() - {patchy})


async def test_pages_of_a_feed_follow_each_other(wom, world):
    first = await ask(wom, "/groups/4242/achievements?limit=3")
    second = await ask(wom, "/groups/4242/achievements?limit=3&offset=3")
    beyond = await ask(wom, "/groups/4242/achievements?limit=3&offset=1000000")

    assert [(row["playerId"], row["name"]) for row in first + second] == [
        (milestone.wom_id, milestone.name) for milestone in world.achievements(END)[:6]
    ]
    assert beyond == []


async def test_a_player_is_found_by_the_name_of_today(wom, world):
    renamed = world.person(the(world, Case.RENAMED))
    old, new = (name.what for name in renamed.names)

    body = await ask(wom, f"/players/{new}")

    assert shape(body) | {"archive": None} == shape(recorded_player())
    assert body["id"] == renamed.wom_id
    async with wom.get(f"/players/{old}") as response:
        assert response.status == 404


def recorded_player():
    """The keys of a player's page: those of a row of the hiscores, and five of its own."""
    row = recorded("group_bulk_hiscores")[0]
    own = dict.fromkeys(("combatLevel", "archive"))
    return row["player"] | own | {"annotations": [], "latestSnapshot": row["data"]}


async def test_an_update_answers_with_the_page_of_whoever_bears_the_name(wom, world):
    member = world.player(world.member_ids(END)[0], END)

    async with wom.post(f"/players/{member.name}", json={}) as response:
        page = await response.json()

    assert page["id"] == member.wom_id
    assert shape(page) == shape(recorded("update_player_200"))


@pytest.mark.parametrize(
    ("case", "name"),
    [
        pytest.param(Case.RENAMED, "err_400_player_not_on_hiscores", id="an old name"),
        pytest.param(Case.ARCHIVED, "err_403_player_archived", id="archived"),
    ],
)
async def test_an_update_is_refused_as_it_was_recorded(wom, world, case, name):
    person = world.person(the(world, case))
    borne = person.names[0 if case is Case.RENAMED else -1].what

    async with wom.post(f"/players/{borne}", json={}) as response:
        assert await response.json() == recorded(name)


async def test_a_player_is_read_once_a_minute(world, clock):
    member = world.player(world.member_ids(END)[0], END)
    async with client(make_app(world, clock=clock)) as wom:
        await wom.post(f"/players/{member.name}", json={})
        clock.now += timedelta(seconds=59)
        async with wom.post(f"/players/{member.name}", json={}) as refused:
            body = await refused.json()
        clock.now += timedelta(seconds=1)
        async with wom.post(f"/players/{member.name}", json={}) as answered:
            pass

    assert (refused.status, body) == (429, recorded("err_429_player_rate_limited"))
    assert (refused.headers["RateLimit-Limit"], refused.headers["Retry-After"]) == ("1", "1")
    assert answered.status == 200


async def test_the_twenty_first_request_of_a_minute_is_refused(world, clock):
    async with client(make_app(world, clock=clock)) as wom:
        statuses = [await status(wom) for _ in range(21)]
        async with wom.get("/nope") as refused:
            body = await refused.json()

    assert statuses == [404] * 20 + [429]
    assert body == recorded("err_429_rate_limited_nokey")
    assert refused.headers["RateLimit-Limit"] == "20"
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"] == "60"


async def test_the_minute_counts_from_its_first_request(world, clock):
    async with client(make_app(world, clock=clock)) as wom:
        for _ in range(25):
            await status(wom)
        clock.now += timedelta(seconds=59)
        before = await status(wom)
        clock.now += timedelta(seconds=1)
        after = await status(wom)

    assert (before, after) == (429, 404)


async def test_a_key_has_a_hundred_requests_of_its_own(world, clock):
    async with client(make_app(world, clock=clock, api_keys=("sesame",))) as wom:
        await status(wom)
        async with wom.get("/nope", headers={"x-api-key": "sesame"}) as response:
            headers = response.headers

    assert headers["RateLimit-Limit"] == "100"
    assert headers["RateLimit-Remaining"] == "99"


async def test_an_unknown_key_is_refused_and_costs_nothing(world, clock):
    async with client(make_app(world, clock=clock, api_keys=("sesame",))) as wom:
        async with wom.get("/groups/4242", headers={"x-api-key": "bogus"}) as refused:
            body = await refused.json()
        async with wom.get("/nope") as next_one:
            remaining = next_one.headers["RateLimit-Remaining"]

    assert (refused.status, body) == (403, recorded("err_403_invalid_api_key"))
    assert "RateLimit-Limit" not in refused.headers
    assert remaining == "19"


async def test_requests_are_noted_in_order(world, clock):
    app = make_app(world, clock=clock)
    async with client(app) as wom:
        await ask(wom, "/groups/4242/activity?limit=1")
        await status(wom)

    assert app[REQUESTS] == ["GET /groups/4242/activity?limit=1", "GET /nope"]


async def status(session):
    async with session.get("/nope") as response:
        return response.status

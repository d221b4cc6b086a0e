"""Which address of the make-believe Wise Old Man answers what?"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from demo.wom_server import questions
from demo.wom_server.answers import Answers
from demo.wom_server.contests import Contests
from demo.wom_server.feeds import Feeds
from demo.wom_server.guards import REQUESTS, explaining, json_response, limiting, recording
from demo.wom_server.limits import Cooldowns, Limiter
from demo.wom_server.problems import Problem
from demo.world import World


def make_app(
    world: World,
    *,
    clock: Callable[[], datetime],
    api_keys: Collection[str] = (),
    latency_s: float = 0,
    rate_limit: bool = True,
) -> web.Application:
    """Serve `world` as Wise Old Man would, at the clock's now: what comes later isn't there yet.

    Args:
        world: What is true.
        clock: Aware UTC; it also drives the rate limit.
        api_keys: The keys that are accepted; any other one is refused.
        latency_s: Seconds that every answer takes longer.
        rate_limit: Whether to count requests, and to refuse too many.
    """
    answers = Answers(world, clock)
    limiter = Limiter(clock) if rate_limit else None
    guards = (recording(latency_s), limiting(limiter, api_keys), explaining)
    app = web.Application(middlewares=guards)
    app[REQUESTS] = []
    app.add_routes(_group_routes(world, answers, clock))
    app.add_routes(_competition_routes(world, clock))
    updates = Cooldowns(clock) if rate_limit else None
    app.add_routes(
        [
            web.get("/players/{name}", _player(answers)),
            web.post("/players/{name}", _update(answers, updates)),
        ]
    )
    return app


@asynccontextmanager
async def serve(app: web.Application, *, port: int = 0) -> AsyncIterator[str]:
    """Run `app` on the loopback interface; gives its address, without a slash at the end.

    Args:
        app: What to run.
        port: 0 takes a free one.
    """
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _group_routes(
    world: World, answers: Answers, clock: Callable[[], datetime]
) -> list[web.RouteDef]:
    feeds = Feeds(world, clock)

    def asked(request: web.Request, *, plain: bool = False) -> None:
        questions.check_group(request, world.group, plain=plain)

    async def details(request: web.Request) -> web.Response:
        asked(request, plain=True)
        return json_response(answers.details())

    async def hiscores(request: web.Request) -> web.Response:
        asked(request)
        return json_response(answers.hiscores())

    async def gained(request: web.Request) -> web.Response:
        start, end = questions.period(request, now=clock())
        asked(request)
        return json_response(answers.gained(start, end))

    async def activity(request: web.Request) -> web.Response:
        lines = questions.page(request)
        asked(request, plain=True)
        return json_response(feeds.activity(lines))

    async def name_changes(request: web.Request) -> web.Response:
        lines = questions.page(request)
        asked(request, plain=True)
        return json_response(feeds.name_changes(lines))

    async def achievements(request: web.Request) -> web.Response:
        lines = questions.page(request)
        asked(request)
        return json_response(feeds.achievements(lines))

    async def update_all(request: web.Request) -> web.Response:
        code = await _verification_code(request)
        asked(request)
        if code.replace("-", "") != world.group.verification_code.replace("-", ""):
            raise Problem(403, "Incorrect verification code", code="INCORRECT_VERIFICATION_CODE")
        return json_response(_queued(answers.outdated()))

    return [
        web.get("/groups/{id}", details),
        web.get("/groups/{id}/bulk-hiscores", hiscores),
        web.get("/groups/{id}/bulk-gained", gained),
        web.get("/groups/{id}/activity", activity),
        web.get("/groups/{id}/name-changes", name_changes),
        web.get("/groups/{id}/achievements", achievements),
        web.post("/groups/{id}/update-all", update_all),
    ]


def _competition_routes(world: World, clock: Callable[[], datetime]) -> list[web.RouteDef]:
    contests = Contests(world, clock)

    async def competitions(request: web.Request) -> web.Response:
        questions.check_group(request, world.group, plain=False)
        return json_response(contests.all())

    async def competition(request: web.Request) -> web.Response:
        found = contests.one(questions.whole(request.match_info["id"], "id"))
        if found is None:
            raise Problem(404, "Competition not found.", code="COMPETITION_NOT_FOUND")
        return json_response(found)

    return [
        web.get("/groups/{id}/competitions", competitions),
        web.get("/competitions/{id}", competition),
    ]


def _player(answers: Answers) -> Handler:
    async def player(request: web.Request) -> web.Response:
        found = answers.player(request.match_info["name"])
        if found is None:
            raise Problem(404, "Player not found", code="PLAYER_NOT_FOUND")
        return json_response(found)

    return player


def _update(answers: Answers, cooldowns: Cooldowns | None) -> Handler:
    async def update(request: web.Request) -> web.Response:
        """Nothing is read anew in fact: the world's snapshots come when the world says so."""
        found = answers.player(request.match_info["name"])
        if found is None:
            message = "Player not found on the hiscores"
            raise Problem(400, message, code="HISCORES_USERNAME_NOT_FOUND")
        if found["status"] == "archived":
            raise Problem(403, "Player is archived", code="PLAYER_IS_ARCHIVED")
        wait_s = cooldowns.wait_s(found["id"]) if cooldowns else 0
        if wait_s:
            return json_response(
                {"code": "PLAYER_IS_RATE_LIMITED", "message": "Player was updated too recently"},
                status=429,
                headers={
                    "RateLimit-Limit": "1",
                    "RateLimit-Remaining": "0",
                    "RateLimit-Reset": str(wait_s),
                    "Retry-After": str(wait_s),
                },
            )
        return json_response(found)

    return update


async def _verification_code(request: web.Request) -> str:
    try:
        sent = msgspec.json.decode(await request.read() or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        raise web.HTTPBadRequest(text="<pre>Bad Request</pre>", content_type="text/html") from None
    code = sent.get("verificationCode")
    if code is None:
        message = "Required parameter 'verificationCode' is undefined"
        raise Problem(400, message, code="MISSING_VERIFICATION_CODE")
    return str(code)


def _queued(count: int) -> dict[str, Any]:
    """Nothing is queued in fact: the world's snapshots come when the world says so."""
    if not count:
        message = "This group has no outdated members (updated over 24h ago)"
        raise Problem(400, message, code="NO_OUTDATED_MEMBERS")
    message = (
        f"{count} outdated (updated > 24h ago) players are being updated. "
        "This can take up to a few minutes."
    )
    return {"count": count, "message": message}

"""How does an officer's game client learn whose rank to change? By a small page with a token.

In the format of the RuneLite plugin Clan Rank Helper. It listens on this machine only unless the
operator says otherwise, and only if a port and a token are given.
"""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from clanstats.analytics.members import clans
from clanstats.decisions.queue import feed
from clanstats.decisions.record import pending, standing
from clanstats.services import Services

if TYPE_CHECKING:
    from aiohttp import web

log = structlog.get_logger()
PATH = "/ranks/{wom_group_id:[0-9]{1,10}}.json"


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[int | None]:
    """Serve while the bot runs; yields the port, or None if nothing is served."""
    settings = services.settings
    if settings.feed_port is None or settings.feed_token is None:
        yield None
        return
    from aiohttp import web  # noqa: PLC0415 — only who serves pays for it

    app = web.Application()
    app.router.add_get(PATH, Page(services, settings.feed_token.get_secret_value()).answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.feed_host, settings.feed_port)
        await site.start()
        port: int = runner.addresses[0][1]
        log.info("feed.serving", host=settings.feed_host, port=port)
        yield port
    finally:
        await runner.cleanup()


class Page:
    """Whose ranks are approved and not given in game yet."""

    def __init__(self, services: Services, token: str) -> None:
        self._services = services
        self._token = token

    async def answer(self, request: "web.Request") -> "web.Response":
        """The list as JSON; 401 without the token, which may stand in the address."""
        from aiohttp import web  # noqa: PLC0415 — as above

        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = said or request.query.get("token", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return web.json_response({"error": "The token is missing or wrong."}, status=401)
        async with self._services.read() as session:
            group_id = int(request.match_info["wom_group_id"])
            clan = next((one for one in await clans(session) if one.wom_group_id == group_id), None)
            if clan is None:
                return web.json_response({"error": "There is no such clan here."}, status=404)
            stand = await standing(session, clan.clan_id, self._services.clock())
            return web.json_response(feed(pending(stand)))

"""Where do the answers to a measured harvest come from?

From a process of its own, which repeats what was written down before: nothing of its work is
counted, and none of it gets in the way. Each day has its own address.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from demo.wom_server import make_app, serve
from demo.world import World

_PAGES = ("", "/bulk-hiscores", "/activity", "/name-changes", "/achievements")
_NO_LIMIT = 1_000_000


async def written_down(world: World, folder: Path, *, days: int) -> Path:
    """Keep all that is answered on the last `days` of the world; a folder for each day."""
    done = folder / "done"
    if done.exists():
        return folder
    now = world.calendar.end

    def clock() -> datetime:
        return now

    app = make_app(world, clock=clock, rate_limit=False)
    async with serve(app) as url, aiohttp.ClientSession() as session:
        for day in range(days):
            now = world.calendar.end - timedelta(days=days - 1 - day)
            for page in _PAGES:
                address = f"{url}/groups/{world.group.group_id}{page}"
                async with session.get(address) as answer:
                    file = folder / str(day) / f"group{page.replace('/', '-')}.json"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(await answer.read())
    done.touch()
    return folder


@asynccontextmanager
async def answering(folder: Path) -> AsyncIterator[str]:
    """Start the process; gives its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout  # noqa: S101 — it was started with one
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


def client(url: str, *, day: int) -> WiseOldMan:
    """Who asks for that day's answers, as often as they like."""
    return WiseOldMan(
        base_url=f"{url}/{day}",
        user_agent="clanstats benchmark",
        budget=Budget(limit=_NO_LIMIT),
    )


def _app(folder: Path) -> web.Application:
    answers = {
        f"{file.parent.name}/{file.stem}": file.read_bytes() for file in folder.glob("*/*.json")
    }

    async def answer(request: web.Request) -> web.Response:
        page = f"-{request.match_info['page']}" if "page" in request.match_info else ""
        body = answers[f"{request.match_info['day']}/group{page}"]
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.add_routes(
        [web.get("/{day}/groups/{id}", answer), web.get("/{day}/groups/{id}/{page}", answer)]
    )
    return app


async def _serve(folder: Path) -> None:
    async with serve(_app(folder)) as url:
        print(url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))

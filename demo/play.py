"""`clanstats demo`: the real bot on a simulated Discord, for a person or into a folder."""

import argparse
import asyncio
import html
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import simcord
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from bot.client import ClanStatsBot
from clanstats.settings import Settings
from demo import office
from demo.camera import Camera, CameraError, camera, find_browser
from demo.casting import Cast, cast, make_server, viewers
from demo.scenes import Scene, scenes
from demo.stage import Stage, stage
from demo.story import NOW, open_clan

err = Console(stderr=True, soft_wrap=True)
out = Console(soft_wrap=True)


async def play(_settings: Settings, options: argparse.Namespace) -> int:
    """Open the page, or run every command once. The operator's own settings stay untouched."""
    if options.once:
        return await once(options.out)
    async with _playing(port=options.port) as (played, _):
        officer, *members = (escape(viewer.name) for viewer in played.viewers)
        out.print(
            f"Open [bold]{played.url}[/]\n"
            "and type [bold]/leaderboard[/] or [bold]/stats[/]. Ctrl-C ends it.\n"
            f"You are “Viewing as” {officer}, an officer; {' and '.join(members)} are members."
        )
        await played.closed()
    return 0


async def once(folder: Path) -> int:
    """Run each command in several variants; write every reply, its picture and `summary.json`."""
    began = perf_counter()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        played, people = await stack.enter_async_context(_playing(port=0))
        ready = perf_counter()
        browser = find_browser()
        taken = None
        if browser is None:
            err.print("There is no Chromium here: charts are saved, pictures of replies aren't.")
        else:
            taken = await stack.enter_async_context(camera(browser, played.url))
        shown = [await _scene(played, scene, folder, taken) for scene in scenes(people)]
    summary = {
        "ready_s": round(ready - began, 2),
        "total_s": round(perf_counter() - began, 2),
        "replies": len(shown),
        "scenes": shown,
    }
    await asyncio.to_thread(_write_pages, folder, summary)
    out.print(f"{len(shown)} replies in {folder}; open {folder / 'index.html'} to see them all.")
    return 0


@asynccontextmanager
async def _playing(*, port: int) -> AsyncIterator[tuple[Stage, Cast]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task("Harvesting a make-believe clan", total=None)
            clan, services = await stack.enter_async_context(
                open_clan(
                    folder,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
            )
        server = make_server(clan)
        await office.prepare(services, server)
        bot = await stack.enter_async_context(ClanStatsBot(services, scheduled=False))
        played = await stack.enter_async_context(
            stage(bot, server, now=NOW, viewers=viewers(server), port=port)
        )
        yield played, cast(clan, server)


async def _scene(
    played: Stage, scene: Scene, folder: Path, taken: Camera | None
) -> dict[str, object]:
    """Run one command and save what came; returns its line of the summary."""
    began = perf_counter()
    viewer = played.viewers[scene.viewer]
    result = await played.run(scene.command, by=viewer.id, **scene.options)
    seconds = perf_counter() - began
    # A refusal after "is thinking…" follows it, and that is taken away.
    reply = result.response or next(reversed(result.followups), None)
    if reply is None:
        raise CameraError(f"/{scene.command} was left without a reply")
    if scene.press:
        began = perf_counter()
        pressed = await viewer.click(reply, custom_id=_button(reply, scene.press))
        seconds = perf_counter() - began
        reply = pressed.response or reply
    files = [f"{scene.name}.json"]
    await asyncio.to_thread(
        (folder / files[0]).write_text,
        json.dumps(_reply(reply), ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    for attachment in reply.attachments:
        name = f"{scene.name}.chart.png" if attachment.filename.endswith(".png") else None
        if name is not None:
            await asyncio.to_thread((folder / name).write_bytes, await attachment.read())
            files.append(name)
    if taken is not None:
        try:
            shot = await taken.shoot(reply, viewer_id=viewer.id)
        except CameraError as error:  # the reply and its chart are saved all the same
            err.print(f"There is no picture of {scene.name}: {error}")
        else:
            await asyncio.to_thread((folder / f"{scene.name}.png").write_bytes, shot)
            files.append(f"{scene.name}.png")
    played.take_away(reply)
    options = " ".join(f"{key}:{value}" for key, value in scene.options.items())
    options += f" → {scene.press}" if scene.press else ""
    return {
        "name": scene.name,
        "command": f"/{scene.command} {options}".strip(),
        "seconds": round(seconds, 3),
        "ephemeral": reply.ephemeral,
        "files": files,
    }


def _button(reply: simcord.ResponseMessage, begins: str) -> str:
    """The custom ID of the button that is called so."""
    buttons = (button for row in reply.components for button in row["components"])
    return next(
        str(button["custom_id"])
        for button in buttons
        if (button.get("label") or (button.get("emoji") or {}).get("name") or "").startswith(begins)
    )


def _reply(reply: simcord.ResponseMessage) -> dict[str, object]:
    return {
        "content": reply.content,
        "ephemeral": reply.ephemeral,
        "embeds": [embed.to_dict() for embed in reply.embeds],
        "components": list(reply.components),
        "attachments": [
            {"filename": one.filename, "description": one.description, "bytes": one.size}
            for one in reply.attachments
        ],
    }


def _write_pages(folder: Path, summary: dict[str, Any]) -> None:
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (folder / "summary.json").write_text(text, encoding="utf-8")
    figures = "\n".join(
        f"<figure><figcaption>{html.escape(scene['command'])} · {scene['seconds']} s</figcaption>"
        f'<img src="{html.escape(scene["files"][-1])}" width="600" '
        f'alt="{html.escape(scene["command"])}"></figure>'
        for scene in summary["scenes"]
        if scene["files"][-1].endswith(".png")
    )
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>ClanStats</title>
<style>body{{background:#1e1f22;color:#dbdee1;font:16px sans-serif}}figure{{margin:2em}}</style>
{figures}
</html>
"""
    (folder / "index.html").write_text(page, encoding="utf-8")

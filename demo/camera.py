"""What does a reply look like on the page?"""

import asyncio
import base64
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import simcord

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WINDOW = {"width": 1000, "height": 2400, "deviceScaleFactor": 2, "mobile": False}
START_SECONDS = 30.0
DRAW_SECONDS = 20.0

# Waits in the page until `id` is drawn for `viewer` with its pictures; null if it isn't shown.
LOCATE = """
(async (id, viewer) => {
  const drawn = () => window.simcordPreview?.ready && [...document.fonts].every(
    font => font.status !== "loading") && [...document.images].every(image => image.complete);
  const find = () => document.querySelector(`#channel-message-list [data-message-id="${id}"]`);
  const until = async condition => {
    while (!condition()) await new Promise(resolve => setTimeout(resolve, 50));
  };
  await until(drawn);
  const picker = document.getElementById("viewer-picker");
  if (picker.value !== viewer) {
    picker.value = viewer;
    picker.dispatchEvent(new Event("change"));
    await until(() => window.simcordPreview.viewerId === viewer && drawn());
  }
  if (!window.simcordPreview.projectedMessageIds.includes(id)) return null;
  await until(() => drawn() && find());
  find().scrollIntoView();
  await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const { x, y, width, height } = find().getBoundingClientRect();
  return { x, y, width, height };
})
"""


class CameraError(Exception):
    """The browser doesn't start, or the page doesn't show what is to be photographed."""


class Camera:
    """A browser without a window that looks at one page."""

    def __init__(self, tab: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self._tab = tab
        self._url = url
        self._numbers = count(1)

    async def shoot(self, reply: simcord.ResponseMessage, *, viewer_id: int) -> bytes:
        """Photograph `reply` as `viewer_id` sees it; returns a PNG of that message alone.

        Raises:
            CameraError: The page doesn't show it; it is somebody else's ephemeral reply, say.
        """
        await self.call("Page.navigate", url="about:blank")
        await self.call("Page.navigate", url=self._url)
        located = await self.call(
            "Runtime.evaluate",
            expression=f'{LOCATE}("{reply.id}", "{viewer_id}")',
            awaitPromise=True,
            returnByValue=True,
        )
        place = located["result"].get("value")
        if place is None:
            raise CameraError(f"The page doesn't show message {reply.id} to {viewer_id}.")
        clip = {**place, "scale": 1}
        shot = await self.call("Page.captureScreenshot", format="png", clip=clip)
        return base64.b64decode(shot["data"])

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask the browser for `method` of the DevTools protocol."""
        number = next(self._numbers)
        await self._tab.send_json({"id": number, "method": method, "params": params})
        try:
            async with asyncio.timeout(DRAW_SECONDS):
                # What comes first may be the late answer to a call that was given up.
                while (answer := await self._tab.receive_json())["id"] != number:
                    pass
        except TimeoutError as error:
            raise CameraError(f"{method} took more than {DRAW_SECONDS:.0f} s") from error
        if "error" in answer:
            raise CameraError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def camera(browser: str, url: str) -> AsyncIterator[Camera]:
    """Start `browser`, a Chromium, to look at `url`.

    Raises:
        CameraError: It doesn't start.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            browser, *_arguments(profile), stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            async with aiohttp.ClientSession() as session:
                address = await _tab(session, process, Path(profile))
                async with session.ws_connect(address, max_msg_size=0) as tab:
                    taken = Camera(tab, url)
                    await taken.call("Emulation.setDeviceMetricsOverride", **WINDOW)
                    yield taken
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _arguments(profile: str) -> tuple[str, ...]:
    # A container's root has no sandbox; the only page that is opened is our own.
    unboxed = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return (
        "--headless",
        "--disable-gpu",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        *unboxed,
        "about:blank",
    )


async def _tab(session: aiohttp.ClientSession, process: Process, profile: Path) -> str:
    """Wait for the browser, which writes down the port it took; returns its tab's address."""
    written = profile / "DevToolsActivePort"
    try:
        async with asyncio.timeout(START_SECONDS):
            while not (written.exists() and written.read_text().count("\n")):
                if process.returncode is not None:
                    raise CameraError(f"The browser ended with status {process.returncode}.")
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise CameraError(f"The browser didn't start within {START_SECONDS:.0f} s.") from error
    port = written.read_text().splitlines()[0]
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        tabs = await answer.json()
    return next(str(tab["webSocketDebuggerUrl"]) for tab in tabs if tab["type"] == "page")

"""What does Wise Old Man answer? A local server that repeats what it was recorded to say.

An exact request (method, path, query) gets its recorded answer; anything else is an unknown
endpoint. A test may put another answer, or a broken connection, in place of any path.
Run it with `python -m tests.replay --port 8087` to point the command line at it.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web
from yarl import URL

RECORDINGS = Path(__file__).parent / "data" / "wom"

_OF_THE_CONNECTION = {"content-length", "connection", "keep-alive", "date"}
_OF_THE_LIMIT = ("ratelimit-", "retry-after")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, or the lack of one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0
    drop: bool = False  # cut the connection: before the answer, or within the body if there is one


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: object


class _Asked(msgspec.Struct):
    method: str
    path: str


class _Said(msgspec.Struct):
    status: int
    headers: dict[str, str]
    json: msgspec.Raw = msgspec.Raw()
    text: str = ""


class _Recording(msgspec.Struct):
    name: str
    response: _Said
    request: _Asked | None = None

    @property
    def reply(self) -> Reply:
        said = self.response
        body = msgspec.json.format(bytes(said.json), indent=-1) if said.json else said.text.encode()
        headers = {k: v for k, v in said.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        return Reply(said.status, body, headers)


Key = tuple[str, str, tuple[tuple[str, str], ...]]


@cache
def recordings(directory: Path = RECORDINGS) -> Mapping[str, tuple[Key | None, Reply]]:
    """All recordings by name, with the request that each belongs to."""
    decoder = msgspec.json.Decoder(_Recording)
    found = (decoder.decode(file.read_bytes()) for file in sorted(directory.glob("*.json")))
    return {recording.name: (_key_of(recording.request), recording.reply) for recording in found}


def body(name: str) -> bytes:
    """The body of a recorded answer."""
    return recordings()[name][1].body


class Replay:
    """The server; `async with` starts it on a free port of the loopback.

    Attributes:
        requests: What was asked so far, in order.
    """

    def __init__(
        self, directory: Path = RECORDINGS, *, limits: bool = True, empty_windows: bool = False
    ) -> None:
        """Load what was recorded.

        Args:
            directory: Where the recordings are.
            limits: Whether the recorded RateLimit headers are sent.
            empty_windows: Whether gains in a window that wasn't recorded are an empty list.
        """
        self.requests: list[Request] = []
        self._recordings = recordings(directory)
        self._limits = limits
        self._empty_windows = empty_windows
        self._answers = _first_choices(self._recordings)
        self._instead: dict[str, Reply] = {}
        self._once: dict[str, list[Reply]] = {}
        self._runner: web.AppRunner | None = None
        self.url = ""

    def answer(self, path: str, reply: Reply) -> None:
        """Answer `path` with `reply` from now on, whatever the method and query."""
        self._instead[path] = reply

    def once(self, path: str, *replies: Reply) -> None:
        """Answer the next requests for `path` with `replies`, one each."""
        self._once.setdefault(path, []).extend(replies)

    def play(self, name: str, *, at: str | None = None) -> None:
        """Answer with the recording `name`: its own request, or any for the path `at`."""
        key, reply = self._recordings[name]
        if at is not None:
            self.answer(at, reply)
        elif key is not None:
            self._answers[key] = reply

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop listening; who asks then finds no one."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v2")
        sent = json.loads(await request.read() or b"null")
        self.requests.append(
            Request(request.method, path, dict(request.query), dict(request.headers), sent)
        )
        reply = self._reply(request, path)
        await asyncio.sleep(reply.delay_s)
        if reply.drop:
            return await _dropped(request, reply)
        headers = {
            name: value
            for name, value in reply.headers.items()
            if self._limits or not name.lower().startswith(_OF_THE_LIMIT)
        }
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    def _reply(self, request: web.Request, path: str) -> Reply:
        if waiting := self._once.get(path):
            return waiting.pop(0)
        if path in self._instead:
            return self._instead[path]
        key = (request.method, path, tuple(sorted(request.query.items())))
        if key in self._answers:
            return self._answers[key]
        if self._empty_windows and path.endswith("/bulk-gained") and "startDate" in request.query:
            return self._recordings["empty_group_bulk_gained"][1]
        return self._recordings["err_404_endpoint"][1]


async def _dropped(request: web.Request, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(reply.body)
    if reply.body:
        await response.prepare(request)
        await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response


def _key_of(asked: _Asked | None) -> Key | None:
    if asked is None:
        return None
    url = URL(asked.path)
    return asked.method, url.path, tuple(sorted(url.query.items()))


def _first_choices(named: Mapping[str, tuple[Key | None, Reply]]) -> dict[Key, Reply]:
    """Of several answers to one request, the one of a normal day."""
    in_order = sorted(
        named.items(), key=lambda item: (item[1][1].status, item[0].startswith("seq_"), item[0])
    )
    answers: dict[Key, Reply] = {}
    for _, (key, reply) in in_order:
        if key is not None:
            answers.setdefault(key, reply)
    return answers


async def _serve(port: int, directory: Path, names: list[str]) -> None:
    replay = Replay(directory, limits=False, empty_windows=True)
    for name in names:
        replay.play(name)
    await replay.start(port)
    print(f"WOM_BASE_URL={replay.url}", flush=True)  # noqa: T201 - it's what the person needs
    await asyncio.Event().wait()


def main() -> None:
    """Serve the recordings until interrupted."""
    parser = argparse.ArgumentParser(description="Repeat what Wise Old Man was recorded to say.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, default=RECORDINGS)
    parser.add_argument("--play", action="append", default=[], help="prefer this recording")
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments.port, arguments.dir, arguments.play))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

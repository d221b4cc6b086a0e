"""A Discord on this machine: real HTTP and a real WebSocket, for a bot in a process of its own.

What it must get right, because discord.py depends on it: the content type is exactly
`application/json`; a 429 carries `Via`; compression is one zlib stream per socket; a first
response comes within three seconds or the interaction is gone; what follows a deferral completes
it. https://discord.com/developers/docs has each of them.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, web

from tests.wire import payloads
from tests.wire.answers import answered, refused
from tests.wire.gateway import Gateway
from tests.wire.history import History
from tests.wire.payloads import APPLICATION, BOT, TOKEN, Json

PATIENCE_S = 30

_ACK_S = 3
_DEFERRED = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What the bot sent; `files` are the parts of a multipart body by file name."""

    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reply:
    """What came of a command.

    Attributes:
        deferred: Whether the first response only said that one will come.
        ack_s: Seconds from the command to the first response.
        message: The last state of the first answer, as the bot sent it.
        files: Attached to it, by name.
    """

    token: str
    asked_at: float = field(default_factory=monotonic)
    acked: bool = False
    deferred: bool = False
    ack_s: float = 0
    message: Json = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """Everything that is written in it."""
        return json.dumps(self.message, ensure_ascii=False)


class FakeDiscord:
    """The server; `async with` starts it on a free port of the loopback.

    Attributes:
        requests: All REST requests so far, in order.
        messages: What the bot posted in the channel, without answers to commands.
        forgetful: Whether a second message with the nonce of one of the last minutes is taken.
        commands: The registered ones by name.
        application: What the bot's owner set up.
        gateway: What pushes events.
        server: What is there, and what happens there.
        history: What can be read of it, and how fast.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.messages: list[Json] = []
        self.forgetful = False
        self.commands: dict[str, Json] = {}
        self.application = payloads.application()
        self.gateway = Gateway(self._notify, self.application)
        self.server = self.gateway.server
        self.history = History(self.server, self.application)
        self.url = ""
        self._failures: list[tuple[str, str, int, int]] = []
        self._cuts: list[str] = []
        self._losses: list[tuple[str, str, int | None]] = []
        self._nonces: dict[tuple[int, str], web.Response] = {}
        self._replies: dict[str, Reply] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway/", self.gateway.connect)
        app.router.add_route("*", "/api/v10/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"http://{address}/api/v10"
        self.gateway.url = f"ws://{address}/gateway/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    # What a test does

    def fail(self, method: str, path: str, *, status: int, code: int = 0, times: int = 1) -> None:
        """Refuse the next `times` requests that match both patterns."""
        self._failures += [(method, path, status, code)] * times

    def cut(self, path: str, *, times: int = 1) -> None:
        """Drop the connection in the middle of the next answers to requests for `path`."""
        self._cuts += [path] * times

    def lose(self, method: str, path: str, *, status: int | None, times: int = 1) -> None:
        """Do as the next such requests say, but answer with that status; None never answers."""
        self._losses += [(method, path, status)] * times

    def mend(self) -> None:
        """Refuse nothing any more."""
        self._failures.clear()
        self._cuts.clear()

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests so far that match the pattern `path`."""
        return [
            one for one in self.requests if one.method == method and re.fullmatch(path, one.path)
        ]

    async def until(self, true: Callable[[], Any], what: str) -> None:
        """Wait for something the bot does here."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            asked = [f"{one.method} {one.path}" for one in self.requests]
            raise AssertionError(f"never came: {what}; the bot asked {asked}") from None

    async def connected(self) -> None:
        """Wait until the bot listens."""
        await self.until(lambda: self.gateway.connected and self.commands, "the bot")

    async def begin(self, name: str, *, by: int | None = None, **options: Any) -> Reply:
        """Run a slash command without waiting for what comes of it, or for a lost connection.

        `by` is someone new unless given: people may only ask so often.
        """
        await self.until(lambda: self.gateway.known and self.commands, "the bot")
        group, _, subcommand = name.partition(" ")
        command = self.commands[group] | ({"subcommand": subcommand} if subcommand else {})
        sent = payloads.interaction(command, options, payloads.user(by or int(payloads.new_id())))
        reply = self._replies[sent["token"]] = Reply(sent["token"])
        await self.gateway.dispatch("INTERACTION_CREATE", sent)
        return reply

    async def slash(self, name: str, *, by: int | None = None, **options: Any) -> Reply:
        """Run a slash command and wait for the whole reply."""
        reply = await self.begin(name, by=by, **options)
        await self.until(reply.done.is_set, f"a reply to /{name}")
        return reply

    async def say(self, text: str, *, by: int) -> None:
        """Write a message that mentions the bot."""
        await self.connected()
        await self.server.post(f"<@{APPLICATION}> {text}", by=by, mentions=[BOT])

    async def mention(self, text: str, *, by: int) -> str:
        """Write a message that mentions the bot; returns what it answers."""
        before = len(self.messages)
        await self.say(text, by=by)
        await self.until(lambda: len(self.messages) > before, f"an answer to “{text}”")
        return str(self.messages[-1]["content"])

    # REST

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body, files = await _read(request)
        path = "/" + request.match_info["path"]
        sent = Request(request.method, path, body, files, request.query)
        self.requests.append(sent)
        response = self._refusal(request, sent) or self.history.answer(sent)
        if response is None:
            response = await self._answer(sent)
        await self._notify()
        if (
            self._losses
            and self._losses[0][0] == sent.method
            and (re.fullmatch(self._losses[0][1], path))
        ):
            *_, status = self._losses.pop(0)
            if status is None:
                await asyncio.Event().wait()
            return refused(status or 0, 0)
        if self._cuts and re.fullmatch(self._cuts[0], path):
            del self._cuts[0]
            return await _cut(request, response)
        return response

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _refusal(self, request: web.Request, sent: Request) -> web.Response | None:
        for failure in self._failures:
            method, path, status, code = failure
            if re.fullmatch(method, sent.method) and re.fullmatch(path, sent.path):
                self._failures.remove(failure)
                return refused(status, code)
        public = sent.path.startswith(("/webhooks/", "/interactions/"))
        if not public and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return refused(401, 0)
        return None

    async def _answer(self, sent: Request) -> web.Response:
        for method, path, answer in (
            ("GET", r"/users/@me", self._me),
            ("GET", r"/(?:oauth2/)?applications/@me", self._application),
            ("GET", r"/gateway/bot", self._where),
            ("PUT", rf"/applications/{APPLICATION}(?:/guilds/(\d+))?/commands", self._register),
            ("POST", r"/interactions/\d+/([\w-]+)/callback", self._respond),
            ("POST", rf"/webhooks/{APPLICATION}/([\w-]+)", self._follow_up),
            ("PATCH", rf"/webhooks/{APPLICATION}/([\w-]+)/messages/(?:@original|\d+)", self._edit),
            ("DELETE", rf"/webhooks/{APPLICATION}/([\w-]+)/messages/@original", self._delete),
        ):
            found = re.fullmatch(path, sent.path)
            if method == sent.method and found:
                return answer(sent, *found.groups())
        if changed := re.fullmatch(r"/channels/(\d+)/messages/(\d+)", sent.path):
            return await self._change(sent, int(changed[1]), int(changed[2]))
        posted = re.fullmatch(r"/channels/(\d+)/messages", sent.path)
        return await self._post(sent, int(posted[1])) if posted else refused(404, 0)

    def _me(self, _sent: Request) -> web.Response:
        return answered(BOT)

    def _application(self, _sent: Request) -> web.Response:
        return answered(self.application)

    def _where(self, _sent: Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answered({"url": self.gateway.url, "shards": 1, "session_start_limit": limit})

    def _register(self, sent: Request, guild_id: str | None) -> web.Response:
        told = [payloads.registered(command, guild_id) for command in sent.body]
        self.commands = {command["name"]: command for command in told}
        return answered(told)

    def _respond(self, sent: Request, token: str) -> web.Response:
        reply = self._replies.get(token)
        if reply is None or monotonic() - reply.asked_at > _ACK_S:
            return refused(404, 10062)
        if reply.acked:
            return refused(400, 40060)
        reply.acked, reply.ack_s = True, monotonic() - reply.asked_at
        reply.deferred = sent.body["type"] == _DEFERRED
        if reply.deferred:
            message = payloads.message(BOT, {})
        else:
            message = _keep(reply, sent, sent.body.get("data") or {})
        return answered(
            {
                "interaction": {"id": payloads.new_id(), "type": 2, "response_message_id": "1"},
                "resource": {"type": sent.body["type"], "message": message},
            }
        )

    def _follow_up(self, sent: Request, token: str) -> web.Response:
        reply = self._replies.get(token)
        if reply is None or not reply.acked:
            return refused(404, 10015)
        if reply.deferred and not reply.done.is_set():
            return answered(_keep(reply, sent, sent.body))
        return answered(payloads.message(BOT, sent.body, sent.files))

    def _edit(self, sent: Request, token: str) -> web.Response:
        reply = self._replies.get(token)
        if reply is None or not reply.acked:
            return refused(404, 10015)
        return answered(_keep(reply, sent, sent.body))

    def _delete(self, _sent: Request, token: str) -> web.Response:
        reply = self._replies.get(token)
        if reply is None or not reply.acked:
            return refused(404, 10015)
        reply.deferred = False  # nothing waits for a message any more: the next is one of its own
        return web.Response(status=204)

    async def _post(self, sent: Request, channel_id: int) -> web.Response:
        """Make a message; one whose nonce is to be kept to is made once.

        https://discord.com/developers/docs/resources/message#create-message
        """
        nonce = str(sent.body.get("nonce")) if sent.body.get("enforce_nonce") else None
        if nonce is None or self.forgetful:
            return await self._written(sent, channel_id)
        if (channel_id, nonce) not in self._nonces:
            self._nonces[channel_id, nonce] = await self._written(sent, channel_id)
        made = self._nonces[channel_id, nonce].body
        assert isinstance(made, bytes)
        return answered(json.loads(made))

    async def _change(self, sent: Request, channel_id: int, message_id: int) -> web.Response:
        said = self.server.channels[channel_id].messages[message_id]
        said.more = (said.more or {}) | {"embeds": sent.body.get("embeds") or []}
        await self.server.edit(message_id, said.content, where=channel_id)
        return answered(payloads.message(BOT, sent.body, sent.files) | {"id": str(message_id)})

    async def _written(self, sent: Request, channel_id: int) -> web.Response:
        self.messages.append(sent.body)
        more = {"embeds": sent.body.get("embeds") or []}
        content = sent.body.get("content") or ""
        message_id = await self.server.post(content, by=APPLICATION, where=channel_id, **more)
        return answered(payloads.message(BOT, sent.body, sent.files) | {"id": str(message_id)})


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    if not request.content_type.startswith("multipart/"):
        return json.loads(await request.read() or b"null"), {}
    # Read as it comes: a form of aiohttp's would leave open files behind when the bot hangs up.
    body, files = b"null", {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename:
            files[part.filename] = bytes(await part.read())
        elif part.name == "payload_json":
            body = bytes(await part.read())
    return json.loads(body), files


def _keep(reply: Reply, sent: Request, message: Json) -> Json:
    """Note the first answer as it now stands."""
    reply.message, reply.files = message, sent.files
    reply.done.set()
    return payloads.message(BOT, message, sent.files)


async def _cut(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Send the beginning of an answer, then hang up."""
    assert isinstance(whole.body, bytes)
    headers = {"Content-Type": "application/json", "Content-Length": str(len(whole.body) + 1)}
    part = web.StreamResponse(headers=headers)
    await part.prepare(request)
    await part.write(whole.body[: len(whole.body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return part

"""How does Discord push events? In a session that outlives its socket and is replayed on RESUME."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from tests.wire import payloads
from tests.wire.payloads import (
    APPLICATION,
    BOT,
    CONTENT_INTENT,
    GUILD,
    MEMBERS_INTENT,
    TOKEN,
    Json,
)
from tests.wire.server import MEMBERS, MESSAGES, Server, blanked

IDENTIFY, RESUME = 2, 6  # opcodes

_DISPATCH, _HEARTBEAT, _MEMBERS, _INVALID, _HELLO, _ACK = 0, 1, 8, 9, 10, 11
_AUTHENTICATION_FAILED, _DISALLOWED_INTENTS = 4004, 4014
_HEARTBEAT_MS = 41_250
_CONTENT = 1 << 15  # the gateway's intent


@dataclass(slots=True)
class _Session:
    """One gateway session: it may outlive its socket."""

    session_id: str
    intents: int
    events: list[Json] = field(default_factory=list)
    socket: "_Socket | None" = None


class _Socket:
    """A WebSocket with the compression that was asked for."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self.transport = request.transport
        compressed = request.query.get("compress") == "zlib-stream"
        self._stream = zlib.compressobj() if compressed else None

    async def send(self, payload: Json) -> None:
        text = json.dumps(payload)
        if self._stream is None:
            await self.ws.send_str(text)
            return
        data = self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        await self.ws.send_bytes(data)


class Gateway:
    """The WebSocket's side of the fake.

    Attributes:
        url: Where it is.
        heard: What the bot sent, by opcode, in order.
        turn_away: The code with which it closes on whoever identifies.
        deaf: Whether it answers no goodbye, as behind a broken network.
    """

    def __init__(self, changed: Callable[[], Awaitable[None]], application: Json) -> None:
        """`changed` is told whenever the bot sent something; `application` says what it may."""
        self.server = Server(self._tell)
        self.url = ""
        self.heard: list[int] = []
        self.turn_away: int | None = None
        self.deaf = False
        self._changed = changed
        self._application = application
        self._session: _Session | None = None

    @property
    def intents(self) -> int | None:
        """What the bot asked to be told; None before it did."""
        return None if self._session is None else self._session.intents

    @property
    def known(self) -> bool:
        """Whether there is a session, be it connected or to be resumed."""
        return self._session is not None

    @property
    def connected(self) -> bool:
        """Whether events reach the bot at once."""
        return self._session is not None and self._session.socket is not None

    async def dispatch(self, event: str, data: Json) -> None:
        """Let something happen; a bot that isn't connected hears of it when it resumes."""
        session = self._session
        if session is None:
            raise AssertionError("nobody has identified")
        number = len(session.events) + 1
        session.events.append({"op": _DISPATCH, "t": event, "s": number, "d": data})
        if session.socket is not None:
            with suppress(ConnectionError):  # killed just now: it hears of it when it resumes
                await session.socket.send(session.events[-1])

    async def drop(self) -> None:
        """Cut the gateway's connection without a word."""
        session = self._session
        if session is not None and session.socket is not None:
            socket, session.socket = session.socket, None
            if socket.transport is not None:
                socket.transport.abort()

    async def invalidate(self) -> None:
        """Cut the connection and forget the session: what happens meanwhile is told to nobody."""
        await self.drop()
        self._session = None

    async def _tell(self, event: str, data: Json, intent: int) -> None:
        session = self._session
        if session is None or not session.intents & intent:
            return
        if intent == MESSAGES and not session.intents & _CONTENT and "author" in data:
            data = blanked(data)
        await self.dispatch(event, data)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoclose=False)
        await ws.prepare(request)
        socket = _Socket(request, ws)
        await socket.send({"op": _HELLO, "d": {"heartbeat_interval": _HEARTBEAT_MS}})
        async for received in ws:
            if received.type is WSMsgType.TEXT:
                await self._receive(socket, received)
        if self.deaf:
            await asyncio.Event().wait()
        if self._session is not None and self._session.socket is socket:
            self._session.socket = None
            if ws.close_code == WSCloseCode.OK:  # whoever says goodbye doesn't resume
                self._session = None
        await ws.close()
        return ws

    async def _receive(self, socket: _Socket, received: WSMessage) -> None:
        sent = json.loads(received.data)
        opcodes: dict[int, Callable[[_Socket, Any], Awaitable[None]]] = {
            _HEARTBEAT: self._beat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            _MEMBERS: self._list_members,
        }
        self.heard.append(sent["op"])
        if sent["op"] in opcodes:
            await opcodes[sent["op"]](socket, sent["d"])
        await self._changed()

    async def _beat(self, socket: _Socket, _sequence: int | None) -> None:
        await socket.send({"op": _ACK})

    async def _identify(self, socket: _Socket, sent: Json) -> None:
        refused = None if sent["token"] == TOKEN else _AUTHENTICATION_FAILED
        if code := self.turn_away or refused or self._disallowed(sent["intents"]):
            await socket.ws.close(code=code)
            return
        self._session = _Session(payloads.new_id(), sent["intents"], socket=socket)
        ready = {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": self._session.session_id,
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION), "flags": 0},
        }
        await self.dispatch("READY", ready)
        members = [payloads.member(BOT)]  # the others are asked for, as with a large guild
        await self.dispatch("GUILD_CREATE", self.server.shown() | {"members": members})

    def _disallowed(self, intents: int) -> int | None:
        on = self._application["flags"]
        wrong = (intents & MEMBERS and not on & MEMBERS_INTENT) or (
            intents & _CONTENT and not on & CONTENT_INTENT
        )
        return _DISALLOWED_INTENTS if wrong else None

    async def _list_members(self, _socket: _Socket, sent: Json) -> None:
        await self.dispatch(
            "GUILD_MEMBERS_CHUNK",
            {
                "guild_id": str(GUILD),
                "members": self.server.shown_members(),
                "chunk_index": 0,
                "chunk_count": 1,
                "nonce": sent.get("nonce"),
            },
        )

    async def _resume(self, socket: _Socket, sent: Json) -> None:
        session = self._session
        if session is None or sent["session_id"] != session.session_id:
            await socket.send({"op": _INVALID, "d": False})
            return
        for event in session.events[sent["seq"] :]:
            await socket.send(event)
        session.socket = socket
        await self.dispatch("RESUMED", {})

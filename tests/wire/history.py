"""How is the fake's server read over REST, and how fast may it be?

A bucket of messages is a channel's: so many requests a window. Its headers may lie, as Discord's
have done: 999 of 1000 left until the limit bites (discord-api-docs#8161). Without View Channel
a channel can't be read (403); without Read Message History it looks empty.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from time import monotonic
from typing import Any

from aiohttp import web

from tests.wire import payloads
from tests.wire.answers import answered, refused
from tests.wire.payloads import (
    APPLICATION,
    BOT,
    CONTENT_INTENT,
    GUILD,
    PRIVATE_THREAD,
    THREADS,
    Json,
)
from tests.wire.server import Channel, Server, blanked

_MISSING_ACCESS, _UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 50001, 10003, 10008


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests for a channel's messages in so many seconds."""

    requests: int
    window_s: float
    lying: bool = False


class History:
    """What GET answers.

    Attributes:
        limit: None lets everybody read as fast as they can.
        too_many: How often the limit bit.
    """

    def __init__(self, server: Server, application: Json) -> None:
        self.limit: Limit | None = None
        self.too_many = 0
        self._server = server
        self._application = application
        self._asked: dict[int, deque[float]] = defaultdict(deque)

    def answer(self, sent: Any) -> web.Response | None:
        """None for what isn't reading."""
        routes: tuple[tuple[str, Callable[..., web.Response]], ...] = (
            (rf"/guilds/{GUILD}", self._guild),
            (rf"/guilds/{GUILD}/channels", self._channels),
            (rf"/guilds/{GUILD}/members/{APPLICATION}", self._me),
            (rf"/guilds/{GUILD}/threads/active", self._active),
            (r"/channels/(\d+)", self._channel),
            (r"/channels/(\d+)/threads/archived/(public|private)", self._archived),
            (r"/channels/(\d+)/users/@me/threads/archived/private", self._joined),
            (r"/channels/(\d+)/messages", self._page),
            (r"/channels/(\d+)/messages/(\d+)", self._message),
        )
        for path, answer in routes:
            found = re.fullmatch(path, sent.path)
            if found and sent.method == "GET":
                return answer(sent.query, *found.groups())
        return None

    def _guild(self, _query: object) -> web.Response:
        return answered(payloads.guild())

    def _channels(self, _query: object) -> web.Response:
        return answered(self._server.shown()["channels"])

    def _me(self, _query: object) -> web.Response:
        return answered(payloads.member(BOT))

    def _channel(self, _query: object, channel_id: str) -> web.Response:
        channel = self._server.channels.get(int(channel_id))
        if channel is None:
            return refused(404, _UNKNOWN_CHANNEL)
        return answered(self._server.shown_channel(channel))

    def _active(self, _query: object) -> web.Response:
        return self._threads(self._server.threads(archived=False), more=False)

    def _archived(self, query: Any, channel_id: str, kind: str) -> web.Response:
        wanted = (THREADS - {PRIVATE_THREAD}) if kind == "public" else {PRIVATE_THREAD}
        threads = [
            one
            for one in self._server.threads(archived=True)
            if one.parent_id == int(channel_id)
            and one.kind in wanted
            and ("before" not in query or _archived_at(one) < query["before"])
        ]
        newest = sorted(threads, key=attrgetter("archived_at"), reverse=True)
        limit = int(query.get("limit", 50))
        return self._threads(newest[:limit], more=len(newest) > limit)

    def _joined(self, _query: object, _channel_id: str) -> web.Response:
        return self._threads((), more=False)

    def _threads(self, threads: Iterable[Channel], *, more: bool) -> web.Response:
        shown = [self._server.shown_channel(one) for one in threads]
        return answered({"threads": shown, "members": [], "has_more": more})

    def _page(self, query: Any, channel_id: str) -> web.Response:
        headers, wait_s = self._counted(int(channel_id))
        if wait_s:
            self.too_many += 1
            return refused(429, 0, retry_s=wait_s, headers=headers)
        channel = self._server.channels.get(int(channel_id))
        if channel is None:
            return refused(404, _UNKNOWN_CHANNEL, headers=headers)
        if not self._server.may_see(channel):
            return refused(403, _MISSING_ACCESS, headers=headers)
        if not self._server.may_read(channel):
            return answered([], headers=headers)
        page = channel.page(
            before=int(query["before"]) if "before" in query else None,
            after=int(query["after"]) if "after" in query else None,
            limit=min(int(query.get("limit", 50)), 100),
        )
        shown = [self._server.shown_message(channel, said) for said in page]
        if not self._application["flags"] & CONTENT_INTENT:
            shown = [blanked(one) for one in shown]
        return answered(shown, headers=headers)

    def _message(self, _query: object, channel_id: str, message_id: str) -> web.Response:
        channel = self._server.channels.get(int(channel_id))
        if channel is None:
            return refused(404, _UNKNOWN_CHANNEL)
        if not self._server.may_read(channel):
            return refused(403, _MISSING_ACCESS)
        if int(message_id) not in channel.messages:
            return refused(404, _UNKNOWN_MESSAGE)
        return answered(self._server.shown_message(channel, channel.messages[int(message_id)]))

    def _counted(self, channel_id: int) -> tuple[dict[str, str], float]:
        """The headers, and how long to wait if it was one too many."""
        limit = self.limit
        if limit is None:
            return {}, 0
        asked, now = self._asked[channel_id], monotonic()
        while asked and now - asked[0] >= limit.window_s:
            asked.popleft()
        over = len(asked) >= limit.requests
        if not over:
            asked.append(now)
        reset_s = limit.window_s - (now - asked[0])
        told, left = limit.requests, limit.requests - len(asked)
        if limit.lying and not over:
            told, left = 1000, 999
        headers = {
            "X-RateLimit-Limit": str(told),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset-After": f"{reset_s:.3f}",
            "X-RateLimit-Bucket": "messages",
        }
        return headers, reset_s if over else 0


def _archived_at(thread: Channel) -> str:
    assert thread.archived_at is not None
    return thread.archived_at.isoformat()

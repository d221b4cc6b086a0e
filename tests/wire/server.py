"""What is on the fake's server: channels and threads, who wrote what, who is there, who talks?

Whatever happens here is told to the bot as Discord tells it, if the bot listens; and it stays
there to be read, as Discord keeps it. An id holds its time, as Discord's do.
https://discord.com/developers/docs/reference#snowflakes
"""

from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from clanstats.chat import snowflake, written_at
from clanstats.timestamps import now_utc
from tests.wire import payloads
from tests.wire.payloads import (
    APPLICATION,
    BOT,
    CHANNEL,
    CONNECT,
    FORUM,
    GUILD,
    HISTORY,
    PRIVATE_THREAD,
    STAGE,
    TEXT,
    THREADS,
    VIEW,
    VOICE,
    Json,
)

GUILDS, MEMBERS, VOICE_STATES, MESSAGES = 1 << 0, 1 << 1, 1 << 7, 1 << 9  # the gateway's intents

Tell = Callable[[str, Json, int], Awaitable[None]]


@dataclass(slots=True)
class Said:
    """A message; `more` are fields beside those that every message has."""

    message_id: int
    author_id: int
    content: str
    webhook_id: int | None = None
    edited: bool = False
    more: Json | None = None


@dataclass(slots=True)
class Channel:
    """A channel or thread.

    Attributes:
        denied: Permissions that everyone lacks here.
        archived_at: Of a thread only; None is an active one.
    """

    channel_id: int
    kind: int
    name: str
    parent_id: int | None = None
    denied: int = 0
    archived_at: datetime | None = None
    messages: dict[int, Said] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)  # ascending
    last_message_id: int | None = None

    def add(self, said: Said) -> None:
        position = bisect_left(self.ids, said.message_id)
        self.ids.insert(position, said.message_id)
        self.messages[said.message_id] = said
        self.last_message_id = max(self.last_message_id or 0, said.message_id)

    def take(self, message_id: int) -> None:
        del self.messages[message_id]
        del self.ids[bisect_left(self.ids, message_id)]

    def page(self, *, before: int | None, after: int | None, limit: int) -> Sequence[Said]:
        """Newest first, as https://discord.com/developers/docs/resources/message has it."""
        if after is not None:
            first = bisect_right(self.ids, after)
            chosen = self.ids[first : first + limit]
        else:
            last = len(self.ids) if before is None else bisect_left(self.ids, before)
            chosen = self.ids[max(last - limit, 0) : last]
        return [self.messages[one] for one in reversed(chosen)]


class Server:
    """A guild with one text channel to begin with.

    Attributes:
        channels: By id; threads among them, archived ones, too.
        members: Discord user ids of who is there, the bot aside.
        voice: In which channel somebody is.
        shown: Whether the bot may see what is written (the portal's message content intent).
    """

    def __init__(self, tell: Tell) -> None:
        """`tell` is given each event with the intent it needs."""
        self.channels: dict[int, Channel] = {CHANNEL: Channel(CHANNEL, TEXT, "general")}
        self.members: set[int] = set()
        self.voice: dict[int, int] = {}
        self._tell = tell
        self._last_id = 0
        self._serials = count()  # far fewer than the ids of a millisecond

    # What a test, or whoever plays the members, does

    async def open(
        self, name: str, kind: int = TEXT, *, denied: int = 0, parent: int | None = None
    ) -> Channel:
        """A new channel or thread."""
        channel = Channel(self.new_id(), kind, name, parent, denied)
        self.channels[channel.channel_id] = channel
        event = "THREAD_CREATE" if kind in THREADS else "CHANNEL_CREATE"
        await self._tell(event, self.shown_channel(channel), GUILDS)
        return channel

    async def archive(self, thread: Channel, *, quietly: bool = False) -> None:
        """Close a thread; `quietly` if nobody is to hear of it."""
        thread.archived_at = now_utc()
        if not quietly:
            await self._tell("THREAD_UPDATE", self.shown_channel(thread), GUILDS)

    async def forbid(self, channel: Channel, denied: int) -> None:
        """Take these permissions from everyone, and give the others."""
        channel.denied = denied
        await self._tell("CHANNEL_UPDATE", self.shown_channel(channel), GUILDS)

    async def remove(self, channel: Channel) -> None:
        """Delete a channel with its threads."""
        for thread in [
            one for one in self.channels.values() if one.parent_id == channel.channel_id
        ]:
            del self.channels[thread.channel_id]
        del self.channels[channel.channel_id]
        if channel.kind in THREADS:
            gone = {
                "id": str(channel.channel_id),
                "guild_id": str(GUILD),
                "parent_id": str(channel.parent_id),
                "type": channel.kind,
            }
            await self._tell("THREAD_DELETE", gone, GUILDS)
        else:
            await self._tell("CHANNEL_DELETE", self.shown_channel(channel), GUILDS)

    async def post(
        self,
        content: str,
        *,
        by: int,
        where: int = CHANNEL,
        webhook: int | None = None,
        **more: Any,
    ) -> int:
        """Write a message; returns its id."""
        channel = self.channels[where]
        said = Said(self.new_id(), by, content, webhook, more=more or None)
        channel.add(said)
        channel.archived_at = None  # as writing into an archived thread opens it again
        payload = self.shown_message(channel, said)
        if webhook is None:
            payload["member"] = {**payloads.member({}), "user": None}
            del payload["member"]["user"]
        await self._tell("MESSAGE_CREATE", payload | {"guild_id": str(GUILD)}, MESSAGES)
        return said.message_id

    async def edit(self, message_id: int, content: str, *, where: int = CHANNEL) -> None:
        channel = self.channels[where]
        said = channel.messages[message_id]
        said.content, said.edited = content, True
        payload = self.shown_message(channel, said) | {"guild_id": str(GUILD)}
        await self._tell("MESSAGE_UPDATE", payload, MESSAGES)

    async def delete(self, *message_ids: int, where: int = CHANNEL) -> None:
        """Delete one message, or several at once as a moderator's tool does."""
        channel = self.channels[where]
        for message_id in message_ids:
            channel.take(message_id)
        place = {"channel_id": str(where), "guild_id": str(GUILD)}
        if len(message_ids) == 1:
            event: Json = {"id": str(message_ids[0]), **place}
            await self._tell("MESSAGE_DELETE", event, MESSAGES)
        else:
            event = {"ids": [str(one) for one in message_ids], **place}
            await self._tell("MESSAGE_DELETE_BULK", event, MESSAGES)

    async def talk(self, user_id: int, where: int | None) -> None:
        """Join a voice channel, move to it, or leave with None."""
        if where is None:
            self.voice.pop(user_id, None)
        else:
            self.voice[user_id] = where
        state = self.shown_voice(user_id, where)
        await self._tell("VOICE_STATE_UPDATE", state, VOICE_STATES)

    async def join(self, user_id: int) -> None:
        self.members.add(user_id)
        who = payloads.member(payloads.user(user_id)) | {"guild_id": str(GUILD)}
        await self._tell("GUILD_MEMBER_ADD", who, MEMBERS)

    async def leave(self, user_id: int) -> None:
        self.members.discard(user_id)
        who = {"guild_id": str(GUILD), "user": payloads.user(user_id)}
        await self._tell("GUILD_MEMBER_REMOVE", who, MEMBERS)

    def write_past(
        self,
        count: int,
        *,
        where: int = CHANNEL,
        by: Sequence[int] = (401,),
        every: timedelta = timedelta(minutes=5),
        until: datetime | None = None,
    ) -> Sequence[int]:
        """Fill a channel with what was written before anybody listened; returns the ids."""
        channel = self.channels[where]
        first = (until or now_utc() - timedelta(hours=1)) - every * count
        # Two channels may be filled in the same millisecond.
        ids = [snowflake(first + every * number) + next(self._serials) for number in range(count)]
        for number, message_id in enumerate(ids):
            channel.add(Said(message_id, by[number % len(by)], f"line {number}"))
        return ids

    def new_id(self) -> int:
        """An id of this moment, greater than all before."""
        self._last_id = max(self._last_id + 1, snowflake(now_utc()))
        return self._last_id

    # What can be asked

    @property
    def message_ids(self) -> set[int]:
        """Of everything that stands anywhere."""
        return {one for channel in self.channels.values() for one in channel.ids}

    def may(self, channel: Channel, permission: int) -> bool:
        """Whether the bot may; a thread is as its parent."""
        place = channel if channel.parent_id is None else self.channels[channel.parent_id]
        return not place.denied & permission

    def may_see(self, channel: Channel) -> bool:
        return self.may(channel, VIEW) and (
            channel.kind not in {VOICE, STAGE} or self.may(channel, CONNECT)
        )

    def may_read(self, channel: Channel) -> bool:
        return self.may_see(channel) and self.may(channel, HISTORY)

    def threads(self, *, archived: bool) -> Iterable[Channel]:
        """Those that the bot can see, private ones among them."""
        return (
            channel
            for channel in self.channels.values()
            if channel.kind in THREADS
            and (channel.archived_at is not None) == archived
            and self.may_see(channel)
        )

    # How it looks

    def shown(self) -> Json:
        """The guild as it comes at the start, without members."""
        return payloads.guild() | {
            "channels": [
                self.shown_channel(one) for one in self.channels.values() if one.kind not in THREADS
            ],
            "threads": [self.shown_channel(one) for one in self.threads(archived=False)],
            "voice_states": [self.shown_voice(*one) for one in self.voice.items()],
            "member_count": len(self.members) + 1,
        }

    def shown_members(self) -> Sequence[Json]:
        return [payloads.member(BOT)] + [
            payloads.member(payloads.user(one)) for one in sorted(self.members)
        ]

    def shown_channel(self, channel: Channel) -> Json:
        shown = payloads.channel(channel.channel_id, channel.kind, channel.name)
        if channel.denied:
            denied = {"id": str(GUILD), "type": 0, "allow": "0", "deny": str(channel.denied)}
            shown["permission_overwrites"] = [denied]
        last = channel.last_message_id
        shown["last_message_id"] = None if last is None else str(last)
        if channel.kind == FORUM:
            shown["available_tags"] = []
        if channel.kind in THREADS:
            shown |= _thread(channel)
        if channel.kind in {VOICE, STAGE}:
            shown |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        return shown

    def shown_voice(self, user_id: int, where: int | None) -> Json:
        return {
            "guild_id": str(GUILD),
            "channel_id": None if where is None else str(where),
            "user_id": str(user_id),
            "member": payloads.member(payloads.user(user_id)),
            "session_id": f"voice-{user_id}",
            "deaf": False,
            "mute": False,
            "self_deaf": False,
            "self_mute": False,
            "self_video": False,
            "suppress": False,
            "request_to_speak_timestamp": None,
        }

    def shown_message(self, channel: Channel, said: Said) -> Json:
        who = BOT if said.author_id == APPLICATION else payloads.user(said.author_id)
        shown = payloads.message(who, {"content": said.content})
        at = written_at(said.message_id).isoformat()
        shown |= {
            "id": str(said.message_id),
            "channel_id": str(channel.channel_id),
            "timestamp": at,
        }
        if said.edited:
            shown["edited_timestamp"] = now_utc().isoformat()
        if said.webhook_id is not None:
            shown["webhook_id"] = str(said.webhook_id)
        return shown | (said.more or {})


def blanked(shown: Json) -> Json:
    """A message for who lacks the message content intent.

    Their own, and those that mention them, come whole.
    https://discord.com/developers/docs/events/gateway#message-content-intent
    """
    if shown["author"]["id"] == str(APPLICATION) or shown["mentions"]:
        return shown
    return shown | {"content": "", "embeds": [], "attachments": [], "components": []}


def _thread(channel: Channel) -> Json:
    at = channel.archived_at or datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "parent_id": str(channel.parent_id),
        "owner_id": "401",
        "message_count": len(channel.ids),
        "member_count": 1,
        "thread_metadata": {
            "archived": channel.archived_at is not None,
            "archive_timestamp": at.isoformat(),
            "auto_archive_duration": 1440,
            "locked": False,
            "invitable": channel.kind == PRIVATE_THREAD,
        },
    }

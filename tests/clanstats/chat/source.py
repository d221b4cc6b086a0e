"""A Discord to read from: channels and messages in memory, and what goes wrong on the way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from clanstats.chat import (
    PAGE,
    AuthorKind,
    ChatGoneError,
    ChatUnavailableError,
    ChatUnreadableError,
    SeenChannel,
    SeenMessage,
    Writer,
)


def user(discord_user_id: int) -> Writer:
    return Writer(AuthorKind.USER, discord_user_id)


def relayed(name: str) -> Writer:
    return Writer(AuthorKind.RELAY, name=name)


def said(message_id: int, writer: Writer | int = 1, **other: object) -> SeenMessage:
    """A message, by default of five characters; a number as writer is a Discord user's id."""
    whose = user(writer) if isinstance(writer, int) else writer
    return SeenMessage(**{"message_id": message_id, "writer": whose, "length": 5} | other)


async def _nothing(number: int) -> None:
    pass


@dataclass
class Source:
    """A `ChatSource` on what a test puts into it."""

    channels_: dict[int, SeenChannel] = field(default_factory=dict)
    messages: dict[int, dict[int, SeenMessage]] = field(default_factory=dict)
    asked: list[tuple[int, int | None]] = field(default_factory=list)  # channel, before
    failing: int = 0  # so many requests fail from now on
    broken: set[int] = field(default_factory=set)  # channels of which every request fails
    page_size: int = PAGE
    # Awaited before and after each answer, with the number of the request: may change what is
    # there, or raise.
    before_page: Callable[[int], Awaitable[None]] = _nothing
    after_page: Callable[[int], Awaitable[None]] = _nothing

    def add(
        self,
        discord_channel_id: int,
        *messages: SeenMessage,
        kind: str = "text",
        readable: bool = True,
    ) -> None:
        """Messages in a channel, which is made if need be."""
        if discord_channel_id not in self.channels_:
            name = None if kind == "thread" else f"channel {discord_channel_id}"
            self.channels_[discord_channel_id] = SeenChannel(
                discord_channel_id, kind, name, readable
            )
            self.messages[discord_channel_id] = {}
        self.messages[discord_channel_id] |= {each.message_id: each for each in messages}
        if messages:
            last = max(self.messages[discord_channel_id])
            self.change(discord_channel_id, last_message_id=last)

    def change(self, discord_channel_id: int, **told: object) -> None:
        """Show the channel differently, `readable=False` say."""
        self.channels_[discord_channel_id] = replace(self.channels_[discord_channel_id], **told)

    def delete(self, message_id: int) -> None:
        """Discord goes on naming a deleted message as its channel's last one."""
        for messages in self.messages.values():
            messages.pop(message_id, None)

    def close(self, discord_channel_id: int) -> None:
        """Delete the channel."""
        del self.channels_[discord_channel_id], self.messages[discord_channel_id]

    @property
    def ids(self) -> set[int]:
        """Of all messages there are in channels that can be read."""
        return {
            message_id
            for channel in self.channels_.values()
            if channel.readable
            for message_id in self.messages[channel.discord_channel_id]
        }

    async def channels(self) -> Sequence[SeenChannel]:
        self._fail()
        return tuple(self.channels_.values())

    async def page(
        self, discord_channel_id: int, *, before: int | None = None
    ) -> Sequence[SeenMessage]:
        self.asked.append((discord_channel_id, before))
        number = len(self.asked)
        await self.before_page(number)
        self._fail()
        if discord_channel_id in self.broken:
            raise ChatUnavailableError("Discord fails here.")
        if discord_channel_id not in self.channels_:
            raise ChatGoneError("There is no such channel.")
        if not self.channels_[discord_channel_id].readable:
            raise ChatUnreadableError("The bot may not read this channel.")
        there = [
            message
            for message_id, message in self.messages[discord_channel_id].items()
            if before is None or message_id < before
        ]
        there.sort(key=lambda message: message.message_id, reverse=True)
        page = there[: self.page_size]
        await self.after_page(number)
        return page

    def _fail(self) -> None:
        if self.failing:
            self.failing -= 1
            raise ChatUnavailableError("Discord can't be reached.")

"""What is a message, a channel or an account of the make-believe server?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clanstats.chat import written_at
from demo.world.model import Span


class AccountKind(StrEnum):
    """What writes on the server."""

    PERSON = "person"
    BOT = "bot"
    RELAY = "relay"  # the webhook that brings what is said in game


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on Discord, or something."""

    discord_user_id: int
    name: str  # as others see it
    kind: AccountKind
    here: Span  # on the server
    wom_ids: tuple[int, ...] = ()  # whose it is in truth, the main one first; empty: no member's
    linked: bool = False  # the clan knows whose it is
    silent_from: datetime | None = None  # though they are still there

    @property
    def heard(self) -> Span:
        """While they may say something."""
        return Span(self.here.start, self.silent_from or self.here.end)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or thread; `kind` is as in `clanstats.chat.SeenChannel`, or "forum"."""

    channel_id: int
    name: str
    kind: str
    parent_id: int | None = None
    readable: bool = True  # by the bot
    open: Span | None = None  # of a thread: until it was archived
    afk: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A message on the server."""

    message_id: int
    channel_id: int
    account_id: int  # who posted it
    text: str
    wom_id: int | None = None  # whose words they are in truth; None: no member's
    system: bool = False  # Discord's own: somebody joined
    starts_thread: bool = False  # which has the same ID
    broadcast: str | None = None  # its kind, when the game announced it
    about: int | None = None  # of a broadcast: the Wise Old Man ID of whom it is about
    reply: bool = False
    attachment: bool = False
    edited_at: datetime | None = None
    edited_text: str | None = None
    deleted_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it was written."""
        return written_at(self.message_id)

    def stands(self, at: datetime) -> bool:
        """Whether it is there at `at`."""
        return self.at <= at and (self.deleted_at is None or at < self.deleted_at)

    def text_at(self, at: datetime) -> str:
        """What it says at `at`."""
        if self.edited_text is not None and self.edited_at is not None and self.edited_at <= at:
            return self.edited_text
        return self.text


@dataclass(frozen=True, slots=True)
class Sat:
    """Somebody was in a voice channel; `until` None is still there at the world's end."""

    account_id: int
    channel_id: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Talk:
    """All that was ever said on the server, also what was deleted since."""

    channels: tuple[Channel, ...]
    accounts: tuple[Account, ...]
    messages: tuple[Said, ...]  # oldest first
    voice: tuple[Sat, ...]  # by start
    _by_channel: dict[int, list[Said]] = field(default_factory=dict, repr=False, compare=False)
    _by_id: dict[int, Account] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_id.update({account.discord_user_id: account for account in self.accounts})
        for message in self.messages:
            self._by_channel.setdefault(message.channel_id, []).append(message)

    def account(self, discord_user_id: int) -> Account:
        """Whose ID this is; raises KeyError for nobody's."""
        return self._by_id[discord_user_id]

    def channel(self, name: str) -> Channel:
        """The channel of that name; raises StopIteration where there is none."""
        return next(channel for channel in self.channels if channel.name == name)

    def in_channel(self, channel_id: int) -> list[Said]:
        """Everything ever said there, oldest first."""
        return self._by_channel.get(channel_id, [])

    def standing(self, at: datetime) -> Iterator[Said]:
        """What can be read at `at` where the bot may read, oldest first."""
        readable = {channel.channel_id for channel in self.channels if channel.readable}
        return (
            message
            for message in self.messages
            if message.channel_id in readable and message.stands(at)
        )

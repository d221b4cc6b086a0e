"""Which values pass between Discord and the store? What is said of a message, never its content.

Ids of messages and channels are Discord's: 64-bit snowflakes that hold the time they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntFlag, StrEnum
from typing import Protocol

from clanstats.errors import ClanStatsError

PAGE = 100  # messages that Discord gives at once, at most
FIRST_INSTANT = datetime(2015, 1, 1, tzinfo=UTC)  # of id 0
IDS_PER_MS = 1 << 22
LAST_ID = (1 << 63) - 1  # later than any message


class MessageFlag(IntFlag):
    """What is kept of a message besides its length."""

    NONE = 0
    REPLY = 1
    ATTACHMENT = 2
    QUESTION = 4
    EDITED = 8
    NOT_UNDERSTOOD = 16  # a relayed text that is neither somebody's words nor a known broadcast


class AuthorKind(StrEnum):
    """Who writes."""

    USER = "user"
    BOT = "bot"
    WEBHOOK = "webhook"  # also a relay's broadcasts, which are nobody's words
    RELAY = "relay"  # a name in game chat
    SYSTEM = "system"  # Discord itself: "… joined the server"
    FORGOTTEN = "forgotten"  # everyone who asked to be deleted, together


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a message: an account by its id, or a relayed name in standard form."""

    kind: AuthorKind
    discord_user_id: int | None = None  # a webhook's id for WEBHOOK; None for RELAY and SYSTEM
    name: str | None = None  # RELAY only


@dataclass(frozen=True, slots=True)
class GameEvent:
    """A broadcast of the game; the meaning of `value` depends on the kind."""

    kind: str
    name: str | None  # the player's, in standard form
    subject: str | None
    value: int | None


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as it is stored."""

    message_id: int
    writer: Writer
    length: int  # characters; of a relayed line without the name
    flags: MessageFlag = MessageFlag.NONE
    events: Sequence[GameEvent] = ()
    miss: str | None = None  # the shape of a relayed text that wasn't understood
    words: Mapping[str, int] = field(default_factory=dict)  # only where they are counted


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel or thread as Discord shows it to the bot."""

    discord_channel_id: int
    kind: str  # "text", "news", "voice", "stage", "thread"
    name: str | None  # None for a thread
    readable: bool  # the bot may see it and its history
    last_message_id: int | None = None  # may lie: deleted since, or missing
    parent_discord_id: int | None = None


class ChatUnreadableError(ClanStatsError):
    """The bot isn't allowed to read this channel (any longer)."""


class ChatGoneError(ClanStatsError):
    """The channel doesn't exist any longer."""


class ChatUnavailableError(ClanStatsError):
    """Discord can't be reached, or fails; try again later."""


class ChatSource(Protocol):
    """Where a clan's channels are read: Discord, or a test's own."""

    async def channels(self) -> Sequence[SeenChannel]:
        """Every channel and thread of the server, archived ones included.

        Raises:
            ChatUnavailableError: Discord can't be reached.
        """

    async def page(
        self, discord_channel_id: int, *, before: int | None = None
    ) -> Sequence[SeenMessage]:
        """Up to `PAGE` messages, newest first.

        Args:
            discord_channel_id: Where.
            before: Only older than this id; the newest of them.

        Raises:
            ChatUnreadableError: Not allowed.
            ChatGoneError: There is no such channel.
            ChatUnavailableError: Discord can't be reached.
        """


def snowflake(at: datetime) -> int:
    """The smallest id a message of this instant (ms) can have."""
    return max((at - FIRST_INSTANT) // timedelta(milliseconds=1), 0) * IDS_PER_MS


def written_at(message_id: int) -> datetime:
    """When a message was written; UTC, to the millisecond."""
    return FIRST_INSTANT + timedelta(milliseconds=message_id // IDS_PER_MS)

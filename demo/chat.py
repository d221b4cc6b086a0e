"""How does the bot see what the make-believe clan says?"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from clanstats.chat import (
    PAGE,
    AuthorKind,
    ChatGoneError,
    ChatUnreadableError,
    GameEvent,
    MessageFlag,
    SeenChannel,
    SeenMessage,
    Writer,
)
from clanstats.relay.lines import Broadcast, NotUnderstood, Spoken
from clanstats.relay.patterns import Patterns
from clanstats.relay.reading import is_question, read
from clanstats.usernames import standard
from demo.world.talk import AccountKind, Channel, Said, Talk

_PATTERNS = Patterns()
_KINDS = {AccountKind.PERSON: AuthorKind.USER, AccountKind.BOT: AuthorKind.BOT}


@dataclass(frozen=True, slots=True)
class WorldChat:
    """The make-believe server's channels as they are at the clock's now.

    Attributes:
        lost: Channels that the bot may not read, besides those it never could.
        gone: Channels that were deleted.
        asked: Of which channel a page was read, in order.
    """

    talk: Talk
    clock: Callable[[], datetime]
    lost: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    async def channels(self) -> Sequence[SeenChannel]:
        """All but forums, which hold no messages themselves, and threads yet to come."""
        now = self.clock()
        return tuple(
            self._channel(place, now)
            for place in self.talk.channels
            if place.kind != "forum"
            and place.channel_id not in self.gone
            and (place.open is None or place.open.start <= now)
        )

    async def page(
        self, discord_channel_id: int, *, before: int | None = None
    ) -> Sequence[SeenMessage]:
        """The newest older than `before`, newest first."""
        if discord_channel_id in self.gone:
            raise ChatGoneError("That channel is gone.")
        if not self._readable(discord_channel_id):
            raise ChatUnreadableError("That channel can't be read.")
        self.asked.append(discord_channel_id)
        now = self.clock()
        there = self.talk.in_channel(discord_channel_id)
        last = len(there) if before is None else bisect_left(there, before, key=_id)
        standing = (said for said in reversed(there[:last]) if said.stands(now))
        return [seen(said, self.talk, now) for said in islice(standing, PAGE)]

    def _readable(self, channel_id: int) -> bool:
        return channel_id not in self.lost and any(
            place.channel_id == channel_id and place.readable for place in self.talk.channels
        )

    def _channel(self, place: Channel, now: datetime) -> SeenChannel:
        there = self.talk.in_channel(place.channel_id)
        last = bisect_right(there, now, key=_at)
        return SeenChannel(
            place.channel_id,
            place.kind,
            None if place.kind == "thread" else place.name,
            readable=self._readable(place.channel_id),
            last_message_id=there[last - 1].message_id if last else None,
            parent_discord_id=place.parent_id,
        )


def seen(said: Said, talk: Talk, now: datetime) -> SeenMessage:
    """What is stored of a message, as it stood `now`."""
    text, flags = said.text_at(now), _flags(said, now)
    account = talk.account(said.account_id)
    if account.kind is AccountKind.RELAY:
        return _relayed(said.message_id, Writer(AuthorKind.WEBHOOK, said.account_id), text)
    if said.system:
        return SeenMessage(said.message_id, Writer(AuthorKind.SYSTEM), 0)
    if is_question(text):
        flags |= MessageFlag.QUESTION
    writer = Writer(_KINDS[account.kind], said.account_id)
    return SeenMessage(said.message_id, writer, len(text), flags)


def _flags(said: Said, now: datetime) -> MessageFlag:
    flags = MessageFlag.REPLY if said.reply else MessageFlag.NONE
    if said.attachment:
        flags |= MessageFlag.ATTACHMENT
    if said.edited_at is not None and said.edited_at <= now:
        flags |= MessageFlag.EDITED
    return flags


def _relayed(message_id: int, webhook: Writer, text: str) -> SeenMessage:
    """The relay of this server posts one line at a time."""
    (line,) = read(text, patterns=_PATTERNS)
    match line:
        case Spoken(name, length, question):
            writer = Writer(AuthorKind.RELAY, name=standard(name))
            flags = MessageFlag.QUESTION if question else MessageFlag.NONE
            return SeenMessage(message_id, writer, length, flags)
        case Broadcast(kind, name, subject, value):
            about = None if name is None else standard(name)
            event = GameEvent(kind, about, subject, value)
            return SeenMessage(message_id, webhook, len(text), events=(event,))
        case NotUnderstood(reason, shape):
            flags = MessageFlag.NOT_UNDERSTOOD
            return SeenMessage(message_id, webhook, len(text), flags, miss=f"{reason} {shape}")


def _id(said: Said) -> int:
    return said.message_id


def _at(said: Said) -> datetime:
    return said.at

"""What is kept of a message in the predecessor's file? What is kept of one read on Discord.

It is told apart as `cogs.reading` does; what the predecessor didn't keep (replies, files, edits)
isn't known. The content is read here, and goes no further.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clanstats.chat import (
    LAST_ID,
    AuthorKind,
    MessageFlag,
    SeenMessage,
    Writer,
    written_at,
)
from clanstats.legacy.accounts import Refusal
from clanstats.legacy.instants import instant_ms
from clanstats.legacy.source import MESSAGES, Source, text
from clanstats.legacy.speakers import Speakers
from clanstats.relay.lines import NotUnderstood
from clanstats.relay.names import player_name
from clanstats.relay.patterns import Patterns
from clanstats.relay.reading import is_question, read
from clanstats.relay.seen import relayed
from clanstats.settings import Settings
from clanstats.timestamps import epoch_ms
from clanstats.usernames import standard
from clanstats.vocabulary import words_in

NO_ACCOUNT = Refusal("nobody's account wrote it")
NO_CHANNEL = Refusal("without a channel")
ELSEWHERE = Refusal("written on another server")
NO_ID = Refusal("its id isn't one of Discord's, which hold the time")

_COLUMNS = ("row", "id", "author_id", "author_name", "content", "channel_id", "guild_id")
_PAGE = 2000  # rows
_APART_MS = timedelta(days=2) // timedelta(milliseconds=1)  # more than any timezone
_DISCORDS = 1 << 40  # the least id of a message: there was no Discord in the hour before


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the file's order.

    Attributes:
        last: SQLite's number of the last one.
        messages: By channel.
        refused: Why each of the others is.
    """

    last: int
    messages: Mapping[int, Sequence[SeenMessage]]
    refused: Sequence[Refusal]


class Reader:
    """Reads a file's messages for one clan."""

    def __init__(
        self, settings: Settings, speakers: Speakers, *, clan_name: str, guild_id: int | None
    ) -> None:
        """What the game says, it says as `clan_name`; `guild_id` None takes any server's."""
        self._speakers = speakers
        self._guild_id = guild_id
        self._default = Patterns(system=(clan_name,))
        self._relays = [
            (one.channel_id, one.webhook_id, one.read_as(clan_name)) for one in settings.all_relays
        ]
        self._words = settings.count_words

    def pages(self, source: Source, *, after: int, now: datetime) -> Iterator[Page]:
        """All messages after a row; nothing can be written after `now`."""
        latest = epoch_ms(now + timedelta(days=1))
        while True:
            found = list(
                source.rows(
                    MESSAGES,
                    *_COLUMNS,
                    "created_at",
                    tail=f"WHERE row > ? ORDER BY row LIMIT {_PAGE}",
                    values=(after,),
                )
            )
            if not found:
                return
            after = found[-1][0]
            messages: dict[int, list[SeenMessage]] = {}
            refused = []
            for row in found:
                seen = self._read(row, latest)
                if isinstance(seen, Refusal):
                    refused.append(seen)
                else:
                    messages.setdefault(row[5], []).append(seen)
            yield Page(after, messages, refused)

    def _read(self, row: Any, latest: int) -> SeenMessage | Refusal:  # noqa: ANN401
        _, message_id, author_id, author_name, content, channel_id, guild_id, created_at = row
        if not isinstance(message_id, int) or not _DISCORDS <= message_id <= LAST_ID:
            return NO_ID
        at, said = epoch_ms(written_at(message_id)), instant_ms(text(created_at))
        if at > latest or (said is not None and abs(said - at) > _APART_MS):
            return NO_ID
        if not isinstance(channel_id, int) or channel_id <= 0:
            return NO_CHANNEL
        if self._guild_id is not None and guild_id not in {None, self._guild_id}:
            return ELSEWHERE
        if not isinstance(author_id, int) or not 0 < author_id <= LAST_ID:
            return NO_ACCOUNT
        return self._seen(message_id, author_id, channel_id, text(author_name), text(content))

    def _seen(
        self, message_id: int, author_id: int, channel_id: int, name: str | None, said: str | None
    ) -> SeenMessage:
        writer = Writer(self._speakers.kinds[author_id], author_id)
        patterns = self._patterns(writer, channel_id)
        if patterns is None:
            return self._written(message_id, writer, said or "")
        if said is None:  # deleted; but the predecessor noted who it was by
            player = player_name(name or "")
            if player is not None:
                writer = Writer(AuthorKind.RELAY, name=standard(player))
            return SeenMessage(message_id, writer, 0)
        lines = read(said, patterns=patterns, username=name)
        if not self._relays and isinstance(lines[0], NotUnderstood):
            return self._written(message_id, writer, said)
        return relayed(message_id, writer, lines, length=len(said), flags=MessageFlag.NONE)

    def _patterns(self, writer: Writer, channel_id: int) -> Patterns | None:
        """How to read it as game chat; None if it isn't any."""
        webhook = writer.kind is AuthorKind.WEBHOOK
        if not self._relays:
            return self._default if webhook else None
        for channel, wanted, patterns in self._relays:
            meant = webhook if wanted is None else wanted == writer.discord_user_id
            if channel == channel_id and meant:
                return patterns
        return None

    def _written(self, message_id: int, writer: Writer, said: str) -> SeenMessage:
        flags = MessageFlag.QUESTION if is_question(said) else MessageFlag.NONE
        own = self._words and writer.kind is AuthorKind.USER
        return SeenMessage(
            message_id, writer, len(said), flags, words=words_in(said) if own else {}
        )

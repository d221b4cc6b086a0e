"""What is kept of a message on Discord? Its content is read here, and goes no further."""

from collections.abc import Mapping, Sequence
from itertools import chain

import discord

from clanstats.chat import AuthorKind, GameEvent, MessageFlag, SeenMessage, Writer
from clanstats.relay.lines import Broadcast, Line, NotUnderstood, Reason, Spoken
from clanstats.relay.patterns import Patterns
from clanstats.relay.reading import Embed, is_question, read
from clanstats.settings import Settings
from clanstats.usernames import standard
from clanstats.vocabulary import words_in

_SEVERAL = "several speakers"


class Reader:
    """Reads the messages of one clan's server."""

    def __init__(self, settings: Settings, *, clan_name: str) -> None:
        """The game itself speaks under `clan_name`, besides what the settings say."""
        self._relays: dict[int, list[tuple[int | None, Patterns]]] = {}
        for one in settings.all_relays:
            found = (one.webhook_id, one.read_as(clan_name))
            self._relays.setdefault(one.channel_id, []).append(found)
        self._default = Patterns(system=(clan_name,))
        self.clan_name = clan_name
        self._words = settings.count_words

    def seen(self, message: discord.Message) -> SeenMessage:
        """The same message gives the same answer, live and read later."""
        patterns = self._patterns(message)
        if patterns is not None:
            lines = read(
                message.content,
                patterns=patterns,
                username=message.author.name,
                embeds=[_embed(embed) for embed in message.embeds],
            )
            if self._relays or not isinstance(lines[0], NotUnderstood):
                return _relayed(message, lines)
        return _written(message, words=words_in(message.content) if self._words else {})

    def _patterns(self, message: discord.Message) -> Patterns | None:
        """How to read it as game chat; None if it isn't any."""
        if message.webhook_id is None and not message.author.bot:
            return None
        author_id = message.webhook_id or message.author.id
        if not self._relays:
            return None if message.webhook_id is None else self._default
        for wanted, patterns in self._relays.get(message.channel.id, ()):
            if wanted == author_id or (wanted is None and message.webhook_id is not None):
                return patterns
        return None


def _written(message: discord.Message, *, words: Mapping[str, int]) -> SeenMessage:
    flags = _flags(message)
    if message.type is discord.MessageType.reply:
        flags |= MessageFlag.REPLY
    if is_question(message.content):
        flags |= MessageFlag.QUESTION
    writer = _account(message)
    said = 0 if writer.kind is AuthorKind.SYSTEM else len(message.content)
    return SeenMessage(
        message.id,
        writer,
        said,
        flags,
        words=words if writer.kind is AuthorKind.USER else {},
    )


def _account(message: discord.Message) -> Writer:
    if message.is_system() or message.type is discord.MessageType.thread_starter_message:
        return Writer(AuthorKind.SYSTEM)
    if message.webhook_id is not None:
        return Writer(AuthorKind.WEBHOOK, message.webhook_id)
    kind = AuthorKind.BOT if message.author.bot else AuthorKind.USER
    return Writer(kind, message.author.id)


def _relayed(message: discord.Message, lines: Sequence[Line]) -> SeenMessage:
    """One message is one person's: the first speaker's, if anybody speaks."""
    said = [line for line in lines if isinstance(line, Spoken)]
    names = [standard(line.name) for line in said]
    own = [line for line, name in zip(said, names, strict=True) if name == names[0]]
    flags, miss = _flags(message), _miss(lines)
    if any(line.question for line in own):
        flags |= MessageFlag.QUESTION
    if miss is not None:
        flags |= MessageFlag.NOT_UNDERSTOOD
    elif len(set(names)) > 1:
        miss = _SEVERAL
    return SeenMessage(
        message.id,
        Writer(AuthorKind.RELAY, name=names[0]) if said else _account(message),
        sum(line.length for line in own) if said else len(message.content),
        flags,
        events=tuple(_event(line) for line in lines if isinstance(line, Broadcast)),
        miss=miss,
    )


def _miss(lines: Sequence[Line]) -> str | None:
    """What wasn't understood: "no pattern …: …"; a message without text isn't game chat."""
    missed = [line for line in lines if isinstance(line, NotUnderstood)]
    if not missed or missed[0].reason is Reason.EMPTY:
        return None
    return " ".join(chain([missed[0].reason], missed[0].shape.split()))


def _event(line: Broadcast) -> GameEvent:
    name = None if line.name is None else standard(line.name)
    return GameEvent(line.kind, name, line.subject, line.value)


def _embed(embed: discord.Embed) -> Embed:
    return Embed(embed.author.name, embed.title, embed.description)


def _flags(message: discord.Message) -> MessageFlag:
    flags = MessageFlag.NONE
    if message.attachments:
        flags |= MessageFlag.ATTACHMENT
    if message.edited_at is not None:
        flags |= MessageFlag.EDITED
    return flags

"""What is kept of a message on Discord? Its content is read here, and goes no further."""

from collections.abc import Mapping

import discord

from clanstats.chat import AuthorKind, MessageFlag, SeenMessage, Writer
from clanstats.relay.lines import NotUnderstood
from clanstats.relay.patterns import Patterns
from clanstats.relay.reading import Embed, is_question, read
from clanstats.relay.seen import relayed
from clanstats.settings import Settings
from clanstats.vocabulary import words_in


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
                return relayed(
                    message.id,
                    _account(message),
                    lines,
                    length=len(message.content),
                    flags=_flags(message),
                )
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


def _embed(embed: discord.Embed) -> Embed:
    return Embed(embed.author.name, embed.title, embed.description)


def _flags(message: discord.Message) -> MessageFlag:
    flags = MessageFlag.NONE
    if message.attachments:
        flags |= MessageFlag.ATTACHMENT
    if message.edited_at is not None:
        flags |= MessageFlag.EDITED
    return flags

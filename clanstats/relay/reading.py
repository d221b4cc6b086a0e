"""Who said what kind of thing in a relayed message?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clanstats.relay.lines import Line, NotUnderstood, Reason, Spoken
from clanstats.relay.names import ICONS, TAGS, end_of, player_name, unescaped
from clanstats.relay.patterns import Patterns
from clanstats.relay.wording import broadcast, has_metadata

_ASKS = re.compile(r"\?(?=[\s?!.,)\"'*_~|]|$)")
_LONGEST_SHAPE = 24
_LOOKED_AT = 400  # characters
_WORDS = re.compile(r"[\w\s…]++")
_FIRST_WORDS = re.compile(r"[^…]*+(?:…[^…]*+){0,2}+…?+")  # how it ends is what was said
_STRANGE = re.compile(r"[^!-~…»›→•·–—]")


@dataclass(frozen=True, slots=True)
class Embed:
    """What of an embed may be a relayed line."""

    author: str | None = None
    title: str | None = None
    description: str | None = None


def read(
    content: str, *, patterns: Patterns, username: str | None = None, embeds: Sequence[Embed] = ()
) -> tuple[Line, ...]:
    """Tell the lines of a relayed message apart.

    Args:
        content: The message's text.
        patterns: How this relay writes.
        username: The name that the webhook gave itself for this message.
        embeds: In the message's order.

    Returns:
        One for each line that was said or announced, in order; at least one. A line break inside
        a player's words makes no new line (see `Patterns.batched`). Nothing holds what was said.
    """
    lines: list[Line] = []
    if content.strip():
        speaker = username if patterns.username and username else None
        lines += _by(speaker, content, patterns) or _lines(content, patterns)
    for embed in embeds:
        lines += _embedded(embed, patterns)
    return tuple(lines) or (NotUnderstood(Reason.EMPTY),)


def is_question(text: str) -> bool:
    """Whether a word ends in "?"; the one in an address doesn't count."""
    return "?" in text and _ASKS.search(text) is not None


def _by(speaker: str | None, text: str, patterns: Patterns) -> list[Line]:
    """What is said outside the text by whom; nothing if the speaker is no player."""
    if speaker is None or patterns.is_system(speaker):
        return []
    name = player_name(speaker)
    if name is None:
        return []
    first, *others = _parts(text) or [""]
    spoken = _spoken(name, first)
    for part in others:
        spoken = _longer(spoken, part)
    return [spoken]


def _embedded(embed: Embed, patterns: Patterns) -> list[Line]:
    text, author = embed.description or "", embed.author or ""
    if not patterns.embeds or not text.strip() or (author and embed.title):
        return [NotUnderstood(Reason.EMBED)]  # an author and a title: another plugin's notice
    if not author:
        return _lines(text, patterns)
    if patterns.is_system(author):
        return [_announced(part) for part in _parts(text)]
    return _by(author, text, patterns) or [NotUnderstood(Reason.NOT_A_NAME)]


def _lines(text: str, patterns: Patterns) -> list[Line]:
    lines: list[Line] = []
    for part in _parts(text):
        line = _line(part, patterns)
        before = lines[-1] if lines else None
        if isinstance(before, Spoken) and _continues(line, patterns):
            lines[-1] = _longer(before, part)
        else:
            lines.append(line)
    return lines


def _continues(line: Line, patterns: Patterns) -> bool:
    """Whether a line after a player's goes on with it."""
    if patterns.batched:
        return isinstance(line, NotUnderstood) and line.reason is Reason.NO_PATTERN
    return not isinstance(line, Spoken)


def _line(line: str, patterns: Patterns) -> Line:
    if has_metadata(line):  # its colon isn't one after a name
        return _announced(line)
    strange = False
    for written, text in _splits(line, patterns):
        name = player_name(written)
        if patterns.is_system(name or written):
            return _announced(text)
        if name is not None:
            return _spoken(name, text)
        strange = True
    if (announced := broadcast(line)) is not None:
        return announced
    return NotUnderstood(Reason.NOT_A_NAME if strange else Reason.NO_PATTERN, _shape(line))


def _splits(line: str, patterns: Patterns) -> Iterator[tuple[str, str]]:
    """Every way to read a line as a name and a text: as it stands, then without its tags."""
    for before in (ICONS, TAGS):
        start = end_of(before, line)
        if before is ICONS or "[" in line[:start]:
            form = line[start:]
            for template in patterns.templates:
                if form.startswith(template.opening) and (found := template.split(form)):
                    yield found


def _announced(text: str) -> Line:
    return broadcast(text) or NotUnderstood(Reason.UNKNOWN_BROADCAST, _shape(text))


def _spoken(name: str, text: str) -> Spoken:
    return Spoken(name, len(text), is_question(text))


def _longer(spoken: Spoken, text: str) -> Spoken:
    return replace(
        spoken, length=spoken.length + len(text), question=spoken.question or is_question(text)
    )


def _parts(text: str) -> list[str]:
    """The lines that aren't blank, without escapes and the spaces around them."""
    text = unescaped(text.replace("\u00a0", " "))
    return [part for line in text.split("\n") if (part := line.strip())]


def _shape(line: str) -> str:
    shape = _STRANGE.sub("□", _WORDS.sub("…", line[:_LOOKED_AT]))
    return shape[: end_of(_FIRST_WORDS, shape)][:_LONGEST_SHAPE]

"""How does a clan's relay write down who said what?

A pattern is what an operator types: "**{name}** ({rank}): {text}". It is no regular expression.
What stands between two placeholders is looked for as it is, once, and the first place decides;
there is no way back, so any pattern takes time that grows with the line and no faster.
"""

import re
from dataclasses import dataclass, field

from clanstats import usernames
from clanstats.errors import BadInputError
from clanstats.relay.names import HEAD, end_of, undecorated

DEFAULTS = (
    "**{name}**: {text}",
    "**{name}:** {text}",
    "**{name}** ({rank}): {text}",
    "**{name}** [{rank}]: {text}",
    "__{name}__: {text}",
    "`{name}`: {text}",
    "[{tag}] {name}: {text}",
)
PLAIN = "{name}: {text}"  # only where asked for: "Note: …" looks the same

_LONGEST_FIELD = 120
_LONGEST_PATTERN = 100
_MOST_PATTERNS = 20
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_KNOWN = ("name", "rank", "tag", "text")


@dataclass(frozen=True, slots=True)
class Patterns:
    """What one relay writes; icons and bracket tags before a line are always allowed.

    Attributes:
        lines: Patterns of chat lines, tried in this order; ranks and tags are thrown away.
        system: Under which names the game itself speaks, in any spelling: the clan's, usually.
            Only what *they* say can be a broadcast; a player who says the same words just said it.
        username: Whether the webhook takes the speaker's name, and its message is what they said.
        embeds: Whether an embed's author is the speaker, and its description what they said.
        batched: Whether a message may hold several lines of the game. If not, what follows a
            player's line was said by the same player, even if it reads like a broadcast, until
            the next player's line.

    Raises:
        BadInputError: A pattern can't be read.
    """

    lines: tuple[str, ...] = DEFAULTS
    system: tuple[str, ...] = ()
    username: bool = False
    embeds: bool = True
    batched: bool = False
    templates: tuple["Template", ...] = field(init=False, repr=False, compare=False)
    _system: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.lines) > _MOST_PATTERNS:
            raise BadInputError(f"At most {_MOST_PATTERNS} patterns, please.")
        object.__setattr__(self, "templates", tuple(map(template, self.lines)))
        object.__setattr__(self, "_system", frozenset(map(usernames.standard, self.system)))

    def is_system(self, name: str) -> bool:
        """Whether the game itself speaks under this name, whatever stands around it."""
        return bool(self._system) and usernames.standard(undecorated(name)) in self._system


@dataclass(frozen=True, slots=True)
class Template:
    """A pattern, taken apart.

    Attributes:
        steps: What must stand before each placeholder, cut at its spaces, and the placeholder.
        closing: What must stand after the text.
        opening: What every such line starts with; a cheap look beforehand.
    """

    steps: tuple[tuple[tuple[str, ...], str], ...]
    closing: str
    opening: str

    def split(self, line: str) -> tuple[str, str] | None:
        """The name as written and what was said; None if the line isn't like this.

        Spaces count for nothing but inside a name. `line` has no line break.
        """
        name, position = "", 0
        named = open_field = False
        for tokens, placeholder in self.steps:
            for token in tokens:
                if open_field:
                    start, position = (
                        position,
                        line.find(token, position, position + _LONGEST_FIELD),
                    )
                    if position < 0:
                        return None
                    name = line[start:position] if named else name
                    open_field = False
                else:
                    position = _after_spaces(line, position)
                    if not line.startswith(token, position):
                        return None
                position += len(token)
            named, open_field = placeholder == "name", True
            if named and not line[position : position + 1].isalnum():  # an icon may hold a colon
                position = end_of(HEAD, line, position)
        text = line[position:].strip()
        if not text.endswith(self.closing):
            return None
        return name, text.removesuffix(self.closing).rstrip()


def template(pattern: str) -> Template:
    """Take a pattern apart.

    Raises:
        BadInputError: It isn't one; the message says what to change.
    """
    literals = _PLACEHOLDER.split(pattern)[::2]
    placeholders = _PLACEHOLDER.findall(pattern)
    _check(pattern, literals, placeholders)
    steps = tuple(
        (tuple(literal.split()), placeholder)
        for literal, placeholder in zip(literals, placeholders, strict=False)
    )
    opening = "".join(steps[0][0][:1])
    return Template(steps, literals[-1].strip(), opening)


def _check(pattern: str, literals: list[str], placeholders: list[str]) -> None:
    example = f"such as `{DEFAULTS[2]}`"
    if len(pattern) > _LONGEST_PATTERN or "\n" in pattern:
        raise BadInputError(f"A pattern is one line of at most {_LONGEST_PATTERN} characters.")
    if any(brace in literal for literal in literals for brace in "{}"):
        raise BadInputError(f"A pattern uses {{ and }} around placeholders only, {example}.")
    if unknown := [name for name in placeholders if name not in _KNOWN]:
        raise BadInputError(
            f"A pattern can't hold `{{{unknown[0]}}}`; it has {{name}}, {{text}}, and where the "
            f"relay writes them {{rank}} and {{tag}}, {example}."
        )
    if any(placeholders.count(name) != 1 for name in ("name", "text")):
        raise BadInputError(f"A pattern holds {{name}} once and {{text}} once, {example}.")
    if placeholders[-1] != "text":
        raise BadInputError(f"In a pattern {{text}} is the last placeholder, {example}.")
    if not all(literal.strip() for literal in literals[1:-1]):
        raise BadInputError(
            f"Between two placeholders of a pattern must stand more than a space, {example}."
        )


def _after_spaces(line: str, position: int) -> int:
    while line.startswith(" ", position):
        position += 1
    return position

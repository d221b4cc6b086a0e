"""Which player's name is it that icons, tags, ranks and Markdown stand around?"""

import re

from clanstats import usernames

LONGEST = 120  # characters with all that stands around it

_SYMBOLS = (
    "\u00a9\u00ae\u00b7\u2022\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3\u2122"
    "\u2190-\u2bff\u3030\u303d\u3297\u3299\ue000-\uf8ff"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f"
)
_TAG = (
    r"<(?:a?:\w{1,32}:\d{1,20}|img=\d{1,4}|/?col(?:=[0-9A-Fa-f]{1,8})?)>"  # Discord's, the game's
)
_SHORTCODE = r":[A-Za-z]\w{1,31}:"  # an emoji that Discord didn't know
_BRACKETS = r"\[[^\[\]]{0,40}\]"
_RANK = r"\([^()]{0,40}\)"

# Before a line or a name; HEAD takes Markdown, too. The alternatives begin with different
# characters, and nothing is given back.
ICONS = re.compile(rf"(?:[{_SYMBOLS}\s]|{_TAG}|{_SHORTCODE})*+")
TAGS = re.compile(rf"(?:[{_SYMBOLS}\s]|{_TAG}|{_SHORTCODE}|{_BRACKETS})*+")
HEAD = re.compile(rf"(?:[{_SYMBOLS}\s*_~|`\\]|{_TAG}|{_SHORTCODE}|{_BRACKETS})*+")
# After it; only ever searched in what is short.
_TAIL = re.compile(rf"(?:[{_SYMBOLS}\s*_~|`\\]|{_TAG}|{_SHORTCODE}|{_BRACKETS}|{_RANK})++$")

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST_NAME = 12
_PLAIN = re.compile(r"[A-Za-z0-9]++(?:[ _-][A-Za-z0-9]++)*+")


def player_name(written: str) -> str | None:
    """Take off what stands around a name; None if what is left is no name the game allows.

    Only what stands before and after it is taken off: a foreign letter inside makes it no name,
    and never the name of somebody else.
    """
    if len(written) <= _LONGEST_NAME and _PLAIN.fullmatch(written):
        return written  # most are; the rest costs ten times as much
    name = undecorated(written)
    return name if usernames.validate(name)[0] else None


def undecorated(written: str) -> str:
    """The same without the check; "" for what is too long to be anybody's name."""
    if len(written) > LONGEST:
        return ""
    written = unescaped(written)
    return usernames.canonical(_TAIL.sub("", written[end_of(HEAD, written) :]))


def unescaped(text: str) -> str:
    r"""Undo Markdown's escapes: "Iron\_Man" is "Iron_Man"."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def end_of(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    """Where a pattern that fits everywhere stops fitting."""
    found = pattern.match(text, start)
    return found.end() if found else start

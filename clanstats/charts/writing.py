"""How are names, periods and ranks written in a picture and in its description?"""

import unicodedata
from collections.abc import Container, Iterable

from clanstats.domain import Member, UnknownReason, Window

_LONGEST = 200  # more than this fits no line; shaping it would only take time
_ALT_LIMIT = 1024  # Discord's

_REASONS = {
    UnknownReason.NEVER_TRACKED: "never tracked",
    UnknownReason.ARCHIVED: "profile archived",
    UnknownReason.NOT_UPDATED: "not updated",
    UnknownReason.NO_BASELINE: "observed once only",
    UnknownReason.UNRANKED: "unranked",
    UnknownReason.NEWLY_RANKED: "newly ranked",
    UnknownReason.NOT_LINKED: "no Discord account linked",
    UnknownReason.NOT_READ: "not read in this time",
}


def clean(text: str, *, drawable: Container[int]) -> str:
    """One line of `text` with only what can be drawn; "?" when nothing of it can.

    Combining marks that have no composed form go too: a pile of them leaves the line.
    """
    composed = unicodedata.normalize("NFC", " ".join(text[:_LONGEST].split()))
    kept = "".join(
        letter
        for letter in composed
        if ord(letter) in drawable and unicodedata.category(letter)[0] not in "CM"
    )
    return " ".join(kept.split()) or ("?" if composed else "")


def period(window: Window) -> str:
    """Its length in words: "30 days", "1 day", "6 hours"."""
    hours = round(window.length.total_seconds() / 3600)
    count, unit = (round(hours / 24), "day") if hours >= 24 else (hours, "hour")  # noqa: PLR2004
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def reason(why: UnknownReason | None) -> str:
    """Why something is unknown, in a word or two."""
    return "unknown" if why is None else _REASONS[why]


def rank(member: Member) -> str:
    """Their rank in the clan, as a word: "Deputy owner"."""
    return "No longer in the clan" if member.rank is None else _title(member.rank)


def alt(sentences: Iterable[str]) -> str:
    """Join sentences into a description that Discord accepts; what is too long is cut."""
    text = " ".join(sentences)
    return text if len(text) <= _ALT_LIMIT else text[: _ALT_LIMIT - 1].rstrip() + "…"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()

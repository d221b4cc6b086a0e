"""How does the evidence of a rule read: what was seen of each comparison, and is it enough?"""

from collections.abc import Sequence
from datetime import datetime

import discord

from clanstats.domain import Member
from clanstats.roles import title
from clanstats.rules.leaves import Leaf
from clanstats.rules.words import age_words, leaf_words, outcome_word
from cogs import words

_COLOUR = 0xF2B134
_MARKS = {True: "🟢", False: "🔴", None: "⚪"}
_FORESEEN = 3 * 365  # days: what is farther off is no forecast
_LONGEST = 4_000  # characters; Discord takes 4,096


def why(
    member: Member,
    parts: Sequence[tuple[str, Sequence[Leaf]]],
    now: datetime,
    *,
    nothing: str = "No rule is about them.",
) -> discord.Embed:
    """Every comparison of what concerns one member, with what was seen and how old it is."""
    blocks = []
    for heading, leaves in parts:
        lines = [f"**{heading}**", *(line(leaf, now) for leaf in leaves)]
        blocks.append("\n".join(lines))
    return discord.Embed(
        title=f"{words.name(member.name)} · {title(member.rank)}",
        description=_fit(blocks, "\n\n") or nothing,
        colour=_COLOUR,
    )


def pace(days: float | None) -> str:
    """When it will be enough if it goes on as lately; "" where that can't be said."""
    if days is None:
        return ""
    if days > _FORESEEN:
        return " · not within three years at this pace"
    return f" · in {days:,.0f} d at this pace"


def line(leaf: Leaf, now: datetime) -> str:
    """One comparison: PASS, FAIL or UNKNOWN, what was seen, what it takes, and how old that is."""
    age = age_words(leaf, now)
    said = words.name(leaf_words(leaf))
    return f"{_MARKS[leaf.outcome]} {outcome_word(leaf.outcome)} {said}" + (
        f" · {age}" if age else ""
    )


def _fit(blocks: Sequence[str], between: str) -> str:
    text = ""
    for number, block in enumerate(blocks):
        if len(text) + len(block) > _LONGEST:
            return f"{text}{between}… and {len(blocks) - number:,} more"
        text += (between if text else "") + block
    return text

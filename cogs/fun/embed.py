"""How does it read what is worth a smile? Pure: from awards to an embed."""

from collections.abc import Sequence

import discord

from clanstats.analytics.words import Wording
from clanstats.fun import Award
from cogs import words

_COLOUR = 0xF0B43C
_ICONS = {
    "Yap-Star": "🗣️",
    "Hitman": "🗡️",
    "Silent Grinder": "🤫",
    "Specialist": "🎯",
    "Efficiency Demon": "⚡",
    "Rivalry": "⚔️",
    "Fading Star": "🌠",
    "Town Crier": "📯",
    "Boss Hunter": "🏹",
}


def awards(title: str, found: Sequence[Award]) -> discord.Embed:
    """A field each; how many it is known of stands with it."""
    made = discord.Embed(title=title, colour=_COLOUR)
    if not found:
        made.description = "Nobody stands out, as far as is known."
    for one in found:
        names = " and ".join(f"**{words.name(member.name)}**" for member in one.members)
        made.add_field(
            name=f"{_ICONS.get(one.title, '⭐')} {one.title}",
            value=f"{names}\n{one.why}\n*known of {words.counted(one.known, 'member')}*",
            inline=True,
        )
    return made


def wording(found: Wording, days: int, *, counted: bool) -> discord.Embed:
    """One's own words and questions."""
    made = discord.Embed(title=f"Your words · last {days} days", colour=_COLOUR)
    if found.words:
        made.description = "\n".join(f"**{words.name(word)}** ×{n:,}" for word, n in found.words)
    else:
        made.description = (
            "None were counted in these days."
            if counted
            else "Words aren't counted here; whoever runs the bot can turn it on (`COUNT_WORDS`)."
        )
    share = f" · {found.questions / found.messages:.0%}" if found.messages else ""
    made.add_field(
        name="Questions", value=f"{found.questions:,} of {found.messages:,} messages{share}"
    )
    return made

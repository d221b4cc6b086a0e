"""Which of Discord's intents does the bot ask for, and what does it cost to lack one?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import discord


@dataclass(frozen=True, slots=True)
class Lack:
    """A privileged intent that the application doesn't have."""

    title: str  # as on Discord's page
    cost: str
    flags: int  # the application's: granted, or on for a small bot


PRIVILEGED: Mapping[str, Lack] = MappingProxyType(
    {
        "members": Lack(
            "Server Members Intent",
            "who leaves the server goes unnoticed, so their data is never purged, and "
            "`/link list` can suggest nobody",
            1 << 14 | 1 << 15,
        ),
        "message_content": Lack(
            "Message Content Intent",
            "relayed in-game chat can't be read, nor how long messages are",
            1 << 18 | 1 << 19,
        ),
    }
)
FIX = "turn it on at discord.com/developers, page Bot, and start the bot again"


def wanted(flags: int | None = None) -> discord.Intents:
    """What to ask for of an application with these flags; None: unknown, so everything."""
    intents = discord.Intents(guilds=True, guild_messages=True, voice_states=True)
    intents.members = flags is None or bool(flags & PRIVILEGED["members"].flags)
    intents.message_content = flags is None or bool(flags & PRIVILEGED["message_content"].flags)
    return intents


def least() -> discord.Intents:
    """What every application has. A message that mentions the bot comes with its content."""
    return wanted(0)


def lacking(intents: discord.Intents) -> Sequence[Lack]:
    """What the bot does without."""
    return [lack for name, lack in PRIVILEGED.items() if not getattr(intents, name)]

"""How do drift, missing links and likenesses of names read? Pure: from facts to an embed."""

from collections.abc import Sequence

import discord

from clanstats.decisions.drift import Drift
from clanstats.domain import Member
from clanstats.roles import title
from clanstats.rules.decisions import Change
from cogs import words

_COLOUR = 0x9A7BD0
_LONGEST = 3_900  # characters; Discord takes 4,096


def drifted(found: Sequence[Drift], checked: int, unlinked: int) -> discord.Embed:
    """In-game rank, Discord role and the rules in one table, where they disagree."""
    made = _listed(
        f"{words.counted(len(found), 'member')} of {checked:,} drift",
        [_drift(one) for one in found],
        "In game, on Discord and by the rules everybody is the same.",
    )
    if unlinked:
        made.set_footer(text=f"Of {unlinked:,} nobody is linked, so their roles can't be compared.")
    return made


def unlinked(members: Sequence[Member]) -> discord.Embed:
    """Members to whom no Discord account is linked, by rank's name and then their own."""
    lines = [f"**{words.name(one.name)}** · {title(one.rank)}" for one in members]
    return _listed(
        f"{words.counted(len(members), 'member')} without a Discord account",
        lines,
        "Everybody is linked.",
    )


def names(lines: Sequence[str]) -> discord.Embed:
    """Who is called otherwise on Discord than in game."""
    return _listed(
        f"{words.counted(len(lines), 'name')} differ", list(lines), "All names are the same."
    )


def synced(lines: Sequence[str], *, dry_run: bool) -> discord.Embed:
    """Which roles were changed, or would be."""
    heading = "Roles that would change" if dry_run else "Roles that were changed"
    return _listed(heading, list(lines), "No role has to change.")


def _drift(one: Drift) -> str:
    parts = [f"**{words.name(one.member.name)}** · in game {title(one.member.rank)}"]
    if one.missing_role is not None:
        parts.append(f"on Discord without <@&{one.missing_role}>")
    parts += [f"on Discord also <@&{role}>" for role in one.wrong_roles]
    if one.due is not None:
        arrow = "⬆️" if one.change is Change.PROMOTE else "⬇️"
        parts.append(f"by the rules {arrow} {title(one.due)}")
    return " · ".join(parts)


def _listed(heading: str, lines: Sequence[str], nothing: str) -> discord.Embed:
    text = ""
    for number, line in enumerate(lines):
        if len(text) + len(line) > _LONGEST:
            text += f"\n… and {len(lines) - number:,} more."
            break
        text += ("\n" if text else "") + line
    return discord.Embed(title=heading, description=text or nothing, colour=_COLOUR)

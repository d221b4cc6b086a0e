"""How do drift, missing links and likenesses of names read? Pure: from facts to an embed."""

from collections.abc import Sequence

import discord

from clanstats.decisions.badges import BadgeChange
from clanstats.decisions.drift import Drift
from clanstats.domain import Member
from clanstats.roles import title
from clanstats.rules.decisions import Change
from cogs import granting, words
from cogs.clan_roster.answer import Found
from cogs.granting import Roles

ROWS = 4  # each has a row of buttons, and the pages have one
_COLOUR = 0x9A7BD0
_LONGEST = 3_900  # characters; Discord takes 4,096


def drifted(found: Found, shown: Sequence[Drift], page: int, pages: int) -> discord.Embed:
    """In-game rank, Discord role and the rules in one table, where they disagree."""
    count = words.counted(len(found.drifting), "member")
    made = _listed(
        f"{count} of {found.checked:,} drift",
        [_drift(one) for one in shown],
        "In game, on Discord and by the rules everybody is the same.",
        between="\n\n",
    )
    footer = [f"Page {page + 1} of {pages}"] if pages > 1 else []
    if found.unlinked:
        footer.append(f"of {found.unlinked:,} nobody is linked, so their roles can't be compared")
    if found.badges:
        count = words.counted(len(found.badges), "role")
        footer.append(f"rules would change {count}: /roster sync")
    made.set_footer(text=words.sentence(" · ".join(footer)))
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


def would(one: Drift) -> str:
    """What `/roster sync` would do about somebody's rank."""
    parts = [] if one.missing_role is None else [f"give <@&{one.missing_role}>"]
    parts += [f"take <@&{role}>" for role in one.wrong_roles]
    return f"**{words.name(one.member.name)}**: {', '.join(parts)}"


def would_badge(change: BadgeChange) -> str:
    """The same of a role that a rule gives."""
    verb = "give" if change.give else "take"
    who = words.name(change.name)
    return f"**{who}**: {verb} <@&{change.discord_role_id}> by {change.rule_id}"


def done(name: str, roles: Roles) -> str:
    """What was done about somebody."""
    return f"**{words.name(name)}**: {granting.words(roles) or 'nothing had to be done'}"


def _drift(one: Drift) -> str:
    rank = title(one.member.rank)
    if one.approved is not None:
        rank += f", {title(one.approved)} is approved and to be given there"
    roles = [] if one.missing_role is None else [f"without <@&{one.missing_role}>"]
    roles += [f"also <@&{role}>" for role in one.wrong_roles]
    said = (
        "as it should be"
        if one.discord_user_id is not None
        else "nobody whose roles can be compared"
    )
    lines = [
        f"**{words.name(one.member.name)}**",
        f"In game: {rank}",
        f"On Discord: {'⚠️ ' + ', '.join(roles) if roles else said}",
        f"By the rules: {_due(one)}",
    ]
    return "\n".join(lines)


def _due(one: Drift) -> str:
    if one.due is None:
        return "as it should be"
    arrow = "⬆️" if one.due.change is Change.PROMOTE else "⬇️"
    votes = f", takes {one.due.votes} officers" if one.due.votes else ""
    return f"{arrow} {title(one.due.to_rank)}{votes}"


def _listed(
    heading: str, lines: Sequence[str], nothing: str, *, between: str = "\n"
) -> discord.Embed:
    text = ""
    for number, line in enumerate(lines):
        if len(text) + len(line) > _LONGEST:
            text += f"\n… and {len(lines) - number:,} more."
            break
        text += (between if text else "") + line
    return discord.Embed(title=heading, description=text or nothing, colour=_COLOUR)

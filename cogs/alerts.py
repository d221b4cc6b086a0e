"""How do alerts and the log of who came and went read? Pure: from a run to an embed."""

from collections.abc import Sequence

import discord

from clanstats.decisions.running import Movement, RunReport
from clanstats.roles import title
from clanstats.rules.decisions import Proposal
from clanstats.rules.words import leaf_words
from clanstats.timestamps import discord_time
from cogs import words
from cogs.paging import pages_of

_COLOUR = 0xD9534F
_QUIET_COLOUR = 0x7F7F8C
_ICONS = {"member.joined": "➡️", "member.left": "⬅️", "member.renamed": "✏️"}


def alerts(found: RunReport) -> Sequence[discord.Embed]:
    """What officers have to look at, in as many messages as it takes."""
    lines = [_alert(one) for one in found.alerts]
    lines += [
        f"🚩 **{words.name(one.name)}** is flagged and joined {discord_time(one.at)}: `/case list`"
        for one in found.movements
        if one.flagged
    ]
    lines += [
        f"⬆️ **{words.name(one.member.name)}** → {title(one.to_rank)} by the rules; give it in game"
        for one in (automatic.proposal for automatic in found.automatic)
    ]
    lines += [
        f"↩️ **{words.name(one.name)}** {one.why}: to make them {title(one.to_rank)} is approved "
        "no longer"
        for one in found.lapsed
    ]
    if found.too_many:
        lines.append(
            f"{found.too_many} promotions and roles would be given by themselves, which is more "
            "than a run may do: see `/promotions` and `/roster sync`, or raise "
            "`max_changes_per_run`."
        )
    if found.problem:
        lines.append(f"⚠️ {found.problem}")
    return _embeds("For the officers", lines, _COLOUR)


def log(found: RunReport) -> Sequence[discord.Embed]:
    """Who joined, left, or has another name, in as many messages as it takes."""
    return _embeds("Who came and went", [*map(_movement, found.movements)], _QUIET_COLOUR)


def _embeds(title: str, lines: Sequence[str], colour: int) -> Sequence[discord.Embed]:
    return [
        discord.Embed(title=title, description="\n".join(page), colour=colour)
        for page in pages_of(lines, most=len(lines))
        if page
    ]


def _alert(one: Proposal) -> str:
    why = "; ".join(words.name(leaf_words(leaf)) for leaf in one.leaves if leaf.decides)
    who = f"**{words.name(one.member.name)}** ({title(one.member.rank)})"
    return f"🔔 {one.rule_id}: {who} · {why}"


def _movement(one: Movement) -> str:
    said = "" if one.action != "member.renamed" else f" · {words.name(one.detail)}"
    verb = one.action.removeprefix("member.")
    icon = _ICONS[one.action]
    return f"{icon} **{words.name(one.name)}** {verb} {discord_time(one.at)}{said}"

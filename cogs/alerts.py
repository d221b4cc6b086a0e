"""How do alerts and the log of who came and went read? Pure: from a run to an embed."""

import discord

from clanstats.decisions.running import Movement, RunReport
from clanstats.roles import title
from clanstats.rules.decisions import Proposal
from clanstats.rules.words import leaf_words
from clanstats.timestamps import discord_time
from cogs import words

_COLOUR = 0xD9534F
_QUIET_COLOUR = 0x7F7F8C
_LONGEST = 4_000  # characters; Discord takes 4,096
_ICONS = {"member.joined": "➡️", "member.left": "⬅️", "member.renamed": "✏️"}


def alerts_embed(found: RunReport) -> discord.Embed | None:
    """What officers have to look at; None if there is nothing."""
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
    if found.too_many:
        lines.append(
            f"{found.too_many} promotions and roles would be given by themselves, which is more "
            "than a run may do: see `/promotions` and `/roster sync`, or raise "
            "`max_changes_per_run`."
        )
    if found.problem:
        lines.append(f"⚠️ {found.problem}")
    if not lines:
        return None
    return discord.Embed(
        title="For the officers", description="\n".join(lines)[:_LONGEST], colour=_COLOUR
    )


def log_embed(found: RunReport) -> discord.Embed | None:
    """Who joined, left, or has another name; None if nobody."""
    if not found.movements:
        return None
    text = "\n".join(map(_movement, found.movements))[:_LONGEST]
    return discord.Embed(title="Who came and went", description=text, colour=_QUIET_COLOUR)


def _alert(one: Proposal) -> str:
    why = "; ".join(words.name(leaf_words(leaf)) for leaf in one.leaves if leaf.decides)
    who = f"**{words.name(one.member.name)}** ({title(one.member.rank)})"
    return f"🔔 {one.rule_id}: {who} · {why}"


def _movement(one: Movement) -> str:
    said = "" if one.action != "member.renamed" else f" · {words.name(one.detail)}"
    verb = one.action.removeprefix("member.")
    icon = _ICONS[one.action]
    return f"{icon} **{words.name(one.name)}** {verb} {discord_time(one.at)}{said}"

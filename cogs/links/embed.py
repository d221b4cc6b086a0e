"""How do links, claims and suggestions read? Pure: from facts to an embed.

A Discord user is a mention, which notifies nobody here and shows whatever they are called now.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar

import discord

from clanstats.people.claims import Claim, title
from clanstats.people.links import Link, LinkMethod
from clanstats.people.suggestions import Suggestion
from clanstats.timestamps import discord_time
from cogs import words

_COLOUR = 0x4C9BE8
T = TypeVar("T")
LINKED_PAGE = 20  # users
CLAIMS_PAGE = 4  # each has a row of buttons, and the pages have one
SUGGESTIONS_PAGE = 10


def asked(claim: Claim) -> discord.Embed:
    """What is to be done to prove that an account is one's own."""
    skill, ends = title(claim.skill), discord_time(claim.expires_at)
    text = (
        f"Gain any XP in **{skill}** (now {claim.baseline:,}), log out of the game, then press "
        f"**Check now** or use `/link verify`. The time ends {ends}."
    )
    return _embed(f"Is {words.name(claim.name)} yours?", [text, "Or ask an officer to confirm it."])


def linked(link: Link, *, to: int) -> discord.Embed:
    """That an account is linked now, for the Discord user `to`."""
    yours = link.discord_user_id == to
    whose = "you" if yours else f"<@{link.discord_user_id}>"
    lines = [f"**{words.name(link.name)}** is linked to {whose}."]
    if yours and link.main:
        lines.append("It is your main account: what you say on Discord counts as its.")
    elif yours:
        lines.append("`/link main` makes it your main account.")
    return _embed("Linked", lines)


def said(heading: str, text: str) -> discord.Embed:
    """What was done, in a sentence."""
    return _embed(heading, [text])


def accounts(links: Sequence[Link], claims: Sequence[Claim], *, own: bool) -> discord.Embed:
    """All accounts of one user, and which ones they have yet to prove."""
    lines = [f"• **{words.name(link.name)}**{_role(link, links)} · {_how(link)}" for link in links]
    if not lines:
        lines = [words.UNLINKED.format("you" if own else "them")]
    lines += [
        f"• **{words.name(claim.name)}** — to prove: XP in {title(claim.skill)}, log out, then "
        f"check. The time ends {discord_time(claim.expires_at)}."
        for claim in claims
    ]
    return _embed("Your accounts" if own else "Their accounts", lines)


def everyone(links: Sequence[Link], page: int) -> discord.Embed:
    """A page of who plays what, a line a user."""
    users = by_user(links)
    lines = [
        f"<@{user_id}> — " + ", ".join(_listed(link, held) for link in held)
        for user_id, held in _page(users, page, LINKED_PAGE)
    ]
    heading = f"{words.counted(len(links), 'account')} of {words.counted(len(users), 'user')}"
    return _paged(
        _embed(heading, lines or ["Nobody is linked yet."]), len(users), LINKED_PAGE, page
    )


def pending(claims: Sequence[Claim], page: int, now: datetime) -> discord.Embed:
    """A page of who says that an account is theirs."""
    lines = [
        f"<@{claim.discord_user_id}>: **{words.name(claim.name)}** is mine · "
        f"{discord_time(claim.made_at)}" + (" · not proven in time" if late else "")
        for claim in _page(claims, page, CLAIMS_PAGE)
        for late in [claim.expires_at <= now]
    ]
    embed = _embed(
        words.counted(len(claims), "request"), lines or ["Nobody waits for an officer's word."]
    )
    return _paged(embed, len(claims), CLAIMS_PAGE, page)


def suggested(found: Sequence[Suggestion], page: int) -> discord.Embed:
    """A page of members and users who are called alike."""
    lines = [
        f"**{words.name(one.name)}** may be <@{one.discord_user_id}>, who is called "
        f"“{words.name(one.called)}”"
        for one in _page(found, page, SUGGESTIONS_PAGE)
    ]
    embed = _embed(
        words.counted(len(found), "suggestion"),
        lines or ["No user without an account is called like a member without a user."],
    )
    return _paged(embed, len(found), SUGGESTIONS_PAGE, page)


def by_user(links: Sequence[Link]) -> Sequence[tuple[int, Sequence[Link]]]:
    """Each user's accounts, in the order of the links."""
    return [
        (user_id, tuple(held)) for user_id, held in groupby(links, lambda one: one.discord_user_id)
    ]


def pages(count: int, size: int) -> int:
    """How many pages there are; an empty list has one."""
    return max(1, -(-count // size))


def _role(link: Link, links: Sequence[Link]) -> str:
    return " — main account" if link.main and len(links) > 1 else ""


def _listed(link: Link, held: Sequence[Link]) -> str:
    return f"**{words.name(link.name)}**" if link.main and len(held) > 1 else words.name(link.name)


def _how(link: Link) -> str:
    how = "proven" if link.method == LinkMethod.PROOF else "by an officer"
    return how if link.made_at is None else f"{how} {discord_time(link.made_at)}"


def _page(found: Sequence[T], page: int, size: int) -> Sequence[T]:
    return found[page * size : (page + 1) * size]


def _embed(heading: str, lines: Sequence[str]) -> discord.Embed:
    return discord.Embed(title=heading, description="\n".join(lines)[:4096], colour=_COLOUR)


def _paged(embed: discord.Embed, count: int, size: int, page: int) -> discord.Embed:
    if (total := pages(count, size)) > 1:
        embed.set_footer(text=f"Page {page + 1} of {total}")
    return embed

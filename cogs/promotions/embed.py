"""How do promotions read? Pure: from the queue to an embed."""

from collections.abc import Mapping, Sequence

import discord

from clanstats.decisions.cases import CaseKind
from clanstats.decisions.context import Context
from clanstats.decisions.queue import Queue
from clanstats.decisions.record import Decision, State
from clanstats.roles import title
from clanstats.rules.decisions import Change, Missing, Proposal
from clanstats.rules.words import leaf_words
from clanstats.timestamps import discord_time
from cogs import evidence, words
from cogs.paging import LONGEST, shortened
from cogs.promotions.state import Show

CARDS = 4  # each has a row of buttons, and the pages have one
LINES = 15
_COLOUR = 0xF2B134
_NEAREST = 5
_NAMED = 3  # of what is missing
_CARD = LONGEST // CARDS - 2  # characters
TITLES = {
    Show.DUE: "due",
    Show.ALMOST: "almost there",
    Show.HELD: "held or denied",
    Show.PENDING: "to be done in game",
    Show.HISTORY: "decided",
}


def due(
    queue: Queue,
    everyone: Sequence[Proposal],
    shown: Sequence[Proposal],
    known: Mapping[int, Context],
    *,
    page: tuple[int, int],
) -> discord.Embed:
    """Cards of who is due; if nobody is, how many were checked and who is nearest.

    `known` is what else there is to say of them, by player; `page` is which of how many this is.
    """
    if not everyone:
        return _embed(f"Nobody is due · {_checked(queue)}", _nobody(queue), queue)
    cards = [_card(one, queue, known.get(one.member.player_id, Context())) for one in shown]
    heading = f"{words.counted(len(everyone), 'member')} due · {_checked(queue)}"
    return _embed(heading, "\n\n".join(cards), queue, page=page)


def almost(
    queue: Queue, everyone: Sequence[Missing], shown: Sequence[Missing], page: int, pages: int
) -> discord.Embed:
    """Who is missing something, nearest first; then who waits, and who can't be told."""
    lines = [_missing(one) for one in shown]
    return _embed(
        f"{words.counted(len(everyone), 'member')} not due yet",
        "\n".join(lines) or "Everybody is at the top, or on no ladder.",
        queue,
        page=(page, pages),
    )


def not_due(queue: Queue) -> Sequence[Missing]:
    """In the order in which they are listed."""
    return (*queue.waiting, *queue.almost, *queue.cant_tell)


def decided(
    queue: Queue, show: Show, shown: Sequence[Decision], page: int, pages: int
) -> discord.Embed:
    """What was decided: held, waiting for the game, or all of it."""
    lines = [_decided(one, queue) for one in shown]
    heading = f"Promotions · {TITLES[show]}"
    if show is Show.PENDING and queue.overdue:
        heading += f" ({len(queue.overdue)} for 5 days or more)"
    return _embed(heading, "\n".join(lines) or "There is nothing.", queue, page=(page, pages))


def said(heading: str, text: str) -> discord.Embed:
    """What was done, in a sentence."""
    return discord.Embed(title=heading, description=text[:LONGEST], colour=_COLOUR)


def _card(one: Proposal, queue: Queue, known: Context) -> str:
    head = f"**{words.name(one.member.name)}** · {_change(one)}"
    if one.votes:
        so_far = next((known for known in queue.opened if known.settles(one, queue.now)), None)
        head += f" · takes {one.votes} officers" + ("" if so_far is None else _tally(so_far))
    leaves = [leaf for leaf in one.leaves if leaf.decides]
    lines = [head, _context(known), *(evidence.line(leaf, queue.now) for leaf in leaves)]
    return shortened(lines, _CARD)


def _context(known: Context) -> str:
    """What the rules don't ask: places in 30 days, cases in force, since when the rank is held."""
    parts = [
        f"{what} #{place.place:,} of {place.known:,}" if place else f"{what} place unknown"
        for what, place in (("XP", known.xp), ("messages", known.messages))
    ]
    parts += [
        f"⚠️ {words.counted(count, kind)}"
        for kind in CaseKind
        if kind is not CaseKind.NOTE and (count := known.cases.get(kind, 0))
    ]
    if notes := known.cases.get(CaseKind.NOTE, 0):
        parts.append(words.counted(notes, "note"))
    if known.rank_since is not None:
        parts.append(f"this rank {discord_time(known.rank_since)}")
    return f"30 days: {' · '.join(parts)}"


def _tally(known: Decision) -> str:
    """How it stands, and not who said what."""
    return f": {known.agreed} for it" + (f", {known.against} against" if known.against else "")


def _change(one: Proposal) -> str:
    if one.to_rank is None:
        return f"suggested by {one.rule_id}, now {title(one.from_rank)}"
    arrow = "⬆️" if one.change is Change.PROMOTE else "⬇️"
    return f"{arrow} {title(one.from_rank)} → {title(one.to_rank)}"


def _missing(one: Missing) -> str:
    line = f"**{words.name(one.member.name)}** → {title(one.to_rank)} · "
    if not one.leaves:
        if one.waits_days is None:
            return f"{line}holds; since when they have their rank isn't known"
        wait = f"in {one.waits_days:.0f} d" if one.waits_days else "with the next look"
        return f"{line}holds, and is due {wait}"
    what = "; ".join(words.name(leaf_words(leaf)) for leaf in one.leaves[:_NAMED])
    if len(one.leaves) > _NAMED:
        what += f"; and {len(one.leaves) - _NAMED} more"
    unsure = "can’t be told: " if one.unknown else ""
    return f"{line}{unsure}{what}{evidence.pace(one.days)}"


def _nobody(queue: Queue) -> str:
    nearest = [_missing(one) for one in queue.almost[:_NEAREST]]
    lines = ["The nearest:", *nearest] if nearest else ["Nobody is on the way to a rank."]
    if queue.cant_tell:
        lines.append(f"{words.counted(len(queue.cant_tell), 'member')} can't be told.")
    return "\n".join(lines)


def _decided(one: Decision, queue: Queue) -> str:
    what = one.rule_id if one.to_rank is None else f"{title(one.from_rank)} → {title(one.to_rank)}"
    by = "the bot" if one.decided_by is None else f"<@{one.decided_by}>"
    line = f"**{words.name(one.name)}** · {what} · {_STATES[one.state]} by {by}"
    line += f" {discord_time(one.decided_at)}"
    if one.state in {State.HELD, State.DENIED} and one.held_until and one.held_until > queue.now:
        line += f", until {discord_time(one.held_until, 'D')}"
    if one.decision_id in queue.unsupported:
        line += "\n⚠️ the rules propose it no longer: `/promotions player` says why"
    return line


_STATES = {
    State.OPEN: "agreed to",
    State.APPROVED: "approved",
    State.HELD: "held",
    State.DENIED: "denied",
    State.DONE: "approved and done in game; decided",
    State.UNDONE: "undone; decided",
    State.LAPSED: "lapsed; approved",
}


def _checked(queue: Queue) -> str:
    return f"{queue.judged.decisions.checked:,} checked"


def _embed(
    heading: str, text: str, queue: Queue, *, page: tuple[int, int] = (0, 1)
) -> discord.Embed:
    made = discord.Embed(title=heading, description=text[:LONGEST], colour=_COLOUR)
    at, pages = page
    footer = [f"Rules {queue.judged.book.hash}"]
    if queue.judged.problems:
        footer.append("the rules file has a mistake, the rules before it are in force")
    if pages > 1:
        footer.insert(0, f"Page {at + 1} of {pages}")
    made.set_footer(text=" · ".join(footer))
    return made

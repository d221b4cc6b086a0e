"""How do two players read beside one another? Pure: from what each did to an embed."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from clanstats.domain import Gain
from clanstats.metrics import Metric
from clanstats.numbers import compact
from cogs import words
from cogs.leaderboards.embed import LATER, PARTIAL

_COLOUR = 0x56B4E9


@dataclass(frozen=True, slots=True)
class Row:
    """One signal of both; None isn't shown of them."""

    metric: Metric
    one: Gain | None
    other: Gain | None


def compared(names: Sequence[str], rows: Sequence[Row], period: str) -> discord.Embed:
    """A field a signal; whoever did more is marked, if both are known."""
    who = " and ".join(map(words.name, names))
    made = discord.Embed(title=f"{who} · {period}", colour=_COLOUR)
    for row in rows:
        known = [_known(row.one), _known(row.other)]
        lines = [
            f"{words.name(name)} {_said(gain)}{_mark(known, place)}"
            for place, (name, gain) in enumerate(zip(names, (row.one, row.other), strict=True))
        ]
        name = words.measured(row.metric, gained=True)
        made.add_field(name=words.sentence(name), value="\n".join(lines), inline=True)
    made.set_footer(text=f"{LATER} counted from later on · {PARTIAL} game chat alone")
    return made


def _known(gain: Gain | None) -> float | None:
    """What they did, if it is neither more nor less."""
    if gain is None or gain.since is not None or gain.partial:
        return None
    return gain.shown


def _mark(known: Sequence[float | None], place: int) -> str:
    mine, theirs = known[place], known[1 - place]
    return " 🏆" if mine is not None and theirs is not None and mine > theirs else ""


def _said(gain: Gain | None) -> str:
    if gain is None:
        return "not shown"
    if gain.shown is None:
        return f"unknown: {words.unknown(gain)}"
    mark = LATER if gain.since is not None else PARTIAL if gain.partial else ""
    return f"**{compact(gain.shown)}{mark}**"

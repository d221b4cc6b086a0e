"""How does a leaderboard read? Pure: from a board to an embed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import discord

from clanstats.domain import Gain, Leaderboard, Standing, UnknownReason
from clanstats.numbers import compact, full
from clanstats.roles import title as rank_title
from clanstats.timestamps import discord_time
from cogs import words
from cogs.asked import Asked

PAGE = 15
LATER = "*"  # marks a gain that doesn't count from the period's start
COLOUR = 0xF0B43C
_LONGEST = 3900  # of a description, of the 4,096 that Discord takes


@dataclass(frozen=True, slots=True)
class Shown:
    """A board with what must be known to put it into words."""

    board: Leaderboard
    asked: Asked
    now: datetime
    tz: tzinfo
    rank: str | None = None
    own: Collection[int] = ()  # the player IDs of who looks at it

    @property
    def pages(self) -> int:
        return max(-(-len(self.board.standings) // PAGE), 1)

    @property
    def title(self) -> str:
        """What is ranked, and when: "XP gained · last 30 days · Ruby"."""
        ranked = words.measured(self.board.metric, gained=self.board.window is not None)
        parts = [ranked, self.asked.words(self.now, self.tz)]
        return " · ".join([*parts, rank_title(self.rank)] if self.rank else parts)

    @property
    def members(self) -> str:
        """How many there are: "312 members (6 unknown)"."""
        unknown = len(self.board.unknown)
        count = words.counted(len(self.board.standings) + unknown, "member")
        return f"{count} ({unknown:,} unknown)" if unknown else count


def page(shown: Shown, number: int) -> discord.Embed:
    """One page of it, the looker's own place below if it is elsewhere."""
    board = shown.board
    first = number * PAGE
    rows = board.standings[first : first + PAGE]
    embed = discord.Embed(
        title=f"{shown.title} · {shown.members}"[:256],
        description="\n".join(
            filter(None, (_sum(board), _table(shown, rows), _later(board), _unknown(board)))
        ),
        colour=COLOUR,
    )
    embed.set_footer(text=_footer(shown, number))
    return embed


def unknown_list(shown: Shown) -> discord.Embed:
    """Everyone about whom no number can be given, why, and what helps."""
    embed = discord.Embed(title=f"Unknown · {shown.title}"[:256], colour=COLOUR)
    lines: list[str] = []
    for reason in UnknownReason:
        gains = [gain for gain in shown.board.unknown if gain.unknown is reason]
        if gains:
            heading = f"**{words.sentence(words.REASONS[reason])} ({len(gains):,})**"
            lines += [f"{heading} — {words.REMEDIES[reason]}", *map(_unknown_line, gains), ""]
    embed.description = _cut(lines) or "Everyone is known."
    return embed


def own_standing(shown: Shown) -> Standing | None:
    """The looker's best place; None if they have none."""
    return next((s for s in shown.board.standings if s.gain.member.player_id in shown.own), None)


def _sum(board: Leaderboard) -> str:
    if board.window is None or not board.standings:
        return ""
    gained = sum(1 for standing in board.standings if standing.gain.shown)
    total = f"**{compact(board.total)} {board.metric.unit}** together"
    return f"{total} · {gained:,} of {len(board.standings):,} gained"


def _table(shown: Shown, rows: Sequence[Standing]) -> str:
    if not rows:
        return "Nobody has a known number here: **Unknown** says why, and what helps."
    ranked = {row.gain.member.player_id for row in rows}
    unit = words.sentence(shown.board.metric.unit)
    lines = [f"{'#':>5} {'Name':<12} {unit:>7}", *(_row(shown, row) for row in rows)]
    own = own_standing(shown)
    if own is not None and own.gain.member.player_id not in ranked:
        lines += [f"{'⋯':>5}", _row(shown, own)]
    table = "```\n" + "\n".join(lines) + "\n```"
    mine = [gain for gain in shown.board.unknown if gain.member.player_id in shown.own]
    if own is None and mine:
        table += f"\n{words.name(mine[0].member.name)}: unknown — {words.unknown(mine[0])}"
    return table


def _row(shown: Shown, standing: Standing) -> str:
    gain = standing.gain
    mark = "›" if gain.member.player_id in shown.own else " "
    value = f"{compact(gain.shown or 0)}{LATER if gain.since else ' '}"
    line = f"{mark}{standing.place:>4,} {words.cell(gain.member.name)} {value:>8}"
    return f"{line}  {_moved(standing.climbed)}".rstrip()


def _moved(climbed: int | None) -> str:
    if not climbed:
        return ""
    return f"{'▲' if climbed > 0 else '▼'}{abs(climbed)}"


def _later(board: Leaderboard) -> str:
    if not board.counts_later:
        return ""
    return f"`{LATER}` counted from later than the start, when first known; the CSV has the day"


def _unknown(board: Leaderboard) -> str:
    counts = {
        reason: sum(gain.unknown is reason for gain in board.unknown) for reason in UnknownReason
    }
    said = [f"{count:,} {words.REASONS[reason]}" for reason, count in counts.items() if count]
    return f"Unknown: {', '.join(said)}" if said else ""


def _unknown_line(gain: Gain) -> str:
    seen = gain.observed_at
    last = f" · last seen {discord_time(seen)}" if seen is not None else ""
    return f"{words.name(gain.member.name)}{last}"


def _footer(shown: Shown, number: int) -> str:
    parts = [f"Page {number + 1:,} of {shown.pages:,}"]
    if shown.board.window is not None:
        parts.append("▲▼ places since the period before")
    if age := data_age(shown):
        parts.append(age)
    return " · ".join([*parts, f"days in {shown.tz}"])


def data_age(shown: Shown) -> str:
    """How old what is known of the members is, from the newest to the oldest; "" if nothing is."""
    observed = shown.board.observed
    if observed is None:
        return ""
    oldest, newest = (words.age(at, shown.board.as_of) for at in observed)
    return f"WOM data {newest} old" if newest == oldest else f"WOM data {newest} to {oldest} old"


def _cut(lines: Iterable[str]) -> str:
    """As many lines as Discord takes; how many are missing is said."""
    kept: list[str] = []
    length, left = 0, 0
    for line in lines:
        if left or length + len(line) + 1 > _LONGEST:
            left += bool(line)
            continue
        kept.append(line)
        length += len(line) + 1
    more = f"… and {full(left)} more: the CSV has all of them." if left else ""
    return "\n".join([*kept, more]).strip()

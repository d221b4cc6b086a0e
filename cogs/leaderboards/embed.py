"""How does a leaderboard read? Pure: from a board to an embed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import discord

from clanstats.domain import Gain, Leaderboard, Standing, UnknownReason
from clanstats.known import REASONS
from clanstats.metrics import MESSAGES, VOICE
from clanstats.numbers import compact, full
from clanstats.roles import title as rank_title
from clanstats.timestamps import EARLIEST, discord_time
from cogs import words
from cogs.asked import Asked, date_words

PAGE = 15
LATER = "*"  # marks a gain that doesn't count from the period's start
PARTIAL = "~"  # marks messages of whom only game chat is known
COLOUR = 0xF0B43C
_QUIET = {MESSAGES: "wrote anything", VOICE: "was in voice"}
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
    hidden: bool = False  # who looks is hidden here, as others see this, too

    @property
    def placed(self) -> Sequence[Standing]:
        """Who has a place, best first; the pages are of them."""
        return tuple(one for one in self.board.standings if has_place(self.board, one))

    @property
    def pages(self) -> int:
        return max(-(-len(self.placed) // PAGE), 1)

    @property
    def title(self) -> str:
        """What is ranked, and when: "XP gained · last 30 days · Ruby"."""
        ranked = words.measured(self.board.metric, gained=self.board.window is not None)
        parts = [ranked, self.asked.words(self.now, self.tz)]
        return " · ".join([*parts, rank_title(self.rank)] if self.rank else parts)

    @property
    def members(self) -> str:
        """How many there are: "312 members (6 unknown, 2 hidden)"."""
        board = self.board
        counts = ((board.members - board.known, "unknown"), (board.unshown.members, "hidden"))
        told = ", ".join(f"{number:,} {what}" for number, what in counts if number)
        count = words.people(board)
        return f"{count} ({told})" if told else count

    @property
    def missing(self) -> str:
        """What isn't known of what was said; "" if nothing."""
        window = self.board.window
        return words.missing(self.board, window.start if window else EARLIEST, self.tz)

    @property
    def data_age(self) -> str:
        """How old what was known of the members was then, newest to oldest; "" if nothing was."""
        observed = self.board.observed
        if observed is None:
            return ""
        at = self.asked.end(self.now, self.tz)
        oldest, newest = (words.age(seen, at) for seen in observed)
        old = f"{newest} old" if newest == oldest else f"{newest} to {oldest} old"
        return f"WOM data {old}" + (" by then" if at < self.now else "")


def has_place(board: Leaderboard, standing: Standing) -> bool:
    """Whether it says anything that they are known: who gained nothing has no place."""
    return not board.of_gains or bool(standing.gain.shown)


def page(shown: Shown, number: int) -> discord.Embed:
    """One page of it, the looker's own place below if it is elsewhere."""
    board = shown.board
    first = number * PAGE
    rows = shown.placed[first : first + PAGE]
    pinned = _pinned(shown, rows)
    seen = rows if pinned is None else (*rows, pinned)
    embed = discord.Embed(
        title=f"{shown.title} · {shown.members}"[:256],
        description="\n".join(
            filter(
                None,
                (
                    _sum(board),
                    _table(shown, rows, pinned),
                    *_legends(board, seen),
                    _unknown(board),
                    shown.missing,
                ),
            )
        ),
        colour=COLOUR,
    )
    embed.set_footer(text=_footer(shown, number, seen))
    return embed


def unknown_list(shown: Shown) -> discord.Embed:
    """Everyone about whom no number can be given, why, and what helps."""
    embed = discord.Embed(title=f"Unknown · {shown.title}"[:256], colour=COLOUR)
    lines: list[str] = []
    for reason in UnknownReason:
        gains = [gain for gain in shown.board.unknown if gain.unknown is reason]
        if gains:
            heading = f"**{words.sentence(REASONS[reason])} ({len(gains):,})**"
            lines += [f"{heading} — {words.REMEDIES[reason]}", *map(_unknown_line, gains), ""]
    embed.description = _cut(lines) or "Everyone is known."
    return embed


def hours(shown: Shown) -> discord.Embed:
    """What stands above the picture of the clan's hours; all who write are in it but bots."""
    time = shown.asked.words(shown.now, shown.tz)
    embed = discord.Embed(title=f"Messages by hour · {time}"[:256], colour=COLOUR)
    embed.description = shown.missing or None
    embed.set_footer(text=f"hours in {shown.tz} · everybody who writes here, members or not")
    return embed


def own_standing(shown: Shown) -> Standing | None:
    """The looker's best place; None if they have none."""
    return next((s for s in shown.board.standings if s.gain.member.player_id in shown.own), None)


def _sum(board: Leaderboard) -> str:
    if not board.of_gains or not board.known:
        return ""
    idle = board.idle
    together = f"**{compact(board.total)} {board.metric.unit}** together" if board.total else ""
    nothing = f"{idle:,} {board.metric.had_none}" if idle else ""
    had = f"{board.known - idle:,} {board.metric.had}" if board.total else ""
    return " · ".join(filter(None, (together, ", ".join(filter(None, (had, nothing))))))


def _pinned(shown: Shown, rows: Sequence[Standing]) -> Standing | None:
    """The looker's own row, if there is a page and it isn't on it."""
    own = own_standing(shown)
    return own if rows and own not in rows else None


def _table(shown: Shown, rows: Sequence[Standing], pinned: Standing | None) -> str:
    said = [_rows(shown, rows, pinned) if rows else _nobody(shown)]
    mine = [gain for gain in shown.board.unknown if gain.member.player_id in shown.own]
    if own_standing(shown) is None and mine:
        said.append(f"{words.name(mine[0].member.name)}: unknown — {words.unknown(mine[0])}")
    return "\n".join(said)


def _rows(shown: Shown, rows: Sequence[Standing], pinned: Standing | None) -> str:
    unit = words.sentence(shown.board.metric.unit)
    lines = [f"{'#':>5} {'Name':<12} {unit:>7}", *(_row(shown, row) for row in rows)]
    if pinned is not None:
        lines += [f"{'⋯':>5}", _row(shown, pinned)]
    return "```\n" + "\n".join(lines) + "\n```"


def _nobody(shown: Shown) -> str:
    board = shown.board
    if board.unshown.total:
        return "Nobody to show: those of whom there is something to show are hidden."
    if board.known:
        known = " as far as is known" if board.unknown else ""
        had = _QUIET.get(board.metric.name, f"gained any {board.metric.unit}")
        return f"All quiet: nobody {had} in this time{known}."
    if board.unknown:
        return "Nobody has a known number here: **Unknown** says why, and what helps."
    day = date_words(board.as_of, shown.tz)
    if shown.rank:
        return f"Nobody is known to have held the rank {rank_title(shown.rank)} on {day}."
    return f"Nobody is known to have been in the clan on {day}: its history begins later."


def _row(shown: Shown, standing: Standing) -> str:
    gain = standing.gain
    mark = "›" if gain.member.player_id in shown.own else " "
    value = f"{compact(gain.shown or 0)}{_mark(shown.board, gain) or ' '}"
    place = f"{standing.place:,}" if has_place(shown.board, standing) else "–"
    line = f"{mark}{place:>4} {words.cell(gain.member.name)} {value:>8}"
    return f"{line}  {_moved(standing)}".rstrip()


def _moved(standing: Standing) -> str:
    climbed = standing.climbed
    if not climbed or not standing.gain.shown:
        return ""
    return f"{'▲' if climbed > 0 else '▼'}{abs(climbed)}"


def _mark(board: Leaderboard, gain: Gain) -> str:
    if gain.partial:
        return PARTIAL
    # Of voice it is the same day for everybody, and said below.
    return LATER if gain.since and board.watched_since is None else ""


def _legends(board: Leaderboard, rows: Sequence[Standing]) -> Sequence[str]:
    marks = {_mark(board, row.gain) for row in rows}
    legends = {
        LATER: "counted from later than the start, when first known; the CSV has the day",
        PARTIAL: "game chat only: no Discord account is linked",
    }
    return [f"`{mark}` {legend}" for mark, legend in legends.items() if mark in marks]


def _unknown(board: Leaderboard) -> str:
    counts = {
        reason: sum(gain.unknown is reason for gain in board.unknown) for reason in UnknownReason
    }
    said = [f"{count:,} {REASONS[reason]}" for reason, count in counts.items() if count]
    return f"Unknown: {', '.join(said)}" if said else ""


def _unknown_line(gain: Gain) -> str:
    seen = gain.observed_at
    last = f" · last seen {discord_time(seen)}" if seen is not None else ""
    return f"{words.name(gain.member.name)}{last}"


def _footer(shown: Shown, number: int, rows: Sequence[Standing]) -> str:
    parts = [f"Page {number + 1:,} of {shown.pages:,}"]
    if any(map(_moved, rows)):
        parts.append("▲▼ places since the period before")
    if shown.data_age:
        parts.append(shown.data_age)
    return " · ".join([*parts, f"days in {shown.tz}"])


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

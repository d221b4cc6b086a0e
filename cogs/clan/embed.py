"""How does it read what the clan does? Pure: from facts to an embed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo

import discord

from clanstats.analytics.quadrant import Quadrant
from clanstats.analytics.retention import AFTER_DAYS, Cohort
from clanstats.analytics.trend import ClanWeeks
from clanstats.analytics.week.bests import FEWEST, Best
from clanstats.charts.quadrant import QUIET, by_corner
from clanstats.domain import Leaderboard, WeekGain
from clanstats.metrics import KILLS, MESSAGES, OVERALL
from clanstats.numbers import compact
from cogs import words
from cogs.asked import date_words

_COLOUR = 0x56B4E9
_UNITS = {OVERALL: "XP", MESSAGES: "messages", KILLS.name: "boss kills"}
_SHOWN = 8
_TOP = 5


def headed(clan: str, text: str) -> discord.Embed:
    """A picture's heading."""
    return discord.Embed(title=clan, description=text, colour=_COLOUR)


def overview(
    clan: str, period: str, now: Sequence[Leaderboard], before: Sequence[Leaderboard], tz: tzinfo
) -> discord.Embed:
    """What everybody did together, against as long a time before it."""
    made = discord.Embed(title=f"{clan} · {period}", colour=_COLOUR)
    for board, earlier in zip(now, before, strict=True):
        unit = _UNITS.get(board.metric.name, "hours in voice")
        made.add_field(name=words.sentence(unit), value=_total(board, earlier), inline=True)
    members, then = now[0].members, before[0].members
    change = f"{members - then:+,} since" if members != then else "as many as before"
    made.add_field(name="Members", value=f"{members:,}\n{change}", inline=True)
    missing = [
        text
        for board in now
        if board.window is not None and (text := words.missing(board, board.window.start, tz))
    ]
    made.set_footer(
        text=" · ".join(dict.fromkeys(["Sums of who was a member at the end, each time", *missing]))
    )
    return made


def _total(board: Leaderboard, earlier: Leaderboard) -> str:
    if not board.known:
        return "unknown"
    lines = [f"**{compact(board.total)}**"]
    if earlier.known:
        lines.append(f"{compact(earlier.total)} before")
    if unknown := board.members - board.known:
        lines.append(f"{unknown:,} of {board.members:,} unknown")
    return "\n".join(lines)


def quadrants(clan: str, period: str, found: Quadrant) -> discord.Embed:
    """How many are where, and who."""
    made = discord.Embed(title=f"{clan} · {period}", colour=_COLOUR)
    for name, who in by_corner(found):
        shown = [words.name(one.member.name) for one in who[:_SHOWN]]
        more = f" and {len(who) - _SHOWN:,} more" if len(who) > _SHOWN else ""
        said = ", ".join(shown) + more or "nobody"
        # Whoever does little of both isn't put on show.
        said = "little of both" if name == QUIET else said
        made.add_field(name=f"{name} · {len(who):,}", value=said, inline=True)
    middle = f"{compact(found.middle.xp)} XP and {compact(found.middle.messages)} messages"
    made.set_footer(
        text=f"Against the middle of all, {middle}; of {found.unknown:,} more one isn't known"
    )
    return made


def retention(clan: str, found: Sequence[Cohort]) -> discord.Embed:
    """How many of those who joined in a quarter stayed how long."""
    lines = [_cohort(one) for one in reversed(found[-_SHOWN:])]
    made = discord.Embed(
        title=f"{clan} · who stays",
        description="\n".join(lines) or "Nobody has joined since the clan is followed.",
        colour=_COLOUR,
    )
    made.set_footer(text="Of joins that were seen; who came back joined again")
    return made


def _cohort(one: Cohort) -> str:
    told = [
        f"{stayed.days} d: {stayed.share:.0%} of {stayed.of}"
        for stayed in one.stayed
        if stayed.share is not None
    ]
    quarter = f"Q{(one.begins.month - 1) // 3 + 1} {one.begins.year}"
    said = " · ".join(told) or f"too early to tell, {AFTER_DAYS[0]} d aren't over"
    return f"**{quarter}** · {one.joined:,} joined, {one.still_there:,} still there · {said}"


def records(
    clan: str, found: ClanWeeks, own: Mapping[int, Best], names: Mapping[int, str], tz: tzinfo
) -> discord.Embed:
    """The best weeks; each says since when is looked, and over how many."""
    made = discord.Embed(title=f"{clan} · records of a year", colour=_COLOUR)
    for name, weeks in (("XP", found.xp), ("messages", found.messages)):
        known = [week for week in weeks if week.value is not None]
        if known:
            made.add_field(
                name=f"Most {name} in a week", value=_best_week(known, name, tz), inline=True
            )
    if lines := list(_own(own, names, tz)):
        made.add_field(name="Most XP of one member in a week", value="\n".join(lines), inline=False)
    since = date_words(found.xp[0].window.start, tz) if found.xp else "never"
    made.set_footer(text=f"Weeks since {since}; of members now, with at least {FEWEST} known weeks")
    return made


def _best_week(known: Sequence[WeekGain], name: str, tz: tzinfo) -> str:
    best = max(known, key=lambda week: week.value or 0)
    more = "at least " if best.partial else ""
    monday = date_words(best.window.start, tz)
    return f"{more}{compact(best.value or 0)} {name}\nweek of {monday}\nof {len(known)} known weeks"


def _own(own: Mapping[int, Best], names: Mapping[int, str], tz: tzinfo) -> Iterator[str]:
    shown = [(player_id, best) for player_id, best in own.items() if player_id in names]
    for player_id, best in sorted(shown, key=lambda one: -one[1].xp)[:_TOP]:
        monday = date_words(best.week.start, tz)
        name = words.name(names[player_id])
        yield f"**{name}** {compact(best.xp)} · week of {monday} · of {best.weeks} known weeks"

"""How does a summary read? Pure: from what there is to say to an embed."""

import re
from collections.abc import Iterable
from datetime import datetime

import discord

from clanstats.analytics.competitions import Competition
from clanstats.analytics.news import NewsKind
from clanstats.analytics.week.comparing import (
    Anniversary,
    Change,
    Figure,
    Summary,
    headline,
)
from clanstats.analytics.week.records import Record
from clanstats.decisions.queue import Queue
from clanstats.domain import Standing
from clanstats.inactivity import Row, Section
from clanstats.metrics import KILLS, MESSAGES, OVERALL, VOICE, named
from clanstats.numbers import compact
from clanstats.posts.calendar import Period, PostKind
from clanstats.roles import title
from cogs import words
from cogs.leaderboards.embed import LATER, PARTIAL
from cogs.summary.officers import State

_COLOUR = 0x4C9BE8
_OFFICERS_COLOUR = 0x9A7BD0
_NAMES = {PostKind.MONTHLY: "month", PostKind.YEARLY: "year"}
_TOPS = {
    OVERALL: "Most XP",
    KILLS.name: "Most boss kills",
    MESSAGES: "Most talkative",
    VOICE: "Longest in voice",
}
_UNITS = {OVERALL: "XP", KILLS.name: "kills", MESSAGES: "messages", VOICE: "h in voice"}
_SHOWN = 6  # lines of a field; what is beyond is counted
_FIELD = 1024  # characters that Discord takes
_ALIKE = 0.005
_THRESHOLD = re.compile(r"^[\d.,]+[kmb]? ", re.ASCII)


def summary(found: Summary, clan: str, kind: PostKind, period: Period) -> discord.Embed:
    """The public summary: nothing that is unknown is in it, but how much is."""
    span = _NAMES.get(kind, "week")
    made = discord.Embed(
        title=f"{clan}: the {span} {period.key}",
        description=f"**{headline_words(found, span)}**",
        colour=_COLOUR,
    )
    _field(made, "In numbers", _numbers(found, span))
    for name, heading in _TOPS.items():
        _field(made, heading, map(_place, found.tops[name]), inline=True)
    _field(made, "Far more than usual for them", map(change_words, found.risen))
    _field(made, "Back", [f"**{words.name(one.name)}**" for one in found.back])
    _field(made, "New", _joined(found))
    _field(made, "Achievements", _achievements(found))
    _field(made, "New ranks", _ranks(found))
    _field(made, "Records", map(_record, found.records))
    over = found.gathered.window.end
    competitions = [_competition(one, over) for one in found.gathered.competitions]
    _field(made, "Competitions", competitions)
    _field(made, "Anniversaries", map(_anniversary, found.anniversaries))
    made.set_footer(text=_footer(found, period))
    return made


def officers(found: Summary, state: State, clan: str, period: Period) -> discord.Embed:
    """The same week for officers: what there is to do, and how it stands now."""
    made = discord.Embed(
        title=f"{clan}: {period.key} for officers",
        description=f"**{headline_words(found)}**",
        colour=_OFFICERS_COLOUR,
    )
    if state.queue is not None:
        _field(made, "Due", _due(state.queue))
        _field(made, "Approved, and still not done in game", _overdue(state.queue))
    for section in (Section.READY, Section.IN_NOTICE, Section.AT_RISK):
        rows = state.quiet.of(section)
        _field(made, words.sentence(section), [_silent(row) for row in rows])
    _field(made, "Far less than usual for them", map(change_words, found.fallen))
    _field(made, "Left", [f"**{words.name(one.name)}**" for one in found.left])
    _field(made, "Drift", _drift(state))
    _field(made, "Data", _health(found, state, period))
    made.set_footer(text=f"{period.first_day} to {period.last_day}, {period.tz}; lists as of now")
    return made


def _due(queue: Queue) -> Iterable[str]:
    for one in queue.due:
        what = title(one.to_rank) if one.to_rank else one.rule_id
        yield f"**{words.name(one.member.name)}** → {what}"


def _overdue(queue: Queue) -> Iterable[str]:
    return [f"**{words.name(one.name)}** → {title(one.to_rank)}" for one in queue.overdue]


def _silent(row: Row) -> str:
    return f"**{words.name(row.known.member.name)}** · {row.verdict}"


def _drift(state: State) -> Iterable[str]:
    if state.drift is None or not state.drift.drifting:
        return
    of_roles = sum(one.of_roles for one in state.drift.drifting)
    count = words.counted(len(state.drift.drifting), "member")
    yield f"{count}, of {of_roles:,} the roles on Discord: `/roster drift`"


def _health(found: Summary, state: State, period: Period) -> Iterable[str]:
    board = found.boards[OVERALL]
    if unknown := board.members - board.known:
        yield f"XP of {words.counted(unknown, 'member')} isn't known: `/leaderboard` says why"
    if cant_tell := len(state.quiet.of(Section.CANT_TELL)):
        count = words.counted(cant_tell, "member")
        yield f"whether {count} are inactive can't be told: `/inactive show:unknown`"
    if missing := words.missing(found.boards[MESSAGES], period.window.start, period.tz):
        yield missing
    for name in state.failed:
        yield f"the job {name} failed last: `/health`"


def headline_words(found: Summary, span: str = "week") -> str:
    """The largest true change, in a sentence."""
    told = headline(found)
    if told is None or told.usual is None or told.ratio is None:
        known = any(one.usual is not None for one in found.figures)
        return f"A {span} like the four before it." if known else f"The {span} in numbers."
    said, usual = f"{compact(told.total)} {_what(told)}", _usual(told)
    if told.ratio >= 2:  # noqa: PLR2004 — below that, percents say more
        return f"{said}, {told.ratio:.1f} times the usual {usual}."
    if told.ratio >= 1:
        return f"{said}, {told.ratio - 1:.0%} more than the usual {usual}."
    if not told.total:
        return f"{said}, where {usual} is usual."
    return f"{said}, only {told.ratio:.0%} of the usual {usual}."


def change_words(change: Change) -> str:
    """What somebody did, and what is usual: "**Zezima**: 12.4m XP, usually 2m"."""
    unit = _UNITS[change.metric.name]
    value, usual = compact(change.value), compact(change.usual)
    return f"**{words.name(change.member.name)}**: {value} {unit}, usually {usual}"


def _numbers(found: Summary, span: str) -> Iterable[str]:
    for one in (*found.figures, found.active):
        if one is None or not one.known:
            continue
        line = f"{compact(one.total)} {_what(one)}"
        if one.usual is not None:
            line += f" · {_against(one)}"
        else:
            line += f" · too little is known of the {span}s before"
        yield line


def _against(one: Figure) -> str:
    """What is usual, and by how much this is more or less."""
    usual = _usual(one)
    if one.ratio is None:
        return "usually nothing" if one.total else "as usual (0)"
    if abs(one.ratio - 1) < _ALIKE:
        return f"as usual ({usual})"
    return f"{one.ratio - 1:+.0%}, usually {usual}"


def _usual(one: Figure) -> str:
    """What is counted has no halves, though the middle of four may."""
    whole = one.metric.name != VOICE
    return compact(round(one.usual or 0) if whole else one.usual or 0)


def _what(one: Figure) -> str:
    return _UNITS.get(one.metric.name, "active members")


def _place(standing: Standing) -> str:
    gain = standing.gain
    more = LATER if gain.since is not None else PARTIAL if gain.partial else ""
    name = words.name(gain.member.name)
    return f"{standing.place}. **{name}** {compact(gain.shown or 0)}{more}"


def _joined(found: Summary) -> Iterable[str]:
    """Who is new, and whether they have said a word; nothing of it where that isn't known."""
    said = {one.gain.member.player_id: one.gain.shown for one in found.boards[MESSAGES].standings}
    for stay in found.joined:
        again = ", again" if stay.again else ""
        count = said.get(stay.player_id)
        wrote = f" · {words.counted(int(count), 'message')}" if count else ""
        yield f"**{words.name(stay.name)}**{again}{wrote}"


def _achievements(found: Summary) -> Iterable[str]:
    names = found.names
    own: dict[int, dict[str, str]] = {}
    for one in found.happened:
        if one.kind is NewsKind.ACHIEVEMENT and one.player_id in names:
            # Of "50 Zulrah kills" and "100 Zulrah kills" the later one says it all.
            own.setdefault(one.player_id, {})[_THRESHOLD.sub("", one.subject)] = one.subject
    for player_id, subjects in sorted(own.items(), key=lambda item: -len(item[1])):
        yield f"**{words.name(names[player_id])}**: {words.name(', '.join(subjects.values()))}"


def _ranks(found: Summary) -> Iterable[str]:
    names = found.names
    for one in found.happened:
        if one.kind is NewsKind.RANK and one.player_id in names:
            yield f"**{words.name(names[one.player_id])}** is now {title(one.subject)}"


def _record(one: Record) -> str:
    line = f"**{words.name(one.member.name)}**: {compact(one.xp)} XP, more than "
    if one.of_clan:
        since = f"{one.since.day} {one.since:%b %Y}"
        return f"{line}anybody in any week that is known since {since}"
    return f"{line}in any of their {one.weeks} known weeks before ({compact(one.before)})"


def _competition(one: Competition, over: datetime) -> str:
    """Which one, on what, and when; Discord shows the times by the reader's own clock."""
    start, end = (discord.utils.format_dt(at, "f") for at in (one.starts_at, one.ends_at))
    when = f"until {end}" if one.starts_at <= over else f"{start} to {end}"
    metrics = ", ".join(named(metric).title for metric in one.metrics)
    link = f"https://wiseoldman.net/competitions/{one.wom_competition_id}"
    return f"**{words.name(one.title)}**: {metrics}, {when} · [on Wise Old Man]({link})"


def _anniversary(one: Anniversary) -> str:
    return f"**{words.name(one.name)}**: {words.counted(one.years, 'year')}"


def _footer(found: Summary, period: Period) -> str:
    board = found.boards[OVERALL]
    known = f"XP known of {board.known:,} of {words.counted(board.members, 'member')}"
    read = words.missing(found.boards[MESSAGES], period.window.start, period.tz)
    parts = [f"{period.first_day} to {period.last_day}, {period.tz}", known, read]
    shown = [one.gain for top in found.tops.values() for one in top]
    if any(gain.since is not None for gain in shown):
        parts.append(f"{LATER} counted from later on")
    if any(gain.since is None and gain.partial for gain in shown):
        parts.append(f"{PARTIAL} game chat alone")
    return " · ".join(filter(None, parts))


def _field(made: discord.Embed, name: str, lines: Iterable[str], *, inline: bool = False) -> None:
    """A field with as many of the lines as fit; none if there are none."""
    told = list(lines)
    if not told:
        return
    shown, text = 0, ""
    for line in told[:_SHOWN]:
        if len(text) + len(line) > _FIELD - 30:
            break
        text += ("\n" if text else "") + line
        shown += 1
    if len(told) > shown:
        text += f"\nand {len(told) - shown:,} more"
    made.add_field(name=name, value=text, inline=inline)

"""How did a player do, week by week? A bar each, and hatching where nothing is known.

XP, and below it messages where they were asked for: two panels over the same weeks, because two
scales beside one another are compared by nobody rightly.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.charts.week_bars import Bar, Panel, plot
from clanstats.domain import MetricProgress, Profile, Talk, WeekGain, Window
from clanstats.metrics import OVERALL
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_HEIGHT = 640
_XP_ALONE = Panel(182, _HEIGHT - 142)
_TALL = 912  # with messages
_XP = Panel(212, 462, dated=False)
_MESSAGES = Panel(582, _TALL - 142, style.TALK, style.TALK_BEGUN)
_TITLE = 54  # above a panel
_WHOLE_WEEK = timedelta(hours=166)  # one that loses an hour to summer time has 167


def player_weeks(
    profile: Profile, *, totals: bool = False, footer: str = "", form: Form = "png"
) -> bytes:
    """Draw XP by week, 1,200 by 640 pixels; a loss is drawn as nothing gained.

    With the profile's talk there are messages by week below, and it is 912 high. With `totals`
    the heading says how much XP there is, and `overall_place` is the place by it.
    """
    height = _HEIGHT if profile.talk is None else _TALL
    card = layout.blank(height)
    figure, label = _held(profile) if totals else _gained(profile)
    standing = _standing(profile, totals=totals)
    layout.heading(card, profile.member.name, standing, figure=figure, figure_label=label)
    if not profile.weeks:
        layout.said(card, height / 2, "Nothing known yet", "No week of this player is known.")
    elif profile.talk is None:
        plot(card, _bars(profile, profile.weeks), _XP_ALONE)
    else:
        _title(card, _XP, "XP")
        plot(card, _bars(profile, profile.weeks), _XP)
        _title(card, _MESSAGES, _messages(profile.talk, profile.window, totals=totals))
        plot(card, _bars(profile, profile.talk.weeks), _MESSAGES)
    layout.foot(card, height, left=_note(profile), right=footer)
    return layout.finished(card, form)


def player_weeks_alt(profile: Profile, *, totals: bool = False) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    figure, label = _held(profile) if totals else _gained(profile)
    said = f"XP by week: {_said(profile, profile.weeks)}." if profile.weeks else "No week is known."
    standing = _standing(profile, totals=totals)
    sentences = [f"{profile.member.name}, {standing}: {figure} {label}.", said]
    if profile.talk is not None and profile.weeks:
        sentences += [
            f"{_messages(profile.talk, profile.window, totals=totals)}.",
            f"By week: {_said(profile, profile.talk.weeks)}.",
        ]
    return writing.alt(sentences)


def _said(profile: Profile, weeks: Sequence[WeekGain]) -> str:
    return "; ".join(
        f"{bar.monday.day} {bar.monday:%b} {'unknown' if bar.value is None else bar.written}"
        + (" so far" if bar.unfinished else "")
        for bar in _bars(profile, weeks)
    )


def _title(card: "Card", panel: Panel, text: str) -> None:
    room = layout.RIGHT - style.MARGIN
    card.text(style.MARGIN, panel.top - _TITLE, text, size=style.LABEL, bold=True, within=room)


def _messages(talk: Talk, window: Window, *, totals: bool) -> str:
    """What stands over the messages: "Messages · 148 in 30 days on 19 days"."""
    count = talk.messages.shown
    if count is None:
        return f"Messages · {writing.reason(talk.messages.unknown)}"
    during = "in all" if totals else f"in {writing.period(window)}"
    days = f" on {layout.counted(talk.active_days, 'day')}" if talk.active_days else ""
    only = " · game chat only" if talk.messages.partial else ""
    return f"Messages · {compact(count)} {during}{days}{only}"


def _bars(profile: Profile, weeks: Sequence[WeekGain]) -> tuple[Bar, ...]:
    return tuple(_bar(week, profile, last=week is weeks[-1]) for week in weeks)


def _bar(week: WeekGain, profile: Profile, *, last: bool) -> Bar:
    # The middle of a week is in it in every timezone; its start may be a Sunday in UTC.
    middle = (week.window.start + timedelta(days=3.5)).date()
    return Bar(
        monday=middle - timedelta(days=middle.weekday()),
        value=None if week.value is None else max(week.value, 0),
        unfinished=last and _under_way(week.window, profile.window.end),
        partial=week.partial,
    )


def _under_way(week: Window, at: datetime) -> bool:
    """Whether more of it was to come: it is cut at that instant, or goes on after it."""
    return week.length < _WHOLE_WEEK or week.start < at < week.end


def _held(profile: Profile) -> tuple[str, str]:
    overall = _overall(profile)
    if overall is None or overall.value is None:
        why = "unknown" if overall is None else writing.reason(overall.gain.unknown)
        return "?", f"total XP: {why}"
    return compact(overall.value), "total XP"


def _gained(profile: Profile) -> tuple[str, str]:
    during = writing.period(profile.window)
    overall = _overall(profile)
    if overall is None:
        return "?", f"XP in {during}: unknown"
    if overall.gain.shown is None:
        return "?", f"XP in {during}: {writing.reason(overall.gain.unknown)}"
    return compact(overall.gain.shown), f"XP in {during}"


def _overall(profile: Profile) -> MetricProgress | None:
    return next((line for line in profile.metrics if line.metric.name == OVERALL), None)


def _standing(profile: Profile, *, totals: bool) -> str:
    rank, overall = writing.rank(profile.member), _overall(profile)
    # Everyone who gained nothing shares the last place; it says nothing of them.
    idle = not totals and overall is not None and not overall.gain.shown
    if profile.overall_place is None or idle:
        return rank
    by = "total XP" if totals else "XP gained"
    return f"{rank} · #{profile.overall_place:,} of {profile.members:,} in {by}"


def _note(profile: Profile) -> str:
    unknown = sum(week.value is None for week in profile.weeks)
    if profile.talk is not None:
        some = any(week.partial and week.value is not None for week in profile.talk.weeks)
        more = " · + not all channels read" if some else ""
        return f"By week, from Monday{more}"
    weeks = f"XP by week, from Monday · {layout.counted(len(profile.weeks), 'week')}"
    return f"{weeks}, {unknown} unknown" if unknown else weeks

"""How did a player do, week by week? XP as a bar each, and hatching where nothing is known."""

from datetime import datetime, timedelta

from clanstats.charts import layout, writing
from clanstats.charts.layout import Form
from clanstats.charts.week_bars import Bar, plot
from clanstats.domain import MetricProgress, Profile, WeekGain, Window
from clanstats.metrics import OVERALL
from clanstats.numbers import compact

_HEIGHT = 640
_WHOLE_WEEK = timedelta(hours=166)  # one that loses an hour to summer time has 167


def player_weeks(
    profile: Profile, *, totals: bool = False, footer: str = "", form: Form = "png"
) -> bytes:
    """Draw XP by week, 1,200 by 640 pixels; a loss is drawn as nothing gained.

    With `totals` the heading says how much XP there is, and `overall_place` is the place by it.
    """
    card = layout.blank(_HEIGHT)
    figure, label = _held(profile) if totals else _gained(profile)
    standing = _standing(profile, totals=totals)
    layout.heading(card, profile.member.name, standing, figure=figure, figure_label=label)
    if profile.weeks:
        plot(card, _bars(profile), bottom=_HEIGHT - 142)
    else:
        layout.said(card, _HEIGHT / 2, "Nothing known yet", "No week of this player is known.")
    layout.foot(card, _HEIGHT, left=_note(profile), right=footer)
    return layout.finished(card, form)


def player_weeks_alt(profile: Profile, *, totals: bool = False) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    figure, label = _held(profile) if totals else _gained(profile)
    weeks = [
        f"{bar.monday.day} {bar.monday:%b} {'unknown' if bar.xp is None else compact(bar.xp)}"
        + (" so far" if bar.unfinished else "")
        for bar in _bars(profile)
    ]
    said = f"XP by week: {'; '.join(weeks)}." if weeks else "No week is known."
    standing = _standing(profile, totals=totals)
    return writing.alt([f"{profile.member.name}, {standing}: {figure} {label}.", said])


def _bars(profile: Profile) -> tuple[Bar, ...]:
    return tuple(_bar(week, profile) for week in profile.weeks)


def _bar(week: WeekGain, profile: Profile) -> Bar:
    # The middle of a week is in it in every timezone; its start may be a Sunday in UTC.
    middle = (week.window.start + timedelta(days=3.5)).date()
    return Bar(
        monday=middle - timedelta(days=middle.weekday()),
        xp=None if week.value is None else max(week.value, 0),
        unfinished=week is profile.weeks[-1] and _under_way(week.window, profile.window.end),
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
    weeks = f"XP by week, from Monday · {layout.counted(len(profile.weeks), 'week')}"
    return f"{weeks}, {unknown} unknown" if unknown else weeks

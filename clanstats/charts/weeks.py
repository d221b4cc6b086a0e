"""How did a player do, week by week? XP as a bar each, and hatching where nothing is known."""

from datetime import timedelta

from clanstats.charts import layout, writing
from clanstats.charts.layout import Form
from clanstats.charts.week_bars import Bar, plot
from clanstats.domain import Profile, WeekGain
from clanstats.metrics import OVERALL
from clanstats.numbers import compact

_HEIGHT = 640
_WHOLE_WEEK = timedelta(hours=166)  # one that loses an hour to summer time has 167


def player_weeks(profile: Profile, *, footer: str = "", form: Form = "png") -> bytes:
    """Draw XP by week, 1,200 by 640 pixels; a loss is drawn as nothing gained."""
    card = layout.blank(_HEIGHT)
    figure, label = _gained(profile)
    layout.heading(card, profile.member.name, _standing(profile), figure=figure, figure_label=label)
    if profile.weeks:
        plot(card, _bars(profile), bottom=_HEIGHT - 142)
    else:
        layout.said(card, _HEIGHT / 2, "Nothing known yet", "No week of this player is known.")
    layout.foot(card, _HEIGHT, left=_note(profile), right=footer)
    return layout.finished(card, form)


def player_weeks_alt(profile: Profile) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    figure, label = _gained(profile)
    weeks = [
        f"{bar.monday.day} {bar.monday:%b} {'unknown' if bar.xp is None else compact(bar.xp)}"
        + (" so far" if bar.unfinished else "")
        for bar in _bars(profile)
    ]
    said = f"XP by week: {'; '.join(weeks)}." if weeks else "No week is known."
    return writing.alt([f"{profile.member.name}, {_standing(profile)}: {figure} {label}.", said])


def _bars(profile: Profile) -> tuple[Bar, ...]:
    return tuple(_bar(week, profile) for week in profile.weeks)


def _bar(week: WeekGain, profile: Profile) -> Bar:
    # The middle of a week is in it in every timezone; its start may be a Sunday in UTC.
    middle = (week.window.start + timedelta(days=3.5)).date()
    return Bar(
        monday=middle - timedelta(days=middle.weekday()),
        xp=None if week.value is None else max(week.value, 0),
        unfinished=week.window.end > profile.window.end or week.window.length < _WHOLE_WEEK,
    )


def _gained(profile: Profile) -> tuple[str, str]:
    during = writing.period(profile.window)
    for progress in profile.metrics:
        if progress.metric.name == OVERALL and progress.gain.shown is not None:
            return compact(progress.gain.shown), f"XP in {during}"
        if progress.metric.name == OVERALL:
            return "?", f"XP in {during}: {writing.reason(progress.gain.unknown)}"
    return "?", f"XP in {during}: unknown"


def _standing(profile: Profile) -> str:
    rank = writing.rank(profile.member)
    if profile.overall_place is None:
        return rank
    return f"{rank} · #{profile.overall_place:,} of {profile.members:,} in XP gained"


def _note(profile: Profile) -> str:
    unknown = sum(week.value is None for week in profile.weeks)
    weeks = f"XP by week, from Monday · {layout.counted(len(profile.weeks), 'week')}"
    return f"{weeks}, {unknown} unknown" if unknown else weeks

"""How far is a player in each skill, and which ones moved?"""

from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.domain import MetricProgress, Profile
from clanstats.levels import MAX_LEVEL, level_at, way_to_max
from clanstats.metrics import OVERALL, TOTAL_LEVEL, MetricKind
from clanstats.numbers import compact, full, signed

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_COLUMNS = 3
_GUTTER = 40
_PITCH = 78
_CELL = (layout.RIGHT - style.MARGIN - _GUTTER * (_COLUMNS - 1)) / _COLUMNS


def player_skills(
    profile: Profile, *, totals: bool = False, footer: str = "", form: Form = "png"
) -> bytes:
    """Draw level, way to 99 and XP gained of each skill, in the hiscores' order.

    With `totals` nothing is said of gains.
    """
    skills = _skills(profile)
    rows = max(-(-len(skills) // _COLUMNS), 2)
    height = layout.HEADER + _PITCH * rows + layout.FOOTER
    card = layout.blank(height)
    figure, label = _total(profile)
    subtitle = _subtitle(profile, totals=totals)
    layout.heading(card, profile.member.name, subtitle, figure=figure, figure_label=label)
    if not skills:
        layout.said(card, height / 2 + 14, "Nothing known yet", "No skill of theirs was observed.")
    for index, progress in enumerate(skills):
        column, row = divmod(index, rows)
        x = style.MARGIN + (_CELL + _GUTTER) * column
        _cell(card, x, layout.HEADER + _PITCH * row, progress, gains=not totals)
    layout.foot(card, height, left=_note(profile), right=footer)
    return layout.finished(card, form)


def player_skills_alt(profile: Profile, *, totals: bool = False) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    figure, label = _total(profile)
    subtitle = _subtitle(profile, totals=totals)
    heading = f"{profile.member.name}, {subtitle}: {figure} {label}."
    if totals:
        levels = [f"{skill.metric.title} {_level(skill)}" for skill in _skills(profile)]
        return writing.alt([heading, f"Levels: {'; '.join(levels) or 'none known'}."])
    gained = [
        f"{progress.metric.title} {_level(progress)} ({signed(progress.gain.shown)})"
        for progress in _skills(profile)
        if progress.gain.shown
    ]
    said = "; ".join(gained) if gained else "no skill is known to have moved"
    return writing.alt([heading, f"Level and XP gained: {said}."])


def _cell(card: "Card", x: float, top: float, progress: MetricProgress, *, gains: bool) -> None:
    line, right = top + 34, x + _CELL
    known = progress.value is not None
    level = level_at(progress.value or 0)
    maxed = level == MAX_LEVEL
    colour = style.BEST if maxed else style.TEXT
    card.text(
        right,
        line,
        _level(progress),
        size=style.ROW,
        bold=True,
        align="right",
        colour=colour if known else style.MUTED,
    )
    gained = card.text(
        right - 56,
        line,
        signed(progress.gain.shown) if gains and progress.gain.shown else "",
        size=style.ROW - 1,
        bold=True,
        colour=style.UP,
        align="right",
    )
    card.text(
        x,
        line,
        progress.metric.title,
        size=style.LABEL,
        colour=style.TEXT if known else style.MUTED,
        within=_CELL - 68 - gained,
    )
    share = way_to_max(progress.value) if progress.value is not None else 0
    layout.bar(
        card, (x, line + 14, _CELL, 9), share=share, colour=style.BEST if maxed else style.BAR
    )


def _skills(profile: Profile) -> tuple[MetricProgress, ...]:
    return tuple(
        progress
        for progress in profile.metrics
        if progress.metric.kind is MetricKind.SKILL and progress.metric.name != OVERALL
    )


def _level(progress: MetricProgress) -> str:
    return "–" if progress.value is None else str(level_at(progress.value))


def _total(profile: Profile) -> tuple[str, str]:
    for progress in profile.metrics:
        if progress.metric.name == TOTAL_LEVEL and progress.value is not None:
            return full(progress.value), "total level"
    known = [skill.value for skill in _skills(profile) if skill.value is not None]
    return (full(sum(map(level_at, known))), "levels known") if known else ("", "")


def _subtitle(profile: Profile, *, totals: bool) -> str:
    overall = next((line for line in profile.metrics if line.metric.name == OVERALL), None)
    if totals:
        held = None if overall is None else overall.value
        return "Skills · total XP is unknown" if held is None else f"Skills · {compact(held)} XP"
    during = writing.period(profile.window)
    if overall is None or overall.gain.shown is None:
        return f"Skills · XP gained in {during} is unknown"
    return f"Skills · {compact(overall.gain.shown)} XP gained in {during}"


def _note(profile: Profile) -> str:
    unranked = sum(progress.value is None for progress in _skills(profile))
    legend = "Bar: the way to 99"
    return f"{legend} · – unranked ({unranked})" if unranked else legend

"""Which bosses does a player kill?"""

from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.domain import MetricProgress, Profile, UnknownReason
from clanstats.metrics import MetricKind
from clanstats.numbers import compact, full, signed

if TYPE_CHECKING:
    from clanstats.charts.card import Card

_SHOWN = 12
_PITCH = 52
_NAME_WIDTH = 390
_BAR_X, _BAR_WIDTH, _BAR_HEIGHT = 452, 390, 26
_BAR_WIDTH_ALONE = 500  # without a gain beside it
_GAIN_X = 962


def player_bosses(
    profile: Profile, *, totals: bool = False, footer: str = "", form: Form = "png"
) -> bytes:
    """Draw the twelve most killed in the window; when none was, the twelve most killed ever.

    With `totals` always the latter, below their sum.
    """
    by_gain = bool(_gained(profile)) and not totals
    drawn = _gained(profile) if by_gain else _most(profile)
    height = layout.HEADER + 8 + _PITCH * max(len(drawn), 3) + layout.FOOTER
    card = layout.blank(height)
    figure, label = _total(profile, totals=totals)
    subtitle = _subtitle(profile, totals=totals)
    layout.heading(card, profile.member.name, subtitle, figure=figure, figure_label=label)
    if not drawn:
        layout.said(card, height / 2 + 20, *_nothing(profile))
    for row, progress in enumerate(drawn):
        best = _measure(drawn[0], by_gain=by_gain)
        _row(card, layout.HEADER + 8 + _PITCH * row, progress, by_gain=by_gain, best=best)
    layout.foot(card, height, left=_note(profile, totals=totals), right=footer)
    return layout.finished(card, form)


def player_bosses_alt(profile: Profile, *, totals: bool = False) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    figure, label = _total(profile, totals=totals)
    rows = [
        f"{progress.metric.title} {signed(progress.gain.shown or 0)} ({_count(progress)})"
        for progress in (() if totals else _gained(profile))
    ] or [f"{progress.metric.title} {_count(progress)}" for progress in _most(profile)]
    said = "; ".join(rows) if rows else _nothing(profile)[0]
    subtitle = _subtitle(profile, totals=totals)
    heading = f"{profile.member.name}, {subtitle}: {figure} {label}".rstrip(": ")
    return writing.alt([f"{heading}.", f"{said}."])


def _row(card: "Card", top: float, progress: MetricProgress, *, by_gain: bool, best: float) -> None:
    middle = top + _PITCH / 2
    line = middle + style.ROW * 0.36
    card.text(style.MARGIN, line, progress.metric.title, size=style.ROW - 1, within=_NAME_WIDTH)
    width = _BAR_WIDTH if by_gain else _BAR_WIDTH_ALONE
    box = (_BAR_X, middle - _BAR_HEIGHT / 2, width, _BAR_HEIGHT)
    share = _measure(progress, by_gain=by_gain) / best
    layout.bar(card, box, share=share, colour=style.BAR)
    if by_gain:
        gained = signed(_measure(progress, by_gain=True))
        card.text(_GAIN_X, line, gained, size=style.ROW, bold=True, align="right", within=110)
    card.text(
        layout.RIGHT,
        line,
        _count(progress),
        size=style.LABEL if by_gain else style.ROW,
        bold=not by_gain,
        colour=style.MUTED if by_gain else style.TEXT,
        align="right",
        within=180,
    )


def _bosses(profile: Profile) -> tuple[MetricProgress, ...]:
    return tuple(p for p in profile.metrics if p.metric.kind is MetricKind.BOSS)


def _gained(profile: Profile) -> tuple[MetricProgress, ...]:
    gained = [boss for boss in _bosses(profile) if boss.gain.shown]
    return tuple(sorted(gained, key=lambda boss: -(boss.gain.shown or 0))[:_SHOWN])


def _most(profile: Profile) -> tuple[MetricProgress, ...]:
    ranked = [boss for boss in _bosses(profile) if boss.value]
    return tuple(sorted(ranked, key=lambda boss: -(boss.value or 0))[:_SHOWN])


def _measure(progress: MetricProgress, *, by_gain: bool) -> float:
    return (progress.gain.shown if by_gain else progress.value) or 0


def _count(progress: MetricProgress) -> str:
    return "unranked" if progress.value is None else f"{full(progress.value)} KC"


def _total(profile: Profile, *, totals: bool) -> tuple[str, str]:
    """How many kills together; nothing when none is known."""
    counts = [boss.value if totals else boss.gain.shown for boss in _bosses(profile)]
    known = [kills for kills in counts if kills is not None]
    during = "in all" if totals else f"in {writing.period(profile.window)}"
    return (compact(sum(known)), f"kills {during}") if known else ("", "")


def _subtitle(profile: Profile, *, totals: bool) -> str:
    during = writing.period(profile.window)
    if not totals and _gained(profile):
        return f"Bosses · most kills in {during}"
    if not _most(profile):
        return "Bosses"
    known = any(boss.gain.shown is not None for boss in _bosses(profile))
    lately = f"none in {during}" if known else f"unknown in {during}"
    return "Bosses · most kills ever" + ("" if totals else f"; {lately}")


def _note(profile: Profile, *, totals: bool) -> str:
    if totals:
        more = sum(bool(boss.value) for boss in _bosses(profile)) - _SHOWN
        return f"{more} more with kills" if more > 0 else ""
    gained = sum(bool(boss.gain.shown) for boss in _bosses(profile))
    parts = [f"{gained - _SHOWN} more with kills"] if gained > _SHOWN else []
    new = sum(boss.gain.unknown is UnknownReason.NEWLY_RANKED for boss in _bosses(profile))
    if new:
        parts.append(f"{new} newly ranked: gain unknown")
    return " · ".join(parts)


def _nothing(profile: Profile) -> tuple[str, str]:
    if any(boss.value is not None for boss in _bosses(profile)):
        return "No kills yet", "Every boss is at zero."
    return "No boss on the hiscores", "Most bosses are listed from five kills on."

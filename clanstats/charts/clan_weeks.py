"""How did the clan do, week by week? XP and messages, and hatching where nothing is known."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from clanstats.charts import layout, style, writing
from clanstats.charts.layout import Form
from clanstats.charts.week_bars import Bar, Panel, plot
from clanstats.domain import WeekGain
from clanstats.numbers import compact

if TYPE_CHECKING:
    from clanstats.analytics.trend import ClanWeeks
    from clanstats.charts.card import Card

_HEIGHT = 912
_XP = Panel(212, 462, dated=False)
_MESSAGES = Panel(582, _HEIGHT - 142, style.TALK, style.TALK_BEGUN)
_TITLE = 54  # above a panel


def clan_weeks(
    weeks: "ClanWeeks", *, title: str, subtitle: str = "", footer: str = "", form: Form = "png"
) -> bytes:
    """Draw both by week, 1,200 by 912 pixels; the figure on the right is the last week's XP."""
    card = layout.blank(_HEIGHT)
    last = weeks.xp[-1] if weeks.xp else None
    figure = "?" if last is None or last.value is None else compact(last.value)
    layout.heading(card, title, subtitle, figure=figure, figure_label="XP in the last week")
    for panel, name, found in ((_XP, "XP", weeks.xp), (_MESSAGES, "Messages", weeks.messages)):
        _title(card, panel, name)
        if found:
            plot(card, _bars(found), panel)
    layout.foot(card, _HEIGHT, left=_note(weeks), right=footer)
    return layout.finished(card, form)


def clan_weeks_alt(weeks: "ClanWeeks", *, title: str) -> str:
    """Describe the same picture, in at most 1,024 characters."""
    return writing.alt(
        [f"{title}. XP by week: {_said(weeks.xp)}.", f"Messages by week: {_said(weeks.messages)}."]
    )


def _said(weeks: Sequence[WeekGain]) -> str:
    return "; ".join(
        f"{bar.monday.day} {bar.monday:%b} {'unknown' if bar.value is None else bar.written}"
        for bar in _bars(weeks)
    )


def _title(card: "Card", panel: Panel, text: str) -> None:
    card.text(style.MARGIN, panel.top - _TITLE, text, size=style.LABEL, bold=True)


def _bars(weeks: Sequence[WeekGain]) -> tuple[Bar, ...]:
    return tuple(map(_bar, weeks))


def _bar(week: WeekGain) -> Bar:
    # The middle of a week is in it in every timezone; its start may be a Sunday in UTC.
    middle = (week.window.start + timedelta(days=3.5)).date()
    monday = middle - timedelta(days=middle.weekday())
    return Bar(monday, week.value, unfinished=False, partial=week.partial)


def _note(weeks: "ClanWeeks") -> str:
    members = weeks.members
    if not members:
        return ""
    span = f"{min(members):,} to {max(members):,}" if len(set(members)) > 1 else f"{members[0]:,}"
    marked = " · dashed: there may be more" if any(one.partial for one in weeks.xp) else ""
    return f"Sums of what {span} members gained{marked}"

"""How does one record read, on a line? Pure."""

from datetime import datetime

from clanstats.decisions.audit import Entry
from clanstats.decisions.cases import Case, CaseKind
from clanstats.decisions.points import Given
from clanstats.timestamps import discord_time
from cogs import words

_ICONS = {
    CaseKind.NOTE: "📝",
    CaseKind.WARN: "⚠️",
    CaseKind.STRIKE: "❌",
    CaseKind.FLAG: "🚩",
}


def of_entry(one: Entry) -> str:
    """A line of the log."""
    who = "the bot" if one.actor is None else f"<@{one.actor}>" if one.actor else "somebody"
    about = f" · **{words.name(one.name)}**" if one.name else ""
    line = f"`{one.entry_id}` {discord_time(one.at)} {who} · {one.action}{about} · {one.detail}"
    return f"~~{line}~~ · undone by <@{one.undone_by}>" if one.undone_at else line


def of_case(one: Case, now: datetime) -> str:
    """A case with why, by whom, and whether it counts."""
    line = (
        f"{_ICONS[one.kind]} **{one.case_id}** {one.kind} · **{words.name(one.name)}** · "
        f"{words.name(one.reason)} · <@{one.made_by}> {discord_time(one.made_at)}"
    )
    if one.kind is CaseKind.STRIKE and one.weight > 1:
        line += f" · weight {one.weight}"
    if one.edited_at is not None:
        line += f" · changed {discord_time(one.edited_at)}: `/audit log` says what and by whom"
    if one.voided_at is not None:
        return f"~~{line}~~ · voided by <@{one.voided_by}>"
    if one.expires_at is not None:
        ended = "until" if one.in_force(now) else "expired"
        line += f" · {ended} {discord_time(one.expires_at, 'D')}"
    return line


def of_points(one: Given) -> str:
    """Points that were given, or taken."""
    line = f"{one.amount:+,} {one.ledger} · **{words.name(one.name)}** · <@{one.given_by}> "
    line += discord_time(one.given_at) + (f" · {words.name(one.reason)}" if one.reason else "")
    return f"~~{line}~~ · undone" if one.undone_at else line

"""How does `/summary schedule` say what is posted when, what comes next and what came last?"""

from collections.abc import Sequence
from datetime import datetime

import discord

from clanstats.posts.calendar import PostKind, Slot
from clanstats.posts.claiming import Made, State
from clanstats.posts.planning import Plan
from clanstats.timestamps import discord_time
from cogs import words

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKLY = {PostKind.WEEKLY, PostKind.WEEKLY_OFFICERS}
_HOUR_S = 3600


def schedules_embed(plans: Sequence[Plan], *, guild_id: int | None, now: datetime) -> discord.Embed:
    """One field a kind that is posted."""
    embed = discord.Embed(title="What is posted by itself")
    if not plans:
        embed.description = "Nothing yet: `/summary schedule channel:#somewhere` has it posted."
    for plan in plans:
        embed.add_field(
            name=words.sentence(plan.schedule.kind.words),
            value="\n".join(_lines(plan, guild_id, now)),
            inline=False,
        )
    return embed


def when(slot: Slot) -> str:
    """Which post, and when it is due."""
    at = slot.due_at
    return f"{slot.period.key}, {discord_time(at, 'F')} ({discord_time(at, 'R')})"


def link(guild_id: int | None, known: Made) -> str | None:
    """Where a post stands; None if it doesn't."""
    if known.discord_message_id is None:
        return None
    place = f"{guild_id}/{known.discord_channel_id}/{known.discord_message_id}"
    return f"https://discord.com/channels/{place}"


def _lines(plan: Plan, guild_id: int | None, now: datetime) -> Sequence[str]:
    schedule = plan.schedule
    day = f"{DAYS[schedule.weekday]}s" if schedule.kind in _WEEKLY else "on the first day after"
    hours = schedule.grace.total_seconds() / _HOUR_S
    at = f"{day} {schedule.at:%H:%M} {schedule.tz.key}"
    lines = [
        f"<#{schedule.discord_channel_id}> · {at} · made up for within {hours:.0f} h",
        f"Next: {when(plan.next_slot)}" + (", now" if plan.next_slot.due_at <= now else ""),
    ]
    lines += [f"Left out: {when(one)}" for one in plan.skipped]
    if plan.last is not None:
        late = ", late" if plan.last.late else ""
        where = link(guild_id, plan.last) or ""
        lines.append(f"Last: {plan.last.period} {plan.last.state}{late} {where}".rstrip())
    elif schedule.since < plan.last_slot.due_at and plan.next_slot != plan.last_slot:
        missed = plan.last_slot.period.key
        lines.append(f"Last: {missed} {State.MISSED}; `/summary post` makes it")
    if schedule.problem is not None:
        lines.append(f"⚠️ {words.sentence(schedule.problem)}")
    return lines

"""What has to be posted now, and what comes next?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.posts.calendar import PostSchedule, Slot, last_slot, slots_after
from clanstats.posts.claiming import Made, State, is_free, made
from clanstats.posts.schedules import post_schedules


@dataclass(frozen=True, slots=True)
class Due:
    """A post whose time has come, and which nobody is making."""

    schedule: PostSchedule
    slot: Slot

    @property
    def until(self) -> datetime:
        """When it is too late for it."""
        return self.slot.due_at + self.schedule.grace


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to come of a schedule.

    Attributes:
        next_slot: The next post, which may be overdue.
        skipped: Those before it that an officer doesn't want.
        last_slot: What was due last.
        last: What came of that; None if it was never begun.
    """

    schedule: PostSchedule
    next_slot: Slot
    skipped: Sequence[Slot]
    last_slot: Slot
    last: Made | None


async def due(session: AsyncSession, now: datetime) -> Sequence[Due]:
    """Everything that has to be posted now, of all clans."""
    found = []
    for schedule in await post_schedules(session):
        slot = last_slot(schedule, now)
        known = await made(session, schedule.clan_id, schedule.kind, slot.period.key)
        if _is_wanted(schedule, slot, known, now):
            found.append(Due(schedule, slot))
    return tuple(found)


async def plan(session: AsyncSession, schedule: PostSchedule, now: datetime) -> Plan:
    """When it is posted next."""
    slot = last_slot(schedule, now)
    last = await made(session, schedule.clan_id, schedule.kind, slot.period.key)
    if _is_wanted(schedule, slot, last, now):
        return Plan(schedule, slot, (), slot, last)
    skipped: list[Slot] = []
    for coming in slots_after(schedule, now):
        known = await made(session, schedule.clan_id, schedule.kind, coming.period.key)
        if known is None:
            return Plan(schedule, coming, tuple(skipped), slot, last)
        if known.state is State.SKIPPED:
            skipped.append(coming)
    raise AssertionError("the calendar has no end")


def _is_wanted(schedule: PostSchedule, slot: Slot, known: Made | None, now: datetime) -> bool:
    """What was begun is seen through, also when it is too late: it may stand there already."""
    if known is not None:
        return is_free(known, now)
    return schedule.since < slot.due_at and now <= slot.due_at + schedule.grace

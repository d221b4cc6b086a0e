"""Does a year bring each week's summary once, with clocks that change and processes that die?"""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clanstats.posts import claiming, planning
from clanstats.posts.calendar import PostSchedule
from clanstats.posts.posting import Wanted
from clanstats.posts.schedules import set_schedule
from tests.clanstats.posts.channel import (
    CHANNEL,
    WEEKLY,
    Channel,
    Composer,
    DiedError,
    process,
    unsure,
)

BEGINNING, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
KILLS = 20
STEPS = ("claim", "compose", "hold", "send", "sent", "failed", "finish", "finished")
HOURS = timedelta(hours=3)


class Year:
    """One process after another, each killed where `deaths` says for the week it is about."""

    def __init__(self, services, clan, clock, deaths):
        self.services, self.clan, self.clock, self.deaths = services, clan, clock, deaths
        self.channel = Channel(clock)
        self.died = []
        self.processes = 0
        self.step = None
        self.composer = Composer()
        self.composer.before = self.composing
        self.start()

    def start(self):
        self.processes += 1
        name = f"process {self.processes}"
        self.poster = process(self.services, self.channel, self.composer, name=name)

    def dies(self, step):
        if self.step == step:
            self.step = None
            self.died.append(step)
            raise DiedError

    async def composing(self):
        self.dies("compose")

    async def tick(self):
        """What is due is made, as each minute; a process that dies is followed by another."""
        async with self.services.read() as session:
            found = await planning.due(session, self.clock())
        for one in found:
            self.step = self.deaths.pop(one.slot.period.key, None)
            wanted = Wanted(self.clan, WEEKLY, one.slot, CHANNEL, until=one.until)
            if self.step == "sent":
                self.channel.fail = DiedError()
            elif self.step == "failed":
                self.channel.fail = unsure()
            try:
                await self.poster.put_up(wanted)
                self.dies("finished")
            except DiedError:
                if self.step == "sent":
                    self.died.append("sent")
                self.start()
                return True
            except type(unsure()):
                self.died.append("failed")
        return False


def dying(year, step, whole):
    async def begun(*args, **options):
        year.dies(step)
        return await whole(*args, **options)

    return begun


def due_instants(weekday, at, tz):
    """When clocks show that, each week whose instant is in the year; counted by days."""
    days = (date(2025, 12, 28) + timedelta(days=number) for number in range(380))
    instants = {
        day: datetime.combine(day, at, tzinfo=tz).astimezone(UTC)
        for day in days
        if day.weekday() == weekday
    }
    return {day: instant for day, instant in instants.items() if BEGINNING <= instant < END}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "weekday", "at", "weeks"),
    [
        pytest.param("Europe/London", 6, time(1, 30), 52, id="an hour that isn't always one"),
        pytest.param("America/New_York", 3, time(0, 5), 53, id="Thursdays, of which there are 53"),
    ],
)
async def test_year_has_each_summary_once(  # noqa: PLR0913, PLR0917
    services, clan, clock, monkeypatch, zone, weekday, at, weeks
):
    chance = random.Random(zone)  # noqa: S311 — the same each time
    tz = ZoneInfo(zone)
    expected = due_instants(weekday, at, tz)
    keys = {}  # by what the week's Monday says
    for day, instant in expected.items():
        year, week, _ = (day - timedelta(days=7)).isocalendar()
        keys[f"{year}-W{week:02}"] = instant
    steps = [STEPS[number % len(STEPS)] for number in range(KILLS)]
    deaths = dict(zip(chance.sample(sorted(keys), KILLS), steps, strict=True))
    year = Year(services, clan, clock, deaths)
    for step in ("claim", "hold", "finish"):
        monkeypatch.setattr(claiming, step, dying(year, step, getattr(claiming, step)))
    monkeypatch.setattr(year.channel, "send", dying(year, "send", year.channel.send))
    async with services.write() as session:
        await set_schedule(
            session,
            PostSchedule(
                clan.clan_id, WEEKLY, CHANNEL, weekday, at, tz, timedelta(hours=48), BEGINNING
            ),
        )

    ticks = {BEGINNING + number * HOURS for number in range((END - BEGINNING) // HOURS)}
    for instant in expected.values():
        ticks |= {instant - timedelta(seconds=1), instant + timedelta(seconds=30)}
    down_until = BEGINNING
    for tick in sorted(ticks | {END + HOURS * number for number in range(16)}):
        if tick < down_until:
            continue
        clock.now = tick
        if await year.tick():
            down_until = tick + chance.uniform(0.05, 24) * timedelta(hours=1)

    posted = [one.mark.text.removeprefix("weekly ") for one in year.channel.messages]
    assert len(expected) == weeks
    assert posted == sorted(keys)
    assert sorted(year.died) == sorted(steps)
    assert {167, 168, 169} == set(year.composer.hours.values())
    for message in year.channel.messages:
        key = message.mark.text.removeprefix("weekly ")
        waited = message.at - keys[key]
        assert timedelta(0) <= waited <= timedelta(hours=48)
        assert message.mark.due_at == (keys[key] if waited > claiming.PUNCTUAL else None)
        assert message.text == f"weekly {key}: as it was"
    async with services.read() as session:
        states = {(await claiming.made(session, 1, WEEKLY, key)).state for key in keys}
    assert states == {claiming.State.POSTED}

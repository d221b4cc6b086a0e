"""Is Discord read when it has to be, and left alone when it is to be?"""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.schedule import CHAT, HARVEST, REREAD, Timetable
from clanstats import schedules
from clanstats.db.models import ScheduleRow
from clanstats.harvest.chat import ChatReport

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(settings):
    changed = {"wom_group_id": 1, "timezone": ZoneInfo("Europe/London")}
    return settings.model_copy(update=changed)


class Chat:
    """What Discord does in these tests."""

    def __init__(self):
        self.ready = True
        self.done = []
        self.wanted = frozenset()
        self.reason = None

    async def heard(self):
        self.done.append("heard")

    def due(self):
        return self.wanted

    async def crawl(self, clan_id):
        self.done.append(CHAT)
        return ChatReport(1, 1, reason=self.reason)

    async def reread(self, clan_id):
        self.done.append(REREAD)
        return ChatReport(1, 1)

    def took(self):
        done, self.done = self.done, []
        return [one for one in done if one != "heard"]


@pytest.fixture
def chat():
    return Chat()


@pytest.fixture
async def timetable(services, chat):
    timetable = Timetable(services, chat=chat)
    await timetable.prepare()
    await timetable.pause(1, "wom", paused=True)  # it isn't what these tests are about
    yield timetable
    await timetable.stop()


async def ticked(timetable):
    await timetable.tick()
    if timetable.running:
        await asyncio.wait(list(timetable.running.values()))


async def due_at(services, job):
    async with services.read() as session:
        return await session.scalar(select(ScheduleRow.next_run_at).where(ScheduleRow.job == job))


async def test_channels_are_read_at_the_start_and_looked_at_each_hour(timetable, chat, clock):
    await ticked(timetable)
    assert chat.took() == [CHAT]

    clock.now += HOUR - timedelta(minutes=1)
    await ticked(timetable)
    assert chat.took() == []

    clock.now += timedelta(minutes=1)
    await ticked(timetable)
    assert chat.took() == [CHAT]


async def test_nothing_is_read_before_discord_is_connected(timetable, chat):
    chat.ready = False
    await ticked(timetable)
    assert chat.took() == []

    chat.ready = True
    await ticked(timetable)
    assert chat.took() == [CHAT]


async def test_what_has_to_be_looked_at_now_is(timetable, chat):
    await ticked(timetable)
    chat.took()

    chat.wanted = {1}
    await ticked(timetable)

    assert chat.took() == [CHAT]


async def test_discord_that_failed_is_tried_again_after_ten_minutes(
    timetable, chat, clock, services
):
    chat.reason = "Discord answered 503"

    await ticked(timetable)

    assert await due_at(services, CHAT) == clock.now + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        pytest.param("2026-07-01T02:59", "2026-07-01T03:00", id="summer, before"),
        pytest.param("2026-07-01T03:00", "2026-07-02T03:00", id="summer, just then"),
        pytest.param("2026-01-01T12:00", "2026-01-02T04:00", id="winter"),
        pytest.param("2026-10-24T12:00", "2026-10-25T04:00", id="the night the clocks go back"),
        pytest.param("2026-03-28T12:00", "2026-03-29T03:00", id="the night they go forward"),
    ],
)
async def test_last_days_are_compared_at_four_in_the_clans_night(services, chat, clock, now, night):
    clock.now = datetime.fromisoformat(now).replace(tzinfo=UTC)

    await Timetable(services, chat=chat).prepare()

    assert await due_at(services, REREAD) == datetime.fromisoformat(night).replace(tzinfo=UTC)


async def test_comparison_is_done_once_a_night(timetable, chat, clock):
    await ticked(timetable)
    chat.took()
    clock.now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    await ticked(timetable)
    await ticked(timetable)

    assert chat.took().count(REREAD) == 1


async def test_pause_lasts_over_a_restart_until_it_is_lifted(timetable, chat, services):
    await timetable.pause(1, "discord", paused=True)
    restarted = Timetable(services, chat=chat)
    await restarted.prepare()
    await ticked(restarted)
    assert chat.took() == []
    assert await restarted.begin(1, CHAT) is None

    await restarted.pause(1, "discord", paused=False)
    task = await restarted.begin(1, CHAT)
    await task

    assert chat.took() == [CHAT]


async def test_job_that_is_begun_by_hand_begins_alone(timetable, chat):
    await timetable.pause(1, "wom", paused=False)

    await (await timetable.begin(1, CHAT))

    assert chat.took() == [CHAT]
    assert (1, HARVEST) not in timetable.running


async def test_what_was_heard_is_noted_before_anything_begins(timetable, chat):
    await ticked(timetable)

    assert chat.done == ["heard", CHAT]


async def test_what_was_heard_cannot_be_noted_and_all_else_goes_on(timetable, chat, monkeypatch):
    async def fail():
        raise OverflowError

    monkeypatch.setattr(chat, "heard", fail)
    with capture_logs() as logs:
        await ticked(timetable)

    assert chat.took() == [CHAT]
    assert "heard" in [one.get("task") for one in logs if one["event"] == "task.failed"]


async def test_who_reads_nothing_on_discord_plans_nothing_there(services):
    await Timetable(services).prepare()

    async with services.read() as session:
        assert await schedules.having(session, CHAT) == []

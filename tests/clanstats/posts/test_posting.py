"""Is there one post, whoever dies, hangs or fails on the way?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from clanstats.errors import NoDataError
from clanstats.posts import claiming, planning
from clanstats.posts.calendar import PostKind
from clanstats.posts.claiming import LEASE, State
from clanstats.posts.place import PlaceError, PostUnsureError
from clanstats.posts.posting import Outcome
from clanstats.posts.schedules import note_problem, post_schedules, set_schedule, unschedule
from tests.clanstats.posts.channel import (
    CHANNEL,
    WEEKLY,
    Composer,
    DiedError,
    process,
    unsure,
)
from tests.factories import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WEEK = "2026-W47"


async def known(services):
    async with services.read() as session:
        return await claiming.made(session, 1, WEEKLY, WEEK)


async def is_due(services, clock):
    async with services.read() as session:
        return [one.slot.period.key for one in await planning.due(session, clock())] == [WEEK]


def dies_in(monkeypatch, step):
    """Have the next process die as it would begin that step of the claim."""
    whole = getattr(claiming, step)

    async def died(*_args, **_options):
        monkeypatch.setattr(claiming, step, whole)
        raise DiedError

    monkeypatch.setattr(claiming, step, died)


async def test_due_post_is_made_and_then_isnt_due_any_longer(services, wanted, channel, clock):
    assert await is_due(services, clock)

    made = await process(services, channel, name="one").put_up(wanted)

    (message,) = channel.messages
    assert (message.channel_id, message.mark.text) == (CHANNEL, "weekly 2026-W47")
    assert message.text == "weekly 2026-W47: as it was"
    assert message.mark.due_at is None
    assert str(made) == "the weekly summary of 2026-W47 posted"
    assert (await known(services)).state is State.POSTED
    assert not await is_due(services, clock)
    assert channel.looked == 0


async def test_second_try_finds_it_made(services, wanted, channel):
    await process(services, channel, name="one").put_up(wanted)

    made = await process(services, channel, name="two").put_up(wanted)

    assert made.outcome is Outcome.TAKEN
    assert len(channel.messages) == 1


@pytest.mark.parametrize(
    ("step", "sent", "outcome"),
    [
        pytest.param("hold", 0, Outcome.POSTED, id="between claiming and sending"),
        pytest.param("finish", 1, Outcome.FOUND, id="between sending and noting"),
    ],
)
async def test_process_that_dies_is_followed_by_one_that_looks_first(  # noqa: PLR0913, PLR0917
    services, wanted, channel, clock, monkeypatch, step, sent, outcome
):
    dies_in(monkeypatch, step)
    with pytest.raises(DiedError):
        await process(services, channel, name="one").put_up(wanted)
    assert len(channel.messages) == sent
    assert not await is_due(services, clock)  # it might be alive

    clock.now += LEASE
    assert await is_due(services, clock)
    made = await process(services, channel, name="two").put_up(wanted)

    assert made.outcome is outcome
    assert channel.looked == 1
    assert len(channel.messages) == 1
    assert (await known(services)).discord_message_id == channel.messages[0].message_id


async def test_discord_that_fails_after_accepting_is_looked_at_before_trying_again(
    services, wanted, channel, clock
):
    channel.fail = unsure()
    one = process(services, channel, name="one")
    with pytest.raises(PostUnsureError, match="looks in the channel first"):
        await one.put_up(wanted)
    assert await is_due(services, clock)

    made = await one.put_up(wanted)

    assert made.outcome is Outcome.FOUND
    assert len(channel.messages) == 1


async def test_every_try_of_a_post_has_one_nonce_and_another_post_another(
    services, wanted, channel, clock, monkeypatch
):
    dies_in(monkeypatch, "finish")
    with pytest.raises(DiedError):
        await process(services, channel, name="one").put_up(wanted)
    first = channel.messages.pop()  # as if it hadn't come that far
    clock.now += LEASE

    two = process(services, channel, name="two")
    await two.put_up(wanted)
    await two.put_up(replace(wanted, kind=PostKind.MONTHLY))

    again, other = channel.messages
    assert again.nonce == first.nonce != other.nonce
    assert len(again.nonce) <= 25


async def test_of_two_processes_at_once_one_makes_it(services, wanted, channel):
    made = await asyncio.gather(
        *(process(services, channel, name=name).put_up(wanted) for name in ("one", "two"))
    )

    assert sorted(one.outcome.name for one in made) == ["POSTED", "TAKEN"]
    assert len(channel.messages) == 1


async def test_process_that_hung_finds_that_somebody_else_went_on(services, wanted, channel, clock):
    composer = Composer()

    async def overtaken():
        clock.now += LEASE
        await process(services, channel, name="two").put_up(wanted)

    composer.before = overtaken
    made = await process(services, channel, composer, name="one").put_up(wanted)

    assert made.outcome is Outcome.TAKEN
    assert len(channel.messages) == 1


async def test_post_that_cant_be_composed_is_due_again_and_nothing_was_sent(
    services, wanted, channel, clock
):
    composer = Composer()

    async def nothing():
        raise NoDataError("nothing is known")

    composer.before = nothing
    one = process(services, channel, composer, name="one")
    with pytest.raises(NoDataError):
        await one.put_up(wanted)
    assert (channel.messages, await is_due(services, clock)) == ([], True)

    composer.before = None
    await one.put_up(wanted)

    assert len(channel.messages) == 1


@pytest.mark.parametrize(
    ("hours", "is_made"), [pytest.param(48, True, id="just"), pytest.param(48.1, False, id="over")]
)
async def test_missed_post_is_made_within_its_grace_and_says_when_it_was_due(  # noqa: PLR0913, PLR0917
    services, wanted, channel, clock, hours, is_made
):
    clock.now += hours * HOUR

    assert await is_due(services, clock) is is_made
    if is_made:
        made = await process(services, channel, name="one").put_up(wanted)
        assert channel.messages[0].mark.due_at == wanted.slot.due_at
        assert str(made).endswith("posted, late")


@pytest.mark.parametrize(
    ("step", "state"),
    [
        pytest.param("hold", State.MISSED, id="never sent"),
        pytest.param("finish", State.POSTED, id="it was sent"),
    ],
)
async def test_what_somebody_died_over_is_settled_also_when_it_is_too_late(  # noqa: PLR0913, PLR0917
    services, wanted, channel, clock, monkeypatch, step, state
):
    dies_in(monkeypatch, step)
    with pytest.raises(DiedError):
        await process(services, channel, name="one").put_up(wanted)
    sent = len(channel.messages)
    clock.now += 72 * HOUR

    assert await is_due(services, clock)
    await process(services, channel, name="two").put_up(wanted)

    assert (await known(services)).state is state
    assert not await is_due(services, clock)
    assert len(channel.messages) == sent


async def test_post_that_moved_is_looked_for_where_it_was_sent(
    services, wanted, channel, clock, monkeypatch
):
    dies_in(monkeypatch, "finish")
    with pytest.raises(DiedError):
        await process(services, channel, name="one").put_up(wanted)
    clock.now += LEASE

    made = await process(services, channel, name="two").put_up(replace(wanted, channel_id=78))

    assert (made.outcome, made.channel_id) == (Outcome.FOUND, CHANNEL)


async def test_late_data_change_a_post_once_and_it_says_so(services, clan, wanted, channel, clock):
    composer = Composer()
    one = process(services, channel, composer, name="one")
    await one.put_up(wanted)
    composer.text = "as it is known now"
    clock.now += HOUR

    changed = [await one.correct(clan, await known(services), wanted.slot.period) for _ in "ab"]

    assert changed == [True, False]
    (message,) = channel.messages
    assert message.text == "weekly 2026-W47: as it is known now"
    assert (message.mark.text, message.mark.corrected_at) == ("weekly 2026-W47", clock())


async def test_correction_leaves_it_said_that_the_post_was_late(
    services, clan, wanted, channel, clock
):
    composer = Composer()
    one = process(services, channel, composer, name="one")
    clock.now += HOUR
    await one.put_up(wanted)
    composer.text = "otherwise"

    await one.correct(clan, await known(services), wanted.slot.period)

    assert channel.messages[0].mark.due_at == wanted.slot.due_at


async def test_deleted_message_isnt_corrected_but_may_be_made_again(
    services, clan, wanted, channel, clock
):
    composer = Composer()
    one = process(services, channel, composer, name="one")
    await one.put_up(wanted)
    channel.messages.clear()
    composer.text = "otherwise"

    assert not await one.correct(clan, await known(services), wanted.slot.period)

    assert (await known(services)).state is State.GONE
    assert not await is_due(services, clock)
    made = await one.put_up(replace(wanted, asked=True))
    assert made.outcome is Outcome.POSTED


async def test_skipped_post_isnt_due_and_comes_back_when_that_is_undone(
    services, schedule, wanted, channel, clock
):
    async with services.write() as session:
        await claiming.skip(session, wanted.slot, clan_id=1, kind=WEEKLY, now=clock())
    assert not await is_due(services, clock)
    made = await process(services, channel, name="one").put_up(wanted)
    assert made.outcome is Outcome.TAKEN

    async with services.write() as session:
        assert await claiming.unskip(session, 1, WEEKLY, NOW)

    assert await is_due(services, clock)


async def test_plan_shows_the_next_run_behind_what_is_left_out(services, schedule, clock):
    async with services.write() as session:
        first = await planning.plan(session, schedule, clock())
        await claiming.skip(session, first.next_slot, clan_id=1, kind=WEEKLY, now=clock())
        second = await planning.plan(session, schedule, clock())

    assert first.next_slot.period.key == WEEK
    assert second.next_slot.period.key == "2026-W48"
    assert second.skipped == (first.next_slot,)


async def test_schedule_made_today_doesnt_make_up_for_yesterday(services, schedule, clock):
    clock.now = NOW.replace(hour=12)
    async with services.write() as session:
        await unschedule(session, 1, WEEKLY)
        await set_schedule(session, replace(schedule, since=clock()))

    assert not await is_due(services, clock)


async def test_another_channel_lets_what_was_missed_be_made_up_for(services, schedule, clock):
    clock.now = NOW.replace(hour=12)
    async with services.write() as session:
        await note_problem(session, schedule, "gone")
        changed = replace(schedule, discord_channel_id=78, since=clock())
        assert (await set_schedule(session, changed)).problem is None

    assert await is_due(services, clock)


async def test_other_times_dont(services, schedule, clock):
    clock.now = NOW.replace(hour=12)
    async with services.write() as session:
        moved = replace(schedule, at=schedule.at.replace(hour=11), since=clock())
        await set_schedule(session, moved)

    assert not await is_due(services, clock)


async def test_problem_is_news_once(services, schedule):
    async with services.write() as session:
        news = [await note_problem(session, schedule, text) for text in ("gone", "gone", None)]
        (stored,) = await post_schedules(session, 1)

    assert news == [True, False, True]
    assert stored == schedule


async def test_place_that_refuses_leaves_the_post_due(services, wanted, channel, clock):
    channel.fail = PlaceError("forbidden")
    one = process(services, channel, name="one")
    with pytest.raises(PlaceError):
        await one.put_up(wanted)

    assert await is_due(services, clock)

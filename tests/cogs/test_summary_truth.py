"""Is every number of a week's post what really happened in the world?

Recomputed from the make-believe world itself, without anything of how the bot counts.
"""

import asyncio
import re
from collections import Counter
from datetime import UTC, timedelta
from statistics import median

import pytest

from clanstats.analytics.members import clans
from clanstats.domain import Window
from clanstats.metrics import KILLS, MESSAGES, OVERALL, VOICE, MetricKind, catalogue
from clanstats.numbers import compact
from clanstats.posts.calendar import PostKind, period_over
from clanstats.timestamps import EARLIEST
from cogs.summary import embed, known
from demo.story import NOW, open_clan
from demo.world import Case, make_world
from tests.clanstats.chat.story import Linked, Story
from tests.factories import Clock

pytestmark = pytest.mark.slow

HOUR_MS = 3_600_000
BOSSES = [name for name, metric in catalogue().items() if metric.kind is MetricKind.BOSS]
WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def told_and_true(tmp_path_factory):
    """The week's summary as it is told, its embed, and the world it is about."""
    folder = tmp_path_factory.mktemp("week")
    world = make_world(members=48, days=70, end=NOW)

    async def tell():
        async with open_clan(folder, progress=lambda *_: None, world=world) as (clan, services):
            async with services.read() as session:
                (ours,) = await clans(session)
            period = period_over(PostKind.WEEKLY, NOW, UTC)
            found = await known.public(services, ours, PostKind.WEEKLY, period)
            links = [
                Linked(account, wom_id, EARLIEST, main=wom_id == account.wom_ids[0])
                for account in clan.talk.accounts
                if account.linked
                for wom_id in account.wom_ids
            ]
            story = Story(world, clan.talk, services, Clock(NOW), links)
            windows = [
                Window(period.window.start - back * WEEK, period.window.end - back * WEEK)
                for back in (4, 3, 2, 1, 0)
            ]
            heard = [
                {one: true[one] for one in _known_by_now(world, window.end) if one in true}
                for window, true in zip(windows, story.true(windows), strict=True)
            ]
            return found, embed.summary(found, "X", PostKind.WEEKLY, period), windows, heard

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return world, *runner.run(tell())


def _known_by_now(world, at):
    """Who was in the clan then and ever since: the bot came only now, and saw nobody else there.

    Nor does it know what somebody was called before their profile was put aside.
    """
    return [
        person.wom_id
        for person in world.people
        if person.case is not Case.ARCHIVED
        and any(stay.covers(at) and stay.covers(NOW) for stay in person.stays)
    ]


def gained(world, window, metric):
    """By member at the window's end who was observed before it and in it: what they gained."""
    found = {}
    for wom_id in world.member_ids(window.end):
        before = world.value_at(wom_id, metric, window.start)
        after = world.value_at(wom_id, metric, window.end)
        if before is not None and after is not None:
            found[wom_id] = max(after - before, 0)
    return found


def of_board(board):
    return {
        one.gain.member.wom_id: one.gain.shown
        for one in board.standings
        if one.gain.since is None and not one.gain.partial
    }


def test_xp_of_each_member_is_true_in_all_five_weeks(told_and_true):
    world, found, _, windows, _ = told_and_true
    for window, boards in zip(windows, found.gathered.periods, strict=True):
        true, told = gained(world, window, OVERALL), of_board(boards[OVERALL])
        assert len(told) > 30
        assert {one: (told[one], true.get(one)) for one in told if told[one] != true.get(one)} == {}


def test_kills_of_each_member_are_true(told_and_true):
    world, found, _, windows, _ = told_and_true
    told = of_board(found.gathered.periods[-1][KILLS.name])
    true = Counter()
    for boss in BOSSES:
        true.update(gained(world, windows[-1], boss))

    assert len(told) > 20
    assert {one: (told[one], true[one]) for one in told if told[one] != true[one]} == {}


def test_messages_and_voice_of_each_person_are_true(told_and_true):
    _, found, _, _, heard = told_and_true
    for true, boards in zip(heard, found.gathered.periods, strict=True):
        told = {one.gain.member.wom_id: one.gain.shown for one in boards[MESSAGES].standings}
        known_ = {one: each.messages for one, each in true.items() if each.messages is not None}
        assert told == known_
        spoke = of_board(boards[VOICE])
        assert {one: round(hours * HOUR_MS) for one, hours in spoke.items()} == {
            one: true[one].voice_ms for one in spoke
        }


def test_figures_are_the_sums_and_the_middle_of_the_four_weeks_before(told_and_true):
    world, found, _, windows, heard = told_and_true
    figures = {one.metric.name: one for one in found.figures}
    xp = [sum(gained(world, window, OVERALL).values()) for window in windows]
    written = [sum(each.messages or 0 for each in true.values()) for true in heard]

    # Who was first seen within a week counts in what the bot says, from then on.
    assert figures[OVERALL].total >= xp[-1]
    assert figures[OVERALL].total == sum(
        one.gain.shown or 0 for one in found.gathered.periods[-1][OVERALL].standings
    )
    assert figures[MESSAGES].total == written[-1]
    known_ = [sum(each.messages is not None for each in true.values()) for true in heard]
    comparable = [
        count
        for count, people in zip(written[:-1], known_[:-1], strict=True)
        if people >= 0.9 * known_[-1]
    ]
    usual = median(comparable) if len(comparable) > 1 else None
    assert figures[MESSAGES].usual == usual
    assert figures[OVERALL].usual is not None


def test_post_says_these_numbers_and_names_the_first_five(told_and_true):
    _, found, shown, _, heard = told_and_true
    fields = {field.name: field.value for field in shown.fields}
    lines = fields["In numbers"].splitlines()
    figures = {one.metric.name: one for one in found.figures}

    assert lines[0].startswith(f"{compact(figures[OVERALL].total)} XP")
    assert any(line.startswith(f"{compact(figures[MESSAGES].total)} messages") for line in lines)
    best = sorted((one.messages or 0 for one in heard[-1].values()), reverse=True)[:5]
    numbers = [
        float(one) for one in re.findall(r"([\d.]+)~?$", fields["Most talkative"], re.MULTILINE)
    ]
    assert numbers == [one for one in best if one]


def test_who_is_new_is_who_joined_in_that_week(told_and_true):
    world, found, _, windows, _ = told_and_true
    window = windows[-1]
    true = {
        person.wom_id
        for person in world.people
        for stay in person.stays
        if window.start < stay.joined_at <= window.end and stay.covers(window.end)
    }
    names = {world.player(one, NOW).name for one in true}

    assert {one.name for one in found.joined} <= names


def test_records_are_more_than_any_week_before(told_and_true):
    world, found, _, windows, _ = told_and_true
    for one in found.records:
        wom_id = one.member.wom_id
        weeks = [
            Window(windows[-1].start - back * WEEK, windows[-1].end - back * WEEK)
            for back in range(1, 10)
        ]
        before = [gained(world, window, OVERALL).get(wom_id, 0) for window in weeks]
        assert one.xp == gained(world, windows[-1], OVERALL)[wom_id] > max(before)


def test_competitions_are_those_on_and_to_come(told_and_true):
    world, _, made, windows, _ = told_and_true
    over = windows[-1].end
    true = [
        one
        for one in world.competitions(NOW)
        if one.created_at <= over < one.ends_at and one.starts_at <= over + timedelta(days=28)
    ]

    assert true
    (field,) = [field for field in made.fields if field.name == "Competitions"]
    assert field.value.splitlines() == [
        f"**{one.title}**: {catalogue()[one.metrics[0]].title}, {when(one, over)}"
        f" · [on Wise Old Man](https://wiseoldman.net/competitions/{one.competition_id})"
        for one in reversed(true)
    ]


def when(contest, over):
    start, end = (f"<t:{at.timestamp():.0f}:f>" for at in (contest.starts_at, contest.ends_at))
    return f"until {end}" if contest.starts_at <= over else f"{start} to {end}"

"""Is every number about talking right, whatever people call themselves and whoever links them?"""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from clanstats.domain import Window
from clanstats.drawing import Drawing
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.timestamps import EARLIEST
from demo.wom import PeopleOnly
from demo.world import Case, make_world
from demo.world.talk import make_talk
from demo.world.talk.places import GENERAL, RELAY
from demo.world.talk.spoken import spoken_names
from tests.clanstats.chat.story import Story
from tests.factories import Clock

pytestmark = pytest.mark.slow

END = datetime(2026, 8, 1, 18, 0, tzinfo=UTC)
DAYS = 70
HOUR = timedelta(hours=1)


def windows(at):
    """Everything up to now, and a week some time ago, asked at its end."""
    return (
        Window(EARLIEST, at),
        Window(at - timedelta(days=17, hours=3), at - timedelta(days=10)),
    )


async def link(story):
    """Link whoever should be and was ever seen in the clan."""
    done = {one.account.discord_user_id for one in story.links}
    for account in story.talk.accounts:
        people = [story.world.person(wom_id) for wom_id in account.wom_ids]
        seen = all(one.stays[0].joined_at < story.clock.now for one in people)
        if account.linked and seen and account.discord_user_id not in done:
            await story.link(account)


async def lived(story, seen):
    """Live through it all; note what was told and what is true at each turn."""
    world = story.world
    start = world.calendar.start
    by_case = {person.case: person for person in world.people}
    synced = by_case[Case.STAND_IN].known.start
    known_at = by_case[Case.RENAMED_TWICE].names[-1].at
    spoken_at = spoken_names(by_case[Case.RENAMED_TWICE])[-1].at
    swapped = next(p for p in world.people if p.case is Case.SWAPPED and len(p.names) == 3)
    rejoined = by_case[Case.REJOINED]

    async def note(label):
        asked = windows(story.clock.now)
        told = [await story.told(window) for window in asked]
        seen[label] = tuple(zip(told, story.true(asked), strict=True))

    turns = {
        start + 2 * HOUR: "the first day",
        start + timedelta(days=20): "the twentieth day",
        swapped.names[1].at + 6 * HOUR: "in the middle of a swap",
        swapped.names[-1].at + HOUR: "after a swap",
        spoken_at + timedelta(days=3): "a new name that nobody knows yet",
        known_at + HOUR: "after a rename",
        rejoined.stays[0].left_at + timedelta(days=1): "after somebody left",
        rejoined.stays[1].joined_at + HOUR: "after somebody came back",
        synced + HOUR: "with a stand-in",
        END - timedelta(days=1): "before the end",
        END: "the end",
    }
    for at in sorted(turns):
        await story.live(at)
        await note(turns[at])
        if turns[at] in {"the twentieth day", "before the end"}:
            await link(story)
            await note(f"after linking {turns[at]}")
    month = Window.last(30, now=END)
    seen["one by one"] = await story.told_one_by_one(month), story.true_of_each(month)
    two = next(one.account for one in story.links if not one.main)
    await story.make_main(two.wom_ids[1])
    await note("after another main account")
    await story.make_main(two.wom_ids[0])
    await story.unlink(two.wom_ids[1])
    await note("after parting from an account")
    friend = next(one.account for one in story.links if len(one.account.wom_ids) == 1)
    await story.unlink(friend.wom_ids[0])
    await note("after an unlink")
    story.clock.now += HOUR
    await story.link(friend)
    await note("after linking again")
    stranger = next(one for one in story.talk.accounts if one.kind == "person" and not one.wom_ids)
    await story.link_by_mistake(stranger, world.find("Noob Man", END))
    await note("after a mistake")
    said = [one for one in story.talk.messages if one.stands(END)]
    await story.delete([one for one in said if one.channel_id in {GENERAL, RELAY}][-40::2])
    await note("after deletes")
    await story.crawl()
    await note("after crawling again")


@pytest.fixture(scope="module")
def told(tmp_path_factory, migrated):
    """What was told and what is true, by turn."""
    file = tmp_path_factory.mktemp("truth") / "clan.db"
    shutil.copyfile(migrated, file)
    world = make_world(members=48, days=DAYS, end=END)
    clock, seen = Clock(), {}

    async def live():
        settings = Settings(database_url=f"sqlite+aiosqlite:///{file}")
        wom, drawing = PeopleOnly(world, clock), Drawing("inline")
        async with open_services(settings, wom=wom, clock=clock, drawing=drawing) as services:
            await lived(Story(world, make_talk(world, messages=800), services, clock), seen)
        await drawing.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(live())
    return seen


@pytest.mark.parametrize(
    "turn",
    [
        "the first day",
        "the twentieth day",
        "after linking the twentieth day",
        "in the middle of a swap",
        "after a swap",
        "after a rename",
        "after somebody left",
        "after somebody came back",
        "before the end",
        "after linking before the end",
        "the end",
        "after another main account",
        "after parting from an account",
        "after an unlink",
        "after linking again",
        "after a mistake",
        "after deletes",
        "after crawling again",
    ],
)
def test_every_members_talk_is_the_truth(told, turn):
    for known, true in told[turn]:
        assert known.keys() == true.keys()
        assert {one: (known[one], true[one]) for one in true if known[one] != true[one]} == {}
    assert any(heard.messages for _, true in told[turn] for heard in true.values())


def test_what_is_said_of_one_player_is_true_of_all_their_accounts(told):
    known, true = told["one by one"]

    assert known == true


def test_a_name_that_wise_old_man_does_not_know_yet_is_nobodys_and_nothing_else_is_wrong(told):
    everything = told["a new name that nobody knows yet"][0]
    known, true = everything
    wrong = [one for one in true if known[one] != true[one]]

    assert len(wrong) == 1
    assert known[wrong[0]].messages < true[wrong[0]].messages

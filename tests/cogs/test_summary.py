"""Do officers see, make and leave out posts, do admins schedule them, and who hears of trouble?"""

import asyncio
from datetime import timedelta

import discord
import pytest
from sqlalchemy import delete

from bot.schedule import Timetable
from clanstats import schedules
from clanstats.analytics.news import NewsKind
from clanstats.db.models import MembershipRow
from clanstats.decisions.places import Purpose, set_channel
from clanstats.levels import xp_of_level
from clanstats.people.links import LinkMethod, add_link
from clanstats.posts.announcing import Announced
from cogs.summary.news import news_post
from tests.cogs.stage import BOB_ID, ago
from tests.factories import NOW, add_member, observe

MONDAY = NOW.replace(hour=9, minute=0)
MINUTE = timedelta(minutes=1)
LAST, WEEKLY = "2026-W47", "weekly 2026-W47"
# Of the others there is no snapshot from about the week's beginning.
GAINED = "1,500 XP · too little is known of the weeks before"


@pytest.fixture
def boss(discord_server):
    """An officer who may manage the server, too."""
    both = discord.Permissions(manage_guild=True, manage_roles=True)
    return discord_server.join(
        "boss", discord_server.env.guild.create_role("Boss", permissions=both)
    )


@pytest.fixture
def ask(discord_server):
    async def asked(name, *, by=None, **options):
        return await discord_server.slash(
            f"summary {name}", by=by or discord_server.carol, **options
        )

    return asked


@pytest.fixture
async def gainer(services):
    """Somebody whose gain of the last week is known."""
    async with services.write() as session:
        player_id = await add_member(session, "Gainer", clan_id=1)
        await observe(session, player_id, ago(9), {"overall": 1_000_000})
        await observe(session, player_id, ago(1), {"overall": 1_001_500})
    return player_id


@pytest.fixture
async def scheduled(ask, discord_server, gainer, boss):
    """Mondays at nine, in the one channel there is."""
    return await ask("schedule", by=boss, channel=discord_server.channel)


@pytest.fixture
async def ticked(discord_server, services, clock):
    """The timetable, with nothing on it but posts; each time a minute passes."""
    async with services.write() as session:
        await schedules.withdraw(session, 1)

    async def tick(at=None):
        clock.now = at or clock.now + MINUTE
        timetable = Timetable(services, posts=discord_server.bot.posting)
        await timetable.tick()
        if timetable.running:
            await asyncio.wait(list(timetable.running.values()))

    return tick


@pytest.fixture
async def office(discord_server, services):
    place = discord_server.env.guild.create_text_channel("office")
    async with services.write() as session:
        await set_channel(session, 1, Purpose.OFFICERS, place.id)
    return place


def told(result):
    return result.followups[-1] if result.followups else result.response


def fields(result):
    return {field.name: field.value for field in told(result).embeds[0].fields}


def posts(channel):
    return [one.embeds[0] for one in channel.history() if one.embeds]


async def test_officer_sees_what_would_be_posted_and_nobody_else_does(ask, gainer, discord_server):
    shown = await ask("preview")

    assert discord_server.acknowledgements() == [(5, True)]
    embed = told(shown).embeds[0]
    assert embed.title == "Stub & Co: the week 2026-W47"
    assert embed.description == "**The week in numbers.**"
    assert fields(shown)["In numbers"].splitlines()[0] == GAINED
    assert embed.footer.text == (
        "2026-11-16 to 2026-11-22, Europe/London · XP known of 1 of 49 members · "
        "* counted from later on · ~ game chat alone"
    )
    assert posts(discord_server.channel) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"week": "2026-11-10"}, "the week 2026-W46", id="another week"),
        pytest.param({"kind": "monthly"}, "the month 2026-10", id="month"),
        pytest.param({"kind": "yearly"}, "the year 2025", id="year"),
    ],
)
async def test_other_periods_can_be_seen(ask, options, said):
    assert told(await ask("preview", **options)).embeds[0].title == f"Stub & Co: {said}"


async def test_clan_of_which_nothing_is_known_says_so(ask, services):
    async with services.write() as session:
        await session.execute(delete(MembershipRow))

    assert "Nothing is known of Stub & Co in 2026-W47" in told(await ask("preview")).content


async def test_nothing_scheduled_says_how_that_is_done(ask, discord_server, boss):
    shown = told(await ask("schedule", by=boss))

    assert "`/summary schedule channel:#somewhere`" in shown.embeds[0].description


async def test_schedule_shows_what_is_posted_where_and_next(scheduled, discord_server):
    at = int(MONDAY.timestamp())

    assert fields(scheduled) == {
        "Weekly summary": f"<#{discord_server.channel.id}> · Mondays 09:00 Europe/London · "
        f"made up for within 48 h\nNext: 2026-W47, <t:{at}:F> (<t:{at}:R>)"
    }


async def test_what_isnt_given_stays_as_it_is(ask, scheduled, discord_server, boss):
    options = {"day": "Sunday", "time": "1:30", "timezone": "America/New_York", "grace_hours": 5}
    await ask("schedule", by=boss, **options)
    shown = await ask("schedule", by=boss, time="20:00")

    said = fields(shown)["Weekly summary"]
    assert "Sundays 20:00 America/New_York · made up for within 5 h" in said


async def test_schedule_ends(ask, scheduled, discord_server, boss):
    shown = await ask("schedule", by=boss, off=True)

    assert told(shown).embeds[0].description.startswith("Nothing yet")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"time": "25:00"}, "try `09:00`", id="no time"),
        pytest.param({"timezone": "Europe/Lundon"}, "Did you mean Europe/London?", id="no zone"),
        pytest.param({"time": "10:00"}, "Say in which channel", id="nowhere"),
    ],
)
async def test_schedule_that_cant_be_is_refused(ask, discord_server, options, said, boss):
    refused = await ask("schedule", by=boss, **options)

    assert said in told(refused).content


async def test_channel_where_the_bot_may_not_post_is_refused(ask, discord_server, boss):
    guild = discord_server.env.guild
    closed = guild.create_text_channel(
        "closed",
        overwrites={
            guild.default_role: discord.PermissionOverwrite(
                attach_files=False, read_message_history=False
            )
        },
    )

    refused = await ask("schedule", by=boss, channel=closed)

    assert told(refused).content == (
        f"I lack a permission. Allow me Attach Files, Read Message History in <#{closed.id}>."
    )


async def test_what_is_for_officers_isnt_posted_where_everybody_reads_it(ask, discord_server, boss):
    options = {"kind": "weekly_officers", "channel": discord_server.channel}

    for name in ("schedule", "post"):
        refused = await ask(name, by=boss, **options)
        assert "Everybody can read" in told(refused).content


async def test_only_admins_schedule(ask, discord_server):
    refused = await ask("schedule", by=discord_server.carol, channel=discord_server.channel)

    assert "Manage Server" in told(refused).content


async def test_timezones_are_offered_the_clans_own_first(discord_server, boss):
    offered = await discord_server.typed("summary schedule", "timezone", "", by=boss)
    matching = await discord_server.typed("summary schedule", "timezone", "new york", by=boss)

    assert offered[0]["value"] == "Europe/London"
    assert [one["value"] for one in matching] == ["America/New_York"]


async def test_due_summary_is_posted_once(scheduled, ticked, discord_server):
    await ticked(MONDAY - MINUTE)
    assert posts(discord_server.channel) == []

    for _ in range(3):
        await ticked()

    (post,) = posts(discord_server.channel)
    assert post.fields[0].value.startswith(GAINED)
    assert post.footer.text.endswith(f" · {WEEKLY}")


async def test_late_summary_says_when_it_was_due(scheduled, ticked, discord_server):
    await ticked(MONDAY + timedelta(hours=5))

    (post,) = posts(discord_server.channel)
    due = int(MONDAY.timestamp())
    assert post.description.startswith(f"*Late: this was due <t:{due}:f>.*\n")


async def test_summary_posted_by_hand_isnt_posted_again(scheduled, ask, ticked, discord_server):
    posted = await ask("post")
    again = await ask("post")
    await ticked(MONDAY)

    (message,) = [one for one in discord_server.channel.history() if one.embeds]
    assert told(posted).content == "The weekly summary of 2026-W47 posted."
    assert f"/{discord_server.channel.id}/{message.id}" in told(again).content


async def test_summary_that_was_deleted_is_posted_again_if_asked_for(ask, gainer, discord_server):
    await ask("post", channel=discord_server.channel)
    (message,) = [one for one in discord_server.channel.history() if one.embeds]
    await (
        discord_server.bot.get_channel(message.channel.id).get_partial_message(message.id).delete()
    )

    await ask("post", channel=discord_server.channel)

    assert len(posts(discord_server.channel)) == 1


async def test_skipped_summary_is_left_out_until_that_is_undone(
    scheduled, ask, ticked, discord_server, boss
):
    skipped = told(await ask("skip")).content
    assert "2026-W47 is left out" in skipped
    assert "Next: 2026-W48" in skipped
    shown = fields(await ask("schedule", by=boss))["Weekly summary"]
    assert "Left out: 2026-W47" in shown
    await ticked(MONDAY)
    assert posts(discord_server.channel) == []

    undone = told(await ask("skip", undo=True)).content
    await ticked()

    assert "Next: 2026-W47" in undone
    assert len(posts(discord_server.channel)) == 1


async def test_what_is_learnt_later_changes_the_post(
    scheduled, ticked, discord_server, services, gainer
):
    await ticked(MONDAY)
    async with services.write() as session:
        await observe(session, gainer, ago(0.5), {"overall": 1_002_000})

    await discord_server.harvested()
    await discord_server.harvested()

    (post,) = posts(discord_server.channel)
    assert post.fields[0].value.startswith("2,000 XP")
    assert post.footer.text.endswith(f"{WEEKLY} · corrected 23 Nov 09:00 UTC")
    edits = [one for one in discord_server.env.http_requests if one.method == "PATCH"]
    assert len([one for one in edits if "/channels/" in one.path]) == 1


async def test_officers_are_told_once_what_to_do_about_a_channel_that_is_gone(  # noqa: PLR0913, PLR0917
    scheduled, office, ask, ticked, discord_server, boss
):
    gone = discord_server.env.guild.create_text_channel("soon gone")
    await ask("schedule", by=boss, channel=gone)
    await discord_server.bot.get_channel(gone.id).delete()
    await discord_server.env.settle()
    for number in range(30):
        await ticked(MONDAY + number * MINUTE)

    (told_,) = posts(office)
    assert told_.description.startswith("The weekly summary of 2026-W47 can't be posted: I can't")
    assert "Choose another with `/summary schedule`" in told_.description
    shown = fields(await ask("schedule", by=boss))["Weekly summary"]
    assert "⚠️ I can't see its channel" in shown

    await ask("schedule", by=boss, channel=discord_server.channel)
    for _ in range(11):
        await ticked()

    (post,) = posts(discord_server.channel)
    assert post.description.startswith("*Late: ")


async def test_lost_permission_is_told_once_and_the_post_made_when_it_is_given_back(
    scheduled, office, ticked, discord_server
):
    channel = discord_server.bot.get_channel(discord_server.channel.id)
    for number, allowed in enumerate((False, None)):
        await channel.set_permissions(channel.guild.default_role, read_message_history=allowed)
        await discord_server.env.settle()
        for minutes in range(15):
            await ticked(MONDAY + (15 * number + minutes) * MINUTE)

    (told_,) = posts(office)
    assert "Allow me Read Message History in <#" in told_.description
    assert len(posts(discord_server.channel)) == 1


async def test_officers_nobody_could_tell_are_told_when_they_have_a_channel(
    scheduled, ask, ticked, discord_server, services
):
    await discord_server.bot.get_channel(discord_server.channel.id).delete()
    await discord_server.env.settle()
    await ticked(MONDAY)
    place = discord_server.env.guild.create_text_channel("office")
    async with services.write() as session:
        await set_channel(session, 1, Purpose.OFFICERS, place.id)

    for _ in range(11):
        await ticked()

    assert len(posts(place)) == 1


async def test_news_is_posted_once_after_a_harvest_where_the_clan_has_a_channel(
    discord_server, services, gainer, clock
):
    await discord_server.harvested()  # from now on there is news
    place = discord_server.env.guild.create_text_channel("news")
    clock.now = NOW + timedelta(hours=2)
    async with services.write() as session:
        await set_channel(session, 1, Purpose.NEWS, place.id)
        await observe(session, gainer, ago(1), {"magic": xp_of_level(93), "cooking": 1})
        at = NOW + timedelta(hours=1)
        await observe(session, gainer, at, {"magic": xp_of_level(94), "cooking": xp_of_level(99)})
        await add_member(session, "New_One", clan_id=1, joined_at=at)

    for _ in range(2):
        await discord_server.harvested()

    (post,) = posts(place)
    assert post.description.splitlines() == [
        "🎉 **Gainer**: 99 Cooking",
        "👋 **New\\_One** joined",
        "⬆️ **Gainer**: Magic 94",
    ]


async def test_news_that_cant_be_posted_waits(discord_server, services, clock):
    await discord_server.harvested()
    clock.now = NOW + timedelta(hours=1)
    async with services.write() as session:
        await set_channel(session, 1, Purpose.NEWS, 123)
        await add_member(session, "New", clan_id=1, joined_at=clock())
    await discord_server.harvested()
    place = discord_server.env.guild.create_text_channel("news")
    async with services.write() as session:
        await set_channel(session, 1, Purpose.NEWS, place.id)

    await discord_server.harvested()

    assert posts(place)[0].description == "👋 **New** joined"


def test_much_news_is_counted():
    lines = [Announced(f"P{number}", NewsKind.JOINED, "", 0) for number in range(30)]

    said = news_post(lines).embed.description.splitlines()

    assert (len(said), said[-1]) == (26, "… and 5 more lines")


@pytest.fixture
async def talker(services, gainer):
    """The gainer is somebody on the server, and wrote something."""
    async with services.write() as session:
        await add_link(
            session, 1, user_id=BOB_ID, player_id=gainer, now=NOW, method=LinkMethod.OFFICER
        )
    return gainer


async def pressed(discord_server, ask, label, *, by):
    await ask("post", channel=discord_server.channel)
    (message,) = [one for one in discord_server.channel.history() if one.embeds]
    return await by.click(message, label=label)


async def test_my_week_is_for_who_presses_alone(ask, talker, discord_server):
    answer = told(await pressed(discord_server, ask, "My week", by=discord_server.bob))

    assert answer.ephemeral
    own = {field.name: field.value for field in answer.embeds[0].fields}
    assert own["XP gained"].splitlines() == ["1,500 XP", "#1 in the clan", "usual unknown"]


async def test_my_week_of_who_plays_nobody_says_how_to_change_that(ask, gainer, discord_server):
    answer = told(await pressed(discord_server, ask, "My week", by=discord_server.bob))

    assert "/link add" in answer.content


async def test_full_leaderboard_is_that_weeks(ask, gainer, discord_server):
    answer = told(await pressed(discord_server, ask, "Full leaderboard", by=discord_server.bob))

    assert answer.ephemeral
    assert "16 Nov 2026 to 22 Nov 2026" in answer.embeds[0].title


async def test_who_doesnt_want_to_be_named_still_counts(ask, talker, discord_server):
    first = told(await pressed(discord_server, ask, "Don't name me", by=discord_server.bob))
    shown = told(await ask("preview")).embeds[0]
    (message,) = [one for one in discord_server.channel.history() if one.embeds]
    second = told(await discord_server.bob.click(message, label="Don't name me"))
    again = told(await ask("preview")).embeds[0]

    assert "won't be named" in first.content
    assert "named in posts again" in second.content
    assert "Gainer" not in str(shown.to_dict())
    assert shown.fields[0].value.startswith(GAINED)
    assert "Gainer" in str(again.to_dict())


async def test_account_linked_later_of_who_doesnt_want_to_be_named_isnt_either(
    ask, talker, discord_server, services
):
    await pressed(discord_server, ask, "Don't name me", by=discord_server.bob)
    async with services.write() as session:
        alt = await add_member(session, "Other", clan_id=1)
        await observe(session, alt, ago(9), {"overall": 1_000})
        await observe(session, alt, ago(1), {"overall": 1_000_900})
        await add_link(
            session, 1, user_id=BOB_ID, player_id=alt, now=NOW, method=LinkMethod.OFFICER
        )
    shown = told(await ask("preview")).embeds[0]
    (message,) = [one for one in discord_server.channel.history() if one.embeds]
    again = told(await discord_server.bob.click(message, label="Don't name me"))

    assert "Other" not in str(shown.to_dict())
    assert "named in posts again" in again.content
    assert "Other" in str(told(await ask("preview")).embeds[0].to_dict())


async def test_hidden_people_are_in_no_summary(ask, talker, discord_server):
    await discord_server.slash("privacy hide")

    shown = told(await ask("preview")).embeds[0]

    assert "Gainer" not in str(shown.to_dict())
    assert shown.fields[0].value.startswith(GAINED)


async def test_officers_have_their_own(ask, gainer, settings):
    settings.ranks_file.write_text(
        'schema = 1\n[[ladder]]\nid = "main"\nsteps = [\n  { rank = "sapphire", when = "true" },\n'
        '  { rank = "ruby", when = "xp.30d >= 47.5m" },\n]\n'
    )

    shown = await ask("preview", kind="weekly_officers")

    assert fields(shown)["Due"] == "**Player 02** → Ruby"
    assert "XP of 48 members isn't known" in fields(shown)["Data"]
    assert "lists as of now" in told(shown).embeds[0].footer.text

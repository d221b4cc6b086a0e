from datetime import UTC, datetime, timedelta
from io import BytesIO

import discord
import pytest
from PIL import Image
from sqlalchemy import insert

from clanstats import charts
from clanstats.analytics.members import clans
from clanstats.analytics.profile import profile
from clanstats.db.models import LinkRow
from clanstats.domain import Window
from clanstats.drawing import Drawing
from clanstats.numbers import compact
from tests.cogs.stage import BOB_ID, GUILD_ID, ago, counted_statements
from tests.factories import NOW, add_member, add_name, observe
from tests.talking import add_channel, link


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


async def test_fields_say_what_the_profile_holds(discord_server, services):
    reply = (await discord_server.slash("stats", player="Zezima")).response

    async with services.read() as session:
        held = await profile(session, 1, 1, window=Window.last(30, now=NOW), as_of=NOW, weeks=())
    gained = next(line.gain.value for line in held.metrics if line.metric.name == "overall")
    assert reply.embeds[0].author.name == "Ruby · Zezima (was Zez1ma)"
    assert gained == 12_400_000
    assert fields(reply) == {
        "Clan": "Ruby · 13 months",
        "XP · 30d": f"**{compact(gained)}** (clan #{held.overall_place} of {held.members})",
        "Bosses · 30d": "**210** · top Zulrah 96\n1 newly ranked, gain unknown",
        "EHP / EHB · 30d": "+12.3 h / +4.1 h",
        "Messages · 30d": "**4** (#2) · 2 active days",
        "Voice · 30d": f"**2.5 h**\nsince <t:{int(ago(3).timestamp())}:d>",
        "Totals": "2,003 levels · 112.4m XP",
        "Last seen": (
            f"game <t:{int(ago(1).timestamp())}:R> · chat <t:{int(ago(1).timestamp())}:R> · "
            f"game chat <t:{int(ago(1.5).timestamp())}:R> · "
            f"voice <t:{int((ago(3) + timedelta(hours=2.5)).timestamp())}:R>"
        ),
    }
    assert reply.embeds[0].footer.text == ("WOM data 3 h old · days in Europe/London · ISO week 48")


@pytest.mark.parametrize(
    "drawing", [pytest.param(Drawing("inline"), id="really", marks=pytest.mark.slow)]
)
async def test_pictures_are_drawn_and_described(discord_server):
    message = (await discord_server.slash("stats", player="Zezima")).response
    pictures = message.attachments
    for view in ("Skills", "Bosses", "Activity"):
        await discord_server.bob.click(message, label=view)
        pictures += message.attachments

    names = ["weeks.png", "skills.png", "bosses.png", "hours.png"]
    assert [one.filename for one in pictures] == names
    assert all("Zezima" in one.description for one in pictures)
    for one in pictures:
        assert Image.open(BytesIO(await one.read())).width == 1200


@pytest.mark.parametrize(
    ("private", "ephemeral"),
    [pytest.param(False, False, id="public"), pytest.param(True, True, id="private")],
)
async def test_answer_is_deferred_at_once_as_privately_as_asked(discord_server, private, ephemeral):
    reply = await discord_server.slash("stats", player="Zezima", private=private)

    assert discord_server.acknowledgements() == [(5, ephemeral)]
    assert reply.response.ephemeral is ephemeral


async def test_member_without_a_player_gets_their_linked_one(discord_server):
    reply = await discord_server.slash("stats", by=discord_server.alice)

    assert "Zezima" in reply.response.embeds[0].author.name


async def test_user_option_shows_that_members_account(discord_server):
    reply = await discord_server.slash("stats", user=discord_server.alice)

    assert "Zezima" in reply.response.embeds[0].author.name


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            {},
            "No account is linked to you yet: `/link add` does that. "
            "Or type a name: `/stats player:`",
            id="no linked account",
        ),
        pytest.param({"player": "Zezina"}, "Did you mean **Zezima**?", id="name nearly right"),
        pytest.param({"player": "qqqqqqqq"}, "Choose a name", id="name like nobody's"),
        pytest.param({"player": "id:999"}, "Nobody called", id="made-up ID"),
        pytest.param({"player": "Zezima", "period": "soon"}, "`4w`", id="period unreadable"),
        pytest.param({"player": "Zezima", "as_of": "July"}, "2026-01-31", id="day unreadable"),
        pytest.param({"player": "Zezima", "as_of": "2030-01-01"}, "Nothing", id="day to come"),
    ],
)
async def test_what_cannot_be_answered_is_explained_to_the_asker_alone(
    discord_server, options, said
):
    reply = (await discord_server.slash("stats", **options)).response

    assert said in reply.content
    assert reply.ephemeral
    assert discord_server.acknowledgements() == [(4, True)]


async def test_two_players_of_one_name_are_not_guessed_between(discord_server, services):
    async with services.write() as session:
        first = await add_member(session, "Same Name")
        await add_member(session, "same_name")

    refused = (await discord_server.slash("stats", player="same name")).response
    offered = await discord_server.typed("stats", "player", "same")
    chosen = (await discord_server.slash("stats", player=offered[0]["value"])).response

    assert "may be 2 players" in refused.content
    assert offered[0]["value"] == f"id:{first}"
    assert chosen.embeds[0].author.name == "Member · Same Name"


async def test_present_name_wins_over_anothers_former_one(discord_server, services):
    async with services.write() as session:
        taker = await add_member(session, "Zez1ma")
        await observe(session, taker, ago(1), {"overall": 5})

    reply = (await discord_server.slash("stats", player="Zez1ma")).response

    assert reply.embeds[0].author.name == "Member · Zez1ma"


@pytest.mark.parametrize(
    ("player", "said"),
    [
        pytest.param("Never Seen", "never tracked", id="never tracked"),
        pytest.param("Stale", f"not updated since <t:{int(ago(45).timestamp())}:R>", id="stale"),
        pytest.param("Only Once", f"seen only once, <t:{int(ago(2).timestamp())}:R>", id="once"),
        pytest.param("Low", "not on the hiscores", id="unranked"),
    ],
)
async def test_unknown_gain_says_why_and_never_zero(discord_server, player, said):
    reply = (await discord_server.slash("stats", player=player)).response

    assert fields(reply)["XP · 30d"] == f"unknown — {said}"
    assert "0" not in fields(reply)["EHP / EHB · 30d"]
    assert "Wise Old Man" in reply.embeds[0].description or player == "Low"


async def test_name_leads_to_the_players_page(discord_server):
    reply = (await discord_server.slash("stats", player="twin a")).response

    assert reply.embeds[0].author.url == "https://wiseoldman.net/players/twin%20a"


async def test_total_is_known_though_the_gain_is_not(discord_server):
    reply = (await discord_server.slash("stats", player="Only Once", period="all")).response

    assert fields(reply)["XP"].startswith("**9,000** (clan #")
    assert reply.embeds[0].description is None


async def test_all_time_shows_totals(discord_server):
    reply = (await discord_server.slash("stats", player="Zezima", period="all")).response

    shown = fields(reply)
    assert reply.embeds[0].title == "All time"
    assert shown["XP"] == "**112.4m** (clan #1 of 48)"
    assert shown["Bosses"] == "**389** · top Zulrah 196"
    assert shown["EHP / EHB"] == "112.3 h / 9.1 h"


async def test_past_day_shows_the_player_as_they_were(discord_server):
    reply = (await discord_server.slash("stats", player="Zezima", as_of="2026-11-01")).response

    assert reply.embeds[0].title == "Last 30 days · as of 1 Nov 2026"
    assert fields(reply)["Totals"] == "2,000 levels · 100m XP"
    assert "game <" not in fields(reply)["Last seen"]


async def test_weeks_of_a_past_range_end_with_it(discord_server, drawing):
    period = "2026-09-01..2026-09-30"
    await discord_server.slash("stats", player="Zezima", period=period)

    (drawn,) = drawing.drawn
    weeks = drawn[1][0].weeks
    assert weeks[-1].window.end == datetime(2026, 9, 30, 23, tzinfo=UTC)  # London's midnight
    assert charts.player_weeks_alt(drawn[1][0]).count("so far") == 2  # XP and messages


async def test_past_range_says_only_what_was_known_at_its_end(discord_server):
    period = "2026-09-01..2026-10-25"
    reply = (await discord_server.slash("stats", player="Zezima", period=period)).response

    shown = fields(reply)
    assert shown["Last seen"].startswith("chat <t:")
    assert shown["Totals · 25 Oct 2026"] == "2,000 levels · 100m XP"
    assert reply.embeds[0].footer.text.startswith("WOM data 2 d old by then · ")


async def test_all_time_picture_agrees_with_its_embed(discord_server, drawing):
    bob = discord_server.bob
    reply = (await discord_server.slash("stats", player="Zezima", period="all")).response
    for view in ("Skills", "Bosses"):
        await bob.click(reply, label=view)

    shown = fields(reply)
    said = [
        alt(args[0], totals=options["totals"])
        for alt, (_, args, options) in zip(
            (charts.player_weeks_alt, charts.player_skills_alt, charts.player_bosses_alt),
            drawing.drawn,
            strict=True,
        )
    ]
    assert shown["XP"] == "**112.4m** (clan #1 of 48)"
    assert "#1 of 48 in total XP: 112.4m total XP." in said[0]
    assert shown["Bosses"] == "**389** · top Zulrah 196"
    assert "389 kills in all. Zulrah 196 KC" in said[2]
    assert not any("gained" in text for text in said)


async def test_bosses_only_just_ranked_are_unknown_not_unlisted(discord_server, services):
    async with services.write() as session:
        player = await add_member(session, "Fresh")
        await observe(session, player, ago(40), {"overall": 5})
        await observe(session, player, ago(3), {"overall": 9, "nex": 7})

    reply = (await discord_server.slash("stats", player="Fresh")).response

    assert fields(reply)["Bosses · 30d"] == "unknown — only just on the hiscores"


async def test_nothing_gained_is_given_no_place(discord_server):
    reply = (await discord_server.slash("stats", player="Idle")).response

    assert fields(reply)["XP · 30d"] == "**0**"


async def test_of_whom_only_game_chat_is_known_the_count_says_so(discord_server):
    reply = (await discord_server.slash("stats", player="Player 02")).response

    shown = fields(reply)
    assert shown["Messages · 30d"] == (
        "**5** (#1) · 5 active days\ngame chat only, no Discord account linked: `/link add`"
    )
    assert shown["Voice · 30d"] == "unknown — no Discord account linked: `/link add`"
    assert f"game chat <t:{int(ago(3).timestamp())}:R> · chat unknown" in shown["Last seen"]


async def test_who_is_not_linked_and_was_never_heard_is_unknown_not_silent(
    discord_server, services
):
    async with services.write() as session:
        await link(session, BOB_ID, [await add_member(session, "Silent")])

    stranger = (await discord_server.slash("stats", player="Player 09")).response
    silent = (await discord_server.slash("stats", player="Silent")).response

    assert fields(stranger)["Messages · 30d"] == "unknown — no Discord account linked: `/link add`"
    assert "chat unknown" in fields(stranger)["Last seen"]
    assert fields(silent)["Messages · 30d"] == "**0**"


async def test_messages_of_several_accounts_are_said_to_be_of_all(discord_server, services):
    async with services.write() as session:
        await link(session, BOB_ID, [await add_member(session, name) for name in ("One", "Two")])

    reply = (await discord_server.slash("stats", player="Two")).response

    assert fields(reply)["Messages · 30d"] == "**0**\nof their 2 accounts together"


async def test_channels_that_are_not_read_are_said(discord_server, services):
    async with services.write() as session:
        await add_channel(session, since=ago(10))
        await add_channel(session, state="unreadable", read=False)

    reply = (await discord_server.slash("stats", player="Zezima")).response

    assert reply.embeds[0].description == (
        "*Messages: channels read from 13 Nov 2026 on; 1 of 3 channels can't be read.*"
    )


async def test_activity_shows_the_hours_of_the_period(discord_server, drawing):
    message = (await discord_server.slash("stats", player="Zezima")).response
    await discord_server.restart()

    await discord_server.bob.click(message, label="Activity")
    await discord_server.bob.click(message, label="90d")

    assert [file.filename for file in message.attachments] == ["hours.png"]
    assert message.attachments[0].description.startswith(
        "Zezima, Messages by hour · last 90 days · Europe/London: 6 messages in 90 days."
    )
    (_, (heat,), _) = drawing.drawn[-1]
    assert [heat.hours[hour].messages for hour in (2 + 5 * 24, 2 + 6 * 24)] == [2, 1]


async def test_former_member_is_shown_as_gone(discord_server):
    reply = (await discord_server.slash("stats", player="Gone Girl")).response

    assert reply.embeds[0].author.name == "Left the clan · Gone Girl"
    assert fields(reply)["Clan"] == f"Left <t:{int(ago(20).timestamp())}:R>"


async def test_buttons_change_period_and_view_in_place(discord_server):
    alice = discord_server.alice
    message = (await discord_server.slash("stats", by=alice)).response

    await alice.click(message, label="7d")
    await alice.click(message, label="Bosses")

    assert message.embeds[0].title == "Last 7 days"
    assert [file.filename for file in message.attachments] == ["bosses.png"]


async def test_buttons_work_after_a_restart(discord_server):
    message = (await discord_server.slash("stats", player="Zezima")).response

    await discord_server.restart()
    await discord_server.bob.click(message, label="Skills")

    assert [file.filename for file in message.attachments] == ["skills.png"]


async def test_another_members_click_leaves_the_message_alone(discord_server):
    message = (await discord_server.slash("stats", by=discord_server.alice)).response

    copy = (await discord_server.bob.click(message, label="7d")).response

    assert message.embeds[0].title == "Last 30 days"
    assert (copy.embeds[0].title, copy.ephemeral) == ("Last 7 days", True)
    assert discord_server.acknowledgements()[-1] == (5, True)


async def test_copy_of_a_message_belongs_to_who_got_it(discord_server):
    message = (await discord_server.slash("stats", by=discord_server.alice)).response
    copy = (await discord_server.bob.click(message, label="7d")).response

    await discord_server.bob.click(copy, label="90d")

    assert copy.embeds[0].title == "Last 90 days"


async def test_names_are_offered_own_first_and_by_former_names(discord_server):
    own = await discord_server.typed("stats", "player", "", by=discord_server.alice)
    former = await discord_server.typed("stats", "player", "zez1")
    gone = await discord_server.typed("stats", "player", "gone")

    assert own[0] == {"name": "Zezima", "value": "Zezima"}
    assert len(own) == 25
    assert former == [{"name": "Zezima (was Zez1ma)", "value": "Zezima"}]
    assert gone == [{"name": "Gone Girl · left", "value": "Gone Girl"}]


async def test_typing_reads_the_database_once_only(discord_server, services):
    await discord_server.typed("stats", "player", "z")

    with counted_statements(services) as statements:
        await discord_server.typed("stats", "player", "ze")
        await discord_server.typed("stats", "period", "14")

    assert statements == []


async def test_names_follow_a_harvest(discord_server, services):
    await discord_server.typed("stats", "player", "newbie")
    async with services.write() as session:
        await add_member(session, "Newbie")
        player_id = await add_member(session, "Bob's")
        await add_name(session, player_id, "Bob's Old", since=ago(90), until=ago(3))
        await session.execute(
            insert(LinkRow).values(
                clan_id=1, discord_user_id=BOB_ID, player_id=player_id, since=ago(1)
            )
        )

    await discord_server.harvested()

    found = await discord_server.typed("stats", "player", "newbie")
    own = await discord_server.typed("stats", "player", "")
    assert [one["name"] for one in found] == ["Newbie"]
    assert own[0]["name"] == "Bob's"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("", {"name": "Last 7 days", "value": "7d"}, id="nothing"),
        pytest.param("14d", {"name": "Last 14 days", "value": "14d"}, id="a length"),
        pytest.param(
            "2026-10-01..2026-10-31",
            {"name": "1 Oct 2026 to 31 Oct 2026", "value": "2026-10-01..2026-10-31"},
            id="from day to day",
        ),
    ],
)
async def test_periods_are_offered(discord_server, typed, first):
    offered = await discord_server.typed("stats", "period", typed)

    assert offered[0] == first


async def test_days_from_and_to_outlive_the_custom_id(discord_server):
    bob, period = discord_server.bob, "2026-10-01..2026-10-31"
    message = (
        await discord_server.slash("stats", player="Zezima", period=period, as_of="2026-11-20")
    ).response
    title = message.embeds[0].title

    await bob.click(message, label="Skills")

    assert title == "1 Oct 2026 to 31 Oct 2026 · as of 20 Nov 2026"
    assert message.embeds[0].title == title


async def test_server_without_a_clan_is_told_what_to_set(discord_server):
    discord_server.bot._clans = ()

    reply = (await discord_server.slash("stats", player="Zezima")).response

    assert "`WOM_GROUP_ID`" in reply.content
    assert f"`{GUILD_ID}`" in reply.content
    assert reply.ephemeral


async def test_names_neither_format_nor_mention(discord_server):
    hostile = "-=_*~|`@all"

    reply = (await discord_server.slash("stats", player=hostile)).response
    near = (await discord_server.slash("stats", player="-=_*~|`@al")).response

    assert "@\u200ball" in reply.embeds[0].author.name
    assert discord.utils.escape_markdown(hostile).replace("@", "@\u200b") in near.content


async def test_clans_are_known_by_their_server(services):
    async with services.read() as session:
        (clan,) = await clans(session)

    assert clan.discord_guild_id == GUILD_ID


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        pytest.param("2026-11", ["2026-11-22", "2026-11-16", "2026-11-01"], id="the last ones"),
        pytest.param("jan", ["2026-01-01"], id="a month by name"),
        pytest.param("2026-01-31", ["2026-01-31"], id="a day typed out"),
        pytest.param("2999-01-01", [], id="a day to come"),
    ],
)
async def test_past_days_are_offered(discord_server, typed, days):
    offered = await discord_server.typed("stats", "as_of", typed)

    assert [one["value"] for one in offered] == days


async def test_entry_in_a_users_menu_shows_their_main_account_to_nobody_else(discord_server):
    shown = await discord_server.bob.context_menu(
        discord_server.channel, "Clan stats", discord_server.alice
    )
    unlinked = await discord_server.bob.context_menu(
        discord_server.channel, "Clan stats", discord_server.bob
    )

    assert shown.response.embeds[0].author.name.startswith("Ruby · Zezima")
    assert discord_server.acknowledgements()[0] == (5, True)
    assert "No account is linked to you yet" in unlinked.response.content

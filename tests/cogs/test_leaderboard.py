import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import insert, select

from clanstats.analytics.leaderboard import leaderboard
from clanstats.db.models import LinkRow, PlayerRow
from clanstats.domain import Window
from clanstats.drawing import ChartError, Drawing
from clanstats.metrics import catalogue
from clanstats.numbers import compact
from cogs.asked import Asked
from cogs.leaderboards.embed import Shown, page, unknown_list
from cogs.leaderboards.sheet import sheet
from cogs.leaderboards.state import BoardState
from tests.cogs.stage import BOB_ID, ago, counted_statements
from tests.factories import NOW, add_member
from tests.talking import add_channel, link

LONDON = ZoneInfo("Europe/London")


def rows(message):
    """The lines of the table below its heading: place, name, value, movement."""
    table = message.embeds[0].description.split("```")[1].strip("\n").splitlines()
    return [
        re.match(r"(.) *(\S+)(?: (.{12}) +(\S+) *(\S*))?$", line).groups() for line in table[1:]
    ]


def names(message):
    return [row[2].strip() for row in rows(message) if row[2]]


async def board_of(services, window=None):
    async with services.read() as session:
        return await leaderboard(session, 1, metric_name="overall", window=window, as_of=NOW)


async def file_of_message(message):
    (attachment,) = message.attachments
    return (await attachment.read()).decode("utf-8-sig")


async def file_of(reply):
    (attachment,) = reply.response.attachments
    return attachment.filename, (await attachment.read()).decode("utf-8-sig")


async def test_page_shows_the_analysed_places_and_numbers(discord_server, services):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    board = await board_of(services, Window.last(30, now=NOW))
    shown = [
        (str(s.place), s.gain.member.name, compact(s.gain.value)) for s in board.standings[:15]
    ]
    assert [(place, name.strip(), value) for _, place, name, value, _ in rows(message)] == shown
    assert message.embeds[0].title == "XP gained · last 30 days · 48 members (4 unknown)"
    assert f"**{compact(board.total)} XP** together" in message.embeds[0].description
    assert message.embeds[0].footer.text == (
        "Page 1 of 3 · WOM data 3 h to 45 d old · days in Europe/London"
    )


@pytest.mark.parametrize(
    "drawing", [pytest.param(Drawing("inline"), id="really", marks=pytest.mark.slow)]
)
async def test_first_page_has_a_picture_that_is_described(discord_server):
    (picture,) = (await discord_server.slash("leaderboard", metric="xp")).response.attachments

    assert Image.open(BytesIO(await picture.read())).width == 1200
    assert "1. Player 02 48m" in picture.description


async def test_numbers_are_shown_though_the_picture_fails(discord_server, drawing, monkeypatch):
    async def broken(*_, **__):
        raise ChartError("no room")

    monkeypatch.setattr(drawing, "draw", broken)

    message = (await discord_server.slash("leaderboard", metric="overall")).response

    assert names(message)[0] == "Player 02"
    assert message.attachments == []


@pytest.mark.parametrize(
    "private", [pytest.param(False, id="public"), pytest.param(True, id="private")]
)
async def test_answer_is_deferred_at_once_as_privately_as_asked(discord_server, private):
    reply = await discord_server.slash("leaderboard", metric="overall", private=private)

    assert discord_server.acknowledgements() == [(5, private)]
    assert reply.response.ephemeral is private


async def test_private_board_stays_private_when_turned(discord_server):
    reply = await discord_server.slash("leaderboard", metric="overall", private=True)

    await discord_server.bob.click(reply.response, label="7d")

    assert reply.response.ephemeral
    assert "last 7 days" in reply.response.embeds[0].title


async def test_pages_turn_in_place_and_hold_who_gained_once(discord_server, services):
    message = (await discord_server.slash("leaderboard", metric="overall")).response
    seen = names(message)

    for _ in range(2):
        await discord_server.bob.click(message, custom_id=_id(message, "n"))
        seen += names(message)

    board = await board_of(services, Window.last(30, now=NOW))
    gained = [standing.gain.member for standing in board.standings if standing.gain.value]
    assert seen == [member.name.replace("`", "'") for member in gained]
    assert "43 gained, 1 gained nothing" in message.embeds[0].description
    assert message.attachments == []
    assert {action for kind, action in discord_server.acknowledgements()} == {False}


async def test_ties_share_a_place(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    await discord_server.bob.click(message, custom_id=_id(message, "n"))
    await discord_server.bob.click(message, custom_id=_id(message, "n"))

    twins = [row[1] for row in rows(message) if (row[2] or "").startswith("Twin")]
    assert len(twins) == 2
    assert twins[0] == twins[1]


async def test_unknown_is_never_a_zero_among_the_places(discord_server, services):
    board = await board_of(services, Window.last(30, now=NOW))
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    told = (await discord_server.bob.click(message, label="Unknown (4)")).response

    assert not {gain.member.name for gain in board.unknown} & {
        standing.gain.member.name for standing in board.standings
    }
    text = told.embeds[0].description
    assert told.ephemeral
    for name, why in (
        ("Never Seen", "**Never tracked (1)**"),
        (f"Stale · last seen <t:{int(ago(45).timestamp())}:R>", "**Not updated in this time (1)**"),
        ("Only Once", "**Seen only once (1)**"),
        ("Low", "**Not on the hiscores (1)**"),
    ):
        assert f"\n{name}" in text.split(why)[1]
    assert "Unknown: 1 never tracked, " in message.embeds[0].description


async def test_own_place_stands_below_a_page_it_is_not_on(discord_server):
    alice = discord_server.alice
    message = (await discord_server.slash("leaderboard", by=alice, metric="overall")).response

    assert rows(message)[-2][1] == "⋯"
    assert rows(message)[-1][:4] == ("›", "37", "Zezima      ", "12.4m")


async def test_own_unknown_number_is_said_below_the_table(discord_server, services):
    async with services.write() as session:
        player_id = await add_member(session, "Bob's_Main")
        await session.execute(
            insert(LinkRow).values(
                clan_id=1, discord_user_id=BOB_ID, player_id=player_id, since=ago(1)
            )
        )

    message = (await discord_server.slash("leaderboard", metric="overall")).response
    refused = (await discord_server.bob.click(message, label="Find me")).followups[-1]

    assert "\n```\nBob's\\_Main: unknown — never tracked\n" in message.embeds[0].description
    assert "**Unknown**" in refused.content


async def test_board_of_unknowns_shows_no_place(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall", period="7d")).response

    assert message.embeds[0].title.endswith("48 members (48 unknown)")
    assert message.embeds[0].description.startswith("Nobody has a known number here")


async def test_find_me_turns_to_the_own_page(discord_server):
    alice = discord_server.alice
    message = (await discord_server.slash("leaderboard", by=alice, metric="overall")).response

    await alice.click(message, label="Find me")

    assert "Zezima" in names(message)
    assert message.embeds[0].footer.text.startswith("Page 3 of 3")


async def link_bob(services, name):
    async with services.write() as session:
        player = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == name))
        await session.execute(
            insert(LinkRow).values(
                clan_id=1, discord_user_id=BOB_ID, player_id=player, since=ago(1)
            )
        )


async def test_who_gained_nothing_has_a_line_of_their_own_but_no_place(discord_server, services):
    await link_bob(services, "Idle")

    message = (await discord_server.slash("leaderboard", metric="overall")).response
    told = (await discord_server.bob.click(message, label="Find me")).followups[-1]
    sheet = await file_of(await discord_server.bob.click(message, label="CSV"))

    assert rows(message)[-1] == ("›", "–", "Idle        ", "0", "")
    assert told.content == "**Idle** gained nothing in this time, which gives no place."
    assert "\n,Idle," in sheet[1].replace("\r", "")


async def test_board_on_which_nobody_gained_says_so_in_words(services):
    board = await board_of(services, Window.last(30, now=NOW))
    idle = tuple(one for one in board.standings if not one.gain.value)
    quiet = replace(board, standings=idle, unknown=())

    embed = page(Shown(quiet, Asked("30d"), NOW, LONDON), 0)

    assert embed.description == "1 gained nothing\nAll quiet: nobody gained any XP in this time."


async def test_legends_stand_only_below_what_they_explain(services):
    board = await board_of(services, Window.last(30, now=NOW))
    first, second = board.standings[:2]
    starred = replace(first, gain=replace(first.gain, since=ago(3)))
    moved = replace(first, previous_place=2)

    plain, later, climbed = (
        page(Shown(replace(board, standings=(one, second)), Asked("30d"), NOW, LONDON), 0)
        for one in (first, starred, moved)
    )
    second_page = replace(board, standings=(first,) * 15 + (starred,))

    assert "counted from later" not in plain.description
    assert "counted from later" in later.description
    assert "▲▼" not in plain.footer.text
    assert "▲▼" in climbed.footer.text
    hidden = page(Shown(second_page, Asked("30d"), NOW, LONDON), 0)
    assert "counted from later" not in hidden.description


async def test_day_before_the_clan_says_so_without_a_picture(discord_server):
    message = (
        await discord_server.slash("leaderboard", metric="overall", as_of="2019-06-01")
    ).response

    assert message.embeds[0].description == (
        "Nobody is known to have been in the clan on 1 Jun 2019: its history begins later."
    )
    assert message.attachments == []


async def test_rank_nobody_held_by_then_is_named(discord_server):
    message = (
        await discord_server.slash(
            "leaderboard", metric="overall", as_of="2019-06-01", rank_filter="ruby"
        )
    ).response

    assert "held the rank Ruby on 1 Jun 2019" in message.embeds[0].description


async def test_age_of_the_data_counts_from_the_day_that_is_looked_at(discord_server):
    day = (await discord_server.slash("leaderboard", metric="overall", as_of="2026-10-25")).response
    between = (
        await discord_server.slash("leaderboard", metric="overall", period="2026-10-01..2026-10-24")
    ).response

    for message in (day, between):
        footer = message.embeds[0].footer.text
        assert re.search(r"WOM data \S+ [hd] to \d\d d old by then", footer), footer


async def test_find_me_tells_whom_it_does_not_know(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    reply = (await discord_server.bob.click(message, label="Find me")).followups[-1]

    assert "`/link add`" in reply.content
    assert reply.ephemeral


async def test_another_members_click_leaves_the_message_alone(discord_server):
    message = (
        await discord_server.slash("leaderboard", by=discord_server.alice, metric="overall")
    ).response

    copy = (await discord_server.bob.click(message, label="90d")).response

    assert "last 30 days" in message.embeds[0].title
    assert ("last 90 days" in copy.embeds[0].title, copy.ephemeral) == (True, True)
    assert "Zezima" not in names(copy)  # Alice's line is hers


async def test_buttons_work_after_a_restart(discord_server):
    message = (
        await discord_server.slash(
            "leaderboard", metric="overall", as_of="2026-11-20", rank_filter="sapphire"
        )
    ).response

    await discord_server.restart()
    await discord_server.bob.click(message, label="90d")
    await discord_server.bob.select(message, ["zulrah"], custom_id=_id(message, "k"))

    assert message.embeds[0].title == (
        "Zulrah kills · last 90 days · as of 20 Nov 2026 · Sapphire · 47 members (47 unknown)"
    )


async def test_menu_shows_another_metric_from_its_first_page(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall")).response
    await discord_server.bob.click(message, custom_id=_id(message, "n"))

    await discord_server.bob.select(message, ["total_level"], custom_id=_id(message, "k"))

    assert message.embeds[0].title.startswith("Levels gained · last 30 days")
    assert names(message) == ["Zezima"]


async def test_all_time_ranks_totals_without_movement(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall", period="all")).response

    assert message.embeds[0].title == "Total XP · all time · 48 members (2 unknown)"
    assert rows(message)[0][1:] == ("1", "Zezima      ", "112.4m", "")


async def test_past_day_ranks_who_was_there_then(discord_server):
    message = (
        await discord_server.slash(
            "leaderboard", metric="overall", period="all", as_of="2026-10-25"
        )
    ).response

    assert message.embeds[0].title.startswith("Total XP · all time · as of 25 Oct 2026 · 49")
    assert "Gone Girl" in await _all_names(discord_server, message)


async def test_refresh_shows_what_came_in_meanwhile(discord_server, services):
    message = (await discord_server.slash("leaderboard", metric="overall")).response
    async with services.write() as session:
        await add_member(session, "Newbie")

    await discord_server.bob.click(message, label="Refresh")

    assert "49 members (5 unknown)" in message.embeds[0].title


async def test_csv_holds_everyone_with_all_digits(discord_server, services):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    reply = await discord_server.bob.click(message, label="CSV")

    name, text = await file_of(reply)
    lines = list(csv.DictReader(StringIO(text)))
    board = await board_of(services, Window.last(30, now=NOW))
    assert name == "overall-30d-2026-11-23.csv"
    assert reply.response.ephemeral
    assert len(lines) == 48
    assert lines[0] == {
        "place": "1",
        "name": "Player 02",
        "wom_id": str(board.standings[0].gain.member.wom_id),
        "value": "48000000",
        "unknown": "",
        "since": "",
        "partial": "",
    }
    assert {line["name"]: (line["value"], line["unknown"]) for line in lines}["Never Seen"] == (
        "",
        "never_tracked",
    )


async def test_csv_runs_no_formula(services):
    board = await board_of(services, Window.last(30, now=NOW))
    risky = [
        replace(
            standing, gain=replace(standing.gain, member=replace(standing.gain.member, name=name))
        )
        for standing, name in zip(board.standings, ("=1+1", "@SUM", "-1", "+2"), strict=False)
    ]

    lines = csv.DictReader(StringIO(sheet(replace(board, standings=risky)).decode("utf-8-sig")))

    assert [line["name"] for line in lines][:4] == ["'=1+1", "'@SUM", "'-1", "'+2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"metric": "zulra"}, "Did you mean `Zulrah`?", id="metric nearly right"),
        pytest.param({"metric": "qqqqqq"}, "Try `Zulrah`", id="metric like none"),
        pytest.param({"metric": "xp", "period": "30"}, "`4w`", id="period unreadable"),
        pytest.param({"metric": "xp", "as_of": "now"}, "2026-01-31", id="day unreadable"),
        pytest.param(
            {"metric": "xp", "rank_filter": "zenyte"}, "Ruby, Sapphire", id="no such rank"
        ),
    ],
)
async def test_what_cannot_be_read_is_explained_to_the_asker_alone(discord_server, options, said):
    reply = (await discord_server.slash("leaderboard", **options)).response

    assert said in reply.content
    assert discord_server.acknowledgements() == [(4, True)]


@pytest.mark.parametrize(
    ("option", "typed", "expected"),
    [
        pytest.param("metric", "cox", "chambers_of_xeric", id="nickname"),
        pytest.param("metric", "vork", "vorkath", id="title begun"),
        pytest.param("metric", "vc", "voice", id="what Discord adds"),
        pytest.param("metric", "xeric: chall", None, id="nothing like it"),
        pytest.param("rank_filter", "", "ruby", id="highest rank first"),
        pytest.param("period", "", "7d", id="periods"),
    ],
)
async def test_options_are_offered_from_memory(discord_server, services, option, typed, expected):
    await discord_server.typed("leaderboard", "metric", "")

    with counted_statements(services) as statements:
        offered = await discord_server.typed("leaderboard", option, typed)

    assert next((one["value"] for one in offered), None) == expected
    assert len(offered) <= 25
    assert statements == []


async def test_names_cannot_leave_the_table(discord_server):
    message = (await discord_server.slash("leaderboard", metric="overall")).response

    found = await _all_names(discord_server, message)

    assert "-=_*~|'@all" in found
    assert message.embeds[0].description.count("```") == 2


async def test_big_clan_fits_a_message(services):
    board = await board_of(services, Window.last(30, now=NOW))
    gain = board.unknown[0]
    big = replace(
        board,
        standings=tuple(
            replace(board.standings[0], place=place, previous_place=place + 400)
            for place in range(1, 501)
        ),
        unknown=tuple(
            replace(gain, observed_at=NOW, member=replace(gain.member, name="*" * 12))
            for _ in range(500)
        ),
    )
    shown = Shown(big, Asked("30d"), NOW, LONDON, "short_green_guy", own=())

    pages = [page(shown, number) for number in range(shown.pages)]
    unknown = unknown_list(shown)

    assert shown.pages == 34
    for embed in (*pages, unknown):
        assert len(embed) <= 6000
        assert len(embed.title) <= 256
        assert len(embed.description) <= 4096
    assert unknown.description.endswith("more: the CSV has all of them.")


async def test_messages_are_ranked_by_person_and_say_what_they_rest_on(discord_server, services):
    async with services.write() as session:
        await link(session, BOB_ID, [await add_member(session, "Silent")])
    alice = discord_server.alice
    message = (await discord_server.slash("leaderboard", by=alice, metric="chat")).response

    assert message.embeds[0].title == "Messages · last 30 days · 49 people (46 unknown)"
    assert [row[:4] for row in rows(message)] == [
        (" ", "1", "Player 02   ", "5~"),
        ("›", "2", "Zezima      ", "4"),
    ]
    text = message.embeds[0].description
    assert "**9 messages** together · 2 wrote, 1 wrote nothing" in text
    assert "`~` game chat only: no Discord account is linked" in text
    assert text.endswith("\nUnknown: 46 no Discord account linked")


async def test_messages_of_all_time_have_no_place_for_who_wrote_none(discord_server):
    message = (await discord_server.slash("leaderboard", metric="messages", period="all")).response

    assert [row[1:4] for row in rows(message)] == [
        ("1", "Zezima      ", "6"),
        ("2", "Player 02   ", "5~"),
    ]


async def test_voice_is_ranked_in_hours_from_when_it_is_known(discord_server):
    message = (await discord_server.slash("leaderboard", metric="voice")).response

    assert message.embeds[0].title.startswith("Voice time · last 30 days · 48 people (47 unknown)")
    assert [row[1:4] for row in rows(message)] == [("1", "Zezima      ", "2.5")]
    text = message.embeds[0].description
    assert "**2.5 hours** together · 1 in voice" in text
    assert text.endswith("\nVoice known from 20 Nov 2026 on")


async def test_messages_say_which_channels_are_not_known(discord_server, services):
    async with services.write() as session:
        await add_channel(session, until=ago(5))
        await add_channel(session, state="unreadable", read=False)

    message = (await discord_server.slash("leaderboard", metric="messages")).response
    sheet = (await discord_server.bob.click(message, label="CSV")).response

    said = "1 of 3 channels not read to the end yet; 1 of 3 channels can't be read"
    assert message.embeds[0].description.endswith(said)
    assert said in sheet.content
    lines = list(csv.DictReader(StringIO(await file_of_message(sheet))))
    assert [line["partial"] for line in lines[:2]] == ["game chat", ""]


async def test_unlinked_members_are_listed_with_what_helps(discord_server):
    message = (await discord_server.slash("leaderboard", metric="messages")).response

    told = (await discord_server.bob.click(message, label="Unknown (46)")).response

    assert told.embeds[0].description.startswith(
        "**No Discord account linked (46)** — `/link add` says who they are on Discord."
    )


async def test_heat_map_of_the_clan_is_sent_to_whoever_asks(discord_server, drawing):
    message = (await discord_server.slash("leaderboard", metric="messages")).response
    other = (await discord_server.slash("leaderboard", metric="voice")).response

    reply = (await discord_server.bob.click(message, label="Heat map")).response

    assert reply.ephemeral
    assert reply.embeds[0].title == "Messages by hour · last 30 days"
    assert "members or not" in reply.embeds[0].footer.text
    assert [file.filename for file in reply.attachments] == ["hours.png"]
    assert "Stub & Co" in reply.attachments[0].description
    assert drawing.drawn[-1][1][0].total == 9  # the bot's message isn't there
    assert "Heat map" not in str(other.components)


def test_state_fits_a_custom_id_and_comes_back():
    asked = Asked("2026-01-01..2026-12-31", ago(3).replace(second=0))
    metric = max(catalogue(), key=len)
    state = BoardState(2**63 - 1, metric, asked, "short_green_guy", 999)

    custom_id = state.custom_id("n")

    assert len(custom_id) <= 100
    assert BoardState.read(custom_id) == state


def _id(message, action):
    """The custom ID of the control that does it."""
    return _control(message, action)["custom_id"]


async def _all_names(discord_server, message):
    found = names(message)
    while not _control(message, "n")["disabled"]:
        await discord_server.bob.click(message, custom_id=_id(message, "n"))
        found += names(message)
    return found


def _control(message, action):
    return next(
        one
        for row in message.components
        for one in row["components"]
        if one["custom_id"].startswith(f"lb:{action}:")
    )

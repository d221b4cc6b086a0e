from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from clanstats.db.models import AbsenceRow
from clanstats.people.absences import LONGEST_REASON, Absence
from cogs.away import away_list
from tests.cogs.stage import ALICE_ID, CAROL_ID
from tests.factories import NOW

FORTNIGHT = NOW + timedelta(days=14)


def told(result):
    """The last word, whether it took the place of "is thinking…" or not."""
    return result.followups[-1] if result.followups else result.response


async def stored(services):
    async with services.read() as session:
        found = await session.execute(
            select(AbsenceRow.until, AbsenceRow.set_by, AbsenceRow.cleared_at)
        )
        return [tuple(row) for row in found]


async def listed(discord_server):
    return (await discord_server.slash("away list", by=discord_server.carol)).response


async def test_member_is_away_until_then_and_officers_read_why(discord_server, services, clock):
    alice = discord_server.alice
    reply = (
        await discord_server.slash("away set", by=alice, until="2w", reason="the *sea* @everyone")
    ).response
    seen = await listed(discord_server)
    clock.now = FORTNIGHT
    over = await listed(discord_server)

    stamp = int(FORTNIGHT.timestamp())
    assert reply.ephemeral
    assert reply.embeds[0].description.startswith(f"**Zezima** is away until <t:{stamp - 1}:D>")
    assert seen.ephemeral
    assert seen.embeds[0].title == "1 member away"
    assert "the \\*sea\\* @\u200beveryone" in seen.embeds[0].description
    assert over.embeds[0].description == "Nobody is away."
    assert await stored(services) == [(FORTNIGHT, ALICE_ID, None)]


async def test_last_day_counts_to_its_end_in_the_clans_timezone(discord_server, services):
    await discord_server.slash("away set", by=discord_server.alice, until="2027-06-30")

    assert (await stored(services))[0][0] == datetime(2027, 6, 30, 23, tzinfo=UTC)


async def test_who_is_back_says_so(discord_server, services):
    alice = discord_server.alice
    await discord_server.slash("away set", by=alice, until="2w")

    back = (await discord_server.slash("away clear", by=alice)).response
    again = (await discord_server.slash("away clear", by=alice)).response

    assert back.content == "Welcome back."
    assert again.content == "Nobody had said that you were away."
    assert (await listed(discord_server)).embeds[0].description == "Nobody is away."
    assert await stored(services) == [(FORTNIGHT, ALICE_ID, NOW)]


async def test_officer_notes_it_for_somebody(discord_server, services):
    options = {"by": discord_server.carol, "user": discord_server.alice}
    await discord_server.slash("away set", until="2w", **options)
    back = (await discord_server.slash("away clear", **options)).response
    nothing = (await discord_server.slash("away clear", **options)).response

    assert back.content == "Noted: they are back."
    assert nothing.content == "Nobody had said that they were away."
    assert await stored(services) == [(FORTNIGHT, CAROL_ID, NOW)]


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        pytest.param("away set", {"until": "2w"}, "`/link add`", id="no account"),
        pytest.param("away clear", {}, "`/link add`", id="no account to be back with"),
        pytest.param("away set", {"until": "soon"}, "`2w`", id="unreadable"),
        pytest.param("away set", {"until": "0d"}, "`2w`", id="no time at all"),
        pytest.param("away set", {"until": "2026-11-22"}, "is over", id="a past day"),
        pytest.param("away set", {"until": "2w", "user": "alice"}, "Manage Roles", id="for others"),
        pytest.param("away clear", {"user": "alice"}, "Manage Roles", id="others are back"),
    ],
)
async def test_what_is_not_noted_is_explained(discord_server, services, command, options, said):
    if "user" in options:
        options = options | {"user": discord_server.alice}

    reply = told(await discord_server.slash(command, **options))

    assert said in reply.content
    assert reply.ephemeral
    assert await stored(services) == []


async def test_more_than_a_year_is_not_away(discord_server, services):
    reply = told(await discord_server.slash("away set", by=discord_server.alice, until="60w"))

    assert "within the next year" in reply.content
    assert await stored(services) == []


async def test_list_is_refused_to_members_though_discord_shows_it(discord_server):
    reply = told(await discord_server.slash("away list"))

    assert "permission Manage Roles" in reply.content
    assert reply.embeds == []


async def test_lengths_are_offered(discord_server):
    offered = await discord_server.typed("away set", "until", "2")

    assert offered == [{"name": "Two weeks", "value": "2w"}]


def test_long_list_says_how_many_are_left_out():
    reason = "*" * LONGEST_REASON
    found = [
        Absence(number, f"Player {number:02}", NOW, FORTNIGHT, reason, ALICE_ID)
        for number in range(30)
    ]

    embed = away_list(found)

    assert len(embed) < 4_200
    assert embed.title == "30 members away"
    assert embed.description.splitlines()[-1] == "… and 22 others for longer."
    assert len(embed.description.splitlines()) == 9

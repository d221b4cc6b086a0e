"""Do cases, points, the log and its undo, and the places on Discord work as officers use them?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clanstats.db.models import CaseRow, ClanChannelRow, PlayerRow, PointsRow, RankRoleRow
from clanstats.decisions.cases import CaseKind, add_case
from tests.cogs.stage import PLAYERS
from tests.factories import NOW

BEST, SECOND = PLAYERS[:2]


@pytest.fixture
def carol(discord_server):
    return discord_server.carol


@pytest.fixture
def ask(discord_server, carol):
    async def asked(command, /, *, by=None, **options):
        return await discord_server.slash(command, by=by or carol, **options)

    return asked


def told(result):
    return result.followups[-1] if result.followups else result.response


def text(result):
    return told(result).embeds[0].description


async def rows(services, column):
    async with services.read() as session:
        return list(await session.scalars(select(column)))


@pytest.mark.parametrize(
    ("kind", "icon"), [("note", "📝"), ("warn", "⚠️"), ("strike", "❌"), ("flag", "🚩")]
)
async def test_case_is_noted_and_read_by_officers_alone(ask, kind, icon, discord_server):
    made = await ask(f"case {kind}", player=BEST, reason="x_y", expires="30d")
    listed = await ask("case list", player=BEST)

    assert text(made).startswith(f"{icon} **1** {kind} · **{BEST}** · x\\_y · <@")
    assert "until <t:" in text(made)
    assert text(listed) == text(made)
    assert {flag for _, flag in discord_server.acknowledgements()} == {True}


async def test_case_is_changed_and_voided(ask):
    await ask("case strike", player=BEST, reason="spam", weight=3)
    changed = await ask("case edit", id=1, reason="worse")
    voided = await ask("case void", id=1)
    listed = await ask("case list")
    everything = await ask("case list", all=True)

    assert "worse" in text(changed)
    assert "weight 3" in text(changed)
    assert "voided by" in text(voided)
    assert text(listed) == "There is none that counts."
    assert text(everything) == text(await ask("case show", id=1))


async def test_long_lists_are_turned_and_nothing_in_them_is_cut(ask, services, carol):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == BEST))
        for number in range(60):
            await add_case(
                session,
                1,
                player_id=player_id,
                kind=CaseKind.NOTE,
                reason=f"{number:02} {'spam ' * 60}end",
                by=9,
                now=NOW,
            )

    for command, ends in (("case list", "spam end · <@9>"), ("audit log", f"**{BEST}** · note")):
        message = (await ask(command)).response
        seen = message.embeds[0].description.splitlines()
        for _ in range(int(message.embeds[0].footer.text.removeprefix("Page 1 of ")) - 1):
            message = (await carol.click(message, label="Next")).response
            seen += message.embeds[0].description.splitlines()
        assert len(set(seen)) == 60
        assert all(ends in line for line in seen)


@pytest.mark.parametrize("since", ["1900-01-01", "2100-01-01", "soon"])
async def test_log_since_a_day_of_which_nothing_is_known_is_refused(ask, since):
    assert "try `2026-01-31`" in told(await ask("audit log", since=since)).content


async def test_log_begins_with_the_day_that_is_asked_for(ask, clock):
    await ask("case note", player=BEST, reason="then")
    clock.now += timedelta(days=3)
    await ask("case note", player=BEST, reason="now")

    lines = text(await ask("audit log", since=f"{clock.now:%Y-%m-%d}")).splitlines()

    assert [line.split("· ")[-1] for line in lines] == ["note 2"]


async def test_case_from_a_members_menu_is_about_their_main_account(
    discord_server, carol, services
):
    opened = await carol.context_menu(discord_server.channel, "Clan note", discord_server.alice)
    noted = await carol.submit_modal(opened, {"kind": "note", "reason": "kind", "expires": ""})
    unlinked = await carol.context_menu(discord_server.channel, "Clan note", discord_server.bob)

    assert "about **Zezima** noted" in told(noted).content
    assert await rows(services, CaseRow.reason) == ["kind"]
    assert "No account is linked" in told(unlinked).content


async def test_points_are_given_listed_and_undone(ask, services):
    given = await ask(
        "points add", ledger="Events", players=f"{BEST}, {SECOND}", amount=50, reason="bingo"
    )
    await ask("points remove", ledger="events", players=BEST, amount=20)
    undone = await ask("audit undo", id=1)
    history = await ask("points history", player=BEST)

    assert told(given).content.startswith("+50 Events for 2 members; `/audit undo` with 1, 2")
    assert "Undone: +50 events." in told(undone).content
    assert text(history).splitlines()[0].startswith("-20 events · **")
    assert text(history).splitlines()[1].startswith("~~+50 events")
    assert len(await rows(services, PointsRow.id)) == 3


async def test_what_others_did_is_undone_by_admins_alone(ask, discord_server):
    other = discord_server.join("dave", discord_server.env.guild.roles["Officer"])
    both = discord_server.join(
        "eve",
        discord_server.env.guild.roles["Officer"],
        discord_server.env.guild.roles["Admin"],
    )
    await ask("points add", ledger="x", players=BEST, amount=1)

    refused = await ask("audit undo", by=other, id=1)
    done = await ask("audit undo", by=both, id=1)
    again = await ask("audit undo", by=both, id=1)

    assert "Only who may manage the server" in told(refused).content
    assert "Undone" in told(done).content
    assert "undone already" in told(again).content


async def test_log_is_newest_first_and_can_be_narrowed(ask, carol):
    await ask("case note", player=BEST, reason="x")
    await ask("points add", ledger="x", players=SECOND, amount=1)

    everything = text(await ask("audit log"))
    of_one = text(await ask("audit log", player=BEST))

    assert [line.split(" · ")[1] for line in everything.splitlines()] == [
        "points.given", "case.noted"
    ]  # fmt: skip
    assert len(of_one.splitlines()) == 1
    assert f"<@{carol.id}>" in of_one


async def test_case_can_not_be_undone_but_voided(ask):
    await ask("case note", player=BEST, reason="x")

    assert "Only decisions" in told(await ask("audit undo", id=1)).content


async def test_admin_says_where_things_are_posted(ask, discord_server, services):
    channel = discord_server.channel

    said = await ask("setup channel", by=discord_server.alice, purpose="log", channel=channel)

    assert told(said).content == f"log are posted <#{channel.id}>."
    assert await rows(services, ClanChannelRow.discord_channel_id) == [channel.id]
    await ask("setup channel", by=discord_server.alice, purpose="log")
    assert await rows(services, ClanChannelRow.purpose) == []


async def test_admin_says_which_role_stands_for_a_rank(ask, discord_server, services):
    role = discord_server.env.guild.create_role("Ruby")

    said = await ask("setup role", by=discord_server.alice, rank="Ruby", role=role)

    assert told(said).content == f"Ruby: <@&{role.id}>."
    assert await rows(services, RankRoleRow.rank) == ["ruby"]


async def test_role_that_the_bot_can_not_give_is_refused(ask, discord_server, services):
    everyone = discord_server.env.guild.default_role

    said = await ask("setup role", by=discord_server.alice, rank="Ruby", role=everyone)

    assert "I can't give" in told(said).content
    assert await rows(services, RankRoleRow.rank) == []

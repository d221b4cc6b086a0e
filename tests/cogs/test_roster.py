"""Do officers see where game, Discord and rules disagree, and does mending touch only its own?"""

import pytest
from sqlalchemy import select, update

from clanstats.db.models import MembershipRow, PlayerRow
from clanstats.decisions.places import set_rank_role
from clanstats.people.links import LinkMethod, add_link
from tests.cogs.stage import BOB_ID, GUILD_ID, PLAYERS
from tests.factories import NOW

BEST = PLAYERS[0]
RULES = """
schema = 1
[[ladder]]
id = "main"
steps = [
  { rank = "sapphire", when = "true" },
  { rank = "ruby", when = "xp.30d >= 47.5m and tenure.days >= 30" },
]
"""


@pytest.fixture
def ask(discord_server, settings):
    settings.ranks_file.write_text(RULES)

    async def asked(command, **options):
        result = await discord_server.slash(command, by=discord_server.carol, **options)
        return (result.followups[-1] if result.followups else result.response).embeds[0]

    return asked


@pytest.fixture
def table(discord_server, settings):
    settings.ranks_file.write_text(RULES)

    async def shown():
        return (await discord_server.slash("roster drift", by=discord_server.carol)).response

    return shown


@pytest.fixture
def press(discord_server):
    async def pressed(message, label):
        return await discord_server.carol.click(message, label=label)

    return pressed


@pytest.fixture
async def roles(discord_server, services):
    """By rank; Bob plays the best player, who is sapphire, and has the role of a ruby."""
    made = {rank: discord_server.env.guild.create_role(rank) for rank in ("ruby", "sapphire")}
    async with services.write() as session:
        for rank, role in made.items():
            await set_rank_role(session, 1, rank, role.id)
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == BEST))
        await add_link(
            session, 1, user_id=BOB_ID, player_id=player_id, now=NOW, method=LinkMethod.OFFICER
        )
    discord_server.env.backend.add_member_role(GUILD_ID, BOB_ID, made["ruby"].id)
    await discord_server.env.settle()
    return made


async def roles_of_bob(discord_server):
    member = await discord_server.bot.guilds[0].fetch_member(BOB_ID)
    return {role.name for role in member.roles}


async def test_drift_is_rank_role_and_rule_in_one_line(ask, roles):
    shown = await ask("roster drift")

    assert shown.description.startswith(
        f"**{BEST}**\nIn game: Sapphire\n"
        f"On Discord: ⚠️ without <@&{roles['sapphire'].id}>, also <@&{roles['ruby'].id}>\n"
        "By the rules: ⬆️ Ruby\n\n"
        f"**Zezima**\nIn game: Ruby\nOn Discord: ⚠️ without <@&{roles['ruby'].id}>"
    )
    assert "nobody is linked" in shown.footer.text


async def test_each_cell_has_a_button_that_mends_it(table, press, roles, discord_server):
    fixed = await press(await table(), f"Fix roles of {BEST}")
    assert await roles_of_bob(discord_server) == {"@everyone", "sapphire"}

    approved = await press(fixed.response, f"Approve Ruby for {BEST}")

    assert await roles_of_bob(discord_server) == {"@everyone", "ruby"}
    assert f"<@&{roles['sapphire'].id}> given" in fixed.followups[-1].content
    assert f"**{BEST}** → Ruby: approved" in approved.followups[-1].content
    assert approved.response.embeds[0].title.startswith("1 member of ")


async def test_roles_follow_what_is_approved_until_the_game_does(table, press, ask, roles):
    await press(await table(), f"Approve Ruby for {BEST}")

    assert (await ask("roster drift")).title.startswith("1 member of ")
    assert BEST not in (await ask("roster sync", dry_run=False)).description


async def test_button_of_what_has_changed_since_does_nothing(
    table, press, roles, discord_server, services
):
    shown = await table()
    async with services.write() as session:
        await set_rank_role(session, 1, "sapphire", None)

    pressed = await press(shown, f"Fix roles of {BEST}")

    assert "Nothing was done: that has changed since" in pressed.followups[-1].content
    assert await roles_of_bob(discord_server) == {"@everyone", "ruby"}


async def test_roles_of_who_plays_two_members_follow_the_main_one(
    ask, roles, services, discord_server
):
    async with services.write() as session:
        other = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == "Idle"))
        await session.execute(
            update(MembershipRow).where(MembershipRow.player_id == other).values(rank="ruby")
        )
        await add_link(
            session, 1, user_id=BOB_ID, player_id=other, now=NOW, method=LinkMethod.OFFICER
        )

    await ask("roster sync", dry_run=False)

    assert await roles_of_bob(discord_server) == {"@everyone", "sapphire"}
    assert "Idle" not in (await ask("roster sync")).description


async def test_sync_that_is_undone_gives_back_every_role(ask, roles, discord_server):
    await ask("roster sync", dry_run=False)

    await discord_server.slash("audit undo", by=discord_server.carol, id=1)

    assert await roles_of_bob(discord_server) == {"@everyone", "ruby"}


async def test_sync_says_first_and_then_does(ask, roles, discord_server):
    planned = await ask("roster sync")
    assert await roles_of_bob(discord_server) == {"@everyone", "ruby"}

    done = await ask("roster sync", dry_run=False)

    assert f"give <@&{roles['sapphire'].id}>, take <@&{roles['ruby'].id}>" in planned.description
    assert f"<@&{roles['sapphire'].id}> given" in done.description
    assert await roles_of_bob(discord_server) == {"@everyone", "sapphire"}
    assert (await ask("roster sync")).description.count(BEST) == 0


async def test_role_that_is_not_on_the_clans_list_is_left_alone(ask, roles, discord_server):
    other = discord_server.env.guild.create_role("Friend")
    discord_server.env.backend.add_member_role(GUILD_ID, BOB_ID, other.id)
    await discord_server.env.settle()

    await ask("roster sync", dry_run=False)

    assert "Friend" in await roles_of_bob(discord_server)


async def test_unlinked_lists_those_whom_nobody_plays(ask, roles):
    text = (await ask("roster unlinked")).description

    assert "**Idle**" in text
    assert f"**{BEST}**" not in text
    assert "**Zezima**" not in text


async def test_names_that_differ_are_listed(ask, roles):
    shown = await ask("roster names")

    assert f"**{BEST}** is bob" in shown.description

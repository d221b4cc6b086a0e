"""Do officers see where game, Discord and rules disagree, and does mending touch only its own?"""

import pytest
from sqlalchemy import select

from clanstats.db.models import PlayerRow
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

    assert (
        f"**{BEST}** · in game Sapphire · on Discord without <@&{roles['sapphire'].id}> · "
        f"on Discord also <@&{roles['ruby'].id}> · by the rules ⬆️ Ruby"
    ) in shown.description
    assert "nobody is linked" in shown.footer.text


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

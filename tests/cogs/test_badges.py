"""Do rules give roles on Discord as long as they hold, and touch none that they didn't give?"""

import pytest
from sqlalchemy import select, update

from clanstats.db.models import MembershipRow, PlayerRow
from clanstats.decisions import audit
from clanstats.decisions.places import set_rank_role
from clanstats.people.links import LinkMethod, add_link
from tests.cogs.stage import BOB_ID, GUILD_ID, PLAYERS
from tests.factories import NOW

BEST = PLAYERS[0]
ROLE = '[[rule]]\nid = "keen"\nkind = "role"\nrole = "Keen One"\nwhen = "{}"\n'
HOLDS, FAILS, UNKNOWN = "xp.30d >= 47.5m", "xp.30d >= 60m", "ehb.30d >= 1"
LADDER = """
[[ladder]]
id = "main"
approval = "auto"
steps = [
  { rank = "sapphire", when = "true" },
  { rank = "ruby", when = "xp.30d >= 47.5m" },
]
"""


@pytest.fixture
def rules(settings):
    def write(when=HOLDS, *, more="", top=""):
        settings.ranks_file.write_text(f"schema = 1\n{top}\n{ROLE.format(when)}{more}")

    write()
    return write


@pytest.fixture
async def role(discord_server, services):
    """Of the rule; Bob plays the best player."""
    made = discord_server.env.guild.create_role("Keen")
    async with services.write() as session:
        await set_rank_role(session, 1, "keen_one", made.id)
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == BEST))
        await add_link(
            session, 1, user_id=BOB_ID, player_id=player_id, now=NOW, method=LinkMethod.OFFICER
        )
    return made


@pytest.fixture
def held(discord_server):
    async def after(*, harvests=1):
        for _ in range(harvests):
            await discord_server.harvested()
        member = await discord_server.bot.guilds[0].fetch_member(BOB_ID)
        return {one.name for one in member.roles} - {"@everyone"}

    return after


async def test_role_is_given_while_the_rule_holds_and_taken_when_it_fails(rules, role, held):
    assert await held(harvests=2) == {"Keen"}

    rules(FAILS)

    assert await held() == set()


async def test_what_can_not_be_told_takes_no_role(rules, role, held):
    await held()

    rules(UNKNOWN)  # which was never seen of them

    assert await held() == {"Keen"}


async def test_role_that_somebody_else_gave_stays(rules, role, held, discord_server):
    discord_server.env.backend.add_member_role(GUILD_ID, BOB_ID, role.id)
    await discord_server.env.settle()
    await held()

    rules(FAILS)

    assert await held() == {"Keen"}


async def test_role_taken_by_hand_or_undone_is_not_given_again(
    rules, role, held, discord_server, services
):
    await held()

    roles = discord_server.env.guild.roles
    chief = discord_server.join("eve", roles["Officer"], roles["Admin"])
    await discord_server.slash("audit undo", by=chief, id=1)

    assert await held() == set()
    async with services.read() as session:
        (line,) = await audit.entries(session, 1)
    assert (line.action, line.roles_given, line.actor) == ("role.given", (role.id,), None)


async def test_more_than_a_run_may_do_is_left_to_an_officer(rules, role, held, discord_server):
    rules(more=LADDER, top="max_changes_per_run = 1")

    assert await held() == set()
    await discord_server.slash("roster sync", by=discord_server.carol, dry_run=False)
    assert await held() == {"Keen"}


async def test_promotion_that_needs_nobody_gives_its_role(
    rules, role, held, discord_server, services
):
    ruby = discord_server.env.guild.create_role("Ruby")
    async with services.write() as session:
        await set_rank_role(session, 1, "ruby", ruby.id)

    rules(more=LADDER)

    assert await held() == {"Keen", "Ruby"}


async def test_role_of_a_rule_is_no_drift_of_ranks(rules, role, held, discord_server):
    rules(more=LADDER.replace('"auto"', '"one"'))
    await held()

    shown = await discord_server.slash("roster drift", by=discord_server.carol)

    assert f"<@&{role.id}>" not in shown.response.embeds[0].description


async def test_who_left_the_clan_loses_the_role(rules, role, held, services):
    await held()
    async with services.write() as session:
        best = select(PlayerRow.id).where(PlayerRow.name == BEST).scalar_subquery()
        await session.execute(
            update(MembershipRow).where(MembershipRow.player_id == best).values(left_at=NOW)
        )

    assert await held() == set()

"""Are officers told in their channel, once, and does a channel that is gone lose nothing?"""

import pytest
from sqlalchemy import insert, select

from clanstats import jobs
from clanstats.db.models import DecisionRow, PlayerRow
from clanstats.decisions.places import Purpose, set_channel
from tests.factories import NOW

RULES = 'schema = 1\n[[rule]]\nid = "old-hand"\nkind = "flag"\nwhen = "tenure.days >= 2000"\n'


@pytest.fixture
async def office(discord_server, services, settings):
    settings.ranks_file.write_text(RULES)
    place = discord_server.env.guild.create_text_channel("office")
    async with services.write() as session:
        await set_channel(session, 1, Purpose.OFFICERS, place.id)
    return place


def posts(channel):
    return [one.embeds[0].description for one in channel.history() if one.embeds]


async def test_alerts_are_posted_once_after_a_harvest(office, discord_server, services):
    await discord_server.harvested()
    await discord_server.harvested()

    (post,) = posts(office)
    assert "🔔 old-hand: **Idle** (Sapphire) · tenure.days 2,5" in post
    async with services.read() as session:
        runs = await jobs.last_runs(session)
    assert [(run.name, run.outcome) for run in runs] == [("rules", "ok")] * 2


async def test_without_a_channel_they_wait_until_there_is_one(office, discord_server, services):
    async with services.write() as session:
        await set_channel(session, 1, Purpose.OFFICERS, None)
    await discord_server.harvested()
    async with services.write() as session:
        await set_channel(session, 1, Purpose.OFFICERS, office.id)

    await discord_server.harvested()

    assert len(posts(office)) == 1


async def test_many_alerts_take_several_messages_and_none_is_cut(
    office, discord_server, services, settings
):
    settings.ranks_file.write_text(RULES.replace("old-hand", "old-hand-of-the-very-first-days"))

    await discord_server.harvested()

    lines = [line for post in posts(office) for line in post.splitlines()]
    assert len(posts(office)) > 1
    assert len(set(lines)) == len(lines) == 47
    assert all(line.startswith("🔔 old-hand") and line.endswith("(need ≥ 2,000)") for line in lines)


async def test_officers_hear_of_an_approval_that_lapsed(office, discord_server, services):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == "Idle"))
        await session.execute(
            insert(DecisionRow).values(
                clan_id=1,
                player_id=player_id,
                rule_id="main",
                change="promote",
                from_rank="opal",
                to_rank="ruby",
                rules_hash="x",
                as_of=NOW,
                evidence="[]",
                state="approved",
                decided_by=9,
                decided_at=NOW,
            )
        )

    await discord_server.harvested()
    await discord_server.harvested()

    (post,) = posts(office)
    assert "↩️ **Idle** is Sapphire in game: to make them Ruby is approved no longer" in post

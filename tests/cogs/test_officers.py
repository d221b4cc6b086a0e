"""Are officers told in their channel, once, and does a channel that is gone lose nothing?"""

import pytest

from clanstats import jobs
from clanstats.decisions.places import Purpose, set_channel

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

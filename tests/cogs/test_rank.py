"""Does everybody see their own way up, and nobody that of others but officers?"""

import pytest

from tests.cogs.stage import PLAYERS

RULES = """
schema = 1
[[ladder]]
id = "main"
steps = [
  { rank = "sapphire", when = "true" },
  { rank = "ruby", when = "xp.30d >= 10m" },
  { rank = "onyx", when = "xp >= 124.8m and kc.zulrah >= 1k and messages.30d >= 3" },
  { rank = "zenyte", when = "level.slayer >= 90" },
]
[[rule]]
id = "watched"
kind = "flag"
when = "xp.7d == 0"
"""


@pytest.fixture
def ask(discord_server, settings):
    settings.ranks_file.write_text(RULES)

    async def asked(*, by=None, **options):
        result = await discord_server.slash("rank", by=by or discord_server.alice, **options)
        return result.followups[-1] if result.followups else result.response

    return asked


async def test_own_way_up_with_what_is_there_and_nothing_of_other_rules(ask, discord_server):
    shown = await ask()

    assert discord_server.acknowledgements() == [(5, True)]
    (embed,) = shown.embeds
    assert embed.title == "Zezima · Ruby"
    blocks = embed.description.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [
        "**Onyx · in 251 d at this pace**",  # 804 Zulrah kills at 96 in 30 days
        "**Zenyte**",
    ]
    assert "FAIL xp 112.4m (need ≥ 124.8m)" in blocks[0]
    assert "PASS messages.30d" in blocks[0]
    assert "UNKNOWN level.slayer" in blocks[1]
    assert "watched" not in embed.description


async def test_pace_says_when_it_will_be_enough(ask, settings):
    settings.ranks_file.write_text(RULES.replace(" and kc.zulrah >= 1k", ""))

    assert "**Onyx · in 30 d at this pace**" in (await ask()).embeds[0].description


async def test_member_is_refused_the_way_of_others(ask, discord_server):
    for options in ({"player": PLAYERS[0]}, {"user": discord_server.alice}):
        refused = await ask(by=discord_server.bob, **options)
        assert "Only officers" in refused.content


async def test_officer_sees_that_of_others(ask, discord_server):
    shown = await ask(by=discord_server.carol, player=PLAYERS[0])

    assert shown.embeds[0].title == f"{PLAYERS[0]} · Sapphire"


async def test_who_plays_nobody_is_told_how_to_change_that(ask, discord_server):
    assert "No account is linked to you yet" in (await ask(by=discord_server.bob)).content


async def test_at_the_top_there_is_nothing_above(ask, settings):
    settings.ranks_file.write_text(RULES.replace("ruby", "zenyte2").replace('zenyte"', 'ruby"'))

    assert "no rank above yours" in (await ask()).embeds[0].description


async def test_what_is_years_away_is_no_forecast(ask, settings):
    settings.ranks_file.write_text(RULES.replace("1k and", "10k and"))

    assert "**Onyx · not within three years at this pace**" in (await ask()).embeds[0].description

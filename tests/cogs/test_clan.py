"""Does `/clan` say of the clan as a whole only what is known, and name nobody who is hidden?"""

import pytest

from tests.cogs.stage import PLAYERS


def told(result):
    return result.followups[-1] if result.followups else result.response


@pytest.fixture
def ask(discord_server):
    async def asked(*, by=None, **options):
        return told(await discord_server.slash("clan", by=by or discord_server.bob, **options))

    return asked


def fields(shown):
    return {field.name: field.value for field in shown.embeds[0].fields}


async def test_overview_is_sums_with_what_is_unknown_and_a_picture(ask):
    shown = await ask()

    assert shown.embeds[0].title == "Stub & Co · last 30 days"
    assert "unknown" in fields(shown)["XP"]
    assert fields(shown)["Members"].startswith("48")
    (picture,) = shown.attachments
    assert "XP by week" in picture.description


@pytest.mark.parametrize(
    ("view", "picture"), [("heatmap", "hours.png"), ("quadrant", "quadrant.png")]
)
async def test_each_view_has_its_picture(ask, view, picture):
    shown = await ask(view=view)

    assert [one.filename for one in shown.attachments] == [picture]


async def test_records_say_since_when(ask):
    shown = await ask(view="records")

    assert "Weeks since" in shown.embeds[0].footer.text


async def test_retention_is_for_officers_alone(ask, discord_server):
    refused = await ask(view="retention")
    shown = await ask(view="retention", by=discord_server.carol)

    assert "officers" in refused.content or "Manage Roles" in refused.content
    assert shown.ephemeral
    assert shown.embeds[0].title == "Stub & Co · who stays"


async def test_hidden_people_are_in_no_view(ask, discord_server):
    before = str((await ask(view="quadrant")).embeds[0].to_dict())
    await discord_server.slash("privacy hide", by=discord_server.alice)

    for view in ("quadrant", "records"):
        assert "Zezima" not in str((await ask(view=view)).embeds[0].to_dict())
    assert "Zezima" in before
    assert PLAYERS[0] not in before  # of whom no account is linked


async def test_everything_needs_a_beginning(ask):
    assert "has a beginning" in (await ask(period="all")).content

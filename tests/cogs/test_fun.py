"""Do `/fun` and `/compare` name only who may be named, and never invent a number?"""

import pytest
from sqlalchemy import insert, select

from clanstats.db.models import AttributionRow, AuthorRow, PlayerRow, WordCountRow
from tests.cogs.stage import PLAYERS, ago

BEST, SECOND = PLAYERS[:2]


def told(result):
    return result.followups[-1] if result.followups else result.response


def fields(shown):
    return {field.name: field.value for field in shown.embeds[0].fields}


@pytest.fixture
def ask(discord_server):
    async def asked(command, *, by=None, **options):
        return told(await discord_server.slash(command, by=by or discord_server.alice, **options))

    return asked


async def test_spotlight_says_of_how_many_it_is_known(ask):
    shown = fields(await ask("fun spotlight"))

    assert shown["🗣️ Yap-Star"].startswith("**Zezima**\n")
    assert shown["🗣️ Yap-Star"].endswith("*known of 1 member*")


async def test_hidden_people_get_no_award(ask):
    await ask("privacy hide")

    assert "Zezima" not in str((await ask("fun spotlight")).embeds[0].to_dict())
    assert "Zezima" not in str((await ask("fun outliers")).embeds[0].to_dict())


async def test_own_words_are_for_oneself_alone(ask, services, settings):
    before = await ask("fun words")
    async with services.write() as session:
        author = await session.scalar(
            select(AttributionRow.author_id)
            .join(AuthorRow, AuthorRow.id == AttributionRow.author_id)
            .join(PlayerRow, PlayerRow.id == AttributionRow.player_id)
            .where(PlayerRow.name == "Zezima")
        )
        await session.execute(
            insert(WordCountRow),
            [
                {"author_id": author, "week": ago(9), "word": word, "count": count}
                for word, count in (("zulrah", 4), ("the", 90), ("pet", 7))
            ],
        )

    shown = await ask("fun words")

    assert "COUNT_WORDS" in before.embeds[0].description
    assert shown.embeds[0].description == "**pet** ×7\n**zulrah** ×4"
    assert shown.ephemeral
    assert fields(shown)["Questions"].startswith("0 of ")


async def test_two_players_stand_beside_one_another_with_a_picture(ask):
    shown = await ask("compare", a=BEST, b=SECOND)

    assert shown.embeds[0].title == f"{BEST} and {SECOND} · last 30 days"
    assert fields(shown)["XP gained"] == f"{BEST} **48m** 🏆\n{SECOND} **47m**"
    assert "unknown" in fields(shown)["Messages"]
    (picture,) = shown.attachments
    assert picture.filename == "compare.png"
    assert f"{BEST}: " in picture.description


async def test_who_is_hidden_is_compared_with_nobody(ask, discord_server):
    await ask("privacy hide")

    refused = await ask("compare", a=BEST, b="Zezima", by=discord_server.bob)

    assert "hidden" in refused.content


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"a": BEST, "b": BEST}, "one player twice"),
        ({"a": BEST, "b": "Nobody Here"}, "Nobody called"),
        ({"a": BEST, "b": SECOND, "period": "all"}, "has a beginning"),
        ({"a": BEST, "b": SECOND, "metric": "messages"}, "of what is played"),
        ({"a": BEST, "b": "Gone Girl"}, "wasn't in the clan"),
    ],
)
async def test_what_cant_be_compared_says_why(ask, options, says):
    assert says in (await ask("compare", **options)).content

"""Is everything told that is held on a person?"""

import gzip

import msgspec
import pytest

from clanstats.db.models import Base
from clanstats.privacy import export as exporting
from clanstats.privacy import holdings
from clanstats.privacy.export import export
from clanstats.privacy.holdings import ABOUT_NOBODY, HOLDINGS
from clanstats.privacy.overview import overview
from clanstats.privacy.person import Scope, person_of
from tests.clanstats.privacy.clan import OTTO, SAILOR, SAILOR_WOM_ID, SALLY
from tests.factories import NOW

# Columns that say who somebody is, wherever they stand.
OF_PEOPLE = {"player_id", "author_id", "discord_user_id", "wom_id", "made_by", "set_by"}


async def exported(services, user_id=SALLY, scope=Scope.ALL):
    async with services.read() as session:
        return await export(session, await person_of(session, user_id, scope), now=NOW)


async def told(services, *args, **options):
    return msgspec.json.decode((await exported(services, *args, **options)).content)


def rows(told_, table):
    """A table's rows, each by its columns' names."""
    return [
        dict(zip(held["columns"], row, strict=True))
        for held in told_["held"]
        if held["table"] == table
        for row in held["rows"]
    ]


def test_every_table_is_either_told_or_about_nobody():
    covered = {holding.table for holding in HOLDINGS}

    assert covered | ABOUT_NOBODY == set(Base.metadata.tables)
    assert covered & ABOUT_NOBODY == set()


@pytest.mark.parametrize("name", sorted(ABOUT_NOBODY))
def test_what_is_about_nobody_points_to_nobody(name):
    table = Base.metadata.tables[name]
    pointed = {key.column.table.name for key in table.foreign_keys}

    assert pointed & {"players", "authors"} == set()
    assert OF_PEOPLE & set(table.columns.keys()) == set()


async def test_everything_she_has_is_in_the_file(town, services):
    made = await told(services)

    tables = {held["table"] for held in made["held"]}
    assert tables == {holding.table for holding in HOLDINGS}
    assert made["schema"] == "clanstats.export/1"
    assert (made["discord_user_id"], made["players"]) == (str(SALLY), ["Sea-Sailor"])
    assert len(rows(made, "messages")) == 129 + 61
    assert {row["name"] for row in rows(made, "player_names")} == {"Sea-2924", "Sea-Sailor"}
    assert {row["kind"] for row in rows(made, "game_events")} == {"drop"}
    assert [row["reason"] for row in rows(made, "absences") if "reason" in row] == ["at sea"]
    assert {row["wom_id"] for row in rows(made, "clan_activity")} == {SAILOR_WOM_ID}
    xp = [row["value"] for row in rows(made, "metric_values") if row["metric"] == "overall"]
    assert xp == sorted(xp)


async def test_ids_of_discord_survive_a_reader_of_small_numbers(town, services):
    message = rows(await told(services), "messages")[0]

    assert set(message) == {"message_id", "at", "discord_channel_id", "by", "length", "flags"}
    assert isinstance(message["message_id"], str)
    assert message["at"].endswith("Z")


async def test_nothing_of_others_is_in_the_file(town, services):
    made = await exported(services, OTTO)

    assert b"Sailor" not in made.content
    assert SAILOR.encode() not in made.content
    linked = rows(msgspec.json.decode(made.content), "links")
    assert [set(row) for row in linked if "player_id" not in row] == [{"at"}]


@pytest.mark.parametrize(
    ("scope", "there", "absent"),
    [
        pytest.param(Scope.DISCORD, "voice_sessions", "snapshots", id="discord"),
        pytest.param(Scope.GAME, "snapshots", "voice_sessions", id="game"),
    ],
)
async def test_half_of_it_can_be_had(town, services, scope, there, absent):
    made = await told(services, scope=scope)

    assert rows(made, there)
    assert not rows(made, absent)
    assert len(rows(made, "messages")) == (129 if scope.discord else 61)


async def test_it_is_all_there_however_many_rows_are_read_at_once(town, services, monkeypatch):
    whole = await told(services)
    monkeypatch.setattr(holdings, "_PAGE", 19)

    assert await told(services) == whole


async def test_long_file_is_packed(town, services, monkeypatch):
    monkeypatch.setattr(exporting, "_PLAIN", 100)

    made = await exported(services)

    assert made.name == "clanstats-2026-11-23.json.gz"
    assert msgspec.json.decode(gzip.decompress(made.content))["schema"]


async def test_somebody_unknown_gets_an_empty_file(town, services):
    assert (await told(services, 5))["held"] == []


async def test_overview_counts_each_half_once(town, services):
    async with services.read() as session:
        seen = await overview(session, SALLY)

    counts = {one.table: one.rows for one in seen.discord}
    assert counts["messages"] == 129
    assert counts["voice_sessions"] == 2
    assert {one.table for one in seen.game} & {"links", "voice_sessions"} == set()
    assert {one.table: one.rows for one in seen.game}["messages"] == 61
    assert seen.players == ("Sea-Sailor",)
    assert (seen.talk_hidden, seen.numbers_hidden, seen.forgotten) == (True, True, False)

"""Can admins have the database copied, and see whether a copy would restore?"""
# ruff: noqa: S608 — statements of our own

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import simcord

from clanstats.db import backup, migrate
from clanstats.db.engine import database_file
from tests.factories import NOW


async def command(discord_server, name, **options):
    reply = await discord_server.slash(f"backup {name}", by=discord_server.alice, **options)
    assert reply.response.ephemeral
    return reply.response.embeds[0]


@pytest.fixture
def file(settings):
    """The database; its clan is one of the tests', whose former name overlaps the present one."""
    file = database_file(settings.database_url)
    change(file, "DELETE FROM player_names WHERE until IS NOT NULL")
    change(file, "UPDATE coverage SET until_id = 5")
    return file


def change(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


async def copy(file, settings, label="nightly", *, days=0):
    now = NOW - timedelta(days=days)
    return (await backup.create(file, settings.backup_dir, label=label, now=now)).path.name


async def test_now_makes_a_copy_that_is_listed(discord_server, settings):
    before = await command(discord_server, "list")
    made = await command(discord_server, "now")
    after = await command(discord_server, "list")

    (one,) = backup.listed(settings.backup_dir)
    assert before.description == "There is none yet: `/backup now` makes one."
    assert made.description.startswith(f"✅ {one.path.name} made and verified, ")
    assert after.description == (
        f"`{one.path.name}` <t:{int(NOW.timestamp())}:R> · {one.size / 1e6:.1f} MB"
    )
    assert after.footer.text.startswith("1 copy, ")


async def test_copy_that_cannot_be_made_is_told_with_what_to_do(discord_server, settings):
    settings.backup_dir.write_text("a file")

    made = await command(discord_server, "now")

    assert made.description.startswith("❌ ")
    assert "have BACKUP_DIR name another one" in made.description


async def test_verify_looks_at_the_newest_copy(discord_server, settings, file):
    await copy(file, settings, days=1)
    newest = await copy(file, settings, "manual")

    found = await command(discord_server, "verify")

    assert found.description.splitlines()[0].startswith(f"`{newest}`")
    assert found.description.splitlines()[1:] == [
        "✅ It can be restored, and all its tables agree."
    ]


async def test_verify_tells_what_does_not_agree_and_what_is_damaged(discord_server, settings, file):
    good = await copy(file, settings, days=3)
    change(file, "UPDATE rank_orders SET position = 7 WHERE rank = 'ruby'")
    wrong = await copy(file, settings, days=2)
    old = await copy(file, settings, "before-0002", days=1)
    harmed = settings.backup_dir / old
    harmed.write_bytes(harmed.read_bytes()[:-900])

    told = [await command(discord_server, "verify", copy=name) for name in (good, wrong)]
    torn = await discord_server.slash("backup verify", by=discord_server.alice)

    assert told[0].description.splitlines()[1].startswith("✅")
    assert told[1].description.splitlines()[1:] == [
        "⚠️ It can be restored, but its tables don't agree:",
        "• rank-order: places are missing, or two ranks share one (1 × rank_orders)",
    ]
    assert f"{old} can't be read" in torn.followups[0].content


async def test_verify_says_that_an_older_versions_tables_are_not_compared(
    discord_server, settings, file
):
    change(file, "UPDATE alembic_version SET version_num = '0001'")
    await copy(file, settings)
    change(file, f"UPDATE alembic_version SET version_num = '{migrate.head()}'")

    found = await command(discord_server, "verify")

    assert "✅ It can be restored. Its tables are of version 0001;" in found.description


@pytest.mark.parametrize("name", ["../clan.db", "clanstats-20200101T000000Z-manual.db.xz"])
async def test_verify_knows_only_the_copies_in_their_folder(discord_server, name):
    reply = await discord_server.slash("backup verify", by=discord_server.alice, copy=name)

    assert reply.followups[0].content.startswith("There is no such copy")


async def test_copies_are_offered_to_admins_alone(discord_server, settings, file):
    name = await copy(file, settings)
    alice, bob = discord_server.alice, discord_server.bob

    offered = await discord_server.typed("backup verify", "copy", "nightly", by=alice)

    assert [choice["value"] for choice in offered] == [name]
    with pytest.raises(simcord.SetupError):
        await discord_server.typed("backup verify", "copy", "", by=bob)


async def test_one_copy_is_made_at_a_time(discord_server):
    cog = discord_server.bot.get_cog("Backups")

    async with cog._busy:
        reply = await discord_server.slash("backup now", by=discord_server.alice)

    assert reply.response.content.startswith("A backup is being made or verified already")


async def test_members_may_not(discord_server):
    with pytest.raises(simcord.SetupError):
        await discord_server.slash("backup now")

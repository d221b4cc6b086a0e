"""Does a database get to the wanted version, and stay as it was when it can't?"""
# ruff: noqa: S608 — statements of our own

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from clanstats.db import backup, lock, migrate
from clanstats.db.copies import Soundness, look, unpacked
from clanstats.db.engine import writing
from clanstats.db.lock import DatabaseInUseError, shared
from clanstats.db.migrate import MigrationError, current, head
from clanstats.db.models import Base
from tests.clanstats.db.filling import contents, fill, schema
from tests.factories import NOW

pytestmark = pytest.mark.slow

BREAKS = '''"""Breaks half-way."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clans", sa.Column("half", sa.Text()))
    {then}


def downgrade() -> None:
    op.drop_column("clans", "half")
'''

SAME = "op.drop_column('clans', 'half')"  # so that the tables end up as the models have them


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'clan.db'}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "clan.db"


@pytest.fixture
def to(url, tmp_path):
    """Migrate to a version."""

    async def migrated(version="head", *, down=False, now=NOW):
        return await migrate.migrate(
            url, to=version, downwards=down, backup_dir=tmp_path / "backups", now=now
        )

    return migrated


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """Pretend that there is one migration more, which ends in that statement."""

    def added(then):
        root = tmp_path / "project"
        versions = root / "migrations" / "versions"
        versions.mkdir(parents=True)
        ours = migrate.VERSIONS.parent
        for each in (ours / "env.py", ours / "script.py.mako"):
            (root / "migrations" / each.name).write_text(each.read_text("utf-8"), "utf-8")
        for each in migrate.VERSIONS.glob("[0-9]*.py"):
            (versions / each.name).write_text(each.read_text("utf-8"), "utf-8")
        (root / "alembic.ini").write_text((ours.parent / "alembic.ini").read_text("utf-8"), "utf-8")
        revision = f"{int(head()) + 1:04}"
        text = BREAKS.format(revision=revision, before=head(), then=then)
        (versions / f"{revision}_next.py").write_text(text, "utf-8")
        monkeypatch.setattr(migrate, "_ROOT", root)
        monkeypatch.setattr(migrate, "VERSIONS", versions)
        return revision

    return added


def tables(file):
    with closing(sqlite3.connect(file)) as connection:
        return sorted(
            row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql")
        )


def rows(file, table="bot_state"):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def write(file, *statements):
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def test_up_down_and_up_again_ends_where_it_began(to, url, file):
    first = await to()
    up = tables(file)
    down = await to("base", down=True, now=NOW + timedelta(minutes=1))
    left = tables(file)
    again = await to(now=NOW + timedelta(minutes=2))

    assert (first.before, first.after, first.backup) == (None, head(), None)
    assert (down.before, down.after) == (head(), None)
    assert [table for table in left if "alembic_version" not in table] == []
    assert (again.before, again.after) == (None, head())
    assert tables(file) == up
    assert await current(url) == head()


@pytest.mark.parametrize("version", migrate.revisions())
async def test_step_back_and_forth_keeps_all_that_the_older_version_has_room_for(to, file, version):
    older = ([None, *migrate.revisions()])[migrate.revisions().index(version)]
    await to(version)
    fill(file)
    before, made = contents(file), schema(file)

    await to(older or "base", down=True)
    kept = contents(file)
    await to(version)
    after = contents(file)

    assert all(before.values())
    assert schema(file) == made
    for table, rows_between in kept.items():
        columns = set(rows_between[0])
        assert picked(after[table], columns) == picked(before[table], columns), table
    assert str(look(file)) == "sound"


@pytest.mark.parametrize("version", migrate.revisions())
async def test_from_every_version_with_rows_all_can_be_taken_away_and_made_anew(to, file, version):
    await to(version)
    fill(file)

    away = await to("base", down=True)
    again = await to()

    assert (away.after, again.after) == (None, head())
    assert str(look(file)) == "sound"


async def test_every_version_with_rows_can_be_upgraded(to, file):
    oldest, *_ = migrate.revisions()
    await to(oldest)
    fill(file)
    before = contents(file)

    await to()

    after = contents(file)
    for table, rows_before in before.items():
        assert picked(after[table], set(rows_before[0])) == rows_before, table
    assert str(look(file)) == "sound"


def picked(found, columns):
    return [{key: value for key, value in row.items() if key in columns} for row in found]


async def test_the_migrations_lead_to_the_models(to, url):
    await to()
    engine = writing(url)

    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
        )
    await engine.dispose()

    assert [d for d in differences if "modify_type" not in str(d)] == []


async def test_nothing_to_do_makes_no_backup(to, tmp_path):
    await to()

    again = await to()

    assert again.backup is None
    assert backup.listed(tmp_path / "backups") == ()


async def test_a_verified_copy_is_made_before_anything_changes(to, file, next_version, tmp_path):
    await to()
    write(file, "INSERT INTO bot_state VALUES ('kept', 'yes')")
    revision = next_version(f"op.execute(\"INSERT INTO bot_state VALUES ('new', 'yes')\"); {SAME}")

    done = await to()

    assert (done.before, done.after) == (f"{int(revision) - 1:04}", revision)
    assert [each.path for each in backup.listed(tmp_path / "backups")] == [done.backup]
    async with unpacked(done.backup) as plain:
        assert rows(plain) == [("kept", "yes")]
        assert rows(file) == [("kept", "yes"), ("new", "yes")]
        assert str(look(plain)) == "sound"


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("op.drop_table('nothing')", id="the database refuses"),
        pytest.param("raise LookupError", id="its own code fails"),
        pytest.param(
            "op.execute('PRAGMA max_page_count=1'); op.execute('CREATE TABLE a (b)')",
            id="the disk is full",
        ),
        pytest.param("pass", id="the tables aren't those of the models"),
        pytest.param(
            "op.execute(\"INSERT INTO memberships VALUES (1, 9, 9, 0, NULL, 'x')\")",
            id="a row would point to nothing",
        ),
    ],
)
async def test_a_failed_migration_leaves_all_as_it_was_and_names_the_copy(
    to, url, file, next_version, then
):
    await to()
    write(file, "INSERT INTO bot_state VALUES ('kept', 'yes')")
    before = tables(file)
    version = await current(url)
    next_version(then)

    with pytest.raises(MigrationError, match=r"as before.*verified copy is at .*before-"):
        await to()

    assert tables(file) == before
    assert rows(file) == [("kept", "yes")]
    assert await current(url) == version


async def test_failure_says_what_failed_and_nothing_that_is_stored(to, file, next_version):
    await to()
    write(file, "INSERT INTO bot_state VALUES ('secret', 'canary')")
    next_version("op.execute(\"INSERT INTO bot_state VALUES ('secret', 'canary')\")")

    with pytest.raises(MigrationError) as refusal:
        await to()

    assert "(IntegrityError: UNIQUE constraint failed: bot_state.key)" in str(refusal.value)
    assert "canary" not in str(refusal.value)


async def test_what_pointed_to_nothing_before_keeps_nobody_from_upgrading(to, file, next_version):
    await to()
    write(file, "INSERT INTO snapshots VALUES (99, 5)")
    next_version(SAME)

    done = await to()

    assert done.after == head()
    assert rows(file, "snapshots") == [(99, 5)]


async def test_disk_that_lost_what_was_committed_gets_the_copy_back(
    to, url, file, next_version, monkeypatch
):
    await to()
    write(file, "INSERT INTO bot_state VALUES ('kept', 'yes')")
    version = await current(url)
    next_version(f"op.execute('DELETE FROM bot_state'); {SAME}")
    monkeypatch.setattr(migrate, "look", lambda _: Soundness(damage=("page 7 is torn",)))

    with pytest.raises(MigrationError, match=r"page 7 is torn.* brought back .*before-"):
        await to()

    assert rows(file) == [("kept", "yes")]
    assert await current(url) == version
    assert str(look(file)) == "sound"


async def test_database_in_use_is_left_alone(to, file, next_version, monkeypatch):
    await to()
    before = tables(file)
    next_version(SAME)
    monkeypatch.setattr(lock, "_ATTEMPTS", 0)

    with shared(file), pytest.raises(DatabaseInUseError, match="stop the bot"):
        await to()

    assert tables(file) == before


async def test_of_two_that_upgrade_at_once_one_does_and_the_other_finds_it_done(
    to, file, next_version
):
    await to()
    next_version(f"op.execute(\"INSERT INTO bot_state VALUES ('new', 'yes')\"); {SAME}")

    both = await asyncio.gather(to(), to())

    assert sorted(done.before != done.after for done in both) == [False, True]
    assert rows(file) == [("new", "yes")]


async def test_rebuilding_a_table_keeps_the_rows_that_point_to_it(to, file, next_version):
    await to()
    write(
        file,
        "INSERT INTO players (id, wom_id, name, standard_name, account_type, build, status)"
        " VALUES (1, 1, 'x', 'x', 'regular', 'main', 'active')",
        "INSERT INTO snapshots VALUES (1, 5)",
    )
    next_version(
        "with op.batch_alter_table('players', recreate='always') as batch:\n"
        f"        batch.alter_column('name', nullable=False)\n    {SAME}"
    )

    await to()

    assert rows(file, "snapshots") == [(1, 5)]


async def test_a_newer_database_is_refused_and_left_alone(to, file):
    await to()
    write(file, "UPDATE alembic_version SET version_num = '9000'")
    before = tables(file)

    with pytest.raises(MigrationError, match="install the newer version"):
        await to()

    assert tables(file) == before


async def test_a_version_nobody_knows_is_refused(to, file):
    await to()
    write(file, "UPDATE alembic_version SET version_num = 'abcdef'")

    with pytest.raises(MigrationError, match="install the newer version"):
        await to()


async def test_upgrade_never_takes_tables_away_nor_downgrade_brings_any(to, file):
    with pytest.raises(MigrationError, match="db upgrade"):
        await to(down=True)
    await to()
    before = tables(file)

    with pytest.raises(MigrationError, match="db downgrade"):
        await to("base")

    assert tables(file) == before


async def test_migration_that_fails_again_and_again_fills_no_disk(to, tmp_path, next_version):
    await to()
    next_version("raise OSError")

    for minute in range(3):
        with pytest.raises(MigrationError):
            await to(now=NOW + timedelta(minutes=minute))

    (copy,) = backup.listed(tmp_path / "backups")
    assert copy.at == (NOW + timedelta(minutes=2)).replace(second=0)

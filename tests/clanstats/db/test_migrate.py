"""Does a database get to the wanted version, and stay as it was when it can't?"""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from clanstats.db import backup, migrate
from clanstats.db.engine import database_file, writing
from clanstats.db.migrate import MigrationError, current, head
from clanstats.db.models import Base
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


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'clan.db'}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "clan.db"


@pytest.fixture
def to(url, tmp_path):
    """Migrate to a version."""

    async def migrated(version="head", *, down=False, keep=7, now=NOW):
        return await migrate.migrate(
            url,
            to=version,
            downwards=down,
            backup_dir=tmp_path / "backups",
            keep=keep,
            now=now,
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
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


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
    revision = next_version("pass")

    done = await to()

    assert (done.before, done.after) == (f"{int(revision) - 1:04}", revision)
    assert [each.path for each in backup.listed(tmp_path / "backups")] == [done.backup]
    assert rows(done.backup) == rows(file) == [("kept", "yes")]
    assert not any("half" in sql for sql in tables(done.backup))
    assert await backup.verify(done.backup) == ()


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("op.drop_table('nothing')", id="the database refuses"),
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
        "        batch.add_column(sa.Column('more', sa.Text()))"
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


async def test_migration_that_fails_again_and_again_costs_no_copy(to, url, tmp_path, next_version):
    await to()
    mine = await backup.create(
        database_file(url), tmp_path / "backups", label="manual", now=NOW - timedelta(days=1)
    )
    next_version("raise OSError")

    for minute in range(3):
        with pytest.raises(MigrationError):
            await to(keep=1, now=NOW + timedelta(minutes=minute))

    assert mine in [each.path for each in backup.listed(tmp_path / "backups")]


async def test_only_the_newest_copies_are_kept(to, tmp_path):
    for minute in range(4):
        down = minute % 2 == 1
        now = NOW + timedelta(minutes=minute)
        await to("base" if down else "head", down=down, now=now, keep=1)

    kept = [each.path.name for each in backup.listed(tmp_path / "backups")]
    assert kept == ["clanstats-20261123T022400Z-before-base.db"]

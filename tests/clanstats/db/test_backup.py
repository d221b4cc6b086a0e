"""Can a copy of the database be trusted, and are the right ones kept?"""

import errno
import lzma
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from clanstats.db import backup, copies
from clanstats.db.backup import Backup, Keep
from clanstats.db.copies import BackupError, DamagedError, advised, look, unpacked
from clanstats.db.engine import database_file
from clanstats.db.models import BotStateRow
from tests.factories import NOW

DAY = timedelta(days=1)


@pytest.fixture
def file(settings):
    return database_file(settings.database_url)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "copies"


@pytest.fixture
def create(file, folder):
    """Make a copy."""

    async def created(label="manual", *, now=NOW):
        return await backup.create(file, folder, label=label, now=now)

    return created


def write(file, statement, *values):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(statement, values)


async def state(copy):
    async with unpacked(copy) as plain:
        with closing(sqlite3.connect(plain)) as connection:
            return connection.execute("SELECT key, value FROM bot_state").fetchall()


async def test_a_copy_made_in_use_holds_what_was_committed_and_nothing_else(
    services, create, folder
):
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="a", value="1"))
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="b", value="2"))

        made = await create()

    assert made.path.name == "clanstats-20261123T022100Z-manual.db.xz"
    assert (made.at, made.label) == (NOW.replace(second=0), "manual")
    assert await state(made.path) == [("a", "1")]
    assert [each.name for each in folder.iterdir()] == [made.path.name]


async def test_a_copy_is_smaller_than_what_it_is_of(create, file):
    made = await create()

    assert made.size == made.path.stat().st_size < file.stat().st_size / 3


async def test_what_fails_again_and_again_fills_no_disk(create, file, folder):
    await create("before-0009")
    again = await create("before-0009", now=NOW + DAY)
    other = await create("nightly", now=NOW + DAY)
    write(file, "INSERT INTO bot_state VALUES ('a', '1')")
    changed = await create("before-0009", now=NOW + 2 * DAY)

    assert backup.listed(folder) == (changed, other, again)


async def test_a_row_that_points_to_nothing_is_no_reason_to_have_no_copy(create, file):
    write(file, "INSERT INTO snapshots VALUES (99, 5)")

    made = await create()

    async with unpacked(made.path) as plain:
        assert str(look(plain)) == "snapshots: 1 rows point to nothing in players"


async def test_torn_pages_are_found_and_no_copy_is_left(create, file, folder):
    torn = bytearray(file.read_bytes())
    torn[4096 * 3 : 4096 * 9] = b"\x55" * 4096 * 6
    file.write_bytes(torn)

    with pytest.raises(DamagedError, match="`clanstats db restore` brings back an earlier copy"):
        await create()

    assert look(file).damage != ()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database" * 100, id="something else"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_is_no_database_of_ours_is_told(tmp_path, content):
    file = tmp_path / "x.db"
    file.write_bytes(content)

    assert str(look(file)) in {
        "file is not a database",
        "there are none of ClanStats' tables in it",
    }


async def test_what_is_not_there_is_told(create, file, tmp_path):
    file.unlink()

    with pytest.raises(BackupError, match="There is no database at"):
        await create()
    with pytest.raises(BackupError, match="no readable database"):
        look(tmp_path / "x.db")


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda packed: packed[: len(packed) // 2], id="cut off"),
        pytest.param(lambda packed: packed[:900] + b"!" + packed[901:], id="one byte changed"),
        pytest.param(lambda _: b"not xz", id="something else"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
async def test_a_copy_that_was_harmed_is_told(create, harm):
    made = await create()
    made.path.write_bytes(harm(made.path.read_bytes()))

    with pytest.raises(BackupError, match="can't be read"):
        async with unpacked(made.path):
            pytest.fail("it was believed")


async def test_a_plain_file_can_be_looked_at_as_a_copy(file):
    async with unpacked(file) as plain:
        assert plain != file
        assert str(look(plain)) == "sound"


async def test_a_folder_that_cant_be_written_is_named(create, folder):
    folder.write_text("a file")

    with pytest.raises(BackupError, match=r"copies can't be used .*BACKUP_DIR name another one"):
        await create()


async def test_the_last_room_on_the_disk_is_left_to_the_bot(create, folder, monkeypatch):
    usage = shutil.disk_usage(folder.parent)._replace(free=100_000)
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _: usage)

    with pytest.raises(BackupError, match="no room"):
        await create()

    assert list(folder.iterdir()) == []


def full():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        pytest.param(OSError(errno.ENOSPC, "x"), "no room .*clanstats db prune", id="full"),
        pytest.param(full(), "no room .*clanstats db prune", id="full, says SQLite"),
        pytest.param(OSError(errno.EROFS, "Read-only"), "Read-only.*: mend its", id="read-only"),
        pytest.param(sqlite3.OperationalError("I/O"), "I/O.*: is the disk of", id="failing"),
    ],
)
def test_what_a_disk_refuses_is_said_with_what_to_do(tmp_path, error, advice):
    with pytest.raises(BackupError, match=advice), advised(tmp_path, setting="BACKUP_DIR"):
        raise error


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mounted, check=False).returncode:  # noqa: S603 — ours
        pytest.skip("only root can have a disk of its own")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607 — ours


@pytest.mark.slow
@pytest.mark.parametrize("step", ["copying", "packing"])
async def test_disk_that_fills_up_meanwhile_keeps_what_it_has(small_disk, file, monkeypatch, step):
    kept = await backup.create(file, small_disk, label="manual", now=NOW)
    noise = b"".join(n.to_bytes(4, "big") * 9 for n in range(40_000))  # 1.4 MB, packs well
    write(file, "INSERT INTO bot_state VALUES ('noise', ?)", noise)
    ballast = small_disk / "ballast"
    room = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"x" * (room - (300_000 if step == "copying" else 1_900_000)))
    monkeypatch.setattr(backup, "_leave_room", lambda *_: None)
    if step == "packing":
        monkeypatch.setattr(copies, "lzma", _Uncompressed)

    with pytest.raises(BackupError, match=r"no room|is the disk of .* full"):
        await backup.create(file, small_disk, label="manual", now=NOW + DAY)

    monkeypatch.undo()
    assert set(small_disk.iterdir()) == {kept.path, ballast}
    async with unpacked(file) as plain:
        assert str(look(plain)) == "sound"


class _Uncompressed:
    """Packs nothing, so that the second file doesn't fit beside the first."""

    LZMAError = lzma.LZMAError

    @staticmethod
    def open(file, mode="rb", **_options):
        return Path(file).open(mode)


def made(*ats, label="nightly"):
    return [Backup(Path(f"{label}-{at:%Y%m%dT%H%M}"), at, label, 1) for at in ats]


def spared(copies_made, keep=Keep(), now=NOW):  # noqa: B008 — frozen
    newest_first = sorted(copies_made, key=lambda one: one.at, reverse=True)
    return sorted(one.at for one in backup.spared(newest_first, keep, now=now))


def test_of_nightly_copies_days_weeks_and_months_keep_their_newest():
    nights = made(*(NOW - n * DAY for n in range(500)))

    kept = spared(nights)

    assert [f"{at:%Y-%m-%d}" for at in reversed(kept)] == [
        *(f"2026-11-{day}" for day in range(23, 16, -1)),  # seven days, of two weeks
        *("2026-11-15", "2026-11-08"),  # the Sundays of two more
        *("2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31"),
        *("2026-04-30", "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31"),
    ]


def test_after_a_pause_of_the_bot_days_without_a_copy_do_not_count():
    nights = made(*(NOW - n * DAY for n in range(100, 110)))

    assert len(spared(nights, Keep(daily=7, weekly=0, monthly=0))) == 7


def test_what_was_made_by_hand_or_before_a_change_stays_as_long_as_a_days_copy():
    noon = made(*(NOW - n * DAY for n in range(10)))
    earlier = made(*(one.at - timedelta(hours=1) for one in noon), label="before-0004")

    kept = spared([*noon, *earlier], Keep(daily=7, weekly=1, monthly=1))

    assert {one.at for one in earlier} & set(kept) == {one.at for one in earlier[:7]}


def test_the_newest_copy_always_stays():
    (only,) = made(NOW - 900 * DAY)

    assert spared([only], Keep(daily=1, weekly=0, monthly=0)) == [only.at]


async def test_copies_are_listed_and_pruned_and_other_files_left_alone(create, file, folder):
    wanted = []
    for n in (2, 0, 1):
        write(file, "INSERT INTO bot_state VALUES (?, '1')", n)
        wanted.append(await create("nightly", now=NOW - n * DAY))
    others = [folder / name for name in ("clanstats-notes.db", "clanstats-x.txt")]
    for other in others:
        other.write_text("mine")
    old = folder / "clanstats-20240101T040000Z-manual.db"  # as they were before they were packed
    old.write_bytes(b"...")
    keep = Keep(daily=2, weekly=0, monthly=0)

    would = backup.prune(folder, keep, now=NOW, dry_run=True)
    gone = backup.prune(folder, keep, now=NOW)

    assert would == gone
    assert [one.path for one in gone] == [wanted[0].path, old]
    assert [one.path for one in backup.listed(folder)] == [wanted[1].path, wanted[2].path]
    assert all(other.exists() for other in others)


def test_a_copys_name_says_when_it_was_made_and_why(tmp_path):
    (tmp_path / "clanstats-20260131T235959Z-before-0003.db.xz").write_bytes(b"12")

    (found,) = backup.listed(tmp_path)

    assert found.at == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert (found.label, found.size) == ("before-0003", 2)

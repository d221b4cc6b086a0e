"""Do readers and writers of one file get along?"""

import asyncio
import sqlite3
from contextlib import closing
from multiprocessing import get_context

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from clanstats.db.bulk import insert_new
from clanstats.db.engine import compact, database_file, writing
from clanstats.db.models import BotStateRow, MembershipRow

TURNS = 25


async def count_up(url):
    """Read a number and write it back one greater, in one transaction, many times."""
    engine = writing(url)
    writers = async_sessionmaker(engine)
    for _ in range(TURNS):
        async with writers.begin() as session:
            found = await session.scalar(select(BotStateRow.value))
            await asyncio.sleep(0)
            await session.execute(update(BotStateRow).values(value=str(int(found) + 1)))
    await engine.dispose()


def _count_up(url):
    asyncio.run(count_up(url))


@pytest.fixture
async def counter(services, settings):
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="n", value="0"))
    return settings.database_url


async def value(services):
    async with services.read() as session:
        return int(await session.scalar(select(BotStateRow.value)))


async def until_counting(services):
    """Wait for the other process to begin: it starts slowly, and they shall meet."""
    async with asyncio.timeout(30):
        while not await value(services):  # noqa: ASYNC110 — there is no event to wait for
            await asyncio.sleep(0.001)


async def test_writers_that_read_first_never_find_the_database_locked(services, counter):
    await asyncio.gather(*[count_up(counter) for _ in range(3)])

    assert await value(services) == 3 * TURNS


@pytest.mark.slow
async def test_nor_do_writers_in_other_processes(services, counter):
    process = get_context("spawn").Process(target=_count_up, args=(counter,))
    process.start()

    await until_counting(services)
    await count_up(counter)
    await asyncio.to_thread(process.join)

    assert process.exitcode == 0
    assert await value(services) == 2 * TURNS


async def test_a_reader_sees_one_state_though_a_write_commits_meanwhile(services, counter):
    async with services.read() as session:
        before = await session.scalar(select(BotStateRow.value))
        async with services.write() as writer:
            await writer.execute(update(BotStateRow).values(value="7"))
        within = await session.scalar(select(BotStateRow.value))

    assert (before, within) == ("0", "0")
    assert await value(services) == 7


async def test_a_failed_write_leaves_nothing(services, counter):
    async def fail():
        async with services.write() as session:
            await session.execute(update(BotStateRow).values(value="7"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await value(services) == 0


async def test_a_row_must_not_point_to_nothing(services):
    with pytest.raises(IntegrityError):
        async with services.write() as session:
            await session.execute(
                insert(MembershipRow).values(
                    clan_id=9, player_id=9, joined_at=services.clock(), rank="x"
                )
            )


async def test_the_log_is_written_ahead_and_kept_in_step(services):
    async with services.write() as session:
        found = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        ]

    assert found == ["wal", 1, 1, 5000]


async def test_a_naive_instant_is_refused(services):
    with pytest.raises(Exception, match="naive"):
        async with services.write() as session:
            await session.execute(
                select(func.count()).where(
                    MembershipRow.joined_at > services.clock().replace(tzinfo=None)
                )
            )


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite+aiosqlite:///data/clan.db", "data/clan.db"),
        ("sqlite+aiosqlite:////var/clan.db", "/var/clan.db"),
        ("sqlite+aiosqlite:///:memory:", None),
        ("sqlite+aiosqlite://", None),
        ("postgresql+asyncpg://u:p@h/clan", None),
    ],
)
def test_the_file_behind_an_address_is_known(url, file):
    found = database_file(url)

    assert (found and str(found)) == file


async def test_compacting_gives_room_back_and_loses_nothing(services, settings):
    rows = [{"key": str(number), "value": "x" * 1000} for number in range(1000)]
    async with services.write() as session:
        await session.execute(insert(BotStateRow), rows)
    async with services.write() as session:
        await session.execute(delete(BotStateRow).where(BotStateRow.key != "500"))

    assert await services.compact()

    assert database_file(settings.database_url).stat().st_size < 1_000_000
    async with services.write() as session:
        assert (await session.scalars(select(BotStateRow.key))).all() == ["500"]


async def test_of_what_was_deleted_compacting_leaves_no_byte(services, settings):
    file = database_file(settings.database_url)
    with closing(sqlite3.connect(file, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        careless.executemany(
            "INSERT INTO bot_state VALUES (?, 'Zezima of Varrock')", [(n,) for n in range(500)]
        )
        careless.execute("DELETE FROM bot_state WHERE key <> '1'")
    before = on_disk(file).count(b"Zezima of Varrock")

    assert await services.compact()

    assert before > 1
    assert on_disk(file).count(b"Zezima of Varrock") == 1


async def test_what_cant_be_compacted_now_stays_as_it_is(services, counter, settings):
    other = writing(settings.database_url)
    impatient = writing(settings.database_url)
    async with impatient.connect() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=1")
        await connection.rollback()

    async with other.begin():
        assert not await compact(impatient)

    assert await value(services) == 0
    await other.dispose()
    await impatient.dispose()


def on_disk(file):
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


async def test_error_names_the_statement_but_nothing_of_what_was_to_be_stored(services):
    async with services.write() as session:
        await session.execute(insert(BotStateRow).values(key="k", value="Zezima said hello"))

    with pytest.raises(IntegrityError) as raised:
        async with services.write() as session:
            await session.execute(insert(BotStateRow).values(key="k", value="Zezima said hello"))

    assert "INSERT INTO bot_state" in str(raised.value)
    assert "Zezima" not in str(raised.value)


async def test_what_fails_in_bulk_fails_as_anything_else_does(services):
    with pytest.raises(IntegrityError):
        async with services.write() as session:
            await insert_new(session, BotStateRow.__table__, [("k", None)])


async def test_who_writes_keeps_few_pages_and_who_reads_many(services):
    async with services.read() as reading, services.write() as writing:
        kept = [await one.scalar(text("PRAGMA cache_size")) for one in (reading, writing)]

    assert kept == [-16384, -2048]

"""Does a question cost the same after ten times as long a history, and one seek a number?

Steps of SQLite's virtual machine are counted, not time: they are the same on every machine.
"""

import shutil
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from clanstats.analytics.coverage import coverage
from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import members
from clanstats.analytics.profile import profile
from clanstats.analytics.series import series, weekly_gains
from clanstats.analytics.talk import talk, talk_hours
from clanstats.analytics.talk_board import talk_board
from clanstats.chat import AuthorKind
from clanstats.db import store
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.domain import GainPolicy, Member, Window
from clanstats.services import open_services
from clanstats.timestamps import epoch_ms
from tests.factories import NOW, add_clan, add_member
from tests.talking import add_author, add_channel, be_in_voice, link, say

MEMBERS = 6
DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
WINDOW = Window.last(7, now=NOW)
WEEKS = tuple(Window(NOW - (n + 1) * 7 * DAY, NOW - n * 7 * DAY) for n in reversed(range(4)))


async def fill(session, *, days, players=MEMBERS):
    """A clan whose members are observed daily and change a few metrics each time."""
    await add_clan(session)
    ids = await store.metric_ids(session)
    metrics = list(ids.values())
    who = [await add_member(session, f"p{number}") for number in range(players)]
    state = {player_id: dict.fromkeys(metrics[:70], 1000) for player_id in who}
    seen = []
    for number in range(days):
        at = epoch_ms(NOW - (days - number) * DAY)
        for player_id in who:
            for step in (0, 3, 11):
                state[player_id][metrics[(number * 7 + step * player_id) % 70]] += 10
            state[player_id][ids["overall"]] += 100
        seen += [Observation(player_id, at, dict(state[player_id])) for player_id in who]
    await add_snapshots(session, seen)
    channel = await add_channel(session)
    for number, player_id in enumerate(who):
        await link(session, number, [player_id])
        for kind in (AuthorKind.USER, AuthorKind.RELAY):
            author = await add_author(session, player_id, kind=kind)
            await say(session, author, channel, *(NOW - number * DAY for number in range(days)))
        author = await add_author(session, player_id)
        for day in range(1, days):
            start = NOW - day * DAY
            await be_in_voice(session, author, channel, start, start + DAY / 2)


async def _leaderboard(session):
    await leaderboard(session, 1, metric_name="overall", window=WINDOW, as_of=NOW)


async def _by_wom(session):
    await leaderboard(
        session, 1, metric_name="overall", window=WINDOW, as_of=NOW, policy=GainPolicy.WOM
    )


async def _totals(session):
    await leaderboard(session, 1, metric_name="zulrah", window=None, as_of=NOW)


async def _profile(session):
    await profile(session, 1, 3, window=WINDOW, as_of=NOW, weeks=WEEKS)


async def _series(session):
    await series(session, 3, metric_name="overall", window=WINDOW)


async def _weekly(session):
    (who, *_) = await members(session, 1, NOW)
    await weekly_gains(
        session, who, metric_name="overall", weeks=WEEKS, updated_at=None, last_changed_at=None
    )


async def _coverage(session):
    await coverage(session, 1, window=WINDOW, as_of=NOW)


async def _messages(session):
    await talk_board(session, 1, metric_name="messages", window=WINDOW, as_of=NOW)


async def _voice(session):
    await talk_board(session, 1, metric_name="voice", window=WINDOW, as_of=NOW)


async def _talk(session):
    who = Member(3, 3, "p2", "member", "regular")
    await talk(session, 1, who, window=WINDOW, as_of=NOW, weeks=WEEKS, tz=LONDON)


async def _hours(session):
    await talk_hours(session, 1, window=WINDOW, as_of=NOW, tz=LONDON, player_id=3)


async def _hours_of_all(session):
    await talk_hours(session, 1, window=WINDOW, as_of=NOW, tz=LONDON)


QUESTIONS = [
    _leaderboard,
    _by_wom,
    _totals,
    _profile,
    _series,
    _weekly,
    _coverage,
    _messages,
    _voice,
    _talk,
    _hours,
    _hours_of_all,
]
HISTORIES = ("metric_values", "snapshots", "messages", "voice_sessions")


async def steps(services, question):
    """How many steps of the virtual machine the question takes, to the nearest ten."""
    counted = 0

    def count():
        nonlocal counted
        counted += 1

    async with services.read() as session:
        await question(session)  # prepares the statements
        connection = await session.connection()
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.set_progress_handler(count, 10)
        await question(session)
        await driver.set_progress_handler(None, 10)
    return counted * 10


@asynccontextmanager
async def statements(services):
    """What is sent to the database meanwhile, with its parameters."""
    seen = []

    def note(*told):
        _, _, statement, parameters, _, executemany = told
        if not statement.startswith(("BEGIN", "PRAGMA", "EXPLAIN")):
            seen.append((statement, parameters[0] if executemany else parameters))

    engines = [services.readers.kw["bind"].sync_engine, services.writers.kw["bind"].sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def scans(session, seen):
    """The plans that walk a whole history, by statement."""
    connection = await session.connection()
    bad = {}
    for statement, parameters in seen:
        if not statement.lstrip().startswith(("SELECT", "WITH", "DELETE", "UPDATE")):
            continue
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = [row[3] for row in found]
        if any(line.startswith(tuple(f"SCAN {table}" for table in HISTORIES)) for line in plan):
            bad[statement] = plan
    return bad


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("histories")


@pytest.fixture
def after(folder, migrated, settings, wom, clock):
    """Opens services on a clan with so many days of history, which is made up once."""

    @asynccontextmanager
    async def opened(days):
        file = folder / f"{days}.db"
        on_file = settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{file}"})
        new = not file.exists()
        if new:
            shutil.copyfile(migrated, file)
        async with open_services(on_file, wom=wom, clock=clock) as services:
            if new:
                async with services.write() as session:
                    await fill(session, days=days)
            yield services

    return opened


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
async def test_ten_times_the_history_costs_no_more(after, question):
    async with after(30) as services:
        short = await steps(services, question)
    async with after(300) as services:
        long = await steps(services, question)

    assert short > 0
    assert long <= 1.05 * short


async def test_no_question_walks_a_history(services):
    async with services.write() as session:
        await fill(session, days=3)

    for question in QUESTIONS:
        async with statements(services) as seen, services.read() as session:
            await question(session)
        async with services.read() as session:
            assert seen
            assert await scans(session, seen) == {}


async def test_storing_walks_no_history(services):
    async with services.write() as session:
        await fill(session, days=3)

    async with statements(services) as seen, services.write() as session:
        for at in (NOW, NOW, NOW - 3 * DAY, NOW - 2 * DAY - timedelta(hours=3)):
            await add_snapshots(session, [Observation(1, epoch_ms(at), {1: 9_999_999})])
    async with services.read() as session:
        assert await scans(session, seen) == {}


async def test_the_number_of_statements_doesnt_grow_with_the_clan(settings, wom, clock, services):
    counts = []
    for players in (4, 9):
        async with services.write() as session:
            await fill(session, days=2, players=players)
        counted = []
        for question in QUESTIONS:
            async with statements(services) as seen, services.read() as session:
                await question(session)
            counted.append(len(seen))
        counts.append(counted)

    assert counts[0] == counts[1]
    assert dict(zip((q.__name__ for q in QUESTIONS), counts[0], strict=True)) == {
        "_leaderboard": 3,
        "_by_wom": 3,
        "_totals": 2,
        "_profile": 8,
        "_series": 3,
        "_weekly": 3,
        "_coverage": 1,
        "_messages": 6,
        "_voice": 8,
        "_talk": 9,
        "_hours": 3,
        "_hours_of_all": 2,
    }


async def test_storing_takes_as_many_statements_for_many_as_for_few(services):
    async with services.write() as session:
        await fill(session, days=2, players=30)
    counts = []
    for size in (3, 30):
        at = epoch_ms(NOW) + size
        batch = [Observation(player_id, at, {1: size}) for player_id in range(1, size + 1)]
        async with statements(services) as seen, services.write() as session:
            await add_snapshots(session, batch)
        counts.append(len(seen))

    assert max(counts) <= 6

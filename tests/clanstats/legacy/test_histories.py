"""Do snapshots come in as they were taken, whatever the file looks like, and each once?"""

import json
import shutil
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats.analytics.leaderboard import leaderboard
from clanstats.db.models import MetricValueRow, SnapshotRow
from clanstats.db.snapshots import MISSING, Observation, add_snapshots
from clanstats.domain import GainPolicy, UnknownReason, Window
from clanstats.legacy.histories import Stored, laid_out
from clanstats.legacy.importing import import_legacy
from clanstats.legacy.source import opened
from clanstats.services import open_services
from clanstats.timestamps import epoch_ms
from tests.clanstats.harvest.tables import dump
from tests.clanstats.legacy.building import LAYOUTS, Legacy, day, page, snapshot
from tests.factories import NOW, add_member, observe

WEEK = Window(day(50), day(57))


async def gained(services, metric="overall", *, window=WEEK, policy=GainPolicy.AS_OF, as_of=None):
    async with services.read() as session:
        board = await leaderboard(
            session, 1, metric_name=metric, window=window, as_of=as_of or day(58), policy=policy
        )
    known = {line.gain.member.name: line.gain.value for line in board.standings}
    return known | {gain.member.name: gain.unknown for gain in board.unknown}


async def snapshots(services):
    async with services.read() as session:
        found = await session.execute(SnapshotRow.__table__.select())
        return [tuple(row) for row in found]


def a_bit_of_everything(legacy):
    legacy.member("sir gowi", role="slayer", joined=day(3))
    legacy.history("sir gowi", 11, day(20), 1_000, kills=5)
    legacy.boss(legacy.history("sir gowi", 11, day(49), 4_000, kills=9, ehp=2.5), 9)
    legacy.harvest("sir gowi", 11, day(56), 9_000, called="Sir Gowi", kills=12, ehp=3.75)
    legacy.relayed("Sir Gowi", day(30))
    legacy.broadcast(day(31))


@pytest.mark.parametrize("policy", GainPolicy)
async def test_gains_are_what_the_json_says(services, legacy, imported, policy):
    legacy.member("bob", joined=day(3))
    for number, xp in ((40, 100), (49, 1_000), (51, 4_000), (57, 9_000)):
        legacy.history("bob", 11, day(number), xp)

    await imported()

    expected = {GainPolicy.AS_OF: 8_000, GainPolicy.WOM: 5_000}[policy]
    assert await gained(services, policy=policy) == {"bob": expected}


async def test_every_layout_of_the_tables_gives_the_same_rows(
    settings, migrated, wom, clock, tmp_path
):
    found = []
    for layout in LAYOUTS:
        file, ours = tmp_path / f"{layout}.db", tmp_path / f"ours_{layout}.db"
        shutil.copyfile(migrated, ours)
        with Legacy(file, layout=layout) as legacy:
            a_bit_of_everything(legacy)
        here = settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{ours}"})
        async with open_services(here, wom=wom, clock=clock) as services:
            with opened(file, beside=tmp_path) as source:
                report = await import_legacy(services, source, told=lambda *_: None)
            found.append((report.totals(), report.adds_up, await dump(services)))

    assert found[0][:2] == ({"taken": 7, "merged": 0, "duplicate": 0, "refused": 0}, True)
    assert found[0] == found[1] == found[2]


async def test_time_of_a_harvest_is_not_taken_for_the_snapshots(services, legacy, imported):
    legacy.harvest("bob", 11, day(40), 100, fetched=day(55))

    await imported()

    assert [taken_at for _, taken_at in await snapshots(services)] == [epoch_ms(day(40))]


async def test_one_snapshot_in_both_shapes_is_one_and_the_fuller_account_of_it_stays(
    services, legacy, imported
):
    legacy.member("bob", joined=day(3))
    legacy.history("bob", 11, day(49), 1_000)
    legacy.harvest("bob", 11, day(56), 1_500, kills=40)
    legacy.history("bob", 11, day(56), 1_500)

    report = await imported()

    account = report.accounts["wom_snapshots"]
    assert (account.taken, account.duplicate) == (2, 1)
    assert await gained(services, "zulrah") == {"bob": UnknownReason.NEWLY_RANKED}
    assert await gained(services) == {"bob": 500}


async def test_ehp_that_history_rows_lack_beside_the_json_is_no_gain(services, legacy, imported):
    legacy.member("bob", joined=day(3))
    legacy.history("bob", 11, day(49), 1_000, ehp=1848.25)
    legacy.harvest("bob", 11, day(56), 1_500, ehp=1848.75)

    await imported()

    assert await gained(services, "ehp") == {"bob": 0.5}


async def test_boss_history_is_rebuilt_from_the_json(services, legacy, imported):
    legacy.member("bob", joined=day(3))
    legacy.history("bob", 11, day(49), 1_000, kills=60)  # from before there were rows of bosses
    legacy.boss(legacy.history("bob", 11, day(56), 1_500, kills=75), 75)

    await imported()

    assert await gained(services, "zulrah") == {"bob": 15}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param((None, 5), "without JSON: a total alone is no observation", id="NULL"),
        pytest.param(("", 5), "without JSON: a total alone is no observation", id="empty"),
        pytest.param(("None", 5), "without JSON: a total alone is no observation", id="None"),
        pytest.param((None, 0), "a hiscores miss", id="no XP"),
        pytest.param((None, -1), "a hiscores miss", id="unranked"),
        pytest.param((json.dumps(snapshot(11, day(9), 0)), 0), "a hiscores miss", id="XP of 0"),
        pytest.param(
            (json.dumps(snapshot(11, NOW + timedelta(days=2), 5)), 5),
            "taken in the future",
            id="of the day after tomorrow",
        ),
        pytest.param(("{", 5), "its JSON can't be read", id="cut off"),
        pytest.param(("[1]", 5), "its JSON can't be read", id="a list"),
        pytest.param(('{"message": "gone"}', 5), "its JSON holds no snapshot", id="an error"),
        pytest.param(
            (json.dumps(page(11, "Bob", day(9), 5) | {"latestSnapshot": None}), 5),
            "its JSON holds no snapshot",
            id="never tracked",
        ),
        pytest.param(
            (json.dumps({**snapshot(11, day(9), 5), "playerId": None}), 5),
            "its JSON doesn't say which player",
            id="no id",
        ),
        pytest.param(
            (json.dumps(page(12, "Bob", day(9), 5) | {"id": 11}), 5),
            "its JSON doesn't say which player",
            id="two ids",
        ),
        pytest.param(
            (json.dumps({**snapshot(11, day(9), 5), "data": {"skills": {}}}), 5),
            "its JSON can't be read",
            id="nothing in it",
        ),
    ],
)
async def test_row_that_says_nothing_certain_is_refused_with_its_bosses(
    services, legacy, imported, row, why
):
    text, xp = row
    legacy.boss(legacy.row("bob", text, at=day(9), xp=xp), 4)

    report = await imported()

    ((reason, count),) = report.accounts["wom_snapshots"].refused.items()
    assert (reason.startswith(why), count) == (True, 1)
    assert report.accounts["boss_snapshots"].refused == {"its snapshot was refused": 1}
    assert await snapshots(services) == []
    assert report.adds_up


async def test_rows_of_bosses_that_hang_on_nothing_or_say_otherwise_are_refused(
    services, legacy, imported
):
    first = legacy.history("bob", 11, day(9), 100, kills=7)
    for snapshot_id, kills in ((first, 7), (first, 8), (None, 7), (0, 7), (9_999, 7)):
        legacy.boss(snapshot_id, kills)

    account = (await imported()).accounts["boss_snapshots"]

    assert account.taken == 1
    assert account.refused == {
        "the JSON of its snapshot says otherwise": 1,
        "its snapshot isn't there": 3,
    }


async def test_import_joins_a_harvested_history_without_a_seam(services, legacy, imported):
    async with services.write() as session:
        player_id = await add_member(session, "Bob", wom_id=11, d2025_11_29T12_00=9_500)
        await observe(session, player_id, day(55), {"overall": 8_000, "zulrah": 40})
    legacy.history("bob", 11, day(49), 1_000, kills=30)
    legacy.history("bob", 11, day(55), 8_000, kills=40)

    report = await imported()

    assert (report.accounts["wom_snapshots"].taken, report.players) == (1, 1)
    assert await gained(services) == {"Bob": 7_000}
    assert await gained(services, "zulrah") == {"Bob": 10}
    later = Window(day(56), day(63))
    assert await gained(services, window=later, as_of=day(63)) == {"Bob": 1_500}


async def test_twice_changes_nothing(services, legacy, imported):
    a_bit_of_everything(legacy)
    first = await imported()
    before = await dump(services)

    second = await imported()

    assert await dump(services) == before
    assert first.totals() == {"taken": 7, "merged": 0, "duplicate": 0, "refused": 0}
    assert second.totals() == {"taken": 0, "merged": 0, "duplicate": 7, "refused": 0}


async def test_whoever_was_interrupted_goes_on_and_reports_the_whole(services, legacy, imported):
    for wom_id in range(11, 16):
        name = f"player {wom_id}"
        legacy.member(name)
        legacy.history(name, wom_id, day(20 + wom_id), 1_000)
        legacy.relayed(name, day(30))
    stored = []

    def stop(what, done, _):
        stored.append((what, done))
        if what == "Histories" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await imported(told=stop)
    assert len(await snapshots(services)) == 3

    report = await imported(told=lambda *step: stored.append(step))

    assert [done for what, done, *_ in stored if what == "Histories"] == [1, 2, 3, 4, 5]
    assert report.totals() == {"taken": 15, "merged": 0, "duplicate": 0, "refused": 0}
    assert (await dump(services))["bot_state"] == []


async def test_another_file_is_not_taken_for_the_rest_of_one_that_was_interrupted(
    services, legacy, imported, tmp_path
):
    other = tmp_path / "other.db"
    with Legacy(other) as their:
        their.history("alice", 11, day(20), 1_000)
    for wom_id in (12, 13):
        legacy.history(f"player {wom_id}", wom_id, day(20), 1_000)

    def stop(what, *_):
        if what == "Histories":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await imported(told=stop)
    report = await imported(file=other)

    assert report.totals() == {"taken": 1, "merged": 0, "duplicate": 0, "refused": 0}
    assert len(await snapshots(services)) == 2


_HISTORY = st.dictionaries(
    st.integers(1, 6), st.dictionaries(st.integers(1, 3), st.integers(0, 3)), max_size=5
)


@given(stored=_HISTORY, seen=_HISTORY)
def test_history_united_at_once_is_what_snapshot_after_snapshot_leaves(stored, seen):
    known = laid_out(Stored(frozenset(), {}), stored)

    united = laid_out(Stored(frozenset(stored), known), seen)

    both = {at: {**stored.get(at, {})} for at in stored.keys() | seen.keys()}
    for at, states in seen.items():
        for metric, value in states.items():
            both[at][metric] = max(value, both[at].get(metric, MISSING))
    assert united == laid_out(Stored(frozenset(), {}), both)


async def test_rows_are_those_that_a_harvest_of_the_same_snapshots_leaves(
    services, legacy, imported, settings
):
    xps = [(20, 100, None), (22, 150, 3), (21, 120, 2), (30, 150, None), (25, 150, 3)]
    for number, xp, kills in xps:
        legacy.history("bob", 11, day(number), xp, kills=kills)
    await imported()
    rows = (await dump(services))["metric_values"]

    async with services.write() as session:
        await session.execute(MetricValueRow.__table__.delete())
        await session.execute(SnapshotRow.__table__.delete())
        ids = {name: number for number, name in await _metrics(session)}
        for number, xp, kills in xps:
            values = {"overall": xp, "attack": xp // 4, "total_level": 900}
            values |= {} if kills is None else {"zulrah": kills}
            observation = {ids[name]: value for name, value in values.items()}
            await add_snapshots(session, [Observation(1, epoch_ms(day(number)), observation)])

    assert (await dump(services))["metric_values"] == rows


async def _metrics(session):
    found = await session.connection()
    return (await found.exec_driver_sql("SELECT id, name FROM metrics")).all()

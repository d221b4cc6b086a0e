"""Change-only storage answers like a table with a row for every snapshot and metric."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from clanstats.db.engine import writing
from clanstats.db.models import Base, MetricRow, MetricValueRow, PlayerRow
from clanstats.db.snapshots import Observation, add_snapshots

pytestmark = pytest.mark.slow

METRICS = (1, 2, 3)
PLAYERS = (1, 2)

histories = st.lists(
    st.builds(
        Observation,
        player_id=st.sampled_from(PLAYERS),
        taken_at=st.integers(1, 12),
        values=st.dictionaries(st.sampled_from(METRICS), st.integers(0, 3)),
    ),
    max_size=16,
)


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    engine = writing(f"sqlite+aiosqlite:///{tmp_path / 'clan.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(
            insert(PlayerRow),
            [
                {
                    "id": player_id,
                    "wom_id": player_id,
                    "name": "x",
                    "standard_name": "x",
                    "account_type": "regular",
                    "build": "main",
                    "status": "active",
                }
                for player_id in PLAYERS
            ],
        )
        await connection.execute(
            insert(MetricRow), [{"id": i, "name": str(i), "kind": "boss"} for i in METRICS]
        )
    async with async_sessionmaker(engine)() as session:
        yield session
    await engine.dispose()


async def stored(session: AsyncSession) -> set[tuple[int, int, int, int | None]]:
    return {tuple(row) for row in await session.execute(select(MetricValueRow.__table__))}


def state(
    rows: set[tuple[int, int, int, int | None]], player_id: int, metric_id: int, at: int
) -> int | None:
    """What the change-only rows say about an instant."""
    earlier = [row for row in rows if row[:2] == (player_id, metric_id) and row[2] <= at]
    return max(earlier, key=lambda row: row[2])[3] if earlier else None


def full(history: Sequence[Observation], player_id: int, metric_id: int, at: int) -> int | None:
    """What a row for every snapshot would say; of two accounts of one, the greater value."""
    mine = [one for one in history if one.player_id == player_id and one.taken_at <= at]
    newest = max((one.taken_at for one in mine), default=None)
    last = [one for one in mine if one.taken_at == newest]
    return max((one.values[metric_id] for one in last if metric_id in one.values), default=None)


@given(history=histories, data=st.data())
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_any_order_of_arrival_answers_like_a_full_table(
    session: AsyncSession, history: list[Observation], data: st.DataObject
):
    order = data.draw(st.permutations(history))
    batches = data.draw(st.integers(1, 4))

    for batch in range(batches):
        await add_snapshots(session, order[batch::batches])
    rows = await stored(session)
    await session.rollback()

    for player_id in PLAYERS:
        for metric_id in METRICS:
            for at in range(14):
                assert state(rows, player_id, metric_id, at) == full(
                    history, player_id, metric_id, at
                )


@given(history=histories, data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_the_rows_are_the_fewest_that_say_it_and_storing_again_changes_nothing(
    session: AsyncSession, history: list[Observation], data: st.DataObject
):
    changes = {
        (one.player_id, metric_id, one.taken_at, after)
        for one in history
        for metric_id in METRICS
        if (after := full(history, one.player_id, metric_id, one.taken_at))
        != full(history, one.player_id, metric_id, one.taken_at - 1)
    }

    for one in data.draw(st.permutations(history)):
        await add_snapshots(session, [one])
    rows = await stored(session)
    again = await add_snapshots(session, history)
    rows_again = await stored(session)
    await session.rollback()

    assert rows == changes
    assert again == 0
    assert rows_again == rows


async def test_of_two_accounts_of_a_snapshot_the_greater_value_stays(session: AsyncSession):
    await add_snapshots(session, [Observation(1, 5, {1: 7}), Observation(1, 9, {1: 8, 2: 3})])

    added = await add_snapshots(session, [Observation(1, 5, {1: 6, 2: 0})])
    await add_snapshots(session, [Observation(1, 9, {2: 4})])

    assert added == 0
    assert await stored(session) == {(1, 1, 5, 7), (1, 1, 9, 8), (1, 2, 5, 0), (1, 2, 9, 4)}

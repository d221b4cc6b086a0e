"""Does the stored clan equal what Wise Old Man said, and at which price?"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import members
from clanstats.db import store
from clanstats.domain import GainPolicy, UnknownReason, Window
from clanstats.harvest.wom import refresh
from tests.replay import body

ASKED_AT = datetime(2026, 11, 23, 2, 19, 43, 900_000, tzinfo=UTC)


@pytest.fixture
async def dump(services):
    """All rows of all tables but the log of jobs."""

    async def dumped():
        async with services.read() as session:
            names = await session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            )
            return {
                name: sorted(
                    map(repr, (await session.execute(text(f'SELECT * FROM "{name}"'))).all())
                )
                for name in names.all()
                if name != "job_runs"
            }

    return dumped


async def differences(session, *, recording, days):
    """What we answer under Wise Old Man's policy but he doesn't; and how much was compared."""
    said = {row["player"]["id"]: row["data"] for row in json.loads(body(recording))}
    told = {
        (wom_id, row["metric"]): row["gained"] for wom_id, rows in said.items() for row in rows
    }
    window = Window.last(days, now=ASKED_AT)
    metrics = sorted({metric for _, metric in told})
    found, unknown = {}, set()
    for metric in metrics:
        board = await leaderboard(
            session,
            1,
            metric_name=metric,
            window=window,
            as_of=ASKED_AT,
            policy=GainPolicy.WOM,
        )
        found |= {
            (line.gain.member.wom_id, metric): line.gain.value for line in board.standings
        }
        unknown |= {gain.member.wom_id for gain in board.unknown}
    return {key: (told.get(key), value) for key, value in found.items() if told.get(key) != value}


async def test_it(services, replay):
    report = await refresh(services, 1)
    print(report, len(replay.requests))
    async with services.read() as session:
        print(await differences(session, recording="group_bulk_gained_week", days=7))

"""The statements answer for any history what the definition's own words do, read literally."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clanstats.analytics.leaderboard import leaderboard
from clanstats.db import store
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.domain import GainPolicy, UnknownReason, Window
from clanstats.timestamps import epoch_ms, from_epoch_ms
from tests.factories import add_clan, add_member

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
ORIGIN = from_epoch_ms(1_700_000_000_000)


@dataclass(frozen=True)
class Seen:
    at: int  # days after the origin
    value: int | None


histories = st.lists(
    st.builds(Seen, at=st.integers(0, 40), value=st.none() | st.integers(0, 9)),
    unique_by=lambda seen: seen.at,
    max_size=8,
).map(lambda seen: sorted(seen, key=lambda one: one.at))


def as_of(history, start, end):  # noqa: PLR0911 — one a sentence
    """(value, reason, since): the definition, literally."""
    oldest = start - max(end - start, 7)
    before = [seen for seen in history if oldest <= seen.at <= start]
    inside = [seen for seen in history if start < seen.at <= end]
    if not any(seen.at <= end for seen in history):
        return None, UnknownReason.NEVER_TRACKED, None
    if not inside:
        return None, UnknownReason.NOT_UPDATED, None
    if inside[-1].value is None:
        return None, UnknownReason.UNRANKED, None
    if not before and len(inside) == 1:
        return None, UnknownReason.NO_BASELINE, None
    base = before[-1] if before else inside[0]
    if base.value is not None:
        return inside[-1].value - base.value, None, None if before else base.at
    first = next(seen for seen in inside if seen.value is not None)
    if first is inside[-1]:
        return None, UnknownReason.NEWLY_RANKED, None
    return inside[-1].value - first.value, None, first.at


def by_wom(history, start, end):
    inside = [seen for seen in history if start <= seen.at <= end]
    if not any(seen.at <= end for seen in history):
        return None, UnknownReason.NEVER_TRACKED, None
    if not inside:
        return None, UnknownReason.NOT_UPDATED, None
    first, last = inside[0].value, inside[-1].value
    return max(0, (last or 0) - (first or 0)), None, None


@pytest.mark.parametrize(("policy", "law"), [(GainPolicy.AS_OF, as_of), (GainPolicy.WOM, by_wom)])
@given(
    clan=st.lists(histories, min_size=1, max_size=6),
    windows=st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20)), min_size=1, max_size=3, unique=True
    ),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_gains_of_random_histories_obey_the_definition(services, policy, law, clan, windows):
    async with services.writers() as session:
        clan_id = await add_clan(session)
        metric_id = (await store.metric_ids(session))["zulrah"]
        observations = []
        for number, history in enumerate(clan):
            player_id = await add_member(session, f"p{number}", clan_id=clan_id)
            observations += [
                Observation(
                    player_id,
                    epoch_ms(ORIGIN + seen.at * DAY),
                    {} if seen.value is None else {metric_id: seen.value},
                )
                for seen in history
            ]
        await add_snapshots(session, observations)
        for start, length in windows:
            window = Window(ORIGIN + start * DAY, ORIGIN + (start + length) * DAY)
            board = await leaderboard(
                session,
                clan_id,
                metric_name="zulrah",
                window=window,
                as_of=window.end,
                policy=policy,
            )
            found = {
                gain.member.name: (gain.value, gain.unknown, gain.since)
                for gain in [*(line.gain for line in board.standings), *board.unknown]
            }
            for number, history in enumerate(clan):
                value, unknown, since = law(history, start, start + length)
                expected = value, unknown, None if since is None else ORIGIN + since * DAY
                assert found[f"p{number}"] == expected
        await session.rollback()

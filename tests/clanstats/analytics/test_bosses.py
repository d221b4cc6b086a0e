"""Are a clan's kills of all bosses those that each member's own profile adds up to?"""

from datetime import timedelta

import pytest

from clanstats.analytics.bosses import boss_lines
from clanstats.analytics.members import members
from clanstats.analytics.profile import profile
from clanstats.domain import UnknownReason, Window
from clanstats.metrics import MetricKind
from tests.factories import NOW, add_clan, add_member, observe

DAY = timedelta(days=1)
MONTH = Window.last(30, now=NOW)
ALL = 100_000
# Days ago, and what was listed then.
SEEN = {
    "played": ((40, {"zulrah": 10, "nex": 5}), (1, {"zulrah": 14, "nex": 5})),
    "idle": ((40, {"zulrah": 10}), (1, {"zulrah": 10})),
    "fell out": ((40, {"zulrah": 10, "nex": 5}), (1, {"zulrah": 12})),
    "came in": (
        (40, {"zulrah": 10}),
        (20, {"zulrah": 10, "nex": 5}),
        (1, {"zulrah": 11, "nex": 9}),
    ),
    "only new": ((40, {}), (1, {"nex": 5})),
    "new besides": ((40, {"zulrah": 9}), (1, {"zulrah": 9, "nex": 5})),
    "none": ((40, {}), (1, {})),
    "once": ((1, {"zulrah": 50}),),
    "late": ((20, {"zulrah": 50}), (1, {"zulrah": 51})),
    "long ago": ((50, {"zulrah": 50}),),
    "never": (),
    "rolled back": ((40, {"zulrah": 50}), (1, {"zulrah": 45})),
}


@pytest.fixture
async def clan(services):
    async with services.write() as session:
        await add_clan(session)
        for name, seen in SEEN.items():
            player_id = await add_member(session, name)
            for days, bosses in seen:
                await observe(session, player_id, NOW - days * DAY, {"overall": ALL, **bosses})
        archived = await add_member(session, "put aside", status="archived")
        still = await add_member(
            session, "stood still", updated_at=NOW - DAY, last_changed_at=NOW - 60 * DAY
        )
        for player_id in (archived, still):
            await observe(session, player_id, NOW - 60 * DAY, {"overall": ALL, "zulrah": 7})


def added_up(found, *, gained):
    """As `/stats` does."""
    bosses = [line for line in found.metrics if line.metric.kind is MetricKind.BOSS]
    values = [line.gain.shown if gained else line.value for line in bosses]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


@pytest.mark.usefixtures("clan")
async def test_sum_is_that_of_the_profile(services):
    async with services.read() as session:
        totals, gains = await boss_lines(session, 1, windows=[None, MONTH], as_of=NOW)
        for who in await members(session, 1, NOW):
            found = await profile(session, 1, who.player_id, window=MONTH, as_of=NOW, weeks=())
            for lines, gained in ((totals, False), (gains, True)):
                (line,) = (one for one in lines if one.member == who)
                assert line.shown == added_up(found, gained=gained), (who.name, gained)


@pytest.mark.usefixtures("clan")
async def test_what_is_not_known_says_why(services):
    async with services.read() as session:
        totals, gains = await boss_lines(session, 1, windows=[None, MONTH], as_of=NOW)

    why = {one.member.name: one.unknown for one in gains}
    assert why == dict.fromkeys([*SEEN, "stood still"]) | {
        "only new": UnknownReason.NEWLY_RANKED,
        "none": UnknownReason.UNRANKED,
        "once": UnknownReason.NO_BASELINE,
        "long ago": UnknownReason.NOT_UPDATED,
        "never": UnknownReason.NEVER_TRACKED,
        "put aside": UnknownReason.ARCHIVED,
    }
    since = {one.member.name: one.since for one in gains if one.since}
    assert since == {"came in": NOW - 20 * DAY, "late": NOW - 20 * DAY}
    assert {one.member.name for one in totals if one.unknown} == {"none", "never", "put aside"}

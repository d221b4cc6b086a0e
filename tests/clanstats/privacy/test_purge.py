"""What becomes of those who left the server?"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from clanstats.chat import snowflake
from clanstats.db.models import DepartureRow
from clanstats.harvest.happenings import Left, write_events
from clanstats.harvest.ingest import store_page
from clanstats.harvest.voice import note_voice
from clanstats.privacy.purge import purge
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import said, user
from tests.clanstats.privacy.clan import SAILOR, SALLY
from tests.factories import NOW

DAY = timedelta(days=1)


def pass_days(clock, days):
    """Sally left `NOW`."""
    clock.now = NOW + days * DAY


@pytest.mark.parametrize(
    ("days", "people"), [pytest.param(89, 0, id="not yet"), pytest.param(90, 1, id="then")]
)
async def test_what_is_held_of_them_goes_after_a_while(town, services, clock, days, people):
    pass_days(clock, days)

    report = await purge(services, 1, after=90 * DAY)

    theirs = town.ask(f"SELECT count(*) FROM authors WHERE discord_user_id = {SALLY}")  # noqa: S608
    assert report.people == people
    assert theirs == [(1 - people,)]
    assert SALLY.to_bytes(8, "big") not in town.bytes() or not people


async def test_their_player_stays_and_they_may_come_back(town, services, clock):
    pass_days(clock, 90)

    report = await purge(services, 1, after=90 * DAY)

    async with services.read() as session:
        tombstones = await Tombstones.load(session)
    assert str(report) == "1 who left were purged, 129 messages made nobody's"
    assert not report.partial
    assert not tombstones.has_user(SALLY)
    assert await town.player_id(SAILOR) is not None
    assert (await purge(services, 1, after=90 * DAY)).people == 0


async def test_another_clan_is_left_alone(town, services, clock):
    pass_days(clock, 90)

    assert (await purge(services, 2, after=90 * DAY)).people == 0


@pytest.mark.parametrize("after", [timedelta(seconds=5), 20 * DAY])
@pytest.mark.parametrize("how", ["wrote", "talked"])
async def test_who_wrote_or_talked_since_has_come_back(town, services, clock, how, after):
    when = NOW + after
    async with services.write() as session:
        none = Tombstones()
        if how == "wrote":
            await store_page(session, 1, 1, [said(snowflake(when), SALLY)], tombstones=none)
        else:
            await note_voice(session, 1, user(SALLY), 2, when, tombstones=none)
    back = after > DAY  # seconds later may be a clock's mistake
    pass_days(clock, 90)

    report = await purge(services, 1, after=90 * DAY)

    assert report.people == (0 if back else 1)
    async with services.read() as session:
        assert list(await session.scalars(select(DepartureRow.discord_user_id))) == []
    theirs = town.ask(f"SELECT count(*) FROM authors WHERE discord_user_id = {SALLY}")  # noqa: S608
    assert theirs == [(int(back),)]


async def test_leaving_brings_nobody_back_who_asked_to_be_deleted(town, services):
    async with services.write() as session:
        await session.execute(delete(DepartureRow))
        await Tombstones.add(session, now=NOW, users=[SALLY])
        await write_events(session, 1, [Left(SALLY, NOW), Left(77, NOW)], known={}, now=NOW)

    async with services.read() as session:
        assert list(await session.scalars(select(DepartureRow.discord_user_id))) == [77]

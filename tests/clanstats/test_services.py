"""Is what is opened closed, and nothing opened before it is needed?"""

import pytest
from sqlalchemy import select

from clanstats.charts.process import ChartError
from clanstats.db.models import ClanRow
from clanstats.drawing import Drawing
from clanstats.services import open_services
from clanstats.wom.client import WiseOldMan
from tests.factories import add_clan


def png(word, *, loud=False):
    return (word.upper() if loud else word).encode()


async def test_nothing_is_opened_before_it_is_used(settings, tmp_path):
    unused = settings.model_copy(
        update={"database_url": f"sqlite+aiosqlite:///{tmp_path / 'new' / 'clan.db'}"}
    )

    async with open_services(unused) as services:
        assert services.wom.status().requests == 0

    assert not (tmp_path / "new" / "clan.db").exists()


async def test_what_is_written_is_read(services):
    async with services.write() as session:
        await add_clan(session, "Stub Clan")

    async with services.read() as session:
        assert await session.scalar(select(ClanRow.name)) == "Stub Clan"


async def test_all_is_closed_even_after_a_failure(settings, monkeypatch):
    closed = []
    for kind in (WiseOldMan, Drawing):

        async def close(self, kind=kind):
            closed.append(kind.__name__)

        monkeypatch.setattr(kind, "close", close)

    async def fail():
        async with open_services(settings) as services, services.read() as session:
            await session.scalar(select(ClanRow.name))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert closed == ["WiseOldMan", "Drawing"]


async def test_what_is_given_is_used_and_left_open(settings, wom, clock):
    drawing = Drawing("inline")

    async with open_services(settings, wom=wom, clock=clock, drawing=drawing) as services:
        assert (services.wom, services.clock, services.drawing) == (wom, clock, drawing)

    assert await drawing.draw(png, "still") == b"still"
    await drawing.close()
    with pytest.raises(ChartError):
        await drawing.draw(png, "no more")


async def test_pictures_are_drawn_with_what_they_are_given(services):
    assert await services.draw(png, "chart", loud=True) == b"CHART"


async def test_wise_old_man_is_told_how_to_reach_us(settings):
    told = settings.model_copy(update={"wom_contact": "someone"})

    async with open_services(told) as services:
        assert services.wom._transport._headers["User-Agent"] == "ClanStats Discord bot (someone)"

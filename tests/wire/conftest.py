"""Where does the bot run as a process, and whom does it talk to?"""

import asyncio
import shutil

import pytest

from clanstats.config import Settings
from clanstats.harvest.wom import refresh
from clanstats.services import open_services
from tests.wire.bot_process import BotProcess, environment
from tests.wire.fake_discord import FakeDiscord
from tests.wire.wise_old_man import WiseOldMan


@pytest.fixture
async def discord_server():
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def wise_old_man():
    async with WiseOldMan() as server:
        yield server


@pytest.fixture
async def process(tmp_path, discord_server, wise_old_man):
    """Build a bot that isn't started yet; at the end nothing of it is left running."""
    built = []

    def build(**env):
        built.append(BotProcess(tmp_path, environment(discord_server, wise_old_man) | env))
        return built[-1]

    yield build
    for bot in built:
        await bot.discard()


@pytest.fixture(scope="session")
def harvested_file(tmp_path_factory, migrated):
    """A database with the clan in it: harvested once, copied for each test."""
    file = tmp_path_factory.mktemp("harvested") / "clan.db"
    shutil.copyfile(migrated, file)

    async def harvest():
        async with WiseOldMan() as server:
            settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", wom_base_url=server.url)
            async with open_services(settings) as services:
                await refresh(services, server.group_id)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(harvest())
    return file


@pytest.fixture
def harvested(tmp_path, harvested_file):
    """The bot finds a clan that was harvested just now."""
    shutil.copyfile(harvested_file, tmp_path / "clan.db")

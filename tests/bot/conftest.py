"""How is the command line run in a test, with servers to talk to and a clan that was harvested?"""

import asyncio
import logging
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import pytest
import structlog

from bot import log as logs
from bot.cli import main
from clanstats.config import Settings
from clanstats.harvest.wom import refresh
from clanstats.services import open_services
from tests.factories import Clock
from tests.replay import Replay
from tests.wire.fake_discord import FakeDiscord


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@contextmanager
def in_a_thread(server):
    """Run an asynchronous server beside a command that has an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def wise_old_man():
    with in_a_thread(Replay(limits=False, empty_windows=True)) as server:
        yield server


@pytest.fixture
def discord_server():
    with in_a_thread(FakeDiscord()) as server:
        yield server


@pytest.fixture
def event_loop_of():
    """Run what a server does, in order; returns what came of it."""

    def run(*coroutines):
        async def all_of_them():
            return [await one for one in coroutines]

        return asyncio.run(all_of_them())

    return run


@pytest.fixture(scope="session")
def harvested_file(tmp_path_factory, migrated):
    """A database with the recorded clan: harvested once, copied for each test."""
    file = tmp_path_factory.mktemp("harvested") / "clan.db"
    shutil.copyfile(migrated, file)

    async def harvest():
        async with Replay(limits=False) as server:
            settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", wom_base_url=server.url)
            async with open_services(settings, clock=Clock()) as services:
                await refresh(services, 1)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(harvest())
    return file


@pytest.fixture
def quiet_logs():
    """The command line sets up logging for the process: undo it."""
    ours = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*logs.LEAST, "aiohttp.access")}
    logging.getLogger("aiohttp.access").setLevel("WARNING")  # of the servers in other threads
    yield
    structlog.configure(**ours)
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys, quiet_logs):
    """Run `clanstats` in an empty folder with nothing set but what the test says."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WOM_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("DISCORD_API_BASE", "http://127.0.0.1:1")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'clan.db'}")
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "backups"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, **env):
        capsys.readouterr()
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, str(value))
            try:
                code = main([str(argument) for argument in arguments])
            except SystemExit as stop:
                code = stop.code
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


@pytest.fixture
def harvested(cli, tmp_path, harvested_file):
    """The same, in a folder where the recorded clan is known."""
    shutil.copyfile(harvested_file, tmp_path / "clan.db")
    return cli

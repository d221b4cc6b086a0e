"""What does every test get? A clock that stands, an empty database, and no way out of here."""

import asyncio
import gc
import shutil
import socket

import pytest
import structlog

from clanstats.db import engine
from clanstats.db.migrate import migrate
from clanstats.drawing import Drawing
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.wom.client import WiseOldMan
from tests.factories import NOW, Clock
from tests.replay import Replay

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NOBODY = "http://127.0.0.1:1"  # where no one listens


def pytest_collection_finish(session):
    """Look for garbage less often, and not among what was imported: that is there for good."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch):
    """Refuse whatever would leave this machine, and say what it was."""

    def guarded(method):
        def connect(self, address):
            if isinstance(address, tuple) and address[0] not in LOOPBACK:
                raise AssertionError(f"a test tried to reach {address}")
            return method(self, address)

        return connect

    resolve = socket.getaddrinfo

    def local(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK:
            raise AssertionError(f"a test tried to look up {name}")
        return resolve(host, *args, **kwargs)

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.fixture(autouse=True, scope="session")
def _quiet():
    """Log to nowhere: writing a traceback out takes longer than most tests."""

    def drop(*_):
        raise structlog.DropEvent

    structlog.configure(processors=[drop])


class Compiled(dict):
    """Statements as SQL: every engine of these tests has a dialect of its own, all alike."""

    def get(self, key, default=None):
        return super().get(key[1:], default)

    def __setitem__(self, key, compiled):
        super().__setitem__(key[1:], compiled)


@pytest.fixture(autouse=True, scope="session")
def _compile_once():
    """Put a statement into SQL once, not once an engine: each test opens two."""
    create, compiled = engine.create_async_engine, Compiled()

    def created(url, **options):
        made = create(url, **options)
        if made.dialect.name == "sqlite":
            made = made.execution_options(compiled_cache=compiled)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_async_engine", created)
        yield


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty database with all tables: migrated once, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    file = folder / "clan.db"
    url = f"sqlite+aiosqlite:///{file}"
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(migrate(url, backup_dir=folder, now=NOW))
    return file


@pytest.fixture
def settings(tmp_path, migrated):
    file = tmp_path / "clan.db"
    shutil.copyfile(migrated, file)
    return Settings(
        database_url=f"sqlite+aiosqlite:///{file}",
        backup_dir=tmp_path / "backups",
        ranks_file=tmp_path / "ranks.toml",
        wom_base_url=NOBODY,
    )


@pytest.fixture
async def wom(settings, clock):
    """Wise Old Man, who can't be reached; a test that needs answers says where from."""
    client = WiseOldMan(
        base_url=settings.wom_base_url,
        user_agent="clanstats tests (nobody@example.org)",
        sleep=clock.sleep,
        monotonic=clock.monotonic,
    )
    yield client
    await client.close()


@pytest.fixture
async def replay():
    """Wise Old Man, who repeats what he was recorded to say; for who points `settings` to him."""
    async with Replay(limits=False) as server:
        yield server


@pytest.fixture
async def services(settings, wom, clock):
    drawing = Drawing("inline")
    async with open_services(settings, wom=wom, clock=clock, drawing=drawing) as opened:
        yield opened
    await drawing.close()

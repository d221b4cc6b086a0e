"""A clan whose numbers are known, and the real bot on a simulated Discord."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from io import BytesIO

import discord
import pytest
from PIL import Image

from bot.client import ClanStatsBot
from clanstats.drawing import Drawing
from clanstats.harvest import live
from clanstats.pacing import Pacer
from clanstats.services import open_services
from clanstats.settings import Settings
from tests.cogs.stage import (
    ALICE_ID,
    BOB_ID,
    CAROL_ID,
    CHANNEL_ID,
    GUILD_ID,
    Discord,
    ExplainingEnv,
    fill,
)
from tests.conftest import NOBODY
from tests.factories import NOW


@pytest.fixture(scope="session")
def filled(migrated, tmp_path_factory):
    """A database with that clan: written once, copied for each test."""
    file = tmp_path_factory.mktemp("filled") / "clan.db"
    shutil.copyfile(migrated, file)

    async def write() -> None:
        settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", wom_base_url=NOBODY)
        async with open_services(settings, clock=lambda: NOW, drawing=Drawing("inline")) as opened:
            await fill(opened)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(write())
    with closing(sqlite3.connect(file)) as connection:  # into the one file that is copied
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def settings(tmp_path, filled):
    file = tmp_path / "clan.db"
    shutil.copyfile(filled, file)
    return Settings(
        database_url=f"sqlite+aiosqlite:///{file}",
        backup_dir=tmp_path / "backups",
        ranks_file=tmp_path / "ranks.toml",
        wom_base_url=NOBODY,
        timezone="Europe/London",
    )


class Blank:
    """Draws nothing, at once; what was to be drawn can be asked."""

    def __init__(self):
        self.drawn = []

    async def draw(self, chart, *args, **options):
        self.drawn.append((chart.__name__, args, options))
        png = BytesIO()
        Image.new("1", (1, 1)).save(png, format="png")
        return png.getvalue()


@pytest.fixture
def drawing():
    """A test that looks at the pictures names the real one instead."""
    return Blank()


@pytest.fixture
async def services(settings, wom, clock, drawing):
    async with open_services(settings, wom=wom, clock=clock, drawing=drawing) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Nobody waits here for several events to be written together."""
    monkeypatch.setattr(live, "LONGEST_WAIT", 0)


@pytest.fixture
async def discord_server(services, drawing, clock):
    def made():
        bot = ClanStatsBot(services, scheduled=False)
        bot.chat.pacer = Pacer(clock=clock.monotonic, sleep=clock.sleep)
        bot.chat.wait = clock.sleep
        return bot

    bot = made()
    env = ExplainingEnv(bot)
    guild = env.create_guild("Stub & Co", id=GUILD_ID)
    env.backend.reserve_id(CHANNEL_ID)
    env.backend.snowflake = lambda: CHANNEL_ID
    channel = guild.create_text_channel("general")
    del env.backend.snowflake
    admin = guild.create_role("Admin", permissions=discord.Permissions(manage_guild=True))
    officer = guild.create_role("Officer", permissions=discord.Permissions(manage_roles=True))
    members = []
    people = (
        (ALICE_ID, "alice", (admin,)),
        (BOB_ID, "bob", ()),
        (CAROL_ID, "carol", (officer,)),
    )
    for user_id, name, roles in people:
        env.backend.reserve_id(user_id)
        env.backend.snowflake = lambda user_id=user_id: user_id
        user = env.create_user(name)
        del env.backend.snowflake
        members.append(guild.add_member(user, roles=roles))
    if isinstance(drawing, Drawing):
        await drawing.warm()  # on a busy machine it takes longer than a command may
    await env.start()
    await bot.tree.sync()
    yield Discord(env, bot, made, channel, *members)
    await env.shutdown()
    env.raise_errors()

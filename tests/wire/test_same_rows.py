"""Do both make-believe Discords, the one in the process and the one on sockets, agree?

The same things happen on both; what the bot then knows must be the same. Ids differ, and with
them instants; everything else doesn't.
"""

import shutil
from dataclasses import dataclass, field

import pytest
import simcord
from sqlalchemy import text

from bot.client import ClanStatsBot
from clanstats.harvest import live
from clanstats.pacing import Pacer
from clanstats.services import open_services
from tests.wire.payloads import CHANNEL, GUILD, NEWS, PUBLIC_THREAD, VOICE

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(live, "LONGEST_WAIT", 0)


ALICE, BOB = 0, 1
OPEN = "SELECT count(*) FROM voice_sessions WHERE ended_at IS NULL"
ROWS = {
    "messages": """
        SELECT c.kind, c.name, a.kind, a.name, m.length, m.flags
        FROM messages m JOIN authors a ON a.id = m.author_id JOIN channels c ON c.id = m.channel_id
        ORDER BY m.id""",
    "authors": "SELECT kind, name, discord_user_id IS NULL FROM authors ORDER BY kind, name",
    "channels": """
        SELECT kind, name, state, parent_discord_id IS NULL FROM channels
        ORDER BY kind, name""",
    "coverage": """
        SELECT c.kind, c.name, v.since_id FROM coverage v JOIN channels c ON c.id = v.channel_id
        ORDER BY c.kind, c.name""",
    "events": "SELECT line, kind, subject, value FROM game_events ORDER BY message_id, line",
    "misses": "SELECT shape, count FROM relay_misses ORDER BY shape",
    "voice": """
        SELECT c.name, v.ended_at IS NULL FROM voice_sessions v
        JOIN channels c ON c.id = v.channel_id ORDER BY v.id""",
    "departures": "SELECT count(*) FROM departures",
}


async def scenario(stage):
    """What happens; first while nobody listens, then live."""
    for number in range(130):
        await stage.write("general", f"line {number}", by=number % 2)
    await stage.relay("**Zezima** (Owner): gz?")
    await stage.relay("Zezima has reached Attack level 99.")
    await stage.open("thread", PUBLIC_THREAD)
    await stage.write("thread", "in a thread", by=BOB)
    await stage.start()
    first = await stage.write("general", "hello", by=ALICE)
    second = await stage.write("general", "what?", by=BOB)
    await stage.edit("general", first, "hello there", by=ALICE)
    await stage.delete("general", second, by=BOB)
    await stage.write("news", "read this", by=ALICE)
    await stage.relay("**Bob the Cat**: miaow")
    await stage.open("later", 0)
    await stage.write("later", "a new place", by=BOB)
    await stage.talk("voice", by=BOB)
    await stage.talk(None, by=BOB)
    await stage.talk("voice", by=ALICE)
    await stage.close("later")
    await stage.leave(BOB)


@dataclass
class Wire:
    """On sockets, the bot in a process."""

    discord: object
    bot: object
    users = (501, 502)
    places: dict = field(default_factory=lambda: {"general": CHANNEL})

    async def prepare(self):
        for user in self.users:
            await self.discord.server.join(user)
        for name, kind in (("news", NEWS), ("voice", VOICE)):
            await self.open(name, kind)

    async def open(self, name, kind):
        parent = CHANNEL if kind == PUBLIC_THREAD else None
        channel = await self.discord.server.open(name, kind, parent=parent)
        self.places[name] = channel.channel_id
        if parent is not None:  # Discord says so itself
            await self.discord.server.post(name, by=self.users[BOB], type=18)

    async def start(self):
        await self.bot.start("-m", "tests.wire.quick")
        await self.discord.connected()
        await self.bot.reported("chat")

    async def write(self, where, content, *, by):
        return await self.discord.server.post(content, by=self.users[by], where=self.places[where])

    async def relay(self, content):
        await self.discord.server.post(content, by=77, webhook=77)

    async def edit(self, where, message_id, content, *, by):
        await self.discord.server.edit(message_id, content, where=self.places[where])

    async def delete(self, where, message_id, *, by):
        await self.discord.server.delete(message_id, where=self.places[where])

    async def talk(self, where, *, by):
        await self.discord.server.talk(self.users[by], where and self.places[where])
        # Or joining and leaving would be one instant, and so no session.
        still = [(int(where is not None),)]
        await self.bot.until(lambda: self.bot.rows(OPEN) == still)

    async def close(self, where):
        channel = self.discord.server.channels[self.places[where]]
        await self.discord.server.remove(channel)

    async def leave(self, who):
        await self.discord.server.leave(self.users[who])

    async def rows(self):
        await self.bot.until(lambda: self.bot.rows(ROWS["departures"]) == [(1,)])
        await self.bot.stop()
        return {name: self.bot.rows(statement) for name, statement in ROWS.items()}


class Sim:
    """In this process, on simcord."""

    def __init__(self, services, clock):
        self.services, self.clock = services, clock
        self.bot = ClanStatsBot(services, scheduled=False)
        self.bot.chat.pacer = Pacer(clock=clock.monotonic, sleep=clock.sleep)
        self.env = simcord.Env(self.bot)
        self.guild = self.env.create_guild("A clan's server", id=GUILD)
        general = self.guild.create_text_channel("general")
        self.places = {
            "general": general,
            "news": self.guild.create_news_channel("news"),
            "voice": self.guild.create_voice_channel("voice"),
        }
        self.hook = self.guild.create_webhook(general, "relay")
        self.people = [
            self.guild.add_member(self.env.create_user(name)) for name in ("alice", "bob")
        ]

    async def open(self, name, kind):
        if kind == PUBLIC_THREAD:
            thread = self.env.backend.create_thread(
                self.places["general"].id, name, self.people[BOB].id
            )
            self.places[name] = thread
        else:
            self.places[name] = self.guild.create_text_channel(name)
        await self.settle()

    async def start(self):
        await self.env.start()
        await self.bot.chat.crawl(1)

    async def settle(self):
        if self.bot.is_ready():
            await self.env.settle()

    async def write(self, where, content, *, by):
        place, backend = self.places[where], self.env.backend
        message = backend.create_message(place.id, self.people[by].id, content)
        return await self._after(message.id)

    async def relay(self, content):
        hook = self.hook._webhook
        self.env.backend.create_message(
            self.places["general"].id, hook.webhook_user_id, content, webhook_id=hook.id
        )
        await self.settle()

    async def edit(self, where, message_id, content, *, by):
        at = self.env.now().isoformat()
        fields = {"content": content, "edited_timestamp": at}
        await self._after(self.env.backend.edit_message(self.places[where].id, message_id, fields))

    async def delete(self, where, message_id, *, by):
        await self._after(self.env.backend.delete_message(self.places[where].id, message_id))

    async def talk(self, where, *, by):
        where_id = where and self.places[where].id
        state = self.env.backend.set_voice_state(GUILD, self.people[by].id, where_id)
        await self._after(state)
        self.clock.now += live.SILENCE

    async def close(self, where):
        await self._after(self.env.backend.delete_channel(self.places[where].id))

    async def leave(self, who):
        self.guild.remove_member(self.people[who])
        await self.settle()

    async def _after(self, done):
        await self.settle()
        return done

    async def rows(self):
        await self.bot.chat.close()
        await self.env.shutdown()
        async with self.services.read() as session:
            return {
                name: [tuple(row) for row in await session.execute(text(statement))]
                for name, statement in ROWS.items()
            }


@pytest.fixture
async def sim(tmp_path, harvested_file, settings, wom, clock):
    """The bot on simcord, with a database of its own that begins like the other's."""
    shutil.copyfile(harvested_file, tmp_path / "other.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    changed = settings.model_copy(update={"database_url": url})
    async with open_services(changed, wom=wom, clock=clock) as services:
        yield Sim(services, clock)


@pytest.fixture
async def wire(process, discord_server, harvested):
    stage = Wire(discord_server, process())
    await stage.prepare()
    return stage


async def test_same_happenings_leave_the_same_rows(sim, wire):
    await scenario(wire)
    await scenario(sim)

    on_sockets = await wire.rows()
    assert await sim.rows() == on_sockets
    assert len(on_sockets["messages"]) == 130 + 8

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands
from PIL import Image

from clanstats.errors import BadInputError, NoDataError
from demo.camera import CameraError, camera, find_browser
from demo.server import DemoChannel, DemoMember, DemoMessage, DemoRole, DemoServer
from demo.stage import Stage, stage

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
OFFICER = DemoRole(401, "Officer", discord.Permissions(manage_roles=True))
SAPPHIRE = DemoRole(402, "Sapphire")
OWNER = DemoMember(300, "Owner")
ALICE = DemoMember(301, "Alice", (OFFICER,))
BOB = DemoMember(302, "Bob")
SERVER = DemoServer(
    guild_id=100,
    name="ClanStats demo",
    owner=OWNER,
    channels=(DemoChannel(200, "general", topic="Type a command"),),
    members=(ALICE, BOB),
    roles=(SAPPHIRE, OFFICER),
)


def chart() -> bytes:
    png = BytesIO()
    Image.new("RGB", (400, 200), "orange").save(png, format="png")
    return png.getvalue()


class Pages(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Next", custom_id="next")
    async def next(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.edit_message(embed=discord.Embed(title="Page 2"), view=self)

    @discord.ui.select(custom_id="metric", options=[discord.SelectOption(label="Zulrah")])
    async def metric(self, interaction: discord.Interaction, menu: discord.ui.Select) -> None:
        await interaction.response.edit_message(
            embed=discord.Embed(title=menu.values[0]), view=self
        )

    @discord.ui.button(label="CSV", custom_id="csv")
    async def csv(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        file = discord.File(BytesIO(b"name,xp\n"), "gains.csv")
        await interaction.response.send_message("Yours", file=file, ephemeral=True)


class Tree(app_commands.CommandTree):
    async def on_error(self, interaction, error):
        await interaction.response.send_message(str(error.__cause__), ephemeral=True)


@app_commands.command()
async def leaderboard(interaction: discord.Interaction, player: str) -> None:
    """Show who gained the most experience."""
    await interaction.response.defer()
    png = await asyncio.to_thread(chart)
    embed = discord.Embed(title=player, timestamp=discord.utils.utcnow())
    embed.set_image(url="attachment://chart.png")
    file = discord.File(BytesIO(png), "chart.png")
    await interaction.followup.send(embed=embed, file=file, view=Pages())


@leaderboard.autocomplete("player")
async def players(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    names = ("Zezima", "Woox", "B0aty")
    return [app_commands.Choice(name=n, value=n) for n in names if current in n]


class Metric(app_commands.Transformer):
    async def transform(self, _: discord.Interaction, value: str, /) -> str:
        raise BadInputError(f"There is no {value}.")


@app_commands.command()
async def nothing(
    _: discord.Interaction, metric: app_commands.Transform[str, Metric] = "xp"
) -> None:
    """Refuse in words a user may read."""
    raise NoDataError(f"Nobody gained any {metric}.")


@app_commands.command()
async def broken(_: discord.Interaction) -> None:
    """Fail."""
    raise LookupError("a bug")


@app_commands.command()
@app_commands.default_permissions(manage_roles=True)
async def promotions(interaction: discord.Interaction) -> None:
    """Show who is due."""
    await interaction.response.send_message("Nobody.", ephemeral=True)


class TinyBot(commands.Bot):
    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all(), tree_cls=Tree)

    async def setup_hook(self) -> None:
        for command in (leaderboard, nothing, broken, promotions):
            self.tree.add_command(command)


class Page:
    """What the page in the browser does: it reads the state and posts one action at a time."""

    def __init__(self, session: aiohttp.ClientSession, state: dict) -> None:
        self._session = session
        self._state = state
        self._sequence = 0

    async def type(self, name: str, **options: str) -> dict:
        return await self._act("run_command", **await self._command(name), options=options)

    async def complete(self, name: str, option: str, text: str) -> list[str]:
        typed = {"options": {}, "focused": option, "value": text}
        receipt = await self._act("autocomplete_command", **await self._command(name), **typed)
        return [choice["name"] for choice in receipt["result"]["choices"]]

    async def press(self, label: str) -> dict:
        (message,) = self.messages
        return await self._act(
            "click", target_id=message["id"], control_key=_find(message, "label", label)
        )

    async def choose(self, custom_id: str, value: str) -> dict:
        (message,) = self.messages
        key = _find(message, "custom_id", custom_id)
        return await self._act("select", target_id=message["id"], control_key=key, values=[value])

    async def be(self, viewer: DemoMember) -> None:
        await self._act("viewer", viewer_id=str(viewer.discord_id))

    async def offered(self) -> set[str]:
        return {entry["invocation"] for entry in (await self._catalog())["entries"]}

    @property
    def messages(self) -> list[dict]:
        return [self._state["messages"][message_id] for message_id in self._state["timeline"]]

    async def _catalog(self) -> dict:
        async with self._session.get("/api/commands") as answer:
            return await answer.json()

    async def _command(self, name: str) -> dict:
        entries = {entry["invocation"]: entry for entry in (await self._catalog())["entries"]}
        entry = entries[name]
        return {
            "command_id": entry["commandId"],
            "path": entry["path"],
            "schema_fingerprint": entry["schemaFingerprint"],
        }

    async def _act(self, kind: str, **fields: object) -> dict:
        self._sequence += 1
        body = {
            "protocol_version": 3,
            "kind": kind,
            "request_id": str(uuid4()),
            "sequence": self._sequence,
            "generation": self._state["context"]["generation"],
            "bot_generation": self._state["botGeneration"],
            "published_revision": self._state["publishedRevision"],
            **fields,
        }
        async with self._session.post("/api/action", json=body) as answer:
            receipt = await answer.json()
        async with self._session.get("/api/state") as answer:
            self._state = await answer.json()
        return receipt


def _find(part: object, key: str, value: str) -> str | None:
    """The control key of the component whose `key` is `value`, however deep it lies."""
    return next(_controls(part, key, value), None)


def _controls(part: object, key: str, value: str) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get(key) == value and "control_key" in part:
            yield part["control_key"]
        part = list(part.values())
    if isinstance(part, list):
        for child in part:
            yield from _controls(child, key, value)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Page]:
    address, capability = url.split("/#")
    async with aiohttp.ClientSession(
        address, headers={"X-Simcord-Capability": capability}
    ) as session:
        async with session.post("/api/pages", json={}) as answer:
            state = await answer.json()
        session.headers["X-Simcord-Context"] = state["context"]["id"]
        yield Page(session, state)


@pytest.fixture
async def played() -> AsyncIterator[Stage]:
    async with (
        TinyBot() as bot,
        stage(bot, SERVER, now=NOW, viewers=(ALICE.discord_id, BOB.discord_id)) as played,
    ):
        yield played


@pytest.fixture
async def page(played) -> AsyncIterator[Page]:
    async with opened(played.url) as page:
        yield page


async def test_a_command_typed_on_the_page_is_answered_there_with_its_chart(page):
    receipt = await page.type("leaderboard", player="Zezima")

    assert receipt["settlement"] == "settled"
    (message,) = page.messages
    assert message["embeds"][0]["title"] == "Zezima"
    assert message["attachments"][0]["filename"] == "chart.png"


async def test_an_option_is_completed_by_the_bot(page):
    assert await page.complete("leaderboard", "player", "oo") == ["Woox"]


async def test_a_button_pressed_on_the_page_edits_the_reply(page):
    await page.type("leaderboard", player="Zezima")

    receipt = await page.press("Next")

    assert receipt["settlement"] == "settled"
    assert page.messages[0]["embeds"][0]["title"] == "Page 2"


async def test_a_choice_made_on_the_page_edits_the_reply(page):
    await page.type("leaderboard", player="Zezima")

    await page.choose("metric", "Zulrah")

    assert page.messages[0]["embeds"][0]["title"] == "Zulrah"


async def test_an_ephemeral_file_is_seen_only_by_who_asked_for_it(page):
    await page.type("leaderboard", player="Zezima")
    await page.press("CSV")
    seen_by_alice = [message["content"] for message in page.messages]

    await page.be(BOB)

    assert seen_by_alice == ["", "Yours"]
    assert [message["content"] for message in page.messages] == [""]


async def test_a_member_is_not_offered_what_is_for_officers(page):
    offered_to_alice = await page.offered()

    await page.be(BOB)

    assert offered_to_alice - await page.offered() == {"promotions"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({}, "Nobody gained any xp.", id="by the command"),
        pytest.param({"metric": "luck"}, "There is no luck.", id="by what reads an option"),
    ],
)
async def test_a_refusal_in_words_is_an_answer_and_no_failure(page, options, words):
    receipt = await page.type("nothing", **options)

    assert receipt["settlement"] == "settled"
    assert page.messages[0]["content"] == words


async def test_running_a_command_that_breaks_raises_what_broke_it(played):
    with pytest.raises(ExceptionGroup, match="/broken failed") as failure:
        await played.run("/broken")

    assert isinstance(failure.value.exceptions[0].original, LookupError)


async def test_a_command_is_run_by_the_first_viewer_unless_somebody_else_is_named(played):
    by_alice = await played.run("/leaderboard", player="Zezima")
    by_bob = await played.run("/leaderboard", player="Zezima", by=BOB.discord_id)

    assert by_alice.response.message.interaction_metadata.user.id == ALICE.discord_id
    assert by_bob.response.message.interaction_metadata.user.id == BOB.discord_id


async def test_the_bot_finds_the_server_as_it_was_described():
    found = []

    class Watcher(TinyBot):
        async def on_ready(self) -> None:
            (guild,) = self.guilds
            found.append((guild.id, guild.owner_id))
            found.append({member.id for member in guild.members if not member.bot})
            found.append([role.id for role in guild.roles[1:-1]])  # without @everyone's and its own
            found.append([channel.id for channel in guild.channels])

    async with Watcher() as bot, stage(bot, SERVER, now=NOW):
        pass

    assert found == [(100, 300), {300, 301, 302}, [402, 401], [200]]


async def test_the_bot_finds_what_was_said_before_it_came():
    said = [discord.utils.time_snowflake(NOW) - (place << 40) for place in (4, 3, 2, 1)]
    lively = replace(
        SERVER,
        left=(DemoMember(303, "Carol"),),
        bots=(DemoMember(304, "Jukebox"),),
        sitting={302: 202},
        channels=(
            *SERVER.channels,
            DemoChannel(201, "news", kind="news", messages=(DemoMessage(said[0], 303, "Hi"),)),
            DemoChannel(202, "Voice", kind="voice"),
            DemoChannel(203, "guides", kind="forum"),
            DemoChannel(204, "officers", hidden=True),
            DemoChannel(
                205, "chat", webhook_id=206, messages=(DemoMessage(said[1], 206, "**Bob**: hi"),)
            ),
            DemoChannel(
                said[2],
                "Zulrah",
                kind="thread",
                parent_id=203,
                archived=True,
                messages=(DemoMessage(said[2], 304, "A guide"), DemoMessage(said[3], 301, "Ty")),
            ),
        ),
    )
    found, read = {}, []

    class Reader(TinyBot):
        async def on_ready(self) -> None:
            (guild,) = self.guilds
            threads = [one async for one in guild.get_channel(203).archived_threads()]
            found["threads"] = [one.id for one in threads]
            found["sitting"] = [one.id for one in guild.get_channel(202).members]
            found["hidden"] = guild.get_channel(204).permissions_for(guild.me).view_channel
            for place in (guild.get_channel(201), guild.get_channel(205), *threads):
                read.extend([one async for one in place.history()])

    async with Reader() as bot, stage(bot, lively, now=NOW):
        pass

    assert found == {"threads": [said[2]], "sitting": [302], "hidden": False}
    assert [(one.id, one.author.id, one.webhook_id) for one in read] == [
        (said[0], 303, None),
        (said[1], 206, 206),
        (said[3], 301, None),
        (said[2], 304, None),
    ]
    assert all(one.created_at == discord.utils.snowflake_time(one.id) for one in read)


async def test_it_is_the_time_that_was_asked_for(played):
    reply = await played.run("/leaderboard", player="Zezima")

    assert reply.response.message.created_at == NOW
    assert reply.response.embeds[0].timestamp == NOW


async def test_nothing_runs_on_after_the_stage_is_left_with_the_page_open():
    class Idler(TinyBot):
        async def setup_hook(self) -> None:
            await super().setup_hook()
            self.idling = asyncio.create_task(asyncio.sleep(3600))

    before = asyncio.all_tasks()

    async with AsyncExitStack() as reader:
        async with Idler() as bot, stage(bot, SERVER, now=NOW) as played:
            page = await reader.enter_async_context(opened(played.url))
            await page.type("leaderboard", player="Zezima")
        left = asyncio.all_tasks() - before

    assert left == set()


@pytest.mark.skipif(find_browser() is None, reason="needs a Chromium to look at the page")
async def test_a_photograph_shows_the_reply_as_its_reader_sees_it(played):
    reply = (await played.run("/leaderboard", player="Zezima")).response
    secret = (await played.run("/promotions")).response

    async with camera(find_browser(), played.url) as taken:
        shown = await taken.shoot(reply, viewer_id=BOB.discord_id)
        with pytest.raises(CameraError, match="doesn't show"):
            await taken.shoot(secret, viewer_id=BOB.discord_id)

    picture = Image.open(BytesIO(shown)).convert("RGB")
    assert (255, 165, 0) in {
        colour for _, colour in picture.getcolors(picture.width * picture.height)
    }

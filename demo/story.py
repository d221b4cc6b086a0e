"""Which clan, server and settings does the demonstration show?"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
from sqlalchemy import insert, select

from clanstats import jobs
from clanstats.db import migrate
from clanstats.db.models import LinkRow, PlayerRow
from clanstats.harvest.backfill import backfill
from clanstats.harvest.wom import refresh
from clanstats.metrics import OVERALL, MetricKind, catalogue
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from demo.server import DemoChannel, DemoMember, DemoRole, DemoServer
from demo.wom_server import make_app, serve
from demo.world import Case, World, make_world

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # a Sunday evening, for ever
GUILD_ID = 1_000_000_000_000_000_001
_CHANNEL_ID = 1_000_000_000_000_000_002
_OWNER_ID = 1_000_000_000_000_000_003
_OFFICER = DemoRole(
    1_000_000_000_000_000_004, "Officer", discord.Permissions(manage_guild=True, manage_roles=True)
)
_VIEWERS = 3
_UNLIMITED = 1_000_000

Progress = Callable[[int, int], None]


def make_server(world: World) -> DemoServer:
    """A server on which some of the clan's people are; the busiest of them is an officer."""
    accounts = sorted(world.friends.items(), key=lambda one: -_gained(world, one[1][0]))
    friends = [
        DemoMember(discord_id, world.player(wom_ids[0], NOW).name)
        for discord_id, wom_ids in accounts
    ]
    officer = DemoMember(friends[0].discord_id, friends[0].name, (_OFFICER,))
    return DemoServer(
        guild_id=GUILD_ID,
        name=world.group.name,
        owner=DemoMember(_OWNER_ID, "The owner"),
        channels=(DemoChannel(_CHANNEL_ID, "general", topic="Type / and choose a command"),),
        members=(officer, *friends[1:]),
        roles=(_OFFICER,),
    )


def _gained(world: World, wom_id: int, metric: str = OVERALL) -> int:
    """What came in the last month; nothing where it isn't known from when on it counts."""
    before = world.value_at(wom_id, metric, NOW - timedelta(days=30))
    return 0 if before is None else (world.value_at(wom_id, metric, NOW) or before) - before


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom and what the scenes show."""

    own: str  # a linked player
    renamed: str  # by the name they had before
    boss: str  # what most members killed in the last month


def cast(world: World) -> Cast:
    """Those of the make-believe clan of whom there is something to see."""
    by_case = {person.case: person for person in reversed(world.people)}
    return Cast(
        own=make_server(world).members[0].name,
        renamed=by_case[Case.RENAMED].names[0].what,
        boss=_busiest_boss(world),
    )


def _busiest_boss(world: World) -> str:
    members = world.member_ids(NOW)
    bosses = [metric.name for metric in catalogue().values() if metric.kind is MetricKind.BOSS]
    return max(bosses, key=lambda boss: sum(_gained(world, one, boss) > 0 for one in members))


def viewers(server: DemoServer) -> tuple[int, ...]:
    """Whom the page can act as: the officer first, then ordinary members."""
    return tuple(member.discord_id for member in server.members[:_VIEWERS])


@asynccontextmanager
async def open_clan(folder: Path, *, progress: Progress) -> AsyncIterator[tuple[World, Services]]:
    """Harvest a make-believe clan of 120 with a year of history into a database in `folder`."""
    world = make_world(end=NOW)
    app = make_app(world, clock=lambda: NOW, rate_limit=False)
    async with serve(app) as url:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{folder / 'demo.db'}",
            wom_base_url=url,
            wom_group_id=world.group.group_id,
            wom_contact="the demonstration",
        )
        await migrate.migrate(settings.database_url, backup_dir=folder, keep=1, now=NOW)
        async with AsyncExitStack() as stack:
            # The local server has no limit, so keeping to the real one's would only take time.
            wom = WiseOldMan(base_url=url, user_agent="demo", budget=Budget(limit=_UNLIMITED))
            stack.push_async_callback(wom.close)
            services = await stack.enter_async_context(
                open_services(settings, wom=wom, clock=lambda: NOW)
            )
            group_id = world.group.group_id
            await jobs.run(
                "harvest", lambda: refresh(services, group_id, guild_id=GUILD_ID), services
            )
            await jobs.run(
                "backfill",
                lambda: backfill(services, group_id, progress=progress, sleep=_at_once),
                services,
            )
            await _link(services, world)
            yield world, services


async def _at_once(_seconds: float) -> None:
    """The local server needs no delays between requests."""


async def _link(services: Services, world: World) -> None:
    """Say which Discord user plays which account."""
    async with services.write() as session:
        found = await session.execute(select(PlayerRow.wom_id, PlayerRow.id))
        player_ids = {row.wom_id: row.id for row in found}
        await session.execute(
            insert(LinkRow),
            [
                {
                    "clan_id": 1,
                    "discord_user_id": discord_id,
                    "player_id": player_ids[wom_id],
                    "since": world.calendar.start,
                }
                for discord_id, wom_ids in world.friends.items()
                for wom_id in wom_ids
                if wom_id in player_ids
            ],
        )

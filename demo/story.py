"""Which clan, server and settings does the demonstration show?"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats import jobs
from clanstats.chat import AuthorKind, Writer
from clanstats.db import migrate
from clanstats.db.authors import author_ids
from clanstats.db.channels import channel_ids
from clanstats.db.models import LinkRow, PlayerRow, VoiceSessionRow
from clanstats.harvest.attribution import attribute
from clanstats.harvest.backfill import backfill
from clanstats.harvest.chat import crawl
from clanstats.harvest.recent import Recent
from clanstats.harvest.wom import refresh
from clanstats.metrics import OVERALL, MetricKind, catalogue
from clanstats.pacing import Pacer
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.timestamps import EARLIEST
from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from demo.chat import WorldChat
from demo.server import DemoChannel, DemoMember, DemoMessage, DemoRole, DemoServer
from demo.wom_server import make_app, serve
from demo.world import Case, World, make_world
from demo.world.talk import AccountKind, Channel, Talk, make_talk, places
from demo.world.talk.accounts import WEBHOOK_ID

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # a Sunday evening, for ever
CLAN_ID = 1  # the only one
GUILD_ID = 1_000_000_000_000_000_001
_OWNER_ID = 1_000_000_000_000_000_003
_OFFICER = DemoRole(
    1_000_000_000_000_000_004, "Officer", discord.Permissions(manage_guild=True, manage_roles=True)
)
_VIEWERS = 3
_SHOWN = 25  # messages of each channel's end
_UNLIMITED = 1_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Clan:
    """A world, and what is said in it."""

    world: World
    talk: Talk


def make_server(clan: Clan) -> DemoServer:
    """The clan's server; the busiest of the linked players is an officer."""
    world, talk = clan.world, clan.talk
    there = {
        account.discord_user_id: account
        for account in talk.accounts
        if account.kind is AccountKind.PERSON and account.here.covers(NOW)
    }
    linked = [one for one in there.values() if one.linked]
    officer, *others = sorted(linked, key=lambda one: -_gained(world, one.wom_ids[0]))
    unlinked = [one for one in there.values() if not one.linked]
    return DemoServer(
        guild_id=GUILD_ID,
        name=world.group.name,
        owner=DemoMember(_OWNER_ID, "The owner"),
        channels=tuple(_channel(place, talk) for place in talk.channels),
        members=(
            DemoMember(officer.discord_user_id, officer.name, (_OFFICER,)),
            *(DemoMember(one.discord_user_id, one.name) for one in (*others, *unlinked)),
        ),
        roles=(_OFFICER,),
        left=tuple(
            DemoMember(one.discord_user_id, one.name)
            for one in talk.accounts
            if one.kind is AccountKind.PERSON and one.discord_user_id not in there
        ),
        bots=tuple(
            DemoMember(one.discord_user_id, one.name)
            for one in talk.accounts
            if one.kind is AccountKind.BOT
        ),
        sitting={sat.account_id: sat.channel_id for sat in talk.voice if sat.until is None},
    )


def _channel(place: Channel, talk: Talk) -> DemoChannel:
    said = [one for one in talk.in_channel(place.channel_id) if one.stands(NOW) and not one.system]
    return DemoChannel(
        place.channel_id,
        place.name,
        topic="Type / and choose a command" if place.channel_id == places.GENERAL else "",
        kind=place.kind,
        parent_id=place.parent_id,
        archived=place.open is not None and place.open.end is not None,
        hidden=not place.readable,
        webhook_id=WEBHOOK_ID if place.channel_id == places.RELAY else None,
        messages=tuple(
            DemoMessage(one.message_id, one.account_id, one.text_at(NOW)) for one in said[-_SHOWN:]
        ),
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


def cast(clan: Clan, server: DemoServer) -> Cast:
    """Those of the make-believe clan of whom there is something to see."""
    by_case = {person.case: person for person in reversed(clan.world.people)}
    officer = clan.talk.account(server.members[0].discord_id)
    return Cast(
        own=clan.world.player(officer.wom_ids[0], NOW).name,
        renamed=by_case[Case.RENAMED].names[0].what,
        boss=_busiest_boss(clan.world),
    )


def _busiest_boss(world: World) -> str:
    members = world.member_ids(NOW)
    bosses = [metric.name for metric in catalogue().values() if metric.kind is MetricKind.BOSS]
    return max(bosses, key=lambda boss: sum(_gained(world, one, boss) > 0 for one in members))


def viewers(server: DemoServer) -> tuple[int, ...]:
    """Whom the page can act as: the officer first, then ordinary members."""
    return tuple(member.discord_id for member in server.members[:_VIEWERS])


@asynccontextmanager
async def open_clan(folder: Path, *, progress: Progress) -> AsyncIterator[tuple[Clan, Services]]:
    """Harvest a make-believe clan of 120 with a year of history into a database in `folder`."""
    world = make_world(end=NOW)
    clan = Clan(world, make_talk(world))
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
            await jobs.run(
                "chat",
                lambda: crawl(
                    services,
                    CLAN_ID,
                    WorldChat(clan.talk, services.clock),
                    pacer=Pacer(sleep=_at_once),
                    recent=Recent(),
                ),
                services,
            )
            async with services.write() as session:
                await _link(session, clan.talk)
                await _sit(session, clan.talk)
            yield clan, services


async def _at_once(_seconds: float) -> None:
    """Nobody here needs delays between requests."""


async def _link(session: AsyncSession, talk: Talk) -> None:
    """Say which Discord user plays which account."""
    found = await session.execute(select(PlayerRow.wom_id, PlayerRow.id))
    player_ids = {row.wom_id: row.id for row in found}
    await session.execute(
        insert(LinkRow),
        [
            {
                "clan_id": CLAN_ID,
                "discord_user_id": account.discord_user_id,
                "player_id": player_ids[wom_id],
                "since": EARLIEST,
                "main": wom_id == account.wom_ids[0],
            }
            for account in talk.accounts
            if account.linked
            for wom_id in account.wom_ids
            if wom_id in player_ids
        ],
    )
    await attribute(session, CLAN_ID)


async def _sit(session: AsyncSession, talk: Talk) -> None:
    """Put in who was in voice; the bot would have been told as it happened."""
    talking = [sat for sat in talk.voice if sat.channel_id != places.AFK]
    channels = await channel_ids(session, CLAN_ID)
    people = {sat.account_id: Writer(AuthorKind.USER, sat.account_id) for sat in talking}
    authors = await author_ids(session, CLAN_ID, people.values())
    await session.execute(
        insert(VoiceSessionRow),
        [
            {
                "author_id": authors.ids[people[sat.account_id]],
                "channel_id": channels[sat.channel_id],
                "started_at": sat.since,
                "ended_at": sat.until,
            }
            for sat in talking
        ],
    )
    await attribute(session, CLAN_ID, authors.new)

"""Which clan does the demonstration show, and how does it get into a database?"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats import jobs, schedules
from clanstats.analytics.voice import WATCHED_SINCE
from clanstats.chat import AuthorKind, Writer
from clanstats.db import migrate
from clanstats.db.authors import author_ids
from clanstats.db.channels import channel_ids
from clanstats.db.models import LinkRow, PlayerRow, VoiceSessionRow
from clanstats.harvest.attribution import attribute
from clanstats.harvest.backfill import backfill
from clanstats.harvest.chat import crawl
from clanstats.harvest.competitions import read_competitions
from clanstats.harvest.recent import Recent
from clanstats.harvest.wom import refresh
from clanstats.pacing import Pacer
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.timestamps import EARLIEST
from clanstats.wom.budget import Budget
from clanstats.wom.client import WiseOldMan
from demo.chat import WorldChat
from demo.wom_server import make_app, serve
from demo.world import World, make_world
from demo.world.talk import Talk, make_talk, places

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # a Sunday evening, for ever
CLAN_ID = 1  # the only one
GUILD_ID = 1_000_000_000_000_000_001
_UNLIMITED = 1_000_000

RANKS = Path(__file__).with_name("ranks.toml")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Clan:
    """A world, and what is said in it."""

    world: World
    talk: Talk


@asynccontextmanager
async def open_clan(
    folder: Path, *, progress: Progress, world: World | None = None
) -> AsyncIterator[tuple[Clan, Services]]:
    """Harvest a make-believe clan into a database in `folder`: of 120 with a year, unless given."""
    world = world or make_world(end=NOW)
    clan = Clan(world, make_talk(world))
    app = make_app(world, clock=lambda: NOW, rate_limit=False)
    async with serve(app) as url:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{folder / 'demo.db'}",
            wom_base_url=url,
            wom_group_id=world.group.group_id,
            wom_contact="the demonstration",
            ranks_file=RANKS,
            backup_dir=folder / "backups",
        )
        await migrate.migrate(settings.database_url, backup_dir=settings.backup_dir, now=NOW)
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
                "competitions",
                lambda: read_competitions(services, group_id, at_once=_UNLIMITED),
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
    # The bot that starts now takes up where one left off that was there from the beginning.
    first = min(sat.since for sat in talking)
    await schedules.remember(session, WATCHED_SINCE.format(clan_id=CLAN_ID), first.isoformat())
    await schedules.note_heard(session, NOW)

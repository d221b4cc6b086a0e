"""How does the predecessor's history become this clan's? One player at a time, then page by page.

Each step is one transaction, which also notes how far the import is: whoever is killed goes on
there, and whoever does it all again finds everything known.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.channels import UNREADABLE
from clanstats.db.models import ChannelRow, ClanRow, MembershipRow, PlayerNameRow, PlayerRow
from clanstats.harvest.chat import MANY
from clanstats.harvest.ingest import store_page
from clanstats.legacy import progress
from clanstats.legacy.accounts import Accounts, Refusal
from clanstats.legacy.people import Bearers, people
from clanstats.legacy.report import Report, reported
from clanstats.legacy.source import MESSAGES, SNAPSHOTS, LegacyFileError, Source
from clanstats.legacy.speakers import Speakers, speakers
from clanstats.legacy.stand_ins import hand_over, renames
from clanstats.legacy.storing import history_of, store_history
from clanstats.legacy.talk import Page, Reader
from clanstats.services import Services
from clanstats.timestamps import epoch_ms
from clanstats.tombstones import Tombstones

log = structlog.get_logger()

OTHER_CLAN = Refusal("its channel is another clan's")
# What is being done, how much of it is, and how much there is.
Told = Callable[[str, int, int], None]


async def import_legacy(
    services: Services, source: Source, *, bots: Collection[int] = (), told: Told
) -> Report:
    """Import all that isn't known yet.

    Args:
        services: The open resources.
        source: The predecessor's file.
        bots: Accounts known to be bots', by their Discord ids.
        told: Called now and then.

    Raises:
        LegacyFileError: It can't be read any further, or it isn't clear which of several servers
            is the clan's; what was stored stays, and can be gone on with.
    """
    importing = _Import(services, source, told)
    return await importing.run(bots)


class _Import:
    def __init__(self, services: Services, source: Source, told: Told) -> None:
        self._services = services
        self._source = source
        self._told = told
        self._progress = progress.Progress(source.fingerprint)
        self._accounts = Accounts()  # of what is only read, and so counted anew each time

    async def run(self, bots: Collection[int]) -> Report:
        services, source = self._services, self._source
        messages = source.counts.get(MESSAGES, 0)
        found = speakers(source, bots, lambda done: self._told("Who wrote", done, messages))
        clan_id, guild_id, clan_name = await self._clan(found)
        await self._people(clan_id)
        reader = Reader(services.settings, found, clan_name=clan_name, guild_id=guild_id)
        new = await self._talk(clan_id, found, reader)
        self._accounts.add(Accounts(self._progress.accounts))
        if new >= MANY:
            await services.compact()
        async with services.read() as session:
            report = await reported(session, clan_id, source, self._accounts, found)
        async with services.write() as session:
            await progress.done(session)
        log.info("legacy.imported", **report.totals())
        return report

    async def _clan(self, found: Speakers) -> tuple[int, int | None, str]:
        """Our id, the server whose messages are meant, and how the game calls the clan."""
        settings, now = self._services.settings, self._services.clock()
        group_id = settings.wom_group_id
        if group_id is None:
            raise LegacyFileError("Set WOM_GROUP_ID: it says which clan's history this is.")
        async with self._services.write() as session:
            self._progress = await progress.begun(session, self._source.fingerprint)
            known = (
                await session.execute(
                    select(ClanRow.id, ClanRow.discord_guild_id, ClanRow.name).where(
                        ClanRow.wom_group_id == group_id
                    )
                )
            ).one_or_none()
            guild_id = settings.discord_guild_id or (known and known.discord_guild_id)
            if guild_id is None and len(found.guilds) > 1:
                listed = ", ".join(f"{one} ({count})" for one, count in found.guilds.items())
                raise LegacyFileError(
                    f"There are messages of several servers: {listed}. Set DISCORD_GUILD_ID."
                )
            if known is not None:
                return known.id, guild_id, known.name
            name = found.clan_name or f"Group {group_id}"
            clan_id = await store.clan_id(
                session, wom_group_id=group_id, name=name, now=now, guild_id=None
            )
            return clan_id, guild_id, name

    async def _people(self, clan_id: int) -> None:
        count = self._source.counts.get(SNAPSHOTS, 0)
        async with self._services.read() as session:
            bearers = await _bearers(session, clan_id)
            approved = await renames(session)
            known = set(await session.scalars(select(PlayerRow.wom_id)))
        found = people(
            self._source,
            bearers,
            lambda done: self._told("Who is who", done, count),
            now=self._services.clock(),
        )
        self._accounts.add(found.accounts)
        hand_over(found.persons, approved, known=known)
        stored = 0
        for _, person in sorted(found.persons.items()):
            stored += len(person.snapshots)
            if person.wom_id <= self._progress.player:
                continue
            history = history_of(self._source, person)
            async with self._services.write() as session:
                tombstones = await Tombstones.load(session)
                became = await store_history(session, clan_id, history, tombstones=tombstones)
                self._progress.player = person.wom_id
                await self._note(session, became)
            self._told("Histories", stored, count)

    async def _talk(self, clan_id: int, found: Speakers, reader: Reader) -> int:
        """Store the messages; returns how many were new."""
        services, count = self._services, self._source.counts.get(MESSAGES, 0)
        async with services.write() as session:
            channels = await _channels(session, clan_id, found.channels, services.clock())
        total, done = 0, self._progress_messages()
        pages = reader.pages(self._source, after=self._progress.message, now=services.clock())
        for page in pages:
            async with services.write() as session:
                became, new = await _store(session, clan_id, channels, page)
                self._progress.message = page.last
                await self._note(session, became)
            total, done = total + new, done + became[MESSAGES].rows
            self._told("Messages", done, count)
        return total

    def _progress_messages(self) -> int:
        return Accounts(self._progress.accounts)[MESSAGES].rows

    async def _note(self, session: AsyncSession, became: Accounts) -> None:
        sums = Accounts(self._progress.accounts)
        sums.add(became)
        self._progress.accounts = dict(sums.by_table)
        await progress.note(session, self._progress)


async def _store(
    session: AsyncSession, clan_id: int, channels: Mapping[int, int], page: Page
) -> tuple[Accounts, int]:
    became, total = Accounts(), 0
    account = became[MESSAGES]
    tombstones = await Tombstones.load(session)
    for why in page.refused:
        account.refuse(why)
    for discord_channel_id, messages in page.messages.items():
        channel_id = channels.get(discord_channel_id)
        if channel_id is None:
            account.refuse(OTHER_CLAN, len(messages))
            continue
        new = await store_page(session, clan_id, channel_id, messages, tombstones=tombstones)
        account.taken += new
        account.duplicate += len(messages) - new
        total += new
    return became, total


async def _channels(
    session: AsyncSession, clan_id: int, named: Mapping[int, str | None], now: datetime
) -> Mapping[int, int]:
    """Our ids of the clan's channels by Discord's; those that are new are added.

    Whether they can be read is seen when Discord is asked the next time; what is covered of them
    too, for the predecessor left gaps without knowing.
    """
    stored = await session.execute(
        select(ChannelRow.discord_channel_id, ChannelRow.id, ChannelRow.clan_id)
    )
    known = {row.discord_channel_id: row for row in stored}
    new = [one for one in named if one > 0 and one not in known]
    if new:
        await session.execute(
            insert(ChannelRow),
            [
                {
                    "clan_id": clan_id,
                    "discord_channel_id": one,
                    "name": named[one],
                    "kind": "text",
                    "state": UNREADABLE,
                    "state_since": now,
                }
                for one in new
            ],
        )
        return await _channels(session, clan_id, named, now)
    return {one: known[one].id for one in named if one > 0 and known[one].clan_id == clan_id}


async def _bearers(session: AsyncSession, clan_id: int) -> Bearers:
    """Who bore a name when, of those who are or were in the clan."""
    of_clan = select(MembershipRow.player_id).where(MembershipRow.clan_id == clan_id)
    found = (
        await session.execute(
            select(
                PlayerNameRow.standard_name,
                PlayerRow.wom_id,
                PlayerNameRow.since,
                PlayerNameRow.until,
            )
            .join_from(PlayerNameRow, PlayerRow, PlayerRow.id == PlayerNameRow.player_id)
            .where(
                PlayerRow.id.in_(of_clan),
                PlayerRow.wom_id > 0,
                PlayerRow.merged_into_id.is_(None),
            )
        )
    ).all()

    def bearers(name: str, at: int | None) -> Collection[int]:
        return {
            row.wom_id
            for row in found
            if row.standard_name == name
            and (
                at is None
                or (epoch_ms(row.since) <= at and (row.until is None or at < epoch_ms(row.until)))
            )
        }

    return bearers

"""Which of the last days' messages were deleted or edited while nobody listened?

Pages are compared with what is stored of the same ids. What came in live after a page was asked
for is newer, and so isn't touched.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from clanstats.chat import (
    PAGE,
    AuthorKind,
    ChatGoneError,
    ChatSource,
    ChatUnavailableError,
    ChatUnreadableError,
    SeenMessage,
    snowflake,
)
from clanstats.db import messages as store
from clanstats.db.channels import note_channels
from clanstats.db.coverage import extend
from clanstats.harvest.chat import CLOCK_ERROR, ChatReport, patiently
from clanstats.harvest.ingest import edit_message, store_page
from clanstats.harvest.recent import Recent
from clanstats.pacing import Pacer
from clanstats.services import Services
from clanstats.tombstones import Tombstones

HOURS = timedelta(hours=48)


async def reread(  # noqa: PLR0913 — what is read, at which pace, and how far
    services: Services,
    clan_id: int,
    source: ChatSource,
    *,
    pacer: Pacer,
    recent: Recent,
    back: timedelta = HOURS,
    only: int | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ChatReport:
    """Make the stored messages of the last `back` what Discord has now.

    Args:
        services: The open resources.
        clan_id: Ours.
        source: Where to read.
        pacer: The process's own.
        recent: What is deleted and edited live meanwhile.
        back: How far.
        only: This channel, by Discord's id; None: all.
        sleep: Waits that many seconds.
    """
    asked_at = services.clock()
    since_id = snowflake(asked_at - back)
    try:
        found = await patiently(source.channels, sleep=sleep)
    except ChatUnavailableError as error:
        return ChatReport(0, 0, reason=str(error))
    async with services.write() as session:
        ids = await note_channels(session, clan_id, found, asked_at, whole=True)
    readable = [seen for seen in found if seen.readable and only in {None, seen.discord_channel_id}]
    report = ChatReport(len(readable), 0)
    for seen in readable:
        # Older than what is looked at; None is not known.
        if seen.last_message_id is not None and seen.last_message_id < since_id:
            report = replace(report, complete=report.complete + 1)
            continue
        reader = _Reader(
            services, clan_id, source, pacer, recent, sleep, ids[seen.discord_channel_id], since_id
        )
        try:
            done = await reader.read(seen.discord_channel_id)
        except ChatUnavailableError as error:
            report = replace(report, reason=str(error))
            continue
        except (ChatUnreadableError, ChatGoneError):
            report = replace(report, lost=report.lost + 1)
            continue
        report = replace(
            report,
            complete=report.complete + 1,
            pages=report.pages + done.pages,
            messages=report.messages + done.messages,
            changed=report.changed + done.changed,
            deleted=report.deleted + done.deleted,
        )
    return report


@dataclass(slots=True)
class _Reader:
    """One channel's last pages."""

    services: Services
    clan_id: int
    source: ChatSource
    pacer: Pacer
    recent: Recent
    sleep: Callable[[float], Awaitable[None]]
    channel_id: int
    since_id: int

    pages: int = 0
    messages: int = 0
    changed: int = 0
    deleted: int = 0

    async def read(self, discord_channel_id: int) -> Self:
        before: int | None = None
        while before is None or before > self.since_id:
            asked_at, page = await self._page(discord_channel_id, before)
            ids = [message.message_id for message in page]
            # Above the newest page is what was deleted, and later what came in since.
            asked_id = snowflake(asked_at - CLOCK_ERROR) - 1
            until_id = max([*ids, asked_id]) if before is None else before - 1
            oldest = min(ids) if len(page) >= PAGE else 0
            await self._heal(page, max(oldest, self.since_id), until_id)
            before = oldest
        return self

    async def _page(
        self, discord_channel_id: int, before: int | None
    ) -> tuple[datetime, Sequence[SeenMessage]]:
        """A page, and when it was asked for."""

        async def ask() -> tuple[datetime, Sequence[SeenMessage]]:
            async with self.pacer.turn(discord_channel_id):
                asked_at = self.services.clock()
                return asked_at, await self.source.page(discord_channel_id, before=before)

        return await patiently(ask, sleep=self.sleep)

    async def _heal(self, page: Sequence[SeenMessage], since_id: int, until_id: int) -> None:
        """Make what is stored from `since_id` to `until_id` the same as `page`."""
        seen = [each for each in page if since_id <= each.message_id <= until_id]
        there = {each.message_id: each for each in self.recent.applied(seen)}
        async with self.services.write() as session:
            tombstones = await Tombstones.load(session)
            stored = await store.messages_between(session, self.channel_id, since_id, until_id)
            self.deleted += await store.delete_messages(session, stored.keys() - there.keys())
            for message_id in stored.keys() & there.keys():
                message = there[message_id]
                if _differs(stored[message_id], message):
                    self.changed += await edit_message(
                        session, self.clan_id, message, tombstones=tombstones
                    )
            self.messages += await store_page(
                session, self.clan_id, self.channel_id, list(there.values()), tombstones=tombstones
            )
            await extend(session, self.channel_id, since_id, until_id)
        self.pages += 1


def _differs(stored: tuple[int, int, str], message: SeenMessage) -> bool:
    length, flags, kind = stored
    understood = kind in store.MACHINES and message.writer.kind is AuthorKind.RELAY
    return understood or (length, flags) != (message.length, int(message.flags))

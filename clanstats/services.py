"""What is open while the process lives, and who closes it?

Everything that reaches outside is a field, so a test passes a fake instead. Connections open by
themselves at their first use; they are closed in reverse order, also after a failure.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from clanstats.db.engine import compact, database_file, reading, writing
from clanstats.db.lock import shared
from clanstats.drawing import Drawing
from clanstats.rules.shelf import Shelf
from clanstats.settings import Settings
from clanstats.timestamps import now_utc
from clanstats.wom.client import WiseOldMan, WomApi

USER_AGENT = "ClanStats Discord bot"


@dataclass(frozen=True, slots=True)
class Services:
    """The open resources, handed to every cog, job and use-case."""

    settings: Settings
    wom: WomApi
    clock: Callable[[], datetime]
    readers: async_sessionmaker[AsyncSession]
    writers: async_sessionmaker[AsyncSession]
    drawing: Drawing
    rules: Shelf

    def read(self) -> AsyncSession:
        """A session that sees one unchanging state of the database; use as a context manager."""
        return self.readers()

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session that holds the write lock and commits at its end: never await the network."""
        return self.writers.begin()

    async def compact(self) -> bool:
        """Write the database's file anew; False if that has to be tried again."""
        return await compact(self.writers.kw["bind"])

    async def draw(self, chart: Callable[..., bytes], *args: Any, **options: Any) -> bytes:  # noqa: ANN401 — handed on
        """Draw in the worker, so that the event loop never waits."""
        return await self.drawing.draw(chart, *args, **options)


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    wom: WomApi | None = None,
    clock: Callable[[], datetime] = now_utc,
    drawing: Drawing | None = None,
) -> AsyncIterator[Services]:
    """Open what `settings` name; a fake given here is used instead and left open.

    Raises:
        DatabaseInUseError: The database is being upgraded or restored.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(shared(database_file(settings.database_url)))
        readers, writers = reading(settings.database_url), writing(settings.database_url)
        stack.push_async_callback(readers.dispose)
        stack.push_async_callback(writers.dispose)
        if drawing is None:
            drawing = Drawing()
            stack.push_async_callback(drawing.close)
        if wom is None:
            client = _client(settings)
            stack.push_async_callback(client.close)
            wom = client
        yield Services(
            settings,
            wom,
            clock,
            async_sessionmaker(readers, expire_on_commit=False),
            async_sessionmaker(writers, expire_on_commit=False),
            drawing,
            Shelf(settings.ranks_file),
        )


def _client(settings: Settings) -> WiseOldMan:
    contact = settings.wom_contact
    key = settings.wom_api_key
    return WiseOldMan(
        base_url=settings.wom_base_url,
        user_agent=f"{USER_AGENT} ({contact})" if contact else USER_AGENT,
        api_key=None if key is None else key.get_secret_value(),
    )

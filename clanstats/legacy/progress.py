"""Where did an import stop that was interrupted? Noted with every step, gone with the last one."""

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import BotStateRow
from clanstats.legacy.accounts import Account
from clanstats.schedules import recall, remember

_KEY = "legacy_import"


class Progress(msgspec.Struct):
    """How far an import is.

    Attributes:
        source: The file's fingerprint.
        player: The last one who is stored, by Wise Old Man's id.
        message: SQLite's number of the last row of messages that was looked at.
        accounts: What became of the rows until then, by table.
    """

    source: str
    player: int = 0
    message: int = 0
    accounts: dict[str, Account] = msgspec.field(default_factory=dict)


async def begun(session: AsyncSession, source: str) -> Progress:
    """How far an import of this file is; that of another file is forgotten."""
    noted = await recall(session, _KEY)
    if noted is not None:
        found = msgspec.json.decode(noted, type=Progress)
        if found.source == source:
            return found
    return Progress(source)


async def note(session: AsyncSession, progress: Progress) -> None:
    """In the transaction that stores the step."""
    await remember(session, _KEY, msgspec.json.encode(progress).decode())


async def done(session: AsyncSession) -> None:
    """There is nothing to go on with."""
    await session.execute(delete(BotStateRow).where(BotStateRow.key == _KEY))

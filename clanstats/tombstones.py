"""Who asked to be deleted and must not come back? Kept as keyed digests, which name nobody."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Self

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import Writer
from clanstats.db.bulk import fetch, insert_new
from clanstats.db.models import BotStateRow, TombstoneRow
from clanstats.timestamps import epoch_ms

_SALT = "tombstone_salt"
_ALL = select(TombstoneRow.digest)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All tombstones as of when they were loaded: once for a page or an event."""

    salt: bytes = b""
    digests: frozenset[str] = frozenset()

    @classmethod
    async def load(cls, session: AsyncSession) -> Self:
        """Read them; the database has a salt from the first tombstone on."""
        digests = frozenset(row[0] for row in await fetch(session, _ALL, ()))
        if not digests:
            return cls()
        salt = await session.scalar(select(BotStateRow.value).where(BotStateRow.key == _SALT))
        return cls(bytes.fromhex(salt or ""), digests)

    @classmethod
    async def add(
        cls,
        session: AsyncSession,
        *,
        now: datetime,
        users: Iterable[int] = (),
        names: Iterable[str] = (),
        wom_ids: Iterable[int] = (),
    ) -> Self:
        """Add tombstones and return all there are.

        Args:
            session: Written to.
            now: When they were asked for.
            users: Discord ids.
            names: In standard form.
            wom_ids: Wise Old Man's player ids.
        """
        salt = await session.scalar(select(BotStateRow.value).where(BotStateRow.key == _SALT))
        if salt is None:
            salt = secrets.token_hex(32)
            await session.execute(insert(BotStateRow).values(key=_SALT, value=salt))
        made = cls(bytes.fromhex(salt))
        digests = [
            *(made.digest("user", each) for each in users),
            *(made.digest("name", each) for each in names),
            *(made.digest("wom", each) for each in wom_ids),
        ]
        rows = [(digest, epoch_ms(now)) for digest in digests]
        await insert_new(session, TombstoneRow.__table__, rows)
        return await cls.load(session)

    def digest(self, kind: str, subject: int | str) -> str:
        """What is stored of "user", "name" or "wom" `subject`."""
        return blake2b(f"{kind}:{subject}".encode(), key=self.salt, digest_size=32).hexdigest()

    def has_user(self, discord_user_id: int) -> bool:
        return self._has("user", discord_user_id)

    def has_name(self, standard_name: str) -> bool:
        return self._has("name", standard_name)

    def has_wom(self, wom_id: int) -> bool:
        return self._has("wom", wom_id)

    def has(self, writer: Writer) -> bool:
        """Whether this account or relayed name is not to be known."""
        if not self.digests:
            return False
        if writer.name is not None:
            return self.has_name(writer.name)
        return writer.discord_user_id is not None and self.has_user(writer.discord_user_id)

    def _has(self, kind: str, subject: int | str) -> bool:
        return bool(self.digests) and self.digest(kind, subject) in self.digests

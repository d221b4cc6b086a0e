"""Who asked to be deleted and must not come back? Kept as keyed digests, which name nobody.

Names change hands, so that one tombstone more says from when on a forgotten name is somebody
else's: what was written before stays unknown, what they write is theirs.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Self

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import Writer, snowflake
from clanstats.db.bulk import fetch, insert_new
from clanstats.db.models import BotStateRow, TombstoneRow
from clanstats.timestamps import epoch_ms, from_epoch_ms

SALT = "tombstone_salt"
_TAKEN = "taken"
_ALL = select(TombstoneRow.digest, TombstoneRow.made_at)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All tombstones as of when they were loaded: once for a page or an event."""

    salt: bytes = b""
    made_at: Mapping[str, int] = field(default_factory=dict)  # ms, by digest

    @classmethod
    async def load(cls, session: AsyncSession) -> Self:
        """Read them; the database has a salt from the first tombstone on."""
        made_at = dict(await fetch(session, _ALL, ()))
        if not made_at:
            return cls()
        salt = await session.scalar(select(BotStateRow.value).where(BotStateRow.key == SALT))
        return cls(bytes.fromhex(salt or ""), made_at)

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
            names: In standard form; whoever else has them is to be noted anew.
            wom_ids: Wise Old Man's player ids.
        """
        salt = await session.scalar(select(BotStateRow.value).where(BotStateRow.key == SALT))
        if salt is None:
            salt = secrets.token_hex(32)
            await session.execute(insert(BotStateRow).values(key=SALT, value=salt))
        made = cls(bytes.fromhex(salt))
        names = list(names)
        taken = [made.digest(_TAKEN, each) for each in names]
        await session.execute(delete(TombstoneRow).where(TombstoneRow.digest.in_(taken)))
        digests = [
            *(made.digest("user", each) for each in users),
            *(made.digest("name", each) for each in names),
            *(made.digest("wom", each) for each in wom_ids),
        ]
        rows = [(digest, epoch_ms(now)) for digest in digests]
        await insert_new(session, TombstoneRow.__table__, rows)
        return await cls.load(session)

    async def settle_names(
        self, session: AsyncSession, borne: Collection[str], *, now: datetime
    ) -> Self:
        """Note which forgotten names are somebody else's from now on; `borne` in standard form."""
        if not self.made_at:
            return self
        taken = {self.digest(_TAKEN, name) for name in borne if self._has("name", name)}
        rows = [(digest, epoch_ms(now)) for digest in taken - self.made_at.keys()]
        await insert_new(session, TombstoneRow.__table__, rows)
        return await self.load(session)

    async def remove(
        self,
        session: AsyncSession,
        *,
        users: Iterable[int] = (),
        names: Iterable[str] = (),
        wom_ids: Iterable[int] = (),
    ) -> bool:
        """Let someone be known again who asks for it; whether there was a tombstone."""
        digests = [
            *(self.digest("user", each) for each in users),
            *(self.digest("name", each) for each in names),
            *(self.digest("wom", each) for each in wom_ids),
        ]
        await session.execute(delete(TombstoneRow).where(TombstoneRow.digest.in_(digests)))
        return not self.made_at.keys().isdisjoint(digests)

    def digest(self, kind: str, subject: int | str) -> str:
        """What is stored of "user", "name" or "wom" `subject`."""
        return blake2b(f"{kind}:{subject}".encode(), key=self.salt, digest_size=32).hexdigest()

    def has_user(self, discord_user_id: int) -> bool:
        return self._has("user", discord_user_id)

    def has_wom(self, wom_id: int) -> bool:
        return self._has("wom", wom_id)

    def has_name(self, standard_name: str, message_id: int | None = None) -> bool:
        """Whether the name, in this message, is a forgotten person's; None: in any."""
        if not self._has("name", standard_name):
            return False
        taken_at = self.made_at.get(self.digest(_TAKEN, standard_name))
        if taken_at is None or message_id is None:
            return True
        return message_id < snowflake(from_epoch_ms(taken_at))

    def has(self, writer: Writer, message_id: int | None = None) -> bool:
        """Whether this account or relayed name is not to be known."""
        if not self.made_at:
            return False
        if writer.name is not None:
            return self.has_name(writer.name, message_id)
        return writer.discord_user_id is not None and self.has_user(writer.discord_user_id)

    def _has(self, kind: str, subject: int | str) -> bool:
        return bool(self.made_at) and self.digest(kind, subject) in self.made_at

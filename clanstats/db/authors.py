"""Which row stands for whoever wrote a message? Rows are made when somebody is first seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, Writer
from clanstats.db.bulk import fetch, in_lots, one_of
from clanstats.db.models import AuthorRow

FORGOTTEN = Writer(AuthorKind.FORGOTTEN)

_CLAN: BindParameter[int] = bindparam("clan_id")
_KIND: BindParameter[str] = bindparam("kind")
_ACCOUNTS = select(AuthorRow.discord_user_id, AuthorRow.id).where(
    AuthorRow.clan_id == _CLAN, one_of(AuthorRow.discord_user_id, "account")
)
_NAMES = select(AuthorRow.name, AuthorRow.id).where(
    AuthorRow.clan_id == _CLAN, one_of(AuthorRow.name, "name")
)
_NAMELESS = select(AuthorRow.kind, AuthorRow.id).where(
    AuthorRow.clan_id == _CLAN,
    AuthorRow.discord_user_id.is_(None),
    AuthorRow.name.is_(None),
    AuthorRow.kind == _KIND,
)


@dataclass(frozen=True, slots=True)
class Authors:
    """Our `author_id` of each writer asked for, and which of them weren't known before."""

    ids: Mapping[Writer, int]
    new: Sequence[int] = ()


async def author_ids(session: AsyncSession, clan_id: int, writers: Iterable[Writer]) -> Authors:
    """The authors of a clan by who they are; those who are missing are added.

    An account keeps the kind it was first seen with.
    """
    wanted = {writer: _key(writer) for writer in writers}
    known = await _known(session, clan_id, set(wanted.values()))
    missing = {key: writer for writer, key in wanted.items() if key not in known}
    if missing:
        await session.execute(
            insert(AuthorRow),
            [
                {
                    "clan_id": clan_id,
                    "kind": writer.kind,
                    "discord_user_id": writer.discord_user_id,
                    "name": writer.name,
                }
                for writer in missing.values()
            ],
        )
        known |= await _known(session, clan_id, set(missing))
    return Authors(
        {writer: known[key] for writer, key in wanted.items()},
        tuple(known[key] for key in missing),
    )


# An account's id, a relayed name, or a kind of which there is one in a clan.
_Key = tuple[str, int | str]


def _key(writer: Writer) -> _Key:
    if writer.discord_user_id is not None:
        return "account", writer.discord_user_id
    if writer.name is not None:
        return "name", writer.name
    return "kind", str(writer.kind)


async def _known(session: AsyncSession, clan_id: int, keys: set[_Key]) -> dict[_Key, int]:
    found: dict[_Key, int] = {}
    for sort, statement in (("account", _ACCOUNTS), ("name", _NAMES)):
        for lot in in_lots([value for key_sort, value in keys if key_sort == sort]):
            rows = await fetch(session, statement, (clan_id, *lot))
            found |= {(sort, row[0]): row[1] for row in rows}
    for sort, kind in keys:
        if sort == "kind":
            rows = await fetch(session, _NAMELESS, (clan_id, kind))
            found |= {(sort, row[0]): row[1] for row in rows}
    return found

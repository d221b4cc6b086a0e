"""Who is a person, and which rows are theirs?

A person is a Discord user and the players linked to them. Their words are in two places: what
their account wrote, and the lines in relayed game chat under a name of their players.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import LAST_ID, AuthorKind
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    LinkRow,
    NameChangeRow,
    PlayerNameRow,
    PlayerRow,
)
from clanstats.usernames import standard


class Scope(StrEnum):
    """Which half of what is held."""

    DISCORD = "discord"  # what their Discord account wrote and said, links, absences
    GAME = "game"  # what Wise Old Man and relayed game chat tell of their players
    ALL = "all"

    @property
    def discord(self) -> bool:
        return self is not Scope.GAME

    @property
    def game(self) -> bool:
        return self is not Scope.DISCORD


@dataclass(frozen=True, slots=True)
class Part:
    """What this author wrote from `since_id` up to, but not with, `until_id`."""

    author_id: int
    clan_id: int
    since_id: int = 0
    until_id: int = LAST_ID

    @property
    def whole(self) -> bool:
        """Whether it is all that the author wrote."""
        return self.since_id == 0 and self.until_id == LAST_ID


@dataclass(frozen=True, slots=True)
class Player:
    """A profile of theirs; also a stand-in that was merged into one."""

    player_id: int
    wom_id: int
    name: str
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Whose rows are looked for, within one scope."""

    scope: Scope
    user_id: int | None  # None: not asked for, or unknown
    players: Sequence[Player]
    written: Sequence[Part]  # by their Discord account
    relayed: Sequence[Part]  # in game chat

    @property
    def player_ids(self) -> Sequence[int]:
        return tuple(player.player_id for player in self.players)

    @property
    def wom_ids(self) -> Sequence[int]:
        return tuple(player.wom_id for player in self.players)

    @property
    def parts(self) -> Sequence[Part]:
        return (*self.written, *self.relayed)

    @property
    def author_ids(self) -> Sequence[int]:
        return tuple(dict.fromkeys(part.author_id for part in self.parts))


async def person_of(
    session: AsyncSession, user_id: int, scope: Scope, *, clan_id: int | None = None
) -> Person:
    """A Discord user with the players that are linked to them now; `clan_id` None is all clans."""
    players: Sequence[Player] = ()
    if scope.game:
        links = select(LinkRow.player_id).where(
            LinkRow.discord_user_id == user_id, LinkRow.until.is_(None)
        )
        players = await _players(session, list(await session.scalars(links)))
    if not scope.discord:
        return Person(scope, None, players, (), await relayed(session, players))
    accounts = select(AuthorRow.id, AuthorRow.clan_id).where(AuthorRow.discord_user_id == user_id)
    if clan_id is not None:
        accounts = accounts.where(AuthorRow.clan_id == clan_id)
    written = tuple(Part(*row) for row in await session.execute(accounts))
    return Person(scope, user_id, players, written, await relayed(session, players))


async def person_with(session: AsyncSession, player_id: int) -> Person:
    """A player alone, without whoever plays it."""
    players = await _players(session, [player_id])
    return Person(Scope.GAME, None, players, (), await relayed(session, players))


async def names_of(session: AsyncSession, players: Sequence[Player]) -> set[str]:
    """Every name they bear or bore, in standard form."""
    ids = [player.player_id for player in players]
    borne = await session.scalars(
        select(PlayerNameRow.standard_name).where(PlayerNameRow.player_id.in_(ids))
    )
    names = {standard(player.name) for player in players} | set(borne)
    changes = await session.execute(
        select(NameChangeRow.old_name, NameChangeRow.new_name).where(
            NameChangeRow.player_id.in_(ids)
        )
    )
    return names | {standard(name) for change in changes for name in change} - {""}


async def borne_by_others(
    session: AsyncSession, names: Collection[str], player_ids: Sequence[int], *, now: bool = False
) -> set[str]:
    """Which of these names somebody else bears or bore; with `now` only who bears it still."""
    terms = select(PlayerNameRow.standard_name).where(
        PlayerNameRow.standard_name.in_(names), PlayerNameRow.player_id.not_in(player_ids)
    )
    if now:
        terms = terms.where(PlayerNameRow.until.is_(None))
    present = select(PlayerRow.standard_name).where(
        PlayerRow.standard_name.in_(names), PlayerRow.id.not_in(player_ids)
    )
    return set(await session.scalars(terms)) | set(await session.scalars(present))


async def relayed(session: AsyncSession, players: Sequence[Player]) -> Sequence[Part]:
    """Their lines in game chat.

    A name that nobody else is known to have borne is theirs from its first line to its last; of a
    shared one, only what is attributed to them.
    """
    if not players:
        return ()
    ids = [player.player_id for player in players]
    names = await names_of(session, players)
    shared = await borne_by_others(session, names, ids)
    alone = await session.execute(
        select(AuthorRow.id, AuthorRow.clan_id).where(
            AuthorRow.kind == AuthorKind.RELAY, AuthorRow.name.in_(names - shared)
        )
    )
    attributed = await session.execute(
        select(AuthorRow.id, AuthorRow.clan_id, AttributionRow.since_id, AttributionRow.until_id)
        .join_from(AttributionRow, AuthorRow, AuthorRow.id == AttributionRow.author_id)
        .where(
            AttributionRow.player_id.in_(ids),
            AuthorRow.kind == AuthorKind.RELAY,
            AuthorRow.name.not_in(names - shared),
        )
    )
    return (*(Part(*row) for row in alone), *(Part(*row) for row in attributed))


async def _players(session: AsyncSession, player_ids: Sequence[int]) -> Sequence[Player]:
    found = await session.execute(
        select(
            PlayerRow.id, PlayerRow.wom_id, PlayerRow.name, PlayerRow.merged_into_id.is_not(None)
        )
        .where(or_(PlayerRow.id.in_(player_ids), PlayerRow.merged_into_id.in_(player_ids)))
        .order_by(PlayerRow.merged_into_id.is_not(None), PlayerRow.id)
    )
    return tuple(Player(*row) for row in found)

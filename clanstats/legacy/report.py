"""What does an import say of what it did? Of every row what became of it, and who is known now."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import known_names
from clanstats.chat import AuthorKind
from clanstats.db.models import AttributionRow, AuthorRow, LinkRow, MembershipRow, MessageRow
from clanstats.legacy.accounts import Accounts
from clanstats.legacy.source import READ, Source
from clanstats.legacy.speakers import Speakers
from clanstats.usernames import standard

_HUMAN = AuthorKind.USER, AuthorKind.RELAY
_NOT_READ = {
    "wom_records": "sums that are worked out from the snapshots",
    "skill_snapshots": "what the snapshots' JSON says, too",
    "player_name_aliases": "Wise Old Man's renames, which a harvest reads with their dates",
}
_UNKNOWN_TABLE = "no table of the predecessor's that holds history"


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages of the clan as they are stored now, wherever they came from.

    Attributes:
        by_kind: How many, by who wrote.
        attributed: How many of people's are a known player's, by kind.
    """

    by_kind: Mapping[str, int]
    attributed: Mapping[str, int]

    @property
    def human(self) -> int:
        """How many people wrote."""
        return sum(self.by_kind.get(kind, 0) for kind in _HUMAN)

    @property
    def share(self) -> float | None:
        """Which part of them is a known player's; None if there are none."""
        return sum(self.attributed.values()) / self.human if self.human else None

    def unknown(self, kind: AuthorKind) -> int:
        """How many of this kind aren't."""
        return self.by_kind.get(kind, 0) - self.attributed.get(kind, 0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Discord account that bore a player's name, and no other player's: worth linking."""

    discord_user_id: int
    player: str
    messages: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file.

    Attributes:
        revision: Its tables' version, as it calls them.
        counts: How many rows each of its tables has.
        accounts: What became of them, for those that are read.
        players: How many there are or were in the clan, with a history.
        talk: What was said.
        candidates: The account with the most messages first.
    """

    revision: str | None
    counts: Mapping[str, int]
    accounts: Accounts
    players: int
    talk: Talk
    candidates: Sequence[Candidate]

    @property
    def adds_up(self) -> bool:
        """Whether of each table that is read every row is accounted for."""
        return all(self.accounts[table].rows == self.counts.get(table, 0) for table in READ)

    def totals(self) -> Mapping[str, int]:
        """By what became of them, all tables together."""
        tables = [self.accounts[table] for table in READ]
        return {
            "taken": sum(one.taken for one in tables),
            "merged": sum(one.merged for one in tables),
            "duplicate": sum(one.duplicate for one in tables),
            "refused": sum(sum(one.refused.values()) for one in tables),
        }

    def as_json(self) -> Mapping[str, Any]:
        """Everything, in what JSON can hold."""
        tables: dict[str, Any] = {
            table: {
                "rows": self.counts.get(table, 0),
                "taken": account.taken,
                "merged": account.merged,
                "duplicate": account.duplicate,
                "refused": dict(account.refused),
            }
            for table in READ
            for account in [self.accounts[table]]
        }
        for table, count in self.counts.items():
            if table not in READ:
                why = _NOT_READ.get(table, _UNKNOWN_TABLE)
                tables[table] = {"rows": count, "refused": {why: count} if count else {}}
        return {
            "revision": self.revision,
            "adds_up": self.adds_up,
            "tables": tables,
            "players": self.players,
            "messages": {
                "by_kind": dict(self.talk.by_kind),
                "human": self.talk.human,
                "attributed": dict(self.talk.attributed),
                "share": self.talk.share,
            },
            "candidates": [
                {
                    "discord_user_id": str(one.discord_user_id),
                    "player": one.player,
                    "messages": one.messages,
                }
                for one in self.candidates
            ],
        }


async def reported(
    session: AsyncSession, clan_id: int, source: Source, accounts: Accounts, speakers: Speakers
) -> Report:
    """Put the report together, once all is stored."""
    players = await session.scalar(
        select(func.count(MembershipRow.player_id.distinct())).where(
            MembershipRow.clan_id == clan_id
        )
    )
    return Report(
        source.revision,
        source.counts,
        accounts,
        players or 0,
        await _talk(session, clan_id),
        await _candidates(session, clan_id, speakers.names),
    )


async def _talk(session: AsyncSession, clan_id: int) -> Talk:
    of_clan = AuthorRow.clan_id == clan_id
    written = await session.execute(
        select(AuthorRow.kind, func.count().label("messages"))
        .join_from(MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id)
        .where(of_clan)
        .group_by(AuthorRow.kind)
    )
    known = await session.execute(
        select(AuthorRow.kind, func.count().label("messages"))
        .join_from(AttributionRow, AuthorRow, AuthorRow.id == AttributionRow.author_id)
        .join(
            MessageRow,
            (MessageRow.author_id == AttributionRow.author_id)
            & (MessageRow.id >= AttributionRow.since_id)
            & (MessageRow.id < AttributionRow.until_id),
        )
        .where(of_clan)
        .group_by(AuthorRow.kind)
    )
    return Talk(
        {row.kind: row.messages for row in written}, {row.kind: row.messages for row in known}
    )


async def _candidates(
    session: AsyncSession, clan_id: int, names: Mapping[int, Counter[str]]
) -> Sequence[Candidate]:
    """Accounts that are in nobody's hands yet and were called like exactly one player."""
    linked = set(
        await session.scalars(select(LinkRow.discord_user_id).where(LinkRow.clan_id == clan_id))
    )
    players: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for one in await known_names(session, clan_id):
        players[standard(one.former or one.name)].add((one.player_id, one.name))
    known = set(
        await session.scalars(
            select(AuthorRow.discord_user_id).where(
                AuthorRow.clan_id == clan_id, AuthorRow.kind == AuthorKind.USER
            )
        )
    )
    found = []
    for account, borne in names.items():
        alike = {who for name in borne for who in players.get(standard(name), ())}
        if len(alike) == 1 and account in known and account not in linked:
            ((_, name),) = alike
            found.append(Candidate(account, name, borne.total()))
    return tuple(sorted(found, key=lambda one: (-one.messages, one.discord_user_id)))

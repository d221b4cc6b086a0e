"""How much did everyone write, and when last? One range of an index for each of their names.

What counts is what is attributed: a Discord account's messages and a name's lines in game chat,
each from one message id to another. Whole stretches of ids were counted before; what is left at
the two ends is a range of the index over author and id, so no message is read, and the cost is
that of the two ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import CLAN
from clanstats.analytics.seeks import Column
from clanstats.chat import AuthorKind, snowflake, written_at
from clanstats.db.asking import rows
from clanstats.db.models import (
    STRETCH_BITS,
    AttributionRow,
    AuthorRow,
    MessageCountRow,
    MessageRow,
)
from clanstats.domain import Window

LO = bindparam("lo_id", type_=BigInteger)  # the first id of the window
HI = bindparam("hi_id", type_=BigInteger)  # the first after it
PLAYERS = bindparam("players", expanding=True, type_=BigInteger)
_STRETCH = 1 << STRETCH_BITS  # ids


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is attributed to a player, or to all players of a person."""

    typed: int = 0  # on Discord, in the window
    relayed: int = 0  # in game chat, in the window
    last_message_id: int | None = None  # by the window's end
    last_game_chat_id: int | None = None

    def __add__(self, other: "Spoken") -> "Spoken":
        return Spoken(
            self.typed + other.typed,
            self.relayed + other.relayed,
            _later(self.last_message_id, other.last_message_id),
            _later(self.last_game_chat_id, other.last_game_chat_id),
        )

    @property
    def heard(self) -> bool:
        """Whether anything of theirs was ever heard in game chat."""
        return self.last_game_chat_id is not None

    @property
    def last_message_at(self) -> datetime | None:
        """When they last wrote on Discord."""
        return None if self.last_message_id is None else written_at(self.last_message_id)

    @property
    def last_game_chat_at(self) -> datetime | None:
        """When they were last heard in game chat."""
        return None if self.last_game_chat_id is None else written_at(self.last_game_chat_id)


def bounds(window: Window) -> dict[str, int]:
    """The parameters `lo_id` and `hi_id`: a window excludes its start and includes its end."""
    after = timedelta(milliseconds=1)
    return {"lo_id": snowflake(window.start + after), "hi_id": snowflake(window.end + after)}


def greatest(one: Column, other: Column) -> ColumnElement[int]:
    """The larger of two that aren't NULL; databases have no common function for it."""
    return case((one > other, one), else_=other)


def least(one: Column, other: Column) -> ColumnElement[int]:
    """The smaller of two that aren't NULL."""
    return case((one < other, one), else_=other)


def within(lo: Column, hi: Column) -> ColumnElement[bool]:
    """Whether a message is attributed by this row, and from `lo` up to but not with `hi`."""
    return and_(
        MessageRow.author_id == AttributionRow.author_id,
        MessageRow.id >= greatest(AttributionRow.since_id, lo),
        MessageRow.id < least(AttributionRow.until_id, hi),
    )


def counted(lo: Column, hi: Column) -> ColumnElement[int]:
    """How many messages this attribution has from `lo` up to but not with `hi`."""
    first, after = greatest(AttributionRow.since_id, lo), least(AttributionRow.until_id, hi)
    # Of whole stretches; if there is none, `begun` may be one more than `ended`.
    begun, ended = _stretch(first + _STRETCH - 1), _stretch(after)
    whole = (
        select(func.coalesce(func.sum(MessageCountRow.count), 0))
        .where(
            MessageCountRow.author_id == AttributionRow.author_id,
            MessageCountRow.stretch >= begun,
            MessageCountRow.stretch < ended,
        )
        .correlate(AttributionRow)
        .scalar_subquery()
    )
    before = _count(first, least(begun * _STRETCH, after))
    return whole + before + _count(greatest(begun, ended) * _STRETCH, after)


def _stretch(message_id: ColumnElement[int]) -> ColumnElement[int]:
    return message_id.bitwise_rshift(STRETCH_BITS)


def _count(lo: ColumnElement[int], hi: ColumnElement[int]) -> ScalarSelect[int]:
    """Messages of the attribution's author, one by one."""
    return (
        select(func.count())
        .where(
            MessageRow.author_id == AttributionRow.author_id,
            MessageRow.id >= lo,
            MessageRow.id < hi,
        )
        .correlate(AttributionRow)
        .scalar_subquery()
    )


def written(lo: Column, hi: Column) -> ScalarSelect[int]:
    """How many messages of `players` there are between two ids, for a row that has them."""
    return (
        select(func.count())
        .select_from(AttributionRow)
        .join(MessageRow, within(lo, hi))
        .where(AttributionRow.player_id.in_(PLAYERS))
        .correlate_except(AttributionRow, MessageRow)
        .scalar_subquery()
    )


_SPOKEN = (
    select(
        AttributionRow.player_id,
        AuthorRow.kind,
        counted(LO, HI).label("messages"),
        select(func.max(MessageRow.id))
        .where(within(literal(0), HI))
        .correlate(AttributionRow)
        .scalar_subquery()
        .label("last_id"),
    )
    .join_from(AuthorRow, AttributionRow, AttributionRow.author_id == AuthorRow.id)
    .where(
        AuthorRow.clan_id == CLAN,
        AuthorRow.kind.in_([AuthorKind.USER, AuthorKind.RELAY]),
        AttributionRow.since_id < HI,
    )
)


class _Sums:
    """Of each player; a name has many attributions, which plain numbers add up fastest."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.latest: dict[int, int] = {}

    def add(self, player_id: int, messages: int, last_id: int | None) -> None:
        self.counts[player_id] = self.counts.get(player_id, 0) + messages
        if last_id is not None and last_id > self.latest.get(player_id, -1):
            self.latest[player_id] = last_id


async def spoken(session: AsyncSession, clan_id: int, window: Window) -> Mapping[int, Spoken]:
    """What each player wrote in `window`, and when last by its end.

    A player who isn't in the answer has nothing attributed by then.
    """
    typed, relayed = _Sums(), _Sums()
    for player_id, kind, messages, last_id in await rows(
        session, _SPOKEN, {"clan_id": clan_id, **bounds(window)}
    ):
        (relayed if kind == AuthorKind.RELAY else typed).add(player_id, messages, last_id)
    return {
        player_id: Spoken(
            typed.counts.get(player_id, 0),
            relayed.counts.get(player_id, 0),
            typed.latest.get(player_id),
            relayed.latest.get(player_id),
        )
        for player_id in typed.counts | relayed.counts
    }


def together(found: Mapping[int, Spoken], players: Iterable[int]) -> Spoken:
    """What all of these wrote; each message is attributed to one of them."""
    return sum((found[one] for one in players if one in found), start=Spoken())


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)

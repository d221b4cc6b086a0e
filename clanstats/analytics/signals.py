"""When was the last sign of everyone's life, and of which sort?

In game it is the newest change of XP or of a boss's kills: it happened at some time between the
observation before and the one that showed it. What a first observation shows is no sign. Wise Old
Man itself says when it last saw a change, but only of today.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains, seeks, spoken, voice
from clanstats.db.asking import rows
from clanstats.db.models import MetricRow, MetricValueRow, PlayerRow
from clanstats.domain import Window
from clanstats.metrics import OVERALL, MetricKind
from clanstats.timestamps import EARLIEST, from_epoch_ms

_PLAYERS = bindparam("players", expanding=True, type_=BigInteger)
_first = seeks.oldest_snapshot(PlayerRow.id, since=gains.START, until=gains.END)


def _changed(*, bosses: bool) -> Any:  # noqa: ANN401 — a column
    """The newest change of XP, or of any boss, which may be the first observation; ms."""
    which = MetricRow.kind == MetricKind.BOSS if bosses else MetricRow.name == OVERALL
    newest = (
        select(func.max(MetricValueRow.taken_at))
        .where(
            MetricValueRow.player_id == PlayerRow.id,
            MetricValueRow.metric_id == MetricRow.id,
            MetricValueRow.taken_at <= gains.END,
            MetricValueRow.value.is_not(None),
        )
        .correlate(PlayerRow, MetricRow)
        .scalar_subquery()
    )
    return (
        select(func.max(newest))
        .select_from(MetricRow)
        .where(which)
        .correlate(PlayerRow)
        .scalar_subquery()
    )


_IN_GAME = select(
    PlayerRow.id.label("player_id"),
    _first.label("first_at"),
    seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
    _changed(bosses=False).label("xp_at"),
    _changed(bosses=True).label("boss_at"),
    type_coerce(PlayerRow.updated_at, BigInteger).label("updated_at"),
    type_coerce(PlayerRow.last_changed_at, BigInteger).label("last_changed_at"),
).where(PlayerRow.id.in_(_PLAYERS))


@dataclass(frozen=True, slots=True)
class GameSigns:
    """What Wise Old Man saw of one account; None is never."""

    xp_at: datetime | None = None
    boss_at: datetime | None = None
    changed_at: datetime | None = None  # as Wise Old Man says, of any metric
    first_at: datetime | None = None  # the first observation
    observed_at: datetime | None = None  # the newest

    @property
    def last_at(self) -> datetime | None:
        """The newest sign."""
        signs = (self.xp_at, self.boss_at, self.changed_at)
        return max((one for one in signs if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class TalkSigns:
    """When one account was last heard; None is never."""

    message_at: datetime | None = None
    game_chat_at: datetime | None = None
    voice_at: datetime | None = None

    @property
    def last_at(self) -> datetime | None:
        """The newest sign."""
        signs = (self.message_at, self.game_chat_at, self.voice_at)
        return max((one for one in signs if one is not None), default=None)


async def game_signs(
    session: AsyncSession, players: Sequence[int], as_of: datetime
) -> Mapping[int, GameSigns]:
    """By player: what was seen of them in game by that instant."""
    asked = {"players": list(players), **gains.bounds(Window(EARLIEST, as_of))}
    found = await rows(session, _IN_GAME, asked)
    return {row.player_id: _game(row, as_of) for row in found}


def _game(row: Any, as_of: datetime) -> GameSigns:  # noqa: ANN401 — a row
    changed, updated = _instant(row.last_changed_at), _instant(row.updated_at)
    looked = [one for one in (_instant(row.last_at), updated) if one is not None and one <= as_of]
    return GameSigns(
        _later(row.xp_at, row.first_at),
        _later(row.boss_at, row.first_at),
        changed if changed is not None and changed <= as_of else None,
        _instant(row.first_at),
        max(looked, default=None),
    )


async def talk_signs(
    session: AsyncSession, clan_id: int, as_of: datetime
) -> Mapping[int, TalkSigns]:
    """By player: when they were last heard by that instant; who never was isn't in it."""
    nothing = Window(as_of, as_of)
    written = await spoken.spoken(session, clan_id, nothing)
    heard = await voice.voice(session, clan_id, nothing)
    return {
        player: TalkSigns(
            written[player].last_message_at if player in written else None,
            written[player].last_game_chat_at if player in written else None,
            heard[player].last_at if player in heard else None,
        )
        for player in written.keys() | heard.keys()
    }


def heard_last(found: Mapping[int, TalkSigns], players: Collection[int]) -> TalkSigns:
    """The newest of each sort of all accounts of a person."""
    own = [found[player] for player in players if player in found]
    return TalkSigns(
        *(
            max((at for at in (getattr(one, name) for one in own) if at is not None), default=None)
            for name in ("message_at", "game_chat_at", "voice_at")
        )
    )


def _later(changed_at: int | None, first_at: int | None) -> datetime | None:
    """When something changed; what a first observation shows is no change."""
    if changed_at is None or first_at is None or changed_at <= first_at:
        return None
    return from_epoch_ms(changed_at)


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_epoch_ms(milliseconds)

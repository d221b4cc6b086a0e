"""How long was everyone in voice channels, and when last?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import CLAN
from clanstats.analytics.seeks import Column
from clanstats.analytics.spoken import greatest, least
from clanstats.chat import FIRST_INSTANT, IDS_PER_MS, AuthorKind
from clanstats.db.models import AttributionRow, AuthorRow, BotStateRow, VoiceSessionRow
from clanstats.domain import Window
from clanstats.timestamps import epoch_ms, from_epoch_ms, parse_instant

# Under this key stands since when the process has been told who comes and goes: ISO 8601.
WATCHED_SINCE = "voice_since:{clan_id}"

_START = bindparam("start_ms", type_=BigInteger)
_END = bindparam("end_ms", type_=BigInteger)
_KEY = bindparam("key", type_=Text)
_ID_ZERO_MS = epoch_ms(FIRST_INSTANT)


@dataclass(frozen=True, slots=True)
class Heard:
    """Voice of a player, or of all players of a person."""

    milliseconds: int = 0  # in the window
    last_ms: int | None = None  # until when they were last there, by the window's end

    def __add__(self, other: "Heard") -> "Heard":
        ends = [one for one in (self.last_ms, other.last_ms) if one is not None]
        return Heard(self.milliseconds + other.milliseconds, max(ends, default=None))

    @property
    def hours(self) -> float:
        return self.milliseconds / 3_600_000

    @property
    def last_at(self) -> datetime | None:
        """When they were last in a voice channel."""
        return None if self.last_ms is None else from_epoch_ms(self.last_ms)


def _instant(message_id: Column) -> ColumnElement[int]:
    return message_id // IDS_PER_MS + _ID_ZERO_MS


# A voice session belongs to whom the account's messages belong to meanwhile.
_SPANS = (
    select(
        AttributionRow.player_id,
        AttributionRow.author_id,
        _instant(AttributionRow.since_id).label("since_ms"),
        greatest(_START, _instant(AttributionRow.since_id)).label("lo"),
        least(_END, _instant(AttributionRow.until_id)).label("hi"),
    )
    .join_from(AuthorRow, AttributionRow, AttributionRow.author_id == AuthorRow.id)
    .where(AuthorRow.clan_id == CLAN, AuthorRow.kind == AuthorKind.USER)
    .subquery()
)
_began = type_coerce(VoiceSessionRow.started_at, BigInteger)
_ended = func.coalesce(type_coerce(VoiceSessionRow.ended_at, BigInteger), _END)
# Nobody is in two channels at once, so at most one session goes on at the span's start: the
# newest that began before. Looking from there on doesn't walk the history.
_GOING_ON = (
    select(func.max(_began))
    .where(VoiceSessionRow.author_id == _SPANS.c.author_id, _began <= _SPANS.c.lo)
    .correlate(_SPANS)
    .scalar_subquery()
)
_HEARD = select(
    _SPANS.c.player_id,
    _SPANS.c.since_ms,
    select(
        func.sum(greatest(least(_ended, _SPANS.c.hi) - greatest(_began, _SPANS.c.lo), literal(0)))
    )
    .where(
        VoiceSessionRow.author_id == _SPANS.c.author_id,
        _began >= func.coalesce(_GOING_ON, _SPANS.c.lo),
        _began < _SPANS.c.hi,
    )
    .correlate(_SPANS)
    .scalar_subquery()
    .label("milliseconds"),
    select(least(_ended, _SPANS.c.hi))
    .where(VoiceSessionRow.author_id == _SPANS.c.author_id, _began < _SPANS.c.hi)
    .order_by(_began.desc())
    .limit(1)
    .correlate(_SPANS)
    .scalar_subquery()
    .label("last_ms"),
)
_FIRST_SESSION = select(
    func.min(
        select(func.min(_began))
        .where(VoiceSessionRow.author_id == AuthorRow.id)
        .correlate(AuthorRow)
        .scalar_subquery()
    )
).where(AuthorRow.clan_id == CLAN)
_WATCHED = select(BotStateRow.value).where(BotStateRow.key == _KEY)


async def voice(session: AsyncSession, clan_id: int, window: Window) -> Mapping[int, Heard]:
    """How long each player was in voice in `window`; who is still there, until its end.

    A player who isn't in the answer has no Discord account.
    """
    asked = {"start_ms": epoch_ms(window.start), "end_ms": epoch_ms(window.end)}
    players: dict[int, Heard] = {}
    found = await session.execute(_HEARD, {"clan_id": clan_id, **asked})
    for player_id, since_ms, milliseconds, last_ms in found:
        # Who was there last before this span began wasn't this player.
        last = last_ms if last_ms is not None and last_ms > since_ms else None
        one = Heard(milliseconds or 0, last)
        players[player_id] = players[player_id] + one if player_id in players else one
    return players


def together(found: Mapping[int, Heard], players: Iterable[int]) -> Heard:
    """Voice of all of these; each session is attributed to one of them."""
    return sum((found[one] for one in players if one in found), start=Heard())


async def watched_since(session: AsyncSession, clan_id: int) -> datetime | None:
    """From when on it is known who was in voice channels; None when nobody has watched yet.

    That is when the process first said so; without that, the first session there is.
    """
    key = WATCHED_SINCE.format(clan_id=clan_id)
    if (said := await session.scalar(_WATCHED, {"key": key})) is not None:
        return parse_instant(said)
    first = await session.scalar(_FIRST_SESSION, {"clan_id": clan_id})
    return None if first is None else from_epoch_ms(first)

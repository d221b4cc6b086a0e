"""What happened to the clan's members: levels, achievements, ranks, new members, new names?

Of those who are members now, in a window, and dated in it: what nobody knows the day of is no
news. A level is news by the hiscores or by the game's own broadcast, whichever tells of it first.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clanstats.analytics.members import AT, CLAN, rank_order
from clanstats.analytics.metrics import known_metrics
from clanstats.chat import snowflake, written_at
from clanstats.db.asking import rows
from clanstats.db.models import (
    AchievementRow,
    AttributionRow,
    GameEventRow,
    Instant,
    MembershipRow,
    MetricValueRow,
    NameChangeRow,
    RankChangeRow,
)
from clanstats.domain import Window
from clanstats.levels import level_at
from clanstats.metrics import OVERALL, MetricKind, catalogue
from clanstats.relay.lines import BroadcastKind
from clanstats.timestamps import epoch_ms, from_epoch_ms

_SKILLS = frozenset(
    name
    for name, metric in catalogue().items()
    if metric.kind is MetricKind.SKILL and name != OVERALL
)
_START = bindparam("start", type_=Instant)
_START_MS = bindparam("start_ms", type_=BigInteger)
_END_MS = bindparam("end_ms", type_=BigInteger)
_START_ID = bindparam("start_id", type_=BigInteger)
_END_ID = bindparam("end_id", type_=BigInteger)


class NewsKind(StrEnum):
    """What can happen, the rarest first."""

    CLAN_RECORD = "clan_record"  # the most XP of anybody in a week; of a year, as far as known
    RECORD = "record"  # the most of their own
    ACHIEVEMENT = "achievement"
    RANK = "rank"
    JOINED = "joined"
    RENAMED = "renamed"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a member.

    Attributes:
        subject: The achievement, the new rank, the name before, the skill, the week ("2026-W47")
            of a record; "" of who joined.
        value: The level, or a record's XP; else 0.
    """

    kind: NewsKind
    player_id: int
    subject: str
    value: int
    at: datetime


_BEFORE = aliased(MetricValueRow)
_MEMBERS = (
    MembershipRow.clan_id == CLAN,
    MembershipRow.joined_at <= AT,
    or_(MembershipRow.left_at.is_(None), MembershipRow.left_at > AT),
)
_LEVELS = (
    select(
        MetricValueRow.player_id,
        MetricValueRow.metric_id,
        MetricValueRow.taken_at,
        MetricValueRow.value,
        select(_BEFORE.value)
        .where(
            _BEFORE.player_id == MetricValueRow.player_id,
            _BEFORE.metric_id == MetricValueRow.metric_id,
            _BEFORE.taken_at < MetricValueRow.taken_at,
        )
        .order_by(_BEFORE.taken_at.desc())
        .limit(1)
        .scalar_subquery()
        .label("before"),
    )
    .join_from(MembershipRow, MetricValueRow, MetricValueRow.player_id == MembershipRow.player_id)
    .where(
        *_MEMBERS,
        # Their ids, rather than a join by their names, so that each skill's last rows are sought.
        MetricValueRow.metric_id.in_(bindparam("skill_ids", expanding=True)),
        MetricValueRow.taken_at > _START_MS,
        MetricValueRow.taken_at <= _END_MS,
    )
)
_BROADCASTS = (
    select(
        AttributionRow.player_id, GameEventRow.message_id, GameEventRow.subject, GameEventRow.value
    )
    .join_from(GameEventRow, AttributionRow, AttributionRow.author_id == GameEventRow.author_id)
    .join(MembershipRow, MembershipRow.player_id == AttributionRow.player_id)
    .where(
        *_MEMBERS,
        GameEventRow.message_id >= _START_ID,
        GameEventRow.message_id < _END_ID,
        GameEventRow.kind == BroadcastKind.LEVEL,
        AttributionRow.since_id <= GameEventRow.message_id,
        AttributionRow.until_id > GameEventRow.message_id,
    )
)


def _dated(row: Any, at: Any, *columns: Any) -> Select[Any]:  # noqa: ANN401 — columns
    """What a table holds of the window and the members."""
    return (
        select(row.player_id, at.label("at"), *columns)
        .join_from(MembershipRow, row, row.player_id == MembershipRow.player_id)
        .where(*_MEMBERS, at > _START, at <= AT)
    )


_ACHIEVEMENTS = _dated(
    AchievementRow,
    AchievementRow.achieved_at,
    AchievementRow.name,
    AchievementRow.metric,
    AchievementRow.measure,
    AchievementRow.threshold,
)
_RANKS = _dated(
    RankChangeRow, RankChangeRow.at, RankChangeRow.rank, RankChangeRow.previous_rank
).where(RankChangeRow.clan_id == CLAN)
_NAMES = _dated(NameChangeRow, NameChangeRow.changed_at, NameChangeRow.old_name)
_JOINS = select(MembershipRow.player_id, MembershipRow.joined_at).where(
    *_MEMBERS, MembershipRow.joined_at > _START
)


async def news(
    session: AsyncSession,
    clan_id: int,
    window: Window,
    kinds: Collection[NewsKind] = tuple(NewsKind),
) -> Sequence[Happening]:
    """All that happened of some kinds, oldest first; the same level may be told twice.

    Records aren't among them: those are of a whole week (`analytics/week/records.py`). Levels are
    worked out from every change of a skill: that is for days, not for a year.
    """
    asked: dict[str, Any] = {
        "clan_id": clan_id,
        "at": window.end,
        "start": window.start,
        "start_ms": epoch_ms(window.start),
        "end_ms": epoch_ms(window.end),
        "start_id": snowflake(window.start),
        "end_id": snowflake(window.end),
    }
    found: list[Happening] = []
    if NewsKind.LEVEL in kinds:
        known = await known_metrics(session)
        skills = {metric_id: one.name for metric_id, one in known if one.name in _SKILLS}
        asked["skill_ids"] = list(skills)
        found += _levels(await rows(session, _LEVELS, asked), skills)
        found += _broadcasts(await rows(session, _BROADCASTS, asked))
    if NewsKind.ACHIEVEMENT in kinds:
        found += _achievements(await rows(session, _ACHIEVEMENTS, asked))
    if NewsKind.RANK in kinds:
        order = {rank: place for place, rank in enumerate(await rank_order(session, clan_id))}
        found += _promotions(await rows(session, _RANKS, asked), order)
    if NewsKind.JOINED in kinds:
        found += [
            Happening(NewsKind.JOINED, player_id, "", 0, at)
            for player_id, at in await rows(session, _JOINS, asked)
        ]
    if NewsKind.RENAMED in kinds:
        found += [
            Happening(NewsKind.RENAMED, player_id, old_name, 0, at)
            for player_id, at, old_name in await rows(session, _NAMES, asked)
        ]
    return tuple(sorted(found, key=lambda one: (one.at, one.kind, one.player_id, one.subject)))


def _levels(found: Sequence[Any], skills: Mapping[int, str]) -> Iterator[Happening]:
    for player_id, metric_id, taken_at, value, before in found:
        if value is None or before is None:  # what came before isn't known
            continue
        level = level_at(value)
        if level > level_at(before):
            at = from_epoch_ms(taken_at)
            yield Happening(NewsKind.LEVEL, player_id, skills[metric_id], level, at)


def _broadcasts(found: Sequence[Any]) -> Iterator[Happening]:
    for player_id, message_id, subject, value in found:
        skill = (subject or "").lower()
        if skill in _SKILLS and value is not None:
            yield Happening(NewsKind.LEVEL, player_id, skill, value, written_at(message_id))


def _achievements(found: Sequence[Any]) -> Iterator[Happening]:
    for player_id, at, name, metric, measure, threshold in found:
        if measure == "levels" and metric in _SKILLS:
            yield Happening(NewsKind.LEVEL, player_id, metric, level_at(threshold), at)
        else:
            yield Happening(NewsKind.ACHIEVEMENT, player_id, name, 0, at)


def _promotions(found: Sequence[Any], order: Mapping[str, int]) -> Iterator[Happening]:
    """Only who went up: of the others nobody need be told in public."""
    lowest = len(order)
    for player_id, at, rank, previous in found:
        if previous in order and order.get(rank, lowest) < order[previous]:
            yield Happening(NewsKind.RANK, player_id, rank, 0, at)

"""How many kills has everyone, of all bosses together? The sum that `/stats` shows.

What is known is added up: a boss that the hiscores don't list adds nothing, nor does one that they
list only since lately. If there is none of which anything is known, neither is the sum.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, literal, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import gains, seeks
from clanstats.analytics.members import member, of_clan
from clanstats.db.asking import rows
from clanstats.db.models import MetricRow, MetricValueRow, PlayerRow
from clanstats.domain import Gain, GainPolicy, Member, UnknownReason, Window
from clanstats.metrics import MetricKind, named
from clanstats.timestamps import epoch_ms

_BOSS = MetricRow.kind == MetricKind.BOSS
_ANY = named("any boss")
_HELD = of_clan(
    seeks.newest_snapshot(PlayerRow.id, until=gains.END).label("last_at"),
    select(func.sum(seeks.value_at(PlayerRow.id, MetricRow.id, gains.END)))
    .select_from(MetricRow)
    .where(_BOSS)
    .correlate(PlayerRow)
    .scalar_subquery()
    .label("kills"),  # NULL if none is listed, for whoever is has one at least
)


async def boss_lines(
    session: AsyncSession, clan_id: int, *, windows: Sequence[Window | None], as_of: datetime
) -> Sequence[Sequence[Gain]]:
    """For each window, everyone in the clan at `as_of` by name, with the kills gained in it.

    None instead of a window is the kills that are listed at the end of the others, or else at
    `as_of`. All windows end at the same instant. `since` is the latest instant from which any
    boss is counted, if that is after a window's start.
    """
    gained = [window for window in windows if window is not None]
    end = gained[0].end if gained else as_of
    asked = {"clan_id": clan_id, "at": as_of, **gains.bounds(Window(end, end))}
    held = await rows(session, _HELD, asked)
    found = await _looked(session, gained, asked)
    lines = []
    for window in windows:
        await asyncio.sleep(0)  # all windows at once would keep everybody else waiting
        lines.append(
            [
                gains.held(member(row), row.last_at, row.kills)
                if window is None
                else _gained(row, window, *found[window, row.player_id])
                for row in held
            ]
        )
    return lines


async def _looked(
    session: AsyncSession, windows: Sequence[Window], asked: dict[str, Any]
) -> Mapping[tuple[Window, int], tuple[Any, list[Any]]]:
    """By window and player: when they were observed, and a row for each boss that changed."""
    if not windows:
        return {}
    for number, window in enumerate(windows):
        asked |= {f"window{number}_{name}": at for name, at in gains.bounds(window).items()}
    seen, changed = _statements(len(windows))
    found: dict[tuple[Window, int], tuple[Any, list[Any]]] = {
        (windows[row.number], row.player_id): (row, []) for row in await rows(session, seen, asked)
    }
    earliest = min(window.start for window in windows)
    for row in await rows(session, changed, {**asked, "earliest_ms": epoch_ms(earliest)}):
        found[windows[row.number], row.player_id][1].append(row)
    return found


@cache
def _statements(count: int) -> tuple[Select[Any], Select[Any]]:
    """For `count` windows; built and compiled once, which costs more than the answer."""
    windows = union_all(
        *(
            select(
                literal(number).label("number"),
                *(
                    bindparam(f"window{number}_{name}", type_=BigInteger).label(name)
                    for name in ("start_ms", "end_ms", "floor_ms")
                ),
            )
            for number in range(count)
        )
    ).cte("windows")
    bounds = {"start": windows.c.start_ms, "end": windows.c.end_ms, "floor": windows.c.floor_ms}
    people = of_clan().cte("people").prefix_with("MATERIALIZED")
    seen = select(people, windows.c.number, *gains.seen(people.c.player_id, **bounds)).join_from(
        people, windows, true()
    )
    states = select(MetricValueRow.taken_at).where(
        MetricValueRow.player_id == people.c.player_id,
        MetricValueRow.metric_id == MetricRow.id,
        MetricValueRow.taken_at <= gains.END,
    )
    newest = states.with_only_columns(func.max(MetricValueRow.taken_at))
    lately = states.where(MetricValueRow.taken_at > bindparam("earliest_ms", type_=BigInteger))
    bosses = (
        select(
            people.c.player_id,
            MetricRow.id.label("boss_id"),
            MetricRow.name.label("boss"),
            newest.correlate(people, MetricRow).scalar_subquery().label("newest_at"),
        )
        .join_from(people, MetricRow, _BOSS)
        .where(lately.correlate(people, MetricRow).exists())
        .cte("bosses")
        .prefix_with("MATERIALIZED")
    )
    # When somebody was looked at is the same for all their bosses.
    looked = (
        select(people.c.player_id, windows, *gains.seen(people.c.player_id, **bounds))
        .join_from(people, windows, true())
        .cte("looked")
        .prefix_with("MATERIALIZED")
    )
    pairs = (
        select(
            bosses.c.boss_id,
            bosses.c.boss,
            bosses.c.newest_at,
            looked,
        )
        .join_from(
            bosses,
            looked,
            (looked.c.player_id == bosses.c.player_id) & (bosses.c.newest_at > looked.c.start_ms),
        )
        .cte("pairs")
        .prefix_with("MATERIALIZED")
    )
    values = gains.values(
        pairs.c.player_id,
        pairs.c.boss_id,
        GainPolicy.AS_OF,
        first_at=pairs.c.first_at,
        start=pairs.c.start_ms,
        end=pairs.c.end_ms,
    )
    # One that hasn't changed since the baseline needs no looking at: it gained 0, if it is listed.
    baseline = func.coalesce(pairs.c.base_at, pairs.c.first_at)
    return seen, select(*pairs.c, *values).where(pairs.c.newest_at > baseline)


def _gained(held: Any, window: Window, seen: Any, bosses: Sequence[Any]) -> Gain:  # noqa: ANN401 — rows
    who = member(held)
    lines = [gains.decide(who, named(row.boss), window, row, GainPolicy.AS_OF) for row in bosses]
    known = [line for line in lines if line.shown is not None]
    if known:
        since = [line.since for line in known if line.since is not None]
        kills = sum(line.shown or 0 for line in known)
        at = known[0].observed_at
        return Gain(who, kills, None, since=max(since, default=None), observed_at=at)
    still = _still(who, window, seen)
    if still.unknown is not None or (held.kills or 0) > sum(row.end_value or 0 for row in bosses):
        return still
    new = any(line.unknown is UnknownReason.NEWLY_RANKED for line in lines)
    reason = UnknownReason.NEWLY_RANKED if new else UnknownReason.UNRANKED
    return Gain(who, None, reason, observed_at=still.observed_at)


def _still(who: Member, window: Window, seen: Any) -> Gain:  # noqa: ANN401 — a row
    """What a boss gained that hasn't changed and is listed: 0, if anything is known."""
    values = {"base_value": 0, "first_value": 0, "end_value": 0}
    found: Any = SimpleNamespace(**(seen._asdict() | values))
    return gains.decide(who, _ANY, window, found, GainPolicy.AS_OF)

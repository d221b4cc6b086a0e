"""Who is who after a rename? People are keyed by Wise Old Man's player id; names only label them.

One case needs more: when the clan is synced before Wise Old Man learns of a rename, a new player
takes the old one's place (`left` and `joined` at one instant). Once the rename is approved the old
id is back under the new name, and what was seen of the short-lived one belongs to it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clanstats.db.asking import rows
from clanstats.db.models import (
    AchievementRow,
    ActivityRow,
    CompetitionPlaceRow,
    MembershipRow,
    MetricValueRow,
    NameChangeRow,
    PlayerNameRow,
    PlayerRow,
    RankChangeRow,
    SnapshotRow,
)
from clanstats.db.snapshots import Observation, add_snapshots
from clanstats.harvest.roster import SAME_INSTANT
from clanstats.people.merging import hand_over
from clanstats.timestamps import epoch_ms
from clanstats.usernames import standard
from clanstats.wom.rows import WomActivity, WomMembership, WomNameChange


@dataclass(frozen=True, slots=True)
class Person:
    """A player as called now, and since when there was a profile at all, if that is known."""

    player_id: int
    wom_id: int
    name: str
    registered_at: datetime | None = None


async def known_people(session: AsyncSession, clan_id: int) -> Sequence[Person]:
    """Everyone who is or was in the clan, as stored; without those who were deleted."""
    found = await session.execute(
        select(PlayerRow.id, PlayerRow.wom_id, PlayerRow.name)
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(MembershipRow.clan_id == clan_id, PlayerRow.wom_id > 0)
        .distinct()
    )
    return tuple(Person(*row) for row in found)


async def record_names(
    session: AsyncSession, people: Sequence[Person], changes: Sequence[WomNameChange], now: datetime
) -> int:
    """Keep dated names in step with what `people` are called and with approved renames.

    Args:
        session: Written to.
        people: As they are called now.
        changes: Renames in any order; those of others are left out.
        now: Dates a rename that nobody dated.

    Returns:
        How many renames were new to us.
    """
    by_wom_id = {person.wom_id: person.player_id for person in people}
    new = await _save_changes(session, changes, by_wom_id)
    renamed = {by_wom_id[change.wom_id] for change in new}
    borne = await _present_names(session, list(by_wom_id.values()))
    stale = [
        person
        for person in people
        if borne.get(person.player_id) != person.name or person.player_id in renamed
    ]
    await _lay_out_names(session, stale, now)
    return len(new)


async def _save_changes(
    session: AsyncSession, changes: Sequence[WomNameChange], by_wom_id: Mapping[int, int]
) -> Sequence[WomNameChange]:
    ours = {change.name_change_id: change for change in changes if change.wom_id in by_wom_id}
    known = await session.scalars(select(NameChangeRow.id).where(NameChangeRow.id.in_(ours)))
    new = [ours[name_change_id] for name_change_id in ours.keys() - set(known)]
    if new:
        await session.execute(
            insert(NameChangeRow),
            [
                {
                    "id": change.name_change_id,
                    "player_id": by_wom_id[change.wom_id],
                    "old_name": change.old_name,
                    "new_name": change.new_name,
                    "changed_at": change.resolved_at or change.created_at,
                }
                for change in new
            ],
        )
    return new


async def _present_names(session: AsyncSession, player_ids: Sequence[int]) -> dict[int, str]:
    found = await rows(
        session,
        select(PlayerNameRow.player_id, PlayerNameRow.name).where(
            PlayerNameRow.player_id.in_(player_ids), PlayerNameRow.until.is_(None)
        ),
    )
    return {row.player_id: row.name for row in found}


async def _lay_out_names(session: AsyncSession, people: Sequence[Person], now: datetime) -> None:
    """Write the names of `people` anew."""
    if not people:
        return
    ids = [person.player_id for person in people]
    changes = await session.execute(
        select(NameChangeRow.player_id, NameChangeRow.old_name, NameChangeRow.changed_at)
        .where(NameChangeRow.player_id.in_(ids))
        .order_by(NameChangeRow.changed_at, NameChangeRow.id)
    )
    seen = await session.execute(
        select(
            PlayerNameRow.player_id, PlayerNameRow.name, PlayerNameRow.since, PlayerNameRow.until
        )
        .where(PlayerNameRow.player_id.in_(ids))
        .order_by(PlayerNameRow.since)
    )
    changes_of, seen_of = _by_player(changes.all()), _by_player(seen.all())
    rows = [
        {
            "player_id": person.player_id,
            "name": name,
            "since": since,
            "until": until,
            "standard_name": standard(name),
        }
        for person in people
        for name, since, until in _names(
            person, changes_of[person.player_id], seen_of[person.player_id], now
        )
    ]
    await session.execute(delete(PlayerNameRow).where(PlayerNameRow.player_id.in_(ids)))
    await session.execute(insert(PlayerNameRow), rows)


def _by_player(rows: Sequence[Any]) -> Mapping[int, Sequence[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.player_id].append(row)
    return found


def _names(
    person: Person, changes: Sequence[Any], seen: Sequence[Any], now: datetime
) -> Sequence[tuple[str, datetime, datetime | None]]:
    """The approved renames in order, and what else was once seen, with its dates."""
    since = min([row.since for row in seen] + [person.registered_at or now])
    names: list[tuple[str, datetime, datetime | None]] = []
    for _, name, changed_at in changes:
        names.append((name, min(since, changed_at), changed_at))
        since = changed_at
    dated = {name for name, _, _ in names}
    for _, name, seen_since, until in seen:
        # The present name was once borne before, when another one without a rename lies between.
        if name not in dated and (name != person.name or until is not None):
            names.append((name, seen_since, until or now))
            since = max(since, until or now)
    names.append((person.name, since, None))
    # Two renames of one instant would share a key; the later of them says more.
    unique = {(name, begin): until for name, begin, until in names}
    return [(name, begin, until) for (name, begin), until in unique.items()]


def possible_renames(feed: Sequence[WomActivity]) -> int:
    """How many pairs of `left` and `joined` at one instant the feed holds.

    Such a pair may be one person: it is not announced as a departure and an arrival until the
    list of renames has settled it.
    """
    left = {line.at for line in feed if line.kind == "left"}
    return sum(1 for line in feed if line.kind == "joined" and line.at in left)


async def merge_stand_ins(
    session: AsyncSession,
    clan_id: int,
    changes: Sequence[WomNameChange],
    present: Mapping[int, WomMembership],
) -> int:
    """Give what was seen of a stand-in to the player it stood in for; returns how many.

    A stand-in bears the new name of a rename, is no longer in the group, and came the instant
    from which the group now dates the renamed player's membership. Founders share both with
    whoever takes their name later; so it must also be known that the player was there before that
    instant, or left at it.

    Args:
        session: Written to.
        clan_id: Ours.
        changes: Approved renames.
        present: The group's present members by our player id.
    """
    by_wom_id = {m.player.wom_id: player_id for player_id, m in present.items()}
    bearers: dict[str, set[int]] = {}
    for change in changes:
        if change.wom_id in by_wom_id:
            bearers.setdefault(standard(change.new_name), set()).add(by_wom_id[change.wom_id])
    found = await session.execute(
        select(
            MembershipRow.player_id,
            MembershipRow.joined_at,
            PlayerRow.standard_name,
            PlayerRow.wom_id,
        )
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(
            MembershipRow.clan_id == clan_id,
            PlayerRow.standard_name.in_(bearers),
            PlayerRow.merged_into_id.is_(None),
        )
    )
    merged = 0
    for stand_in, joined_at, name, wom_id in found.all():
        if stand_in in present:
            continue
        for player_id in bearers[name]:
            if abs(joined_at - present[player_id].joined_at) <= SAME_INSTANT and (
                await _was_there(session, clan_id, player_id, joined_at)
                or await _left_as_came(session, clan_id, present[player_id].player.wom_id, wom_id)
            ):
                await _merge(session, stand_in, player_id, joined_at)
                merged += 1
                break
    return merged


async def _was_there(session: AsyncSession, clan_id: int, player_id: int, before: datetime) -> bool:
    """Whether the stay that lasts began, as we saw it, before the group says it did."""
    joined_at = await session.scalar(
        select(MembershipRow.joined_at).where(
            MembershipRow.clan_id == clan_id,
            MembershipRow.player_id == player_id,
            MembershipRow.left_at.is_(None),
        )
    )
    return joined_at is not None and joined_at < before - SAME_INSTANT


async def _left_as_came(session: AsyncSession, clan_id: int, left: int, came: int) -> bool:
    """Whether the feed once said that one left at the very instant the other came; by WOM ID."""
    arrival = aliased(ActivityRow)
    at = await session.scalar(
        select(ActivityRow.at)
        .join(arrival, (arrival.clan_id == ActivityRow.clan_id) & (arrival.at == ActivityRow.at))
        .where(
            ActivityRow.clan_id == clan_id,
            ActivityRow.wom_id == left,
            ActivityRow.kind == "left",
            arrival.wom_id == came,
            arrival.kind == "joined",
        )
        .limit(1)
    )
    return at is not None


async def _merge(session: AsyncSession, stand_in: int, player_id: int, joined_at: datetime) -> None:
    """Move all that was seen; the stand-in stays as a row that points to the player.

    What the player has already, a second copy of an achievement say, stays with the stand-in. So
    would, if the name had been somebody's before, that one's snapshots: those from before the
    player's last one under the old name are dropped.
    """
    last = await session.scalar(
        select(func.max(SnapshotRow.taken_at)).where(
            SnapshotRow.player_id == player_id, SnapshotRow.taken_at < epoch_ms(joined_at)
        )
    )
    await add_snapshots(
        session,
        [
            Observation(player_id, taken_at, values)
            for taken_at, values in (await _observations(session, stand_in)).items()
            if last is None or taken_at > last
        ],
    )
    for table in (MetricValueRow, SnapshotRow, MembershipRow):
        await session.execute(delete(table).where(table.player_id == stand_in))
    await session.execute(
        update(RankChangeRow)
        .where(
            RankChangeRow.player_id == stand_in,
            RankChangeRow.at.not_in(
                select(RankChangeRow.at).where(RankChangeRow.player_id == player_id)
            ),
        )
        .values(player_id=player_id)
    )
    await session.execute(
        update(AchievementRow)
        .where(
            AchievementRow.player_id == stand_in,
            AchievementRow.name.not_in(
                select(AchievementRow.name).where(AchievementRow.player_id == player_id)
            ),
        )
        .values(player_id=player_id)
    )
    taken_part = select(CompetitionPlaceRow.competition_id).where(
        CompetitionPlaceRow.player_id == player_id
    )
    await session.execute(
        update(CompetitionPlaceRow)
        .where(
            CompetitionPlaceRow.player_id == stand_in,
            CompetitionPlaceRow.competition_id.not_in(taken_part),
        )
        .values(player_id=player_id)
    )
    await hand_over(session, stand_in=stand_in, player_id=player_id)
    await session.execute(
        update(PlayerRow)
        .where((PlayerRow.id == stand_in) | (PlayerRow.merged_into_id == stand_in))
        .values(merged_into_id=player_id)
    )


async def _observations(session: AsyncSession, player_id: int) -> dict[int, dict[int, int]]:
    """Every snapshot of a player in full, by instant in ms."""
    times = await session.scalars(
        select(SnapshotRow.taken_at)
        .where(SnapshotRow.player_id == player_id)
        .order_by(SnapshotRow.taken_at)
    )
    changes = await session.execute(
        select(MetricValueRow.taken_at, MetricValueRow.metric_id, MetricValueRow.value)
        .where(MetricValueRow.player_id == player_id)
        .order_by(MetricValueRow.taken_at)
    )
    by_time: dict[int, dict[int, int | None]] = {}
    for taken_at, metric_id, value in changes:
        by_time.setdefault(taken_at, {})[metric_id] = value
    state: dict[int, int | None] = {}
    found = {}
    for taken_at in times:
        state |= by_time.get(taken_at, {})
        found[taken_at] = {metric: value for metric, value in state.items() if value is not None}
    return found

"""How does everything that is one player's get into the tables?

It is read first, and then stored in one transaction: profile, names, stay and snapshots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.bulk import insert_new
from clanstats.db.models import AuthorRow, MembershipRow, PlayerNameRow, PlayerRow
from clanstats.harvest.attribution import attribute
from clanstats.legacy.accounts import Account, Accounts, Refusal
from clanstats.legacy.histories import stored_history, unite
from clanstats.legacy.names import Borne, borne, fitted
from clanstats.legacy.observations import observed
from clanstats.legacy.people import LEFT_OUT, Person, SnapshotRow
from clanstats.legacy.source import BOSSES, MEMBERS, SNAPSHOTS, Source
from clanstats.metrics import MetricKind
from clanstats.timestamps import epoch_ms, from_epoch_ms
from clanstats.tombstones import Tombstones
from clanstats.usernames import standard
from clanstats.wom.rows import WomPlayer

FORGOTTEN = Refusal("who it is of asked to be deleted")
_NO_RANK = "unknown"


@dataclass(slots=True)
class History:
    """What one player's snapshots say.

    Attributes:
        person: Whose.
        values: By instant (ms) and the metric's name; of two accounts of one the greater value.
        taken: One row each of these instants.
        again: Further rows of the same instants.
        refused: Rows of which nothing can be used, and why.
        kinds: Of metrics that the catalogue doesn't list.
    """

    person: Person
    values: dict[int, dict[str, int]] = field(default_factory=dict)
    taken: list[SnapshotRow] = field(default_factory=list)
    again: list[SnapshotRow] = field(default_factory=list)
    refused: list[tuple[SnapshotRow, Refusal]] = field(default_factory=list)
    kinds: dict[str, MetricKind] = field(default_factory=dict)


def history_of(source: Source, person: Person) -> History:
    """Read a player's snapshots in full."""
    history = History(person)
    for row in person.snapshots:
        ((json, _),) = source.rows(
            SNAPSHOTS, "raw_data", "row", tail="WHERE row = ?", values=(row.row,)
        )
        found = observed(json, person.wom_id)
        if isinstance(found, Refusal):
            history.refused.append((row, found))
            continue
        history.kinds |= found.kinds
        known = history.values.get(row.at)
        (history.taken if known is None else history.again).append(row)
        history.values[row.at] = (
            {**found.values} if known is None else _greater(known, found.values)
        )
    return history


async def store_history(
    session: AsyncSession, clan_id: int, history: History, *, tombstones: Tombstones
) -> Accounts:
    """Store what isn't known yet; twice the same changes nothing.

    Args:
        session: Written to.
        clan_id: Ours.
        history: One player's.
        tombstones: As loaded in this transaction.

    Returns:
        What became of the player's rows.
    """
    person, accounts = history.person, Accounts()
    known = (
        await session.execute(
            select(PlayerRow.id, PlayerRow.merged_into_id).where(PlayerRow.wom_id == person.wom_id)
        )
    ).one_or_none()
    # Whoever is known by no name but a deleted person's is taken to be them, under another id.
    if tombstones.has_wom(person.wom_id) or (
        known is None and person.names and all(map(tombstones.has_name, person.names))
    ):
        accounts[SNAPSHOTS].refuse(FORGOTTEN, len(person.snapshots))
        accounts[BOSSES].refuse(FORGOTTEN, sum(row.bosses for row in person.snapshots))
        accounts[MEMBERS].refuse(FORGOTTEN, len(person.members))
        return accounts
    names = borne(person.names.values())
    if known is None:
        players = await store.save_players(session, [_profile(person, names)])
        player_id = players[person.wom_id]
    else:  # its profile is newer
        player_id = known.merged_into_id or known.id
    new_stay = False
    if known is None or known.merged_into_id is None:
        await _name(session, player_id, person, names)
        new_stay = await _stay(session, clan_id, player_id, person)
        await _attribute(session, clan_id, person)
    _count_members(accounts[MEMBERS], person, new=new_stay)
    ids = await store.metric_ids(session, history.kinds)
    stored = await stored_history(session, player_id)
    seen = {
        at: {ids[name]: value for name, value in values.items()}
        for at, values in history.values.items()
    }
    await unite(session, player_id, stored, seen)
    present = standard(names[-1].name) if names else ""
    for row in history.taken:
        if row.at in stored.times:
            _count(accounts, "duplicate", row)
        elif row.name in {"", present}:
            _count(accounts, "taken", row)
        else:
            _count(accounts, "merged", row)
    for row in history.again:
        _count(accounts, "duplicate", row)
    for row, why in history.refused:
        accounts[SNAPSHOTS].refuse(why)
        accounts[BOSSES].refuse(LEFT_OUT, row.bosses)
    return accounts


def _greater(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, -1), other.get(name, -1)) for name in one.keys() | other.keys()}


def _count(accounts: Accounts, became: str, row: SnapshotRow) -> None:
    """A snapshot, and the bosses' rows that say the same."""
    for table, count in ((SNAPSHOTS, 1), (BOSSES, row.bosses)):
        account = accounts[table]
        setattr(account, became, getattr(account, became) + count)


def _count_members(account: Account, person: Person, *, new: bool) -> None:
    """One row is the player's, others are the same one again under another spelling."""
    if not new:
        account.duplicate += len(person.members)
    elif person.members:
        account.taken += 1
        account.merged += len(person.members) - 1


def _profile(person: Person, names: Sequence[Borne]) -> WomPlayer:
    page = person.profile
    # Longer than a name can be, so that it is nobody's.
    name = names[-1].name if names else f"player {person.wom_id} of no name"
    newest = max((row.at for row in person.snapshots), default=None)
    seen = None if newest is None else from_epoch_ms(newest)
    return WomPlayer(
        wom_id=person.wom_id,
        username=standard(name),
        name=name,
        account_type=page.account_type if page else "unknown",
        build=page.build if page else "unknown",
        status=page.status if page else "active",
        country=page.country if page else None,
        registered_at=page.registered_at if page else None,
        updated_at=page.updated_at if page else seen,
        last_changed_at=page.last_changed_at if page else None,
    )


async def _name(
    session: AsyncSession, player_id: int, person: Person, names: Sequence[Borne]
) -> None:
    table = PlayerNameRow
    found = await session.execute(
        select(table.name, table.since, table.until)
        .where(table.player_id == player_id)
        .order_by(table.since, table.until.is_(None), table.until)
    )
    known = tuple(
        Borne(name, epoch_ms(since), None if until is None else epoch_ms(until))
        for name, since, until in found
    )
    if not known:
        names = names or (Borne(_profile(person, names).name, _begun(person), None),)
        names = (
            Borne(names[0].name, min(names[0].since, _begun(person)), names[0].until),
            *names[1:],
        )
    last_seen = max((one.last for one in person.names.values()), default=0)
    right = fitted(known, names, last_seen=last_seen)
    if right == known:
        return
    await session.execute(delete(table).where(table.player_id == player_id))
    rows = [(player_id, one.name, one.since, one.until, standard(one.name)) for one in right]
    await insert_new(session, table.__table__, rows)


def _begun(person: Person) -> int:
    """From when on there was somebody, in ms."""
    times = [one.first for one in person.names.values()]
    times += [row.at for row in person.snapshots]
    times += [one.joined_at for one in person.members if one.joined_at is not None]
    if person.profile is not None and person.profile.registered_at is not None:
        times.append(epoch_ms(person.profile.registered_at))
    return min(times, default=0)


async def _stay(session: AsyncSession, clan_id: int, player_id: int, person: Person) -> bool:
    """Note that the player was a member, if that isn't known; returns whether it was news.

    The stay ends when they were last seen to be one. Whoever still is one goes on with it at the
    next harvest, which also says when it began.
    """
    seen = [one.seen_at for one in person.members if one.seen_at is not None]
    seen += [min(person.fetched), max(person.fetched)] if person.fetched else []
    if not seen:  # only members' histories were ever read
        seen = [max((row.at for row in person.snapshots), default=0)]
    joined = [one.joined_at for one in person.members if one.joined_at is not None]
    joined_at, left_at = min([*joined, *seen]), max([*joined, *seen])
    first = await session.scalar(
        select(func.min(MembershipRow.joined_at)).where(
            MembershipRow.clan_id == clan_id, MembershipRow.player_id == player_id
        )
    )
    if not left_at or (first is not None and epoch_ms(first) <= left_at):
        return False
    newest = max(person.members, key=lambda one: one.seen_at or 0, default=None)
    rank = newest.rank if newest is not None and newest.rank else _NO_RANK
    await session.execute(
        insert(MembershipRow).values(
            clan_id=clan_id,
            player_id=player_id,
            joined_at=from_epoch_ms(joined_at),
            left_at=from_epoch_ms(left_at),
            rank=rank,
        )
    )
    return True


async def _attribute(session: AsyncSession, clan_id: int, person: Person) -> None:
    """Whose words relayed names' are, as far as this player's names are concerned."""
    heard = await session.scalars(
        select(AuthorRow.id).where(
            AuthorRow.clan_id == clan_id, AuthorRow.name.in_([*person.names])
        )
    )
    if authors := list(heard):
        await attribute(session, clan_id, authors)

"""Whose history is each row of the predecessor's? Wise Old Man's player id in the JSON says it.

A first reading of all snapshots, without their values. Names don't decide, for two players may have
borne one; only a row of the list of members, which has no id, goes by the name that snapshots of
exactly one player bear. That list may hold a player twice, once with the spaces taken out.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from clanstats.legacy.accounts import Accounts, Refusal
from clanstats.legacy.instants import instant_ms
from clanstats.legacy.names import Sightings
from clanstats.legacy.observations import Glance, glance, observed
from clanstats.legacy.source import BOSSES, MEMBERS, SNAPSHOTS, Source, text
from clanstats.timestamps import epoch_ms
from clanstats.usernames import canonical, normalize, standard
from clanstats.wom.rows import WomPlayer

NAMELESS = Refusal("without a name")
STRANGER = Refusal("no snapshot says which player bears this name")
SHARED = Refusal("two players bear or bore this name")
NO_SNAPSHOT = Refusal("its snapshot isn't there")
LEFT_OUT = Refusal("its snapshot was refused")
FUTURE = Refusal("taken in the future, by its JSON; or is this machine's clock wrong?")
CONTRADICTED = Refusal("the JSON of its snapshot says otherwise")
_EVERY = 500  # rows


class SnapshotRow(NamedTuple):
    """A row that can be taken."""

    row: int  # SQLite's number of it
    at: int  # ms
    name: str  # in standard form; "" if it has none
    bosses: int  # rows of the bosses' table that say what its JSON says


class MemberRow(NamedTuple):
    """A row of the list of members; instants in ms."""

    name: str  # in standard form
    rank: str | None
    joined_at: int | None
    seen_at: int | None


@dataclass(slots=True)
class Person:
    """Everything that is one player's.

    Attributes:
        snapshots: In the file's order.
        members: Likewise.
        names: By standard form.
        profile: The newest page that was seen, if any.
        fetched: When their page was fetched, in ms: it was, of members.
    """

    wom_id: int
    snapshots: list[SnapshotRow] = field(default_factory=list)
    members: list[MemberRow] = field(default_factory=list)
    names: dict[str, Sightings] = field(default_factory=dict)
    profile: WomPlayer | None = None
    fetched: list[int] = field(default_factory=list)

    def see(self, name: str, at: int, *, told: bool) -> None:
        """Somebody called them so."""
        form = standard(name)
        if not form:
            return
        known = self.names.setdefault(form, Sightings(name, at, at, told))
        known.add(name, at, told=told)

    def take(self, other: "Person") -> None:
        """What is another's is this one's; a profile that is there stays."""
        self.snapshots += other.snapshots
        self.members += other.members
        self.fetched += other.fetched
        self.profile = self.profile or other.profile
        for seen in other.names.values():
            self.see(seen.name, seen.first, told=seen.told)
            self.see(seen.name, seen.last, told=seen.told)


@dataclass(frozen=True, slots=True)
class People:
    """All of them by Wise Old Man's id, and what became of the rows that are nobody's."""

    persons: dict[int, Person]
    accounts: Accounts


Told = Callable[[int], None]
# The ids of whom the name, in standard form, was at that instant (ms), as far as is known here.
Bearers = Callable[[str, int | None], Collection[int]]


def people(source: Source, bearers: Bearers, told: Told, *, now: datetime) -> People:
    """Read the file once.

    Args:
        source: The file.
        bearers: For members of whom there is no snapshot.
        told: Given the number of snapshots read, now and then.
        now: What is a day later can't be.
    """
    found: dict[int, Person] = {}
    accounts = Accounts()
    latest = epoch_ms(now + timedelta(days=1))
    bosses = _Bosses(source)
    columns = ("row", "id", "username", "timestamp", "total_xp", "raw_data")
    number = 0
    rows = source.rows(SNAPSHOTS, *columns, tail="ORDER BY id")
    for number, (row, key, username, timestamp, total_xp, json) in enumerate(rows, start=1):
        raw = json if isinstance(json, bytes) else None
        seen = glance(raw, total_xp=total_xp)
        if isinstance(seen, Glance) and seen.at > latest:
            seen = FUTURE
        told_by, its_bosses = _Row(row, text(username), text(timestamp), raw or b""), bosses.of(key)
        if isinstance(seen, Refusal):
            accounts[SNAPSHOTS].refuse(seen)
            accounts[BOSSES].refuse(LEFT_OUT, len(its_bosses))
        else:
            _place(found, accounts, seen, told_by, its_bosses)
        if number % _EVERY == 0:
            told(number)
    accounts[BOSSES].refuse(NO_SNAPSHOT, bosses.left())
    _members(source, found, accounts, bearers)
    told(number)
    return People(found, accounts)


class _Row(NamedTuple):
    row: int
    name: str | None
    timestamp: str | None
    json: bytes


def _place(
    found: dict[int, Person],
    accounts: Accounts,
    seen: Glance,
    told_by: _Row,
    bosses: Sequence[tuple[str, object]],
) -> None:
    """Give a snapshot to whom it is of."""
    agreeing = _agreeing(told_by.json, seen, bosses) if bosses else 0
    accounts[BOSSES].refuse(CONTRADICTED, len(bosses) - agreeing)
    person = found.setdefault(seen.wom_id, Person(seen.wom_id))
    name = canonical(told_by.name)
    person.snapshots.append(SnapshotRow(told_by.row, seen.at, standard(name), agreeing))
    if seen.profile is None:
        person.see(name, seen.at, told=False)
        return
    fetched = instant_ms(told_by.timestamp) or seen.at
    person.fetched.append(fetched)
    person.see(seen.profile.name, fetched, told=True)
    if person.profile is None or fetched >= max(person.fetched):
        person.profile = seen.profile


def _agreeing(json: bytes, seen: Glance, bosses: Sequence[tuple[str, object]]) -> int:
    whole = observed(json, seen.wom_id)
    if isinstance(whole, Refusal):
        return len(bosses)  # they share its fate
    return sum(whole.values.get(name, -1) == kills for name, kills in bosses)


class _Bosses:
    """The bosses' rows, beside the snapshots in the order of their ids."""

    def __init__(self, source: Source) -> None:
        columns = ("snapshot_id", "wom_snapshot_id", "boss_name", "kills")
        # What the second of them says is a copy that wasn't kept up.
        rows = source.rows(BOSSES, *columns, tail="ORDER BY coalesce(snapshot_id, wom_snapshot_id)")
        self._groups = groupby(rows, key=lambda row: row[0] if row[0] is not None else row[1])
        self._next: tuple[object, Sequence[tuple[str, object]]] | None = None
        self._dangling = 0
        self._advance()

    def of(self, snapshot_id: object) -> Sequence[tuple[str, object]]:
        """Those of this snapshot: names and kills. The next one's id has to be greater."""
        while self._next is not None and not _reaches(self._next[0], snapshot_id):
            self._dangling += len(self._next[1])
            self._advance()
        if self._next is None or self._next[0] != snapshot_id:
            return ()
        found = self._next[1]
        self._advance()
        return found

    def left(self) -> int:
        """How many are of no snapshot, once all were asked for."""
        while self._next is not None:
            self._dangling += len(self._next[1])
            self._advance()
        return self._dangling

    def _advance(self) -> None:
        key, rows = next(self._groups, (None, None))
        self._next = None
        if rows is not None:
            self._next = key, [(text(name) or "", kills) for _, _, name, kills in rows]


def _reaches(key: object, snapshot_id: object) -> bool:
    return isinstance(key, int) and isinstance(snapshot_id, int) and key >= snapshot_id


def _members(
    source: Source, found: dict[int, Person], accounts: Accounts, bearers: Bearers
) -> None:
    exact: defaultdict[str, set[int]] = defaultdict(set)
    alike: defaultdict[str, set[int]] = defaultdict(set)
    for person in found.values():
        for name in person.names:
            exact[name].add(person.wom_id)
            alike[normalize(name)].add(person.wom_id)
    for member in _listed(source):
        if not member.name:
            accounts[MEMBERS].refuse(NAMELESS)
            continue
        # A form without spaces may be the name of two; what bears it as it is comes first.
        owners = exact.get(member.name) or bearers(member.name, member.seen_at)
        if not owners and " " not in member.name:
            owners = alike.get(member.name, ())
        if len(owners) != 1:
            accounts[MEMBERS].refuse(SHARED if owners else STRANGER)
            continue
        (wom_id,) = owners
        person = found.setdefault(wom_id, Person(wom_id))
        person.members.append(member)
        if " " in member.name or member.name in exact:
            at = member.seen_at
            if at is not None:
                person.see(member.name, at, told=False)


def _listed(source: Source) -> Iterator[MemberRow]:
    for row in source.rows(MEMBERS, "username", "role", "joined_at", "last_updated"):
        name, rank, joined_at, seen_at = map(text, row)
        yield MemberRow(standard(name), rank or None, instant_ms(joined_at), instant_ms(seen_at))

"""Of whom is a snapshot's JSON, and what was observed? Its two shapes are told apart by content.

One is a snapshot as Wise Old Man's history lists it, the other a player's page with the latest
snapshot inside. What the predecessor put into columns beside it (totals, its own time, EHP and EHB
that it left at 0) is said better there, and not read.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from clanstats.legacy.accounts import Refusal
from clanstats.metrics import OVERALL
from clanstats.timestamps import epoch_ms
from clanstats.usernames import canonical, standard
from clanstats.wom import hiscores, reading
from clanstats.wom.errors import WomBadAnswerError
from clanstats.wom.reading import Id, Instant, utc_or_none
from clanstats.wom.rows import WomPlayer, WomSnapshot

MISS = Refusal("a hiscores miss: the overall XP is 0")
BARE = Refusal("without JSON: a total alone is no observation of a player")
UNREADABLE = Refusal("its JSON can't be read")
NO_SNAPSHOT = Refusal("its JSON holds no snapshot")
NOBODYS = Refusal("its JSON doesn't say which player it is of")
_NOTHING = frozenset({b"", b"None", b"null"})
_NULL = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Glance:
    """What a row is about: a first look, for which the values aren't read."""

    wom_id: int
    at: int  # ms
    profile: WomPlayer | None  # as the page said, in rows that hold one


class _Snapshot(msgspec.Struct, rename="camel", gc=False):
    created_at: Instant
    player_id: Id | None = None


class _Either(msgspec.Struct, rename="camel", gc=False):
    id: Id | None = None
    player_id: Id | None = None
    created_at: Instant | None = None
    data: msgspec.Raw = _NULL
    latest_snapshot: _Snapshot | None = None
    username: str = ""
    display_name: str = ""
    type: str = "unknown"
    build: str = "unknown"
    status: str = "active"
    country: str | None = None
    registered_at: Instant | None = None
    updated_at: Instant | None = None
    last_changed_at: Instant | None = None


class _Page(msgspec.Struct, rename="camel", gc=False):
    latest_snapshot: msgspec.Raw = _NULL


_EITHER = msgspec.json.Decoder(_Either)
_PAGE = msgspec.json.Decoder(_Page)


def glance(json: bytes | None, *, total_xp: object = None) -> Glance | Refusal:
    """Look whose row it is, and of when.

    Args:
        json: The text, if there is any.
        total_xp: The column's, which only tells two kinds of rows without JSON apart.
    """
    if json is None or json.strip() in _NOTHING:
        missed = isinstance(total_xp, int) and total_xp <= 0
        return MISS if missed else BARE
    try:
        found = _EITHER.decode(json)
    except reading.UNREADABLE:
        return UNREADABLE
    if found.latest_snapshot is not None:
        owner, at = found.id, found.latest_snapshot.created_at
        if found.latest_snapshot.player_id not in {None, owner}:
            return NOBODYS
    elif found.data != _NULL and found.created_at is not None:
        owner, at = found.player_id, found.created_at
    else:
        return NO_SNAPSHOT
    if owner is None:
        return NOBODYS
    return Glance(owner, epoch_ms(at), _profile(found))


def observed(json: bytes, wom_id: int) -> WomSnapshot | Refusal:
    """Read all of a row at which a `glance` was had."""
    raw = _PAGE.decode(json).latest_snapshot
    try:
        found = hiscores.latest(msgspec.Raw(json) if raw == _NULL else raw, wom_id)
    except WomBadAnswerError:
        return UNREADABLE
    if found is None:
        return NO_SNAPSHOT
    # Nobody who is ranked has none; the predecessor wrote what wasn't found as 0.
    return MISS if found.values.get(OVERALL) == 0 else found


def _profile(found: _Either) -> WomPlayer | None:
    name = canonical(found.display_name or found.username)
    if found.latest_snapshot is None or found.id is None or not name:
        return None
    return WomPlayer(
        wom_id=found.id,
        username=standard(found.username) or standard(name),
        name=name,
        account_type=found.type,
        build=found.build,
        status=found.status,
        country=found.country,
        registered_at=_utc(found.registered_at),
        updated_at=_utc(found.updated_at),
        last_changed_at=_utc(found.last_changed_at),
    )


def _utc(at: datetime | None) -> datetime | None:
    try:
        return utc_or_none(at)
    except ValueError:
        return None

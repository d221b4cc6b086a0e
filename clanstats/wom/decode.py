"""What do the group's page and its feeds say?"""

from datetime import UTC, datetime

import msgspec

from clanstats.wom import hiscores, reading
from clanstats.wom.reading import Count, Id, Instant, Problems, Text, utc, utc_or_none
from clanstats.wom.rows import (
    Decoded,
    WomAchievement,
    WomActivity,
    WomGroup,
    WomMembership,
    WomNameChange,
    WomPlayer,
    WomUpdate,
)

_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)  # how Wise Old Man writes "nobody knows when"


def group(answer: bytes) -> WomGroup:
    """Read a group's page.

    Raises:
        WomBadAnswerError: It isn't one; without a list of members, nobody can be said to be absent.
    """
    try:
        page = _GROUP.decode(answer)
    except reading.UNREADABLE as error:
        raise reading.bad_answer(error) from error
    roles = reading.read(page.role_orders, _ranked_role)
    members = reading.read(page.memberships, _membership)
    said = page.member_count if isinstance(page.member_count, int) else 0
    absent = max(0, said - len(members.rows) - members.skipped)
    unsaid = (f"{absent} of {said} members aren't in the list",) if absent else ()
    return WomGroup(
        group_id=page.id,
        name=page.name,
        role_order=tuple(role for _, role in sorted(roles.rows)),
        memberships=tuple(members.rows),
        skipped=members.skipped + absent,
        problems=(*members.problems, *unsaid, *roles.problems),
    )


def activity(answer: bytes) -> Decoded[WomActivity]:
    """Read a page of the activity feed, newest first."""
    return reading.read(reading.rows(answer), _activity)


def name_changes(answer: bytes) -> Decoded[WomNameChange]:
    """Read a page of name changes, newest first; those that aren't approved are left out."""
    return reading.read(reading.rows(answer), _name_change)


def achievements(answer: bytes) -> Decoded[WomAchievement]:
    """Read a page of achievements, newest first; those of unknown date come last."""
    return reading.read(reading.rows(answer), _achievement)


def queued(answer: bytes) -> int:
    """How many members an update was asked for.

    Raises:
        WomBadAnswerError: It doesn't say.
    """
    try:
        return _QUEUED.decode(answer).count
    except reading.UNREADABLE as error:
        raise reading.bad_answer(error) from error


def update(answer: bytes) -> WomUpdate:
    """Read a player's own page, as an update answers with it.

    Raises:
        WomBadAnswerError: It isn't one.
    """
    try:
        page = _PAGE.decode(answer)
        player = _player(page)
    except reading.UNREADABLE as error:
        raise reading.bad_answer(error) from error
    return WomUpdate(
        player=player,
        snapshot=hiscores.latest(page.latest_snapshot, player.wom_id),
        annotations=tuple(annotation.type for annotation in page.annotations),
    )


class _Player(msgspec.Struct, rename="camel"):
    id: Id
    username: Text
    display_name: Text
    type: str
    build: str
    status: str
    updated_at: Instant | None
    country: str | None = None
    registered_at: Instant | None = None
    last_changed_at: Instant | None = None


class _Annotation(msgspec.Struct):
    type: str


class _Page(_Player, rename="camel"):
    latest_snapshot: msgspec.Raw = msgspec.Raw(b"null")
    annotations: list[_Annotation] = []


class _RoleOrder(msgspec.Struct):
    role: str
    index: int


class _Membership(msgspec.Struct, rename="camel"):
    player: _Player
    role: str
    created_at: Instant


class _Group(msgspec.Struct, rename="camel"):
    id: Id
    name: str
    memberships: list[msgspec.Raw]
    role_orders: list[msgspec.Raw] = []
    member_count: object = None


class _Named(msgspec.Struct, rename="camel"):
    display_name: Text


class _Activity(msgspec.Struct, rename="camel"):
    player_id: Id
    player: _Named
    type: Text
    created_at: Instant
    role: str | None = None
    previous_role: str | None = None


class _NameChange(msgspec.Struct, rename="camel"):
    id: Id
    player_id: Id
    old_name: Text
    new_name: Text
    status: str
    created_at: Instant
    resolved_at: Instant | None = None


class _Achievement(msgspec.Struct, rename="camel"):
    player_id: Id
    name: Text
    metric: Text
    threshold: Count
    measure: str
    created_at: Instant


class _Queued(msgspec.Struct):
    count: int


_PAGE = msgspec.json.Decoder(_Page)
_GROUP = msgspec.json.Decoder(_Group)
_ROLE_ORDER = msgspec.json.Decoder(_RoleOrder)
_MEMBERSHIP = msgspec.json.Decoder(_Membership)
_ACTIVITY = msgspec.json.Decoder(_Activity)
_NAME_CHANGE = msgspec.json.Decoder(_NameChange)
_ACHIEVEMENT = msgspec.json.Decoder(_Achievement)
_QUEUED = msgspec.json.Decoder(_Queued)


def _ranked_role(raw: msgspec.Raw, _: Problems) -> tuple[tuple[int, str]]:
    order = _ROLE_ORDER.decode(raw)
    return ((order.index, order.role),)


def _membership(raw: msgspec.Raw, _: Problems) -> tuple[WomMembership]:
    row = _MEMBERSHIP.decode(raw)
    return (WomMembership(_player(row.player), row.role, utc(row.created_at)),)


def _player(player: _Player) -> WomPlayer:
    return WomPlayer(
        wom_id=player.id,
        username=player.username,
        name=player.display_name,
        account_type=player.type,
        build=player.build,
        status=player.status,
        country=player.country,
        registered_at=utc_or_none(player.registered_at),
        updated_at=utc_or_none(player.updated_at),
        last_changed_at=utc_or_none(player.last_changed_at),
    )


def _activity(raw: msgspec.Raw, _: Problems) -> tuple[WomActivity]:
    row = _ACTIVITY.decode(raw)
    return (
        WomActivity(
            wom_id=row.player_id,
            name=row.player.display_name,
            kind=row.type,
            role=row.role,
            previous_role=row.previous_role,
            at=utc(row.created_at),
        ),
    )


def _name_change(raw: msgspec.Raw, _: Problems) -> tuple[WomNameChange, ...]:
    row = _NAME_CHANGE.decode(raw)
    if row.status != "approved":
        return ()
    return (
        WomNameChange(
            name_change_id=row.id,
            wom_id=row.player_id,
            old_name=row.old_name,
            new_name=row.new_name,
            created_at=utc(row.created_at),
            resolved_at=utc_or_none(row.resolved_at),
        ),
    )


def _achievement(raw: msgspec.Raw, _: Problems) -> tuple[WomAchievement]:
    row = _ACHIEVEMENT.decode(raw)
    return (
        WomAchievement(
            wom_id=row.player_id,
            name=row.name,
            metric=row.metric,
            threshold=row.threshold,
            measure=row.measure,
            achieved_at=None if row.created_at == _NO_DATE else utc(row.created_at),
        ),
    )

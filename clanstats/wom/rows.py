"""What does Wise Old Man say, once it has been read and checked?

Roles, statuses and metrics stay the strings that were sent: upstream adds to all three. Instants
are aware UTC. Values are integers in the metric's stored scale (EHP and EHB times 100,000);
unranked ones (-1) are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from clanstats.metrics import MetricKind

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class WomPlayer:
    """A profile. Its `wom_id` survives renames; its names don't."""

    wom_id: int
    username: str  # the standard form: lower case, "_" and "-" as spaces
    name: str  # as the player spells it
    account_type: str
    build: str
    status: str
    country: str | None
    registered_at: datetime | None
    updated_at: datetime | None  # None: never tracked
    last_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class WomMembership:
    """A player's place in the group."""

    player: WomPlayer
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class WomGroup:
    """The clan as it stands now."""

    group_id: int
    name: str
    role_order: tuple[str, ...]  # highest first; empty when the clan has set none
    memberships: tuple[WomMembership, ...]
    skipped: int = 0  # membership rows that couldn't be read: absent here is then not "left"
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WomSnapshot:
    """Everything observed of one player at one instant; the key is (wom_id, taken_at)."""

    wom_id: int
    taken_at: datetime  # Wise Old Man's milliseconds
    values: Mapping[str, int]  # by metric name, scaled; only what is ranked
    kinds: Mapping[str, MetricKind]  # of metrics that the catalogue doesn't list


@dataclass(frozen=True, slots=True)
class WomUpdate:
    """A player whose hiscores Wise Old Man has just read."""

    player: WomPlayer
    snapshot: WomSnapshot | None  # None: it has never seen any
    annotations: tuple[str, ...]  # "opt_out", "fake_f2p", or what upstream adds


@dataclass(frozen=True, slots=True)
class WomActivity:
    """A line of the group's activity feed, which is not append-only."""

    wom_id: int
    name: str
    kind: str  # "joined", "left", "changed_role", or what upstream adds
    role: str | None
    previous_role: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class WomNameChange:
    """An approved rename."""

    name_change_id: int
    wom_id: int
    old_name: str
    new_name: str
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class WomAchievement:
    """A milestone; the key is (wom_id, name), its date may be rewritten later."""

    wom_id: int
    name: str
    metric: str
    threshold: int
    measure: str
    achieved_at: datetime | None  # None when Wise Old Man doesn't know


@dataclass(frozen=True, slots=True)
class WomCompetition:
    """A contest of the group's members; Wise Old Man may change all of it but its ID."""

    competition_id: int
    title: str
    metrics: tuple[str, ...]  # whose gains are added up; usually one
    starts_at: datetime
    ends_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WomPlace:
    """How well someone did in a competition; who gained nothing has none."""

    wom_id: int
    place: int  # 1 is the best


@dataclass(frozen=True, slots=True)
class Decoded(Generic[T_co]):
    """The rows of one answer that could be read, and how many could not."""

    rows: Sequence[T_co]
    skipped: int = 0
    problems: Sequence[str] = ()  # the first few, in words, for the log

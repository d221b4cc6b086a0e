"""Who is in the make-believe clan, and when did what about them change?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from demo.world.styles import Style


class Case(StrEnum):
    """What makes a player awkward; one of each, as far as the clan is large enough."""

    NEVER_TRACKED = "never_tracked"
    ARCHIVED = "archived"  # moved aside after an unexplained drop; the name goes on elsewhere
    SUCCESSOR = "successor"  # who has an archived player's name now; not in the clan
    FLAGGED = "flagged"
    BANNED = "banned"
    UNRANKED = "unranked"
    STALE = "stale"  # in the clan, but not updated for three weeks
    RENAMED = "renamed"
    RENAMED_TWICE = "renamed_twice"
    RECAPITALISED = "recapitalised"  # "Yuna" became "YUNA"
    SWAPPED = "swapped"  # two members who exchanged their names
    SYNCED_FIRST = "synced_first"  # the clan was synced before the rename was known
    STAND_IN = "stand_in"  # the profile that had the new name until then
    LOOKALIKE = "lookalike"  # "Noob Man" and "NoobMan": two players
    NEVER_CHANGES = "never_changes"
    RETURNED = "returned"  # after months away
    FADED = "faded"  # neither plays nor says a word any longer; linked
    ROLLED_BACK = "rolled_back"  # lost the last session's experience
    DIED = "died"  # was a hardcore ironman
    PATCHY = "patchy"  # missed by every third update
    REJOINED = "rejoined"
    NEWCOMER = "newcomer"  # joined in the last weeks
    NEW_ACCOUNT = "new_account"  # a newcomer never tracked before joining
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Dated:
    """What something was called from `at` on."""

    at: datetime
    what: str


def as_of(dated: Sequence[Dated], at: datetime) -> str:
    """What held at `at`; the first of `dated`, oldest first, also holds before its date."""
    held = dated[0]
    for each in dated:
        if each.at <= at:
            held = each
    return held.what


@dataclass(frozen=True, slots=True)
class Stay:
    """One membership, from joining to leaving."""

    joined_at: datetime
    left_at: datetime | None
    roles: tuple[Dated, ...]  # oldest first; the first dates from joining
    join_logged: bool = True  # False: no "joined" line in the feed, as for founding members
    listed_from: datetime | None = None  # when later than joined_at: backdated by a merge
    feed_until: datetime | None = None  # its lines are then deleted from the feed

    def covers(self, at: datetime) -> bool:
        """Whether the group lists this membership at `at`."""
        return (self.listed_from or self.joined_at) <= at and (
            self.left_at is None or at < self.left_at
        )


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end`; None is open."""

    start: datetime
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether `at` lies inside, the end left out."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Person:
    """A player, as the clan's history knows them; what they achieved is in `History`."""

    wom_id: int
    names: tuple[Dated, ...]  # as displayed, oldest first
    account_types: tuple[Dated, ...]
    statuses: tuple[Dated, ...]
    build: str
    country: str | None
    style: Style
    case: Case | None
    known: Span  # while Wise Old Man has this profile
    tracked: Span | None  # while it is updated; None: never
    stays: tuple[Stay, ...]
    breaks: tuple[Span, ...] = ()  # without playing
    silent_from: datetime | None = None  # on Discord and in game chat, too
    rolled_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The clan itself."""

    group_id: int
    name: str
    clan_chat: str
    description: str
    homeworld: int
    verification_code: str
    role_order: tuple[str, ...]  # highest first
    founded_at: datetime

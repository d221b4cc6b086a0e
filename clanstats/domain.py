"""Which values pass between the store, the analysis and the pictures?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from clanstats.metrics import Metric, MetricKind


class UnknownReason(StrEnum):
    """Why a number can't be given. Never shown as 0."""

    NEVER_TRACKED = "never_tracked"  # Wise Old Man holds no snapshot of this player
    ARCHIVED = "archived"  # Wise Old Man moved the profile aside; its numbers are not this person's
    NOT_UPDATED = "not_updated"  # no observation inside the window
    NO_BASELINE = "no_baseline"  # observed once only, so nothing has been measured yet
    UNRANKED = "unranked"  # below the hiscores' threshold for this metric
    NEWLY_RANKED = "newly_ranked"  # entered the hiscores in the window; what came before is unknown
    NOT_LINKED = (
        "not_linked"  # no Discord account is linked, and game chat never had a word of them
    )
    NOT_READ = "not_read"  # no channel was read, or no voice channel watched, in the window


class GainPolicy(StrEnum):
    """From where a gain is counted."""

    AS_OF = "as_of"  # from what was known when the window began
    WOM = "wom"  # from the first snapshot inside the window, as Wise Old Man's own pages do


@dataclass(frozen=True, slots=True)
class Window:
    """A period: after `start`, up to and including `end`; both aware UTC."""

    start: datetime
    end: datetime

    @classmethod
    def last(cls, days: float, *, now: datetime) -> Self:
        """The `days` before `now`."""
        return cls(now - timedelta(days=days), now)

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    @property
    def before(self) -> "Window":
        """The period of the same length that ends where this one starts."""
        return Window(self.start - self.length, self.start)


@dataclass(frozen=True, slots=True)
class Member:
    """A player as a member of the clan in question."""

    player_id: int
    wom_id: int
    name: str
    rank: str | None  # in the clan, as Wise Old Man spells it ("deputy_owner"); None after leaving
    account_type: str  # "regular", "ironman", "hardcore", "ultimate", "unknown"
    status: str = "active"  # "active", "unranked", "flagged", "archived", "banned"


@dataclass(frozen=True, slots=True)
class Gain:
    """What one player gained of one metric in one window.

    Values are in the metric's own unit: XP, kills, score, messages, or hours (EHP, EHB, voice).
    """

    member: Member
    value: float | None  # may be negative after a rollback; None when unknown
    unknown: UnknownReason | None  # set exactly when value is None
    since: datetime | None = None  # set when counting began after the window's start
    start: float | None = None
    end: float | None = None
    observed_at: datetime | None = None  # the newest observation the answer rests on
    partial: bool = False  # of talk: no Discord account is linked, so game chat is all there is

    @property
    def shown(self) -> float | None:
        """The gain as people are shown it: a loss counts as nothing gained."""
        return None if self.value is None else max(self.value, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a leaderboard; equal values share a place."""

    place: int
    gain: Gain
    previous_place: int | None  # in the window before; None when not known there

    @property
    def climbed(self) -> int | None:
        """Places gained since the window before; negative when fallen."""
        return None if self.previous_place is None else self.previous_place - self.place


@dataclass(frozen=True, slots=True)
class ChannelsRead:
    """How much of a clan's channels is known of a window.

    Threads count as channels; channels that are gone don't, but for those that are lost.
    """

    channels: int
    complete: int  # read from the window's start to its end, without a hole
    behind: int  # readable, but not read up to the window's end
    unreadable: int  # the bot isn't allowed to
    since: (
        datetime | None
    )  # from when on all that are neither are complete; before or in the window
    first: datetime | None  # from when on any of it is known; None when nothing is
    lost: int = 0  # gone before they were read throughout: it will never be known

    @property
    def whole(self) -> bool:
        """Whether nothing is missing but what the bot may not read."""
        known = self.complete + self.unreadable == self.channels and not self.lost
        return self.first is not None and known


@dataclass(frozen=True, slots=True)
class Unshown:
    """What those who are hidden from a board add to its counts and its sum."""

    members: int
    unknown: int  # of them, those about whom no number can be given
    idle: int  # of them, those whose number is 0
    total: float


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Everyone in the clan at the window's end, in order of one metric.

    `window` is None when totals are ranked rather than gains. On a board of talk a person with
    several accounts has one line.
    """

    metric: Metric
    window: Window | None
    as_of: datetime
    policy: GainPolicy
    standings: Sequence[Standing]  # best first; equal ones by name
    unknown: Sequence[Gain]  # members about whom no number can be given, by name
    read: ChannelsRead | None = None  # of messages only
    watched_since: datetime | None = None  # of voice only: what came before is unknown
    unshown: Unshown = Unshown(0, 0, 0, 0)  # who is in neither, as they don't want to be

    @property
    def of_gains(self) -> bool:
        """Whether it ranks what was come by, so that who came by nothing has no place."""
        return self.window is not None or self.metric.kind is MetricKind.TALK

    @property
    def members(self) -> int:
        """How many are on it, those who are hidden among them."""
        return len(self.standings) + len(self.unknown) + self.unshown.members

    @property
    def known(self) -> int:
        """About how many of them a number can be given."""
        return len(self.standings) + self.unshown.members - self.unshown.unknown

    @property
    def idle(self) -> int:
        """How many of them have gained, or have, nothing."""
        return sum(not standing.gain.shown for standing in self.standings) + self.unshown.idle

    @property
    def observed(self) -> tuple[datetime, datetime] | None:
        """When the least and the most recently observed member was; None if nobody was."""
        known = [standing.gain for standing in self.standings]
        times = [line.observed_at for line in (*known, *self.unknown) if line.observed_at]
        return (min(times), max(times)) if times else None

    @property
    def total(self) -> float:
        """The sum over those who are known, also those who are hidden."""
        shown = sum(standing.gain.shown or 0 for standing in self.standings)
        return shown + self.unshown.total


@dataclass(frozen=True, slots=True)
class MetricProgress:
    """One metric of one player: how much there is, and how much of it came in the window."""

    metric: Metric
    value: float | None  # None when unranked or never observed
    gain: Gain


@dataclass(frozen=True, slots=True)
class WeekGain:
    """What was gained in one week of the clan's calendar; value None when unknown."""

    window: Window
    value: float | None
    unknown: UnknownReason | None
    partial: bool = False  # there may be more: of messages, where channels aren't all read


@dataclass(frozen=True, slots=True)
class Talk:
    """What one person said in a window, all of their accounts together."""

    messages: Gain
    voice: Gain  # hours
    place: int | None  # by messages, among the persons in the clan; None without messages
    active_days: int | None  # days of the clan's calendar with a message; None when unknown
    last_message_at: datetime | None  # on Discord; all three by the window's end
    last_game_chat_at: datetime | None  # in relayed game chat
    last_voice_at: datetime | None
    read: ChannelsRead
    watched_since: datetime | None  # from when on voice is known; None when it isn't at all
    weeks: Sequence[WeekGain]  # messages by week, oldest first
    accounts: int = 1  # of the person, the one asked about among them


@dataclass(frozen=True, slots=True)
class HourOfWeek:
    """One of the 168 hours of a week, over all the weeks that were looked at."""

    messages: int
    hours: float  # how much time the window has of it; 0 when it doesn't reach it

    @property
    def rate(self) -> float | None:
        """Messages an hour; None when nothing is known."""
        return self.messages / self.hours if self.hours else None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """When messages are written."""

    window: Window  # the known part of the one that was asked about
    hours: Sequence[HourOfWeek]  # 168 of the clan's clock from Monday 00:00; empty when unknown
    unknown: UnknownReason | None = None
    partial: bool = False  # game chat only

    @property
    def total(self) -> int:
        """All messages in it."""
        return sum(hour.messages for hour in self.hours)


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of one player in game, at one instant."""

    member: Member
    names: Sequence[str]  # earlier names, newest first; the present one left out
    joined_at: datetime | None
    left_at: datetime | None
    window: Window
    metrics: Sequence[MetricProgress]  # in the catalogue's order
    overall_place: int | None  # among the clan's known members, by XP gained in the window
    members: int
    last_progress_at: datetime | None  # when Wise Old Man last saw a change
    observed_at: datetime | None  # newest snapshot
    weeks: Sequence[WeekGain]  # XP by week, oldest first
    talk: Talk | None = None  # None: not asked for


@dataclass(frozen=True, slots=True)
class Point:
    """A value at an instant."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one player, and from when to when."""

    member: Member
    snapshots: int
    first_at: datetime | None
    last_at: datetime | None

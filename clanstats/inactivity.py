"""Who has gone quiet, and what is to be done about it? Rules decide, this sorts and words it.

Nobody is in a list for removal who wasn't asked first, who answered, who is away or exempt, or of
whom it isn't known.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from clanstats.domain import Member
from clanstats.rules.leaves import Leaf

_DAY = timedelta(days=1)
_OFTEN = 0.8  # of the days observed: then not much can have been missed
_SOMETIMES = 0.4
_LOOKED = 30  # days
_LEAST = 14  # days for which an answer counts


class Section(StrEnum):
    """What has to be done about somebody."""

    READY = "ready"  # asked, and didn't answer in time
    TO_NOTIFY = "to notify"  # inactive, and nobody asked yet
    IN_NOTICE = "in notice"  # asked, and has time left
    AWAY = "away"
    AT_RISK = "at risk"
    CANT_TELL = "can't tell"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody was asked whether they are still there."""

    notice_id: int
    sent_at: datetime
    deadline: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An officer said that somebody is never to be listed as inactive, or not for some time."""

    since: datetime
    until: datetime | None  # None: until an officer ends it
    set_by: int  # Discord user; 0 who asked to be forgotten


@dataclass(frozen=True, slots=True)
class Signs:
    """When somebody was last seen, by sort of sign; None is never."""

    xp_at: datetime | None = None
    boss_at: datetime | None = None
    message_at: datetime | None = None
    game_chat_at: datetime | None = None
    voice_at: datetime | None = None
    changed_at: datetime | None = None  # as Wise Old Man says
    observed_at: datetime | None = None  # when it last looked

    @property
    def game_at(self) -> datetime | None:
        return _newest(self.xp_at, self.boss_at, self.changed_at)

    @property
    def chat_at(self) -> datetime | None:
        return _newest(self.message_at, self.game_chat_at, self.voice_at)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to say of one member, whether they are inactive or not."""

    member: Member
    joined_at: datetime
    outcome: bool | None  # of the rules: None can't be told
    rule_id: str | None  # that holds, or that can't be told
    leaves: Sequence[Leaf]
    notice_days: int
    at_risk: bool
    signs: Signs
    days_observed: int  # of the last 30
    channels_whole: bool  # whether all channels that can be read are, these 30 days
    linked: bool
    away_until: datetime | None = None
    exemption: Exemption | None = None
    officer: bool = False
    notice: Notice | None = None
    churn: str | None = None  # why they seem about to leave, and how often that was right


class Confidence(StrEnum):
    """How much was looked at."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Row:
    """One member in a section."""

    known: Known
    section: Section
    verdict: str
    confidence: Confidence
    why: str  # for the confidence
    fixes: Sequence[str] = ()  # what would tell, of who can't be told


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Everyone that officers have to look at, and how many were."""

    as_of: datetime
    checked: int
    rows: Sequence[Row]  # by section, the longest quiet first
    ranks: Counter[str | None]  # of everyone checked

    def of(self, section: Section) -> Sequence[Row]:
        """One section."""
        return tuple(row for row in self.rows if row.section is section)

    def only(self, rank: str) -> Self:
        """The same of those who hold a rank; none of them is judged otherwise for it."""
        rows = tuple(row for row in self.rows if row.known.member.rank == rank)
        return replace(self, checked=self.ranks[rank], rows=rows)


def inactive(members: Sequence[Known], as_of: datetime) -> Inactivity:
    """Sort members into what has to be done about them; who is active is in no section."""
    rows = [row for one in members if (row := _row(one, as_of)) is not None]
    order = list(Section)
    rows.sort(key=lambda row: (order.index(row.section), _quietness(row.known, as_of)))
    ranks = Counter(one.member.rank for one in members)
    return Inactivity(as_of, len(members), tuple(rows), ranks)


def condition(days: int, signal: str = "any") -> str:
    """The rule that an officer asks for with a number of days, in the rules' language.

    Args:
        days: Of silence.
        signal: "game", "discord", "both" (quiet in each of them) or "any" (no sign at all).
    """
    quiet = {
        "game": f"quiet_days.game >= {days}",
        "discord": f"quiet_days.chat >= {days}",
        "both": f"quiet_days.game >= {days} and quiet_days.chat >= {days}",
    }.get(signal, f"quiet_days >= {days}")
    return f"tenure.days >= {min(days, _LOOKED)} and {quiet}"


def rules_for(days: int, signal: str = "any") -> str:
    """A rules file with that one rule."""
    return (
        'schema = 1\n[[rule]]\nid = "quiet"\nkind = "inactive"\n'
        f'when = "{condition(days, signal)}"\nunless = "away or exempt"\n'
        f'[inactive]\nat_risk = "{condition(max(days // 2, 1), signal)}"\n'
    )


def days_ago(at: datetime | None, now: datetime) -> str:
    """How long ago that was: "34 d", "today", or "never"."""
    if at is None:
        return "never"
    days = (now - at) // _DAY
    return f"{days:,} d" if days else "today"


def _row(known: Known, as_of: datetime) -> Row | None:
    section = _section(known, as_of)
    if section is None:
        return None
    confidence, why = _confidence(known)
    return Row(
        known,
        section,
        _verdict(known, section, as_of),
        confidence,
        why,
        _fixes(known) if section is Section.CANT_TELL else (),
    )


def _section(known: Known, as_of: datetime) -> Section | None:
    if known.away_until is not None:
        return Section.AWAY
    if known.exemption is not None:
        return Section.EXEMPT
    if known.outcome is True:
        return _of_inactive(known, as_of)
    if known.outcome is None:
        return Section.CANT_TELL
    at_risk = (known.at_risk and not known.officer) or known.churn is not None
    return Section.AT_RISK if at_risk else None


def _of_inactive(known: Known, as_of: datetime) -> Section | None:
    notice = known.notice
    if notice is None:
        return Section.TO_NOTIFY
    if notice.answered_at is not None:
        # The answer is a sign of life: it stops the clock for a while, then they are asked again.
        silent = as_of - notice.answered_at
        return None if silent < max(2 * known.notice_days, _LEAST) * _DAY else Section.TO_NOTIFY
    if notice.deadline > as_of:
        return Section.IN_NOTICE
    # Whoever was seen since, or has joined anew, fell silent again: of that nobody asked them.
    seen = _newest(known.joined_at, known.signs.game_at, known.signs.chat_at)
    return Section.TO_NOTIFY if seen is not None and seen > notice.sent_at else Section.READY


def _verdict(known: Known, section: Section, as_of: datetime) -> str:
    game, chat = known.signs.game_at, known.signs.chat_at
    played = "never seen in game" if game is None else f"quiet {days_ago(game, as_of)} in game"
    quiet = f"{played}, {_heard(chat, as_of)}".capitalize()
    notice = known.notice
    ends = {
        Section.READY: "asked, and no answer in time",
        Section.TO_NOTIFY: "ask whether they are still there",
        Section.IN_NOTICE: (
            "" if notice is None else f"has {(notice.deadline - as_of) // _DAY + 1} d to answer"
        ),
        Section.AWAY: "away, as they said",
        Section.AT_RISK: "not inactive yet",
        Section.CANT_TELL: "whether they are inactive can't be told",
        Section.EXEMPT: "exempt, whether they are inactive or not",
    }
    if section is Section.AT_RISK and known.churn is not None:
        return f"{quiet}: {known.churn}."
    return f"{quiet}: {ends[section]}."


def _heard(at: datetime | None, now: datetime) -> str:
    said = days_ago(at, now)
    return {"never": "never heard", "today": "heard today"}.get(said, f"last heard {said} ago")


def _confidence(known: Known) -> tuple[Confidence, str]:
    share = known.days_observed / _LOOKED
    seen = f"observed on {known.days_observed} of {_LOOKED} days"
    read = "all channels read" if known.channels_whole else "not all channels read"
    linked = "" if known.linked else ", no Discord account linked"
    why = f"{seen}, {read}{linked}"
    if share >= _OFTEN and known.channels_whole and known.linked:
        return Confidence.HIGH, why
    return (Confidence.MEDIUM if share >= _SOMETIMES else Confidence.LOW), why


def _fixes(known: Known) -> Sequence[str]:
    """The reasons why it can't be told, each once; they say what would help."""
    return tuple(
        dict.fromkeys(
            fact.unknown
            for leaf in known.leaves
            if leaf.decides and leaf.outcome is None
            for fact in leaf.facts
            if fact.unknown
        )
    )


def _quietness(known: Known, as_of: datetime) -> tuple[float, str]:
    last = _newest(known.signs.game_at, known.signs.chat_at)
    ago = float("inf") if last is None else (as_of - last) / _DAY
    return -ago, known.member.name.lower()


def _newest(*signs: datetime | None) -> datetime | None:
    return max((one for one in signs if one is not None), default=None)

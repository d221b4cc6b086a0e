"""What do we hold on a person? Every table that refers to one, read for whoever asks.

A table that isn't here, nor among those that are about nobody, makes a test fail.
"""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import written_at
from clanstats.db.models import (
    AchievementRow,
    AnnouncementRow,
    AuditRow,
    CaseRow,
    DecisionRow,
    ExemptionRow,
    MembershipRow,
    MutedMemberRow,
    NameChangeRow,
    NoticeRow,
    PlayerNameRow,
    PointsRow,
    RankChangeRow,
    RuleStateRow,
    SnapshotRow,
)
from clanstats.privacy import rows
from clanstats.privacy.person import Person
from clanstats.privacy.rows import Rows
from clanstats.timestamps import from_epoch_ms

_PAGE = 5000  # rows a fetch, so that nothing else waits long for the event loop


@dataclass(frozen=True, slots=True)
class Holding:
    """One table's rows about a person; one of `columns` may be called `at`: from when it is."""

    table: str
    what: str  # in plain words, plural
    rows: Callable[[Person], Rows]
    dated: Callable[[Any], datetime] | None = None  # reads `at`


@dataclass(frozen=True, slots=True)
class Count:
    """How much is held, and from when on."""

    table: str
    what: str
    rows: int
    first_at: datetime | None  # None: it has no date


async def counted(session: AsyncSession, who: Person) -> Sequence[Count]:
    """How much of everything is held; what there is none of is left out."""
    found = []
    for holding in HOLDINGS:
        held = holding.rows(who).subquery()
        first = func.min(held.c.at) if holding.dated else literal(None)
        number, at = (await session.execute(select(func.count(), first).select_from(held))).one()
        if number:
            first_at = holding.dated(at) if holding.dated and at is not None else None
            found.append(Count(holding.table, holding.what, number, first_at))
    return tuple(found)


async def pages(
    session: AsyncSession, holding: Holding, who: Person
) -> AsyncIterator[tuple[Sequence[str], Sequence[tuple[Any, ...]]]]:
    """All rows of a holding and what their columns are called, some thousand at a time."""
    # The session sees one unchanging state, so that the pages are of one and the same order.
    for first in itertools.count(0, _PAGE):
        found = await session.execute(holding.rows(who).limit(_PAGE).offset(first))
        page = found.all()
        yield tuple(found.keys()), page
        if len(page) < _PAGE:
            return


def _as_it_is(at: datetime) -> datetime:
    return at


HOLDINGS: tuple[Holding, ...] = (
    Holding("authors", "names and accounts you write under", rows.authors),
    Holding("messages", "messages (when, where, how long; not what)", rows.messages, written_at),
    Holding("message_counts", "sums of your messages, by about 25 days", rows.counts),
    Holding("attributions", "notes on which player's messages these are", rows.attributions),
    Holding("voice_sessions", "times in voice", rows.voice, _as_it_is),
    Holding("word_counts", "words counted by week", rows.words, _as_it_is),
    Holding("links", "links between Discord and players", rows.links, _as_it_is),
    Holding("links", "links you made for others", rows.made, _as_it_is),
    Holding("link_claims", "claims to play an account", rows.claims, _as_it_is),
    Holding("absences", "absences", rows.absences, _as_it_is),
    Holding("absences", "absences you noted for others", rows.announced, _as_it_is),
    Holding("departures", "notes that you left the server", rows.departures, _as_it_is),
    Holding("hidden", "wishes to be hidden", rows.hidden, _as_it_is),
    Holding(
        "announcements",
        "news of you that was announced",
        lambda who: rows.of_players(
            who,
            AnnouncementRow,
            AnnouncementRow.kind,
            AnnouncementRow.subject,
            AnnouncementRow.value,
            at=AnnouncementRow.at,
        ),
        _as_it_is,
    ),
    Holding(
        "muted_members",
        "wishes not to be named in posts",
        lambda who: rows.of_players(who, MutedMemberRow, at=MutedMemberRow.since),
        _as_it_is,
    ),
    Holding("players", "Wise Old Man profiles", rows.players),
    Holding(
        "player_names",
        "names",
        lambda who: rows.of_players(
            who, PlayerNameRow, PlayerNameRow.name, PlayerNameRow.until, at=PlayerNameRow.since
        ),
        _as_it_is,
    ),
    Holding(
        "name_changes",
        "approved renames",
        lambda who: rows.of_players(
            who,
            NameChangeRow,
            NameChangeRow.old_name,
            NameChangeRow.new_name,
            at=NameChangeRow.changed_at,
        ),
        _as_it_is,
    ),
    Holding(
        "memberships",
        "stays in the clan",
        lambda who: rows.of_players(
            who,
            MembershipRow,
            MembershipRow.left_at,
            MembershipRow.rank,
            at=MembershipRow.joined_at,
        ),
        _as_it_is,
    ),
    Holding(
        "rank_changes",
        "changes of rank",
        lambda who: rows.of_players(
            who,
            RankChangeRow,
            RankChangeRow.rank,
            RankChangeRow.previous_rank,
            at=type_coerce(RankChangeRow.at, BigInteger),
        ),
        from_epoch_ms,
    ),
    Holding(
        "clan_activity", "joins, leaves and ranks as Wise Old Man told", rows.activity, _as_it_is
    ),
    Holding("game_events", "broadcasts about you (drops, levels, …)", rows.events, written_at),
    Holding(
        "snapshots",
        "looks at your hiscores",
        lambda who: rows.of_players(who, SnapshotRow, at=SnapshotRow.taken_at),
        from_epoch_ms,
    ),
    Holding("metric_values", "changes of XP, kills and scores", rows.values, from_epoch_ms),
    Holding(
        "achievements",
        "achievements",
        lambda who: rows.of_players(
            who,
            AchievementRow,
            AchievementRow.name,
            AchievementRow.metric,
            AchievementRow.threshold,
            at=AchievementRow.achieved_at,
        ),
        _as_it_is,
    ),
    Holding("competition_places", "places in competitions", rows.places, _as_it_is),
)
_OF_OFFICERS: tuple[Holding, ...] = (
    Holding(
        "rule_states",
        "what the rank rules found lately",
        lambda who: rows.of_players(
            who, RuleStateRow, RuleStateRow.key, RuleStateRow.runs, at=RuleStateRow.since
        ),
        _as_it_is,
    ),
    Holding(
        "decisions",
        "decisions about your rank",
        lambda who: rows.of_players(
            who,
            DecisionRow,
            DecisionRow.rule_id,
            DecisionRow.change,
            DecisionRow.from_rank,
            DecisionRow.to_rank,
            DecisionRow.state,
            DecisionRow.evidence,
            at=DecisionRow.decided_at,
        ),
        _as_it_is,
    ),
    Holding(
        "cases",
        "cases (that they were noted, not the officers' words)",
        lambda who: rows.of_players(
            who, CaseRow, CaseRow.kind, CaseRow.weight, CaseRow.expires_at, at=CaseRow.made_at
        ),
        _as_it_is,
    ),
    Holding(
        "notices",
        "notices that asked whether you are still there",
        lambda who: rows.of_players(
            who, NoticeRow, NoticeRow.deadline, NoticeRow.answered_at, at=NoticeRow.sent_at
        ),
        _as_it_is,
    ),
    Holding(
        "exemptions",
        "exemptions",
        lambda who: rows.of_players(
            who, ExemptionRow, ExemptionRow.until, ExemptionRow.cleared_at, at=ExemptionRow.since
        ),
        _as_it_is,
    ),
    Holding(
        "points",
        "points",
        lambda who: rows.of_players(
            who, PointsRow, PointsRow.ledger, PointsRow.amount, at=PointsRow.given_at
        ),
        _as_it_is,
    ),
    Holding(
        "audit",
        "what officers did that concerns you",
        lambda who: rows.of_players(who, AuditRow, AuditRow.action, at=AuditRow.at),
        _as_it_is,
    ),
    Holding("votes", "votes you gave", rows.votes, _as_it_is),
    *(
        Holding(
            column.class_.__tablename__,
            f"{what} about others",
            lambda who, column=column, at=at: rows.by_them(who, column, at),  # type: ignore[misc]
            _as_it_is,
        )
        for what, column, at in (
            ("decisions you made", DecisionRow.decided_by, DecisionRow.decided_at),
            ("cases you noted", CaseRow.made_by, CaseRow.made_at),
            ("cases you voided", CaseRow.voided_by, CaseRow.voided_at),
            ("notices you sent", NoticeRow.sent_by, NoticeRow.sent_at),
            ("notices you answered", NoticeRow.answered_by, NoticeRow.answered_at),
            ("exemptions you made", ExemptionRow.set_by, ExemptionRow.since),
            ("points you gave", PointsRow.given_by, PointsRow.given_at),
            ("entries of the log on what you did", AuditRow.actor, AuditRow.at),
            ("entries of the log you undid", AuditRow.undone_by, AuditRow.undone_at),
        )
    ),
)
HOLDINGS += _OF_OFFICERS
# Of these no row is about a person.
ABOUT_NOBODY = frozenset(
    {
        "backfill_steps",
        "bot_state",
        "channels",
        "clan_channels",
        "clans",
        "competitions",
        "coverage",
        "job_runs",
        "metrics",
        "post_schedules",
        "posts",
        "rank_orders",
        "rank_roles",
        "relay_misses",
        "schedules",
        "tombstones",
    }
)

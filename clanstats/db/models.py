"""Which tables are there, and what does each row mean?

Instants are integer milliseconds since 1970 UTC, as Wise Old Man's snapshots have them. Players
are global; membership, links, settings and jobs belong to a clan. History is not
deleted by the bot: leaving closes an interval, and a stand-in's rows move to whom it stood for.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from clanstats.timestamps import epoch_ms, from_epoch_ms

# BIGINT PRIMARY KEY would not be SQLite's row id, and so cost a second index.
Id = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer milliseconds; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware datetime to milliseconds."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive datetime can't be stored: say which timezone it is in")
        return epoch_ms(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 — the base class's signature
        """Milliseconds to aware datetime."""
        del dialect
        return None if value is None else from_epoch_ms(value)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, str: Text}


class ClanRow(Base):
    """One Wise Old Man group, served in at most one Discord guild."""

    __tablename__ = "clans"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wom_group_id: Mapped[int] = mapped_column(Integer, unique=True)
    discord_guild_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]  # the newest refresh that was stored
    update_asked_at: Mapped[datetime | None]  # when Wise Old Man was last asked to read everyone
    feeds_due: Mapped[bool] = mapped_column(
        server_default=text("true")
    )  # a feed failed: read it next


class PlayerRow(Base):
    """A Wise Old Man profile. `id` is ours and never rewritten; names only label it."""

    __tablename__ = "players"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wom_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str]  # as the player spells it now
    standard_name: Mapped[str] = mapped_column(index=True)  # not unique: two may bear it in turn
    account_type: Mapped[str]
    build: Mapped[str]
    status: Mapped[str]
    country: Mapped[str | None]
    updated_at: Mapped[datetime | None]  # when Wise Old Man last read the hiscores
    last_changed_at: Mapped[datetime | None]  # when it last saw a difference
    merged_into_id: Mapped[int | None] = mapped_column(Id, ForeignKey("players.id"), index=True)


class PlayerNameRow(Base):
    """A name someone bore, from when to when; `until` None is the present one."""

    __tablename__ = "player_names"
    __table_args__ = (Index("ix_player_names_standard_name", "standard_name"),)

    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    standard_name: Mapped[str]


class MembershipRow(Base):
    """A stay in a clan; `left_at` None is a present member."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("clan_id", "player_id", "joined_at"),
        Index(
            "uq_memberships_open",
            "clan_id",
            "player_id",
            unique=True,
            # PostgreSQL's is only in the migration: here it would load that whole dialect.
            sqlite_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    rank: Mapped[str]  # the latest


class RankChangeRow(Base):
    """A rank held in the clan from `at` on."""

    __tablename__ = "rank_changes"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(primary_key=True)
    rank: Mapped[str]
    previous_rank: Mapped[str | None]


class RankOrderRow(Base):
    """The clan's own order of ranks, 0 the highest."""

    __tablename__ = "rank_orders"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    rank: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class LinkRow(Base):
    """A Discord user plays (or played) this account; `until` None is in force.

    `since` is from when on what the user says counts as the player's; for a first link that is
    long before it was made.
    """

    __tablename__ = "links"
    __table_args__ = (
        Index("ix_links_clan_id_discord_user_id", "clan_id", "discord_user_id"),
        UniqueConstraint("clan_id", "player_id", "since"),
        Index(
            "uq_links_open",
            "clan_id",
            "player_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    discord_user_id: Mapped[int] = mapped_column(BigInteger)
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    made_at: Mapped[datetime | None]  # None: before this was noted
    made_by: Mapped[int | None] = mapped_column(BigInteger)  # Discord user; None: by proof
    method: Mapped[str] = mapped_column(server_default=text("'officer'"))  # "proof", "officer"
    main: Mapped[bool] = mapped_column(server_default=text("false"))  # of the user's accounts


class LinkClaimRow(Base):
    """A Discord user says that an account is theirs, and has until `expires_at` to prove it."""

    __tablename__ = "link_claims"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    discord_user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    skill: Mapped[str]  # in which XP has to be gained
    baseline: Mapped[int] = mapped_column(BigInteger)  # its XP when the claim was made
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AbsenceRow(Base):
    """Someone said that they are away; `cleared_at` None is as announced."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_clan_id_player_id", "clan_id", "player_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str | None]  # as they put it, for officers
    set_by: Mapped[int] = mapped_column(BigInteger)  # Discord user
    cleared_at: Mapped[datetime | None]


class ChannelRow(Base):
    """A channel or thread on Discord, and whether it can be read."""

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"), index=True)
    discord_channel_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    parent_discord_id: Mapped[int | None] = mapped_column(BigInteger)  # of a thread or forum post
    name: Mapped[str | None]  # None for a thread: its title is what somebody wrote
    kind: Mapped[str]  # "text", "news", "voice", "stage", "thread"
    state: Mapped[str]  # "readable", "unreadable", "gone"
    state_since: Mapped[datetime]


class CoverageRow(Base):
    """Of this channel, every message with `since_id` <= its id <= `until_id` is known.

    The stretches of a channel don't touch. Ids are Discord's, which hold their time; `since_id` 0
    is the channel's beginning.
    """

    __tablename__ = "coverage"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    channel_id: Mapped[int] = mapped_column(
        Id, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    since_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until_id: Mapped[int] = mapped_column(BigInteger)


class AuthorRow(Base):
    """Who writes in a clan's channels: a Discord account, or a name in relayed game chat.

    Whose words they are is said by `AttributionRow`. `kind` is "user", "bot", "webhook", "relay",
    "system" (what Discord itself posts) or "forgotten" (everyone who asked to be deleted).
    """

    __tablename__ = "authors"
    __table_args__ = (
        UniqueConstraint("clan_id", "discord_user_id"),
        UniqueConstraint("clan_id", "name"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    kind: Mapped[str]
    discord_user_id: Mapped[int | None] = mapped_column(BigInteger)  # or the webhook's id
    name: Mapped[str | None]  # of "relay" only, in Wise Old Man's standard form


class AttributionRow(Base):
    """What this author wrote from `since_id` up to, but not with, `until_id` is this player's.

    Worked out from links and dated names whenever one of them changes; ids as of messages.
    """

    __tablename__ = "attributions"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    author_id: Mapped[int] = mapped_column(
        Id, ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True
    )
    since_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until_id: Mapped[int] = mapped_column(BigInteger)
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )


class MessageRow(Base):
    """A message: by whom, where, how long. Its id is Discord's and holds its time; no content."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    # SQLite's index ends with the row's id anyway: named in it, that would be there twice.
    author_id: Mapped[int] = mapped_column(
        Id, ForeignKey("authors.id", ondelete="CASCADE"), index=True
    )
    channel_id: Mapped[int] = mapped_column(Id, ForeignKey("channels.id", ondelete="CASCADE"))
    length: Mapped[int]  # characters
    flags: Mapped[int]  # `clanstats.chat.MessageFlag`


# A stretch of message ids is the ids that share all bits but these: 24.9 days, by the time in them.
STRETCH_BITS = 53


class MessageCountRow(Base):
    """How many messages of an author there are among the ids of a stretch; none has no row.

    Triggers on `messages` keep it, so that whatever changes messages need not know of it.
    """

    __tablename__ = "message_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    author_id: Mapped[int] = mapped_column(
        Id, ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True
    )
    stretch: Mapped[int] = mapped_column(primary_key=True)  # the ids' upper bits
    count: Mapped[int]


class VoiceSessionRow(Base):
    """Someone was in a voice channel; `ended_at` None is still there."""

    __tablename__ = "voice_sessions"
    __table_args__ = (
        UniqueConstraint("author_id", "started_at"),
        Index(
            "ix_voice_sessions_open",
            "author_id",
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    author_id: Mapped[int] = mapped_column(Id, ForeignKey("authors.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(Id, ForeignKey("channels.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class GameEventRow(Base):
    """A broadcast of the game that a relay passed on: a drop, a level, someone expelled."""

    __tablename__ = "game_events"

    message_id: Mapped[int] = mapped_column(
        Id, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)  # within the message, from 0
    author_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("authors.id", ondelete="CASCADE"), index=True
    )  # kind "relay": the name it is about; None when it is about nobody
    kind: Mapped[str]  # `clanstats.relay.BroadcastKind`
    subject: Mapped[str | None]  # the item, skill, boss or quest
    value: Mapped[int | None] = mapped_column(BigInteger)  # coins, level, kills, ms; by kind


class RelayMissRow(Base):
    """How many relayed texts of a channel could not be understood, by their shape."""

    __tablename__ = "relay_misses"

    channel_id: Mapped[int] = mapped_column(
        Id, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    shape: Mapped[str] = mapped_column(primary_key=True)  # says nothing of what was written
    count: Mapped[int]
    last_message_id: Mapped[int] = mapped_column(BigInteger)


class WordCountRow(Base):
    """How often someone used a word in a week; only where the operator turned it on."""

    __tablename__ = "word_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    author_id: Mapped[int] = mapped_column(
        Id, ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True
    )
    week: Mapped[datetime] = mapped_column(primary_key=True)  # its Monday, 00:00 UTC
    word: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class HiddenRow(Base):
    """Someone doesn't want to be shown: a Discord user's talking, or a player's numbers."""

    __tablename__ = "hidden"

    kind: Mapped[str] = mapped_column(primary_key=True)  # "user" or "player"
    subject_id: Mapped[int] = mapped_column(  # discord_user_id, or our player_id
        BigInteger, primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]


class TombstoneRow(Base):
    """Someone asked to be deleted and must not come back: a keyed digest, not who it is."""

    __tablename__ = "tombstones"

    digest: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]


class DepartureRow(Base):
    """A Discord user left the server; their data is purged some time later."""

    __tablename__ = "departures"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    discord_user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    left_at: Mapped[datetime]


class MetricRow(Base):
    """What can be measured; rows are added when Wise Old Man adds a boss."""

    __tablename__ = "metrics"

    id: Mapped[int] = mapped_column(
        SmallInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    scale: Mapped[int] = mapped_column(server_default=text("1"))  # stored integers per unit


class SnapshotRow(Base):
    """A player was observed at this instant, also when nothing had changed."""

    __tablename__ = "snapshots"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True
    )
    taken_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class MetricValueRow(Base):
    """From the snapshot at `taken_at` on, this metric stood at `value`.

    A row exists only where a snapshot differs from the one before it. NULL says that the metric
    was not ranked there; a player who was never ranked has no row at all.
    """

    __tablename__ = "metric_values"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True
    )
    metric_id: Mapped[int] = mapped_column(
        SmallInteger().with_variant(Integer, "sqlite"), ForeignKey("metrics.id"), primary_key=True
    )
    taken_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[int | None] = mapped_column(BigInteger)


class ActivityRow(Base):
    """A line of the group's feed as it was read; Wise Old Man may delete its own later."""

    __tablename__ = "clan_activity"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    wom_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    rank: Mapped[str | None]
    previous_rank: Mapped[str | None]


class NameChangeRow(Base):
    """An approved rename, as Wise Old Man lists it."""

    __tablename__ = "name_changes"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    old_name: Mapped[str]
    new_name: Mapped[str]
    changed_at: Mapped[datetime]


class AchievementRow(Base):
    """A milestone; `achieved_at` None when nobody knows the day."""

    __tablename__ = "achievements"

    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str]
    threshold: Mapped[int] = mapped_column(BigInteger)
    measure: Mapped[str]
    achieved_at: Mapped[datetime | None]


class CompetitionRow(Base):
    """A contest that Wise Old Man lists for a clan; replaced with each look at the list."""

    __tablename__ = "competitions"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # theirs
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    metrics: Mapped[str]  # names, with commas between
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    places_read_at: Mapped[datetime | None]  # None: who did how well isn't known yet


class CompetitionPlaceRow(Base):
    """Someone gained something in a competition that is over."""

    __tablename__ = "competition_places"

    competition_id: Mapped[int] = mapped_column(
        Id, ForeignKey("competitions.id", ondelete="CASCADE"), primary_key=True
    )
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    place: Mapped[int]  # 1 is the best


class BackfillStepRow(Base):
    """A step of reading a clan's past; `done_at` None is still to do.

    Kind "window" is the history between two instants; the others are feeds, read to their end.
    """

    __tablename__ = "backfill_steps"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)  # in this order
    kind: Mapped[str]  # "window", "activity", "name_changes", "achievements"
    start_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    rows: Mapped[int | None]  # read so far; a feed goes on after them


class JobRunRow(Base):
    """One run of a job; `outcome` None while it runs, or when the process just died in it."""

    __tablename__ = "job_runs"
    __table_args__ = (Index("ix_job_runs_name_started_at", "name", "started_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    clan_id: Mapped[int | None] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    trace: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # "ok", "failed", "partial", "interrupted"
    detail: Mapped[str | None]  # the report or the reason, in words a person can act on


class RuleStateRow(Base):
    """What the latest run of a clan's rules found of someone; what it didn't find has no row."""

    __tablename__ = "rule_states"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)  # the rule, or the ladder and rank
    runs: Mapped[int]  # in a row
    since: Mapped[datetime]
    told_at: Mapped[datetime | None]  # officers, if it is a matter for an alert


class DecisionRow(Base):
    """An officer, or the bot where the rules let it, decided about someone."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_clan_id_player_id", "clan_id", "player_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    rule_id: Mapped[str]
    change: Mapped[str]  # `clanstats.rules.decisions.Change`
    from_rank: Mapped[str | None]
    to_rank: Mapped[str | None]
    rules_hash: Mapped[str]
    as_of: Mapped[datetime]  # of the facts
    evidence: Mapped[str]  # `clanstats.rules.leaves.leaves_json`
    state: Mapped[str]  # `clanstats.decisions.record.State`
    decided_by: Mapped[int | None] = mapped_column(BigInteger)  # Discord user; None is the bot
    decided_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # when Wise Old Man showed the rank


class VoteRow(Base):
    """An officer agreed to a decision that takes several, or didn't."""

    __tablename__ = "votes"

    decision_id: Mapped[int] = mapped_column(
        Id, ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True
    )
    discord_user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    yes: Mapped[bool]
    at: Mapped[datetime]


class AuditRow(Base):
    """Somebody changed something that officers answer for."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_clan_id_at", "clan_id", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[int | None] = mapped_column(BigInteger)  # Discord user; None is the bot
    action: Mapped[str]  # "promotion.approved"
    player_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    subject_id: Mapped[int | None] = mapped_column(BigInteger)  # of the decision, case, …
    detail: Mapped[str]  # in words
    roles_given: Mapped[str] = mapped_column(server_default=text("''"))  # Discord's ids, by spaces
    roles_taken: Mapped[str] = mapped_column(server_default=text("''"))
    roles_of: Mapped[int | None] = mapped_column(BigInteger)  # Discord user whose they are
    roles_left: Mapped[bool] = mapped_column(server_default=text("false"))  # undone, but not these
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigInteger)


class CaseRow(Base):
    """What officers noted about someone: "note", "warn", "strike" or "flag"."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_clan_id_player_id", "clan_id", "player_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    reason: Mapped[str]
    weight: Mapped[int]  # of a strike; else 1
    made_by: Mapped[int] = mapped_column(BigInteger)  # Discord user
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[int | None] = mapped_column(BigInteger)


class NoticeRow(Base):
    """Someone was asked whether they are still there, and has until `deadline` to say so."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_clan_id_player_id", "clan_id", "player_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    sent_by: Mapped[int] = mapped_column(BigInteger)  # Discord user
    sent_at: Mapped[datetime]
    deadline: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None]


class ExemptionRow(Base):
    """Someone isn't to be listed as inactive; `until` None is for good."""

    __tablename__ = "exemptions"
    __table_args__ = (Index("ix_exemptions_clan_id_player_id", "clan_id", "player_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    set_by: Mapped[int] = mapped_column(BigInteger)  # Discord user
    cleared_at: Mapped[datetime | None]


class PointsRow(Base):
    """Officers gave someone points, or took some; `undone_at` takes it back from the beginning."""

    __tablename__ = "points"
    __table_args__ = (
        Index("ix_points_clan_id_ledger_player_id", "clan_id", "ledger", "player_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clan_id: Mapped[int] = mapped_column(Id, ForeignKey("clans.id", ondelete="CASCADE"))
    ledger: Mapped[str]
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), index=True
    )
    amount: Mapped[int]
    reason: Mapped[str | None]
    given_by: Mapped[int] = mapped_column(BigInteger)  # Discord user
    given_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class RankRoleRow(Base):
    """Who has this rank in the clan has this role on Discord."""

    __tablename__ = "rank_roles"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    rank: Mapped[str] = mapped_column(primary_key=True)
    discord_role_id: Mapped[int] = mapped_column(BigInteger)


class ClanChannelRow(Base):
    """Where on Discord something is posted: "officers" is alerts, "log", "notices"."""

    __tablename__ = "clan_channels"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    purpose: Mapped[str] = mapped_column(primary_key=True)
    discord_channel_id: Mapped[int] = mapped_column(BigInteger)


class PostScheduleRow(Base):
    """When and where a kind of post is made; a clan that wants none has no row."""

    __tablename__ = "post_schedules"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)  # `clanstats.posts.calendar.PostKind`
    discord_channel_id: Mapped[int] = mapped_column(BigInteger)
    weekday: Mapped[int]  # 0 is Monday; only the weekly ones heed it
    at: Mapped[str]  # "09:00", on the clocks of the timezone
    timezone: Mapped[str]
    grace_hours: Mapped[int]  # how late a missed one is still made
    since: Mapped[datetime]  # what was due before isn't made up for
    problem: Mapped[str | None]  # why it can't be made, once officers were told


class PostRow(Base):
    """A post of a kind about a period: it is claimed before it is sent, so there is one."""

    __tablename__ = "posts"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)  # "2026-W47", "2026-10", "2026"
    state: Mapped[str]  # `clanstats.posts.claiming.State`
    begun_at: Mapped[datetime]  # the first claim: nothing was sent before
    claimed_at: Mapped[datetime]  # the last one
    claimed_by: Mapped[str]  # a process, which made that name up for itself
    due_at: Mapped[datetime | None]  # None: an officer asked for it
    discord_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    discord_message_id: Mapped[int | None] = mapped_column(BigInteger)
    late: Mapped[bool]
    digest: Mapped[str | None]  # of what it says; None is unknown


class AnnouncementRow(Base):
    """News of a member that was put into a batch, which is a post of kind "news"."""

    __tablename__ = "announcements"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)  # `clanstats.analytics.news.NewsKind`
    subject: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
    at: Mapped[datetime]
    batch: Mapped[str]  # the post's period


class MutedMemberRow(Base):
    """Someone doesn't want to be named in posts."""

    __tablename__ = "muted_members"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    player_id: Mapped[int] = mapped_column(
        Id, ForeignKey("players.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime]


class ScheduleRow(Base):
    """When a job is due next; one row a clan and job."""

    __tablename__ = "schedules"

    clan_id: Mapped[int] = mapped_column(
        Id, ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True
    )
    job: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[datetime]


class BotStateRow(Base):
    """Small facts the process must remember over a restart, such as the command tree's hash."""

    __tablename__ = "bot_state"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

"""Which rows are a person's? One statement a table; `at` is when, or from when on."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select

from clanstats.db.models import (
    STRETCH_BITS,
    AbsenceRow,
    ActivityRow,
    AttributionRow,
    AuthorRow,
    ChannelRow,
    CompetitionPlaceRow,
    CompetitionRow,
    DepartureRow,
    GameEventRow,
    HiddenRow,
    LinkClaimRow,
    LinkRow,
    MessageCountRow,
    MessageRow,
    MetricRow,
    MetricValueRow,
    PlayerRow,
    VoiceSessionRow,
    VoteRow,
    WordCountRow,
)
from clanstats.privacy.hiding import USER
from clanstats.privacy.person import Part, Person

Rows: TypeAlias = Select[*tuple[Any, ...]]


def of_parts(parts: Sequence[Part], author: Any, message: Any) -> ColumnElement[bool]:  # noqa: ANN401 — columns
    """What was written in these parts."""
    return or_(
        literal(value=False),
        *(
            author == part.author_id
            if part.whole
            else and_(author == part.author_id, message >= part.since_id, message < part.until_id)
            for part in parts
        ),
    )


def mine(who: Person, row: Any) -> ColumnElement[bool]:  # noqa: ANN401 — a table's class
    """Rows that name the user, or a player of theirs."""
    return or_(row.discord_user_id == (who.user_id or 0), row.player_id.in_(who.player_ids))


def players(who: Person) -> Rows:
    return select(
        PlayerRow.id.label("player_id"),
        PlayerRow.wom_id,
        PlayerRow.name,
        PlayerRow.account_type,
        PlayerRow.build,
        PlayerRow.status,
        PlayerRow.country,
        PlayerRow.updated_at,
        PlayerRow.last_changed_at,
        PlayerRow.merged_into_id,
    ).where(PlayerRow.id.in_(who.player_ids))


def of_players(who: Person, row: Any, *columns: Any, at: Any = None) -> Rows:  # noqa: ANN401 — columns
    dated = () if at is None else (at.label("at"),)
    return select(row.player_id, *dated, *columns).where(row.player_id.in_(who.player_ids))


def links(who: Person) -> Rows:
    return select(
        LinkRow.discord_user_id,
        LinkRow.player_id,
        LinkRow.since,
        LinkRow.until,
        LinkRow.made_at.label("at"),
        LinkRow.made_by,
        LinkRow.method,
        LinkRow.main,
    ).where(mine(who, LinkRow))


def made(who: Person) -> Rows:
    """Only that they were made: whose they are is those people's own."""
    return select(LinkRow.made_at.label("at")).where(
        LinkRow.made_by == who.user_id, ~mine(who, LinkRow)
    )


def claims(who: Person) -> Rows:
    return select(
        LinkClaimRow.discord_user_id,
        LinkClaimRow.player_id,
        LinkClaimRow.made_at.label("at"),
        LinkClaimRow.expires_at,
        LinkClaimRow.skill,
        LinkClaimRow.baseline,
    ).where(mine(who, LinkClaimRow))


def absences(who: Person) -> Rows:
    own = select(LinkRow.player_id).where(LinkRow.discord_user_id == (who.user_id or 0))
    return select(
        AbsenceRow.player_id,
        AbsenceRow.since.label("at"),
        AbsenceRow.until,
        AbsenceRow.reason,
        AbsenceRow.set_by,
        AbsenceRow.cleared_at,
    ).where(or_(AbsenceRow.player_id.in_(who.player_ids), AbsenceRow.player_id.in_(own)))


def announced(who: Person) -> Rows:
    own = select(LinkRow.player_id).where(LinkRow.discord_user_id == (who.user_id or 0))
    return select(AbsenceRow.since.label("at")).where(
        AbsenceRow.set_by == (who.user_id or 0),
        AbsenceRow.player_id.not_in(own),
        AbsenceRow.player_id.not_in(who.player_ids),
    )


def departures(who: Person) -> Rows:
    return select(DepartureRow.left_at.label("at")).where(
        DepartureRow.discord_user_id == (who.user_id or 0)
    )


def hidden(who: Person) -> Rows:
    return select(HiddenRow.kind, HiddenRow.subject_id, HiddenRow.since.label("at")).where(
        or_(
            and_(HiddenRow.kind == USER, HiddenRow.subject_id == (who.user_id or 0)),
            and_(HiddenRow.kind != USER, HiddenRow.subject_id.in_(who.player_ids)),
        )
    )


def authors(who: Person) -> Rows:
    return select(AuthorRow.kind, AuthorRow.discord_user_id, AuthorRow.name).where(
        AuthorRow.id.in_(who.author_ids)
    )


def attributions(who: Person) -> Rows:
    return select(
        AttributionRow.since_id.label("since_message_id"),
        AttributionRow.until_id.label("until_message_id"),
        AttributionRow.player_id,
    ).where(
        or_(
            AttributionRow.player_id.in_(who.player_ids),
            AttributionRow.author_id.in_([part.author_id for part in who.written]),
        )
    )


def messages(who: Person) -> Rows:
    return (
        select(
            MessageRow.id.label("message_id"),
            MessageRow.id.label("at"),
            ChannelRow.discord_channel_id,
            AuthorRow.kind.label("by"),
            MessageRow.length,
            MessageRow.flags,
        )
        .join_from(MessageRow, AuthorRow, AuthorRow.id == MessageRow.author_id)
        .join(ChannelRow, ChannelRow.id == MessageRow.channel_id)
        .where(of_parts(who.parts, MessageRow.author_id, MessageRow.id))
    )


def counts(who: Person) -> Rows:
    return select(
        literal(STRETCH_BITS).label("of_ids_without_bits"),
        MessageCountRow.stretch,
        MessageCountRow.count,
    ).where(MessageCountRow.author_id.in_(who.author_ids))


def events(who: Person) -> Rows:
    return select(
        GameEventRow.message_id,
        GameEventRow.message_id.label("at"),
        GameEventRow.kind,
        GameEventRow.subject,
        GameEventRow.value,
    ).where(of_parts(who.parts, GameEventRow.author_id, GameEventRow.message_id))


def voice(who: Person) -> Rows:
    return (
        select(
            ChannelRow.discord_channel_id,
            VoiceSessionRow.started_at.label("at"),
            VoiceSessionRow.ended_at,
        )
        .join_from(VoiceSessionRow, ChannelRow, ChannelRow.id == VoiceSessionRow.channel_id)
        .where(VoiceSessionRow.author_id.in_(who.author_ids))
    )


def words(who: Person) -> Rows:
    return select(WordCountRow.week.label("at"), WordCountRow.word, WordCountRow.count).where(
        WordCountRow.author_id.in_(who.author_ids)
    )


def by_them(who: Person, column: Any, at: Any) -> Rows:  # noqa: ANN401 — columns
    """Only that they did it: whom it was about is those people's own."""
    row = column.class_
    return select(at.label("at")).where(
        column == (who.user_id or 0), row.player_id.not_in(who.player_ids)
    )


def votes(who: Person) -> Rows:
    return select(VoteRow.at, VoteRow.yes).where(VoteRow.discord_user_id == (who.user_id or 0))


def activity(who: Person) -> Rows:
    return select(
        ActivityRow.wom_id,
        ActivityRow.at,
        ActivityRow.kind,
        ActivityRow.name,
        ActivityRow.rank,
        ActivityRow.previous_rank,
    ).where(ActivityRow.wom_id.in_(who.wom_ids))


def places(who: Person) -> Rows:
    return (
        select(
            CompetitionPlaceRow.player_id,
            CompetitionRow.title,
            CompetitionRow.ends_at.label("at"),
            CompetitionPlaceRow.place,
        )
        .join_from(
            CompetitionPlaceRow,
            CompetitionRow,
            CompetitionRow.id == CompetitionPlaceRow.competition_id,
        )
        .where(CompetitionPlaceRow.player_id.in_(who.player_ids))
    )


def values(who: Person) -> Rows:
    return (
        select(
            MetricValueRow.player_id,
            MetricRow.name.label("metric"),
            MetricValueRow.taken_at.label("at"),
            (MetricValueRow.value * 1.0 / MetricRow.scale).label("value"),
        )
        .join_from(MetricValueRow, MetricRow, MetricRow.id == MetricValueRow.metric_id)
        .where(MetricValueRow.player_id.in_(who.player_ids))
    )

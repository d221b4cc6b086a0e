"""Whose words are an author's, and when? Worked out anew whenever a name or a link changes.

A relayed name belongs to whoever bore it then; as a rename in game comes before Wise Old Man's
knowledge of it, also to whoever is known to bear it within 30 days. What a Discord user writes
belongs to their main account. What two could have said belongs to nobody.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clanstats.chat import IDS_PER_MS, LAST_ID, AuthorKind, snowflake
from clanstats.db.bulk import delete_keys, insert_new
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
)
from clanstats.timestamps import EARLIEST

LATE = timedelta(days=30)  # by how much Wise Old Man may learn too late of a rename
_LATE_IDS = LATE // timedelta(milliseconds=1) * IDS_PER_MS
# What Wise Old Man calls a profile whose name went on to a new one.
_ARCHIVED = re.compile(r"archive\d+")
_OWNER = func.coalesce(PlayerRow.merged_into_id, PlayerRow.id)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: a relayed name in standard form, or a Discord user."""

    author_id: int
    name: str | None = None
    discord_user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """Someone bore a name, in standard form, from `since` up to `until`; None is still.

    `stand_in` is what was seen of a profile that has since been merged into this player.
    """

    player_id: int
    name: str
    since: datetime
    until: datetime | None = None
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A Discord user plays this account from `since` up to `until`; None is still."""

    discord_user_id: int
    player_id: int
    since: datetime
    until: datetime | None = None
    main: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Attribution:
    """What this author wrote from `since_id` up to, but not with, `until_id` is this player's."""

    author_id: int
    since_id: int
    until_id: int
    player_id: int


def worked_out(
    authors: Iterable[Author], names: Iterable[Name], links: Iterable[Link]
) -> tuple[Attribution, ...]:
    """Work out whose words are whose.

    Args:
        authors: Those to say it of.
        names: All names that those who are or were in the clan ever bore.
        links: All links of the clan, past ones too.

    Returns:
        By author and time; no two of an author's overlap.
    """
    terms = _terms(names)
    links_of: defaultdict[int, list[Link]] = defaultdict(list)
    for link in links:
        links_of[link.discord_user_id].append(link)
    found = []
    for author in authors:
        if author.name is not None:
            spans = _of_name(terms.get(author.name, ()))
        elif author.discord_user_id is not None:
            spans = _of_user(links_of[author.discord_user_id])
        else:
            continue
        found += [
            Attribution(author.author_id, span.since, span.until, span.player_id)
            for span in _joined(spans)
        ]
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Span:
    """Ids from `since` up to, but not with, `until`."""

    player_id: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class _Term:
    """A time in which someone bore a name.

    `by_rename`: they had another one before, so whoever bore this one then no longer did.
    `archived`: their profile was put away under another name, and this one went on without them.
    """

    span: _Span
    by_rename: bool
    archived: bool


def _terms(names: Iterable[Name]) -> Mapping[str, Sequence[_Term]]:
    """Who bore each name when; changed capitals don't end a term."""
    by_player: defaultdict[int, list[Name]] = defaultdict(list)
    for name in names:
        by_player[name.player_id].append(name)
    found: defaultdict[str, list[_Term]] = defaultdict(list)
    for player_id, borne in by_player.items():
        archived_at = {each.since for each in borne if _ARCHIVED.fullmatch(each.name)}
        # Of a stand-in it isn't known whether it had a name before.
        begun = min((each.since for each in borne if not each.stand_in), default=EARLIEST)
        ends = {snowflake(at) for at in archived_at}
        by_name: defaultdict[str, list[_Span]] = defaultdict(list)
        for each in _without_leftovers(borne):
            until = LAST_ID if each.until is None else snowflake(each.until)
            by_name[each.name].append(_Span(player_id, snowflake(each.since), until))
        for called, spans in by_name.items():
            found[called] += [
                _Term(span, by_rename=span.since > snowflake(begun), archived=span.until in ends)
                for span in _united(spans)
            ]
    return found


def _without_leftovers(borne: Sequence[Name]) -> Iterable[Name]:
    """A stand-in bore its name until the player it stood for is known to have borne it."""
    for each in borne:
        if not each.stand_in:
            yield each
            continue
        own = [
            other.since
            for other in borne
            if not other.stand_in and other.name == each.name and other.since >= each.since
        ]
        if own:
            yield replace(each, until=min(own if each.until is None else [*own, each.until]))


def _of_name(terms: Sequence[_Term]) -> Iterable[_Span]:
    spans = [_ended(term, terms) for term in terms]
    edges = sorted({edge for span in spans for edge in (span.since, span.until)})
    for since, until in zip([0, *edges], [*edges, LAST_ID], strict=True):
        bearers = {span.player_id for span in spans if span.since <= since < span.until}
        if len(bearers) == 1:
            yield _Span(bearers.pop(), since, until)
            continue
        if bearers or since == until:
            continue
        # Nobody bears it: it is already the next one's, if that is known soon.
        following = {span.player_id for span in spans if span.since <= until < span.until}
        if len(following) == 1:
            yield _Span(following.pop(), max(since, until - _LATE_IDS), until)


def _ended(term: _Term, terms: Sequence[_Term]) -> _Span:
    """A term, which ends where another one shows that it is over: a name has one bearer."""
    span = term.span
    ends = [
        other.span.since
        for other in terms
        if other.span.player_id != span.player_id
        and span.since < other.span.since < span.until
        and (other.by_rename or term.archived)
    ]
    return replace(span, until=min(ends, default=span.until))


def _of_user(links: Sequence[Link]) -> Iterable[_Span]:
    edges = sorted({edge for link in links for edge in _edges(link)})
    for since, until in pairwise(edges):
        held = [link for link in links if _edges(link)[0] <= since < _edges(link)[1]]
        if held:
            link = min(held, key=_precedence)
            yield _Span(link.player_id, since, until)


def _precedence(link: Link) -> tuple[bool, int, datetime, int]:
    """The main one, else the longest held; ties by id, so that it is always the same.

    Of two main ones it was the one that ended first: the other only became it then.
    """
    return not link.main, _edges(link)[1] if link.main else 0, link.since, link.player_id


def _edges(link: Link) -> tuple[int, int]:
    return snowflake(link.since), LAST_ID if link.until is None else snowflake(link.until)


def _united(spans: Iterable[_Span]) -> Sequence[_Span]:
    """Spans of one player in order, those that overlap or meet made one."""
    found: list[_Span] = []
    for span in sorted(spans, key=lambda each: each.since):
        if span.since >= span.until:
            continue
        if found and span.since <= found[-1].until:
            found[-1] = replace(found[-1], until=max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


def _joined(spans: Iterable[_Span]) -> Sequence[_Span]:
    """Spans in order that don't overlap, neighbours of one player made one."""
    found: list[_Span] = []
    for span in spans:
        if span.since >= span.until:
            continue
        if found and found[-1].until == span.since and found[-1].player_id == span.player_id:
            found[-1] = replace(found[-1], until=span.until)
        else:
            found.append(span)
    return found


async def attribute(
    session: AsyncSession, clan_id: int, author_ids: Collection[int] | None = None
) -> int:
    """Bring the attributions of a clan's authors up to date.

    To be called in the transaction that changes a name, a link, a membership or an author.

    Args:
        session: Written to.
        clan_id: Ours.
        author_ids: Only these; None is all.

    Returns:
        How many rows were written or deleted; 0 when all was right already.
    """
    authors = await _authors(session, clan_id, author_ids)
    names = {author.name for author in authors if author.name is not None}
    users = {a.discord_user_id for a in authors if a.discord_user_id is not None}
    partly = author_ids is not None
    right = worked_out(
        authors,
        await _names(session, clan_id, names if partly else None) if names else (),
        await _links(session, clan_id, users if partly else None) if users else (),
    )
    wanted = set(right)
    stored = await _stored(session, [author.author_id for author in authors])
    wrong, missing = stored - wanted, wanted - stored
    await delete_keys(
        session, AttributionRow.__table__, [(row.author_id, row.since_id) for row in wrong]
    )
    await insert_new(
        session,
        AttributionRow.__table__,
        [(row.author_id, row.since_id, row.until_id, row.player_id) for row in sorted(missing)],
    )
    return len(wrong) + len(missing)


async def _authors(
    session: AsyncSession, clan_id: int, author_ids: Collection[int] | None
) -> Sequence[Author]:
    wanted = select(AuthorRow.id, AuthorRow.name, AuthorRow.discord_user_id).where(
        AuthorRow.clan_id == clan_id, AuthorRow.kind.in_([AuthorKind.USER, AuthorKind.RELAY])
    )
    if author_ids is not None:
        wanted = wanted.where(AuthorRow.id.in_(author_ids))
    return tuple(Author(*row) for row in await session.execute(wanted))


async def _names(
    session: AsyncSession, clan_id: int, wanted: Collection[str] | None
) -> Sequence[Name]:
    """The names of whoever is or was in the clan; with `wanted`, of whoever bore one of those."""
    known = aliased(PlayerNameRow)
    statement = (
        select(
            _OWNER,
            PlayerNameRow.standard_name,
            PlayerNameRow.since,
            PlayerNameRow.until,
            PlayerRow.merged_into_id.is_not(None),
        )
        .join_from(PlayerNameRow, PlayerRow, PlayerRow.id == PlayerNameRow.player_id)
        .where(_OWNER.in_(select(MembershipRow.player_id).where(MembershipRow.clan_id == clan_id)))
    )
    if wanted is not None:
        bearers = select(known.player_id).where(known.standard_name.in_(wanted))
        statement = statement.where(PlayerNameRow.player_id.in_(bearers))
    return tuple(Name(*row) for row in await session.execute(statement))


async def _links(
    session: AsyncSession, clan_id: int, users: Collection[int] | None
) -> Sequence[Link]:
    statement = (
        select(LinkRow.discord_user_id, _OWNER, LinkRow.since, LinkRow.until, LinkRow.main)
        .join_from(LinkRow, PlayerRow, PlayerRow.id == LinkRow.player_id)
        .where(LinkRow.clan_id == clan_id)
    )
    if users is not None:
        statement = statement.where(LinkRow.discord_user_id.in_(users))
    return tuple(Link(*row) for row in await session.execute(statement))


async def _stored(session: AsyncSession, author_ids: Sequence[int]) -> set[Attribution]:
    found: set[Attribution] = set()
    for first in range(0, len(author_ids), 500):
        rows = await session.execute(
            select(
                AttributionRow.author_id,
                AttributionRow.since_id,
                AttributionRow.until_id,
                AttributionRow.player_id,
            ).where(AttributionRow.author_id.in_(author_ids[first : first + 500]))
        )
        found |= {Attribution(*row) for row in rows}
    return found

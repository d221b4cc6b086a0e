"""Does every interval end, and before the next one begins?"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute

from clanstats.chat import LAST_ID, AuthorKind
from clanstats.db.integrity.check import Check
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    CoverageRow,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    VoiceSessionRow,
)

_NEVER = literal(LAST_ID, BigInteger)
_BOTH_ENDS = 2  # of coverage, whose stretches hold both their ends, and don't touch
_CUTS = "ends the earlier one where the later one begins"

Column = InstrumentedAttribute[Any]

# What was said by all who asked to be deleted is one author's, who was in voice several times over.
ONE_PERSONS = VoiceSessionRow.author_id.not_in(
    select(AuthorRow.id).where(AuthorRow.kind == AuthorKind.FORGOTTEN)
)


def checks() -> Iterator[Check]:
    """Half-open, but for coverage; of a name one may have no length."""
    stay, link, name, voice = MembershipRow, LinkRow, PlayerNameRow, VoiceSessionRow
    yield Check(
        "memberships",
        "a stay meets the next one, or ends before it begins",
        "memberships",
        _meeting((stay.clan_id, stay.player_id), stay.joined_at, stay.left_at),
        "makes one stay of two",
    )
    yield Check(
        "links",
        "a link goes on while another user's counts, or ends before it begins",
        "links",
        _meeting((link.clan_id, link.player_id), link.since, link.until),
        _CUTS,
    )
    yield Check(
        "names",
        "a name goes on while another one is borne, or ends before it begins",
        "player_names",
        _meeting((name.player_id,), name.since, name.until),
        _CUTS,
    )
    yield Check(
        "attributions",
        "what an author wrote is two players', or ends before it begins",
        "attributions",
        _meeting((AttributionRow.author_id,), AttributionRow.since_id, AttributionRow.until_id),
        "works out anew whose words are whose",
    )
    yield Check(
        "coverage",
        "a stretch meets the next one, or ends before it begins",
        "coverage",
        _meeting(
            (CoverageRow.channel_id,), CoverageRow.since_id, CoverageRow.until_id, apart=_BOTH_ENDS
        ),
        "unites stretches that meet",
    )
    yield Check(
        "voice",
        "a session goes on while another one does, or ends before it begins",
        "voice_sessions",
        _meeting((voice.author_id,), voice.started_at, voice.ended_at, only=ONE_PERSONS),
        _CUTS,
    )


def _meeting(
    keys: Sequence[Column],
    since: Column,
    until: Column,
    *,
    apart: int = 0,
    only: ColumnElement[bool] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Intervals of the same `keys` of which the next begins less than `apart` after their end."""
    begin = type_coerce(since, BigInteger)
    end = func.coalesce(type_coerce(until, BigInteger), _NEVER)
    following = func.lead(begin).over(partition_by=keys, order_by=(begin, end))
    spans = (
        select(*keys, begin.label("since"), end.label("until"), following.label("following"))
        .where(true() if only is None else only)
        .subquery()
    )
    broken = or_(spans.c.until < spans.c.since, spans.c.following < spans.c.until + apart)
    return select(spans).where(broken)

"""Who is in the clan, since when, with which rank, linked to whom?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts.asking import Asked, Number, Person, column
from clanstats.analytics.members import AT, CLAN, member, of_clan
from clanstats.analytics.persons import accounts
from clanstats.db.asking import rows
from clanstats.db.models import (
    AbsenceRow,
    ActivityRow,
    ClanRow,
    LinkRow,
    MembershipRow,
    RankChangeRow,
)
from clanstats.facts import Column, FactKey, Flags, Texts
from clanstats.timestamps import from_epoch_ms

_DAY = timedelta(days=1)
_MONTHS = 12
_PEOPLE = of_clan(
    type_coerce(MembershipRow.joined_at, BigInteger).label("joined_at"),
    select(type_coerce(RankChangeRow.at, BigInteger))
    .where(
        RankChangeRow.clan_id == MembershipRow.clan_id,
        RankChangeRow.player_id == MembershipRow.player_id,
        RankChangeRow.at <= AT,
        RankChangeRow.at >= MembershipRow.joined_at,
    )
    .order_by(RankChangeRow.at.desc())
    .limit(1)
    .correlate(MembershipRow)
    .scalar_subquery()
    .label("rank_since"),
)
_PROVEN = select(LinkRow.player_id).where(
    LinkRow.clan_id == CLAN,
    LinkRow.since <= AT,
    or_(LinkRow.until.is_(None), LinkRow.until > AT),
    LinkRow.method == "proof",
)
_AWAY = select(AbsenceRow.player_id).where(
    AbsenceRow.clan_id == CLAN,
    AbsenceRow.since <= AT,
    AbsenceRow.until > AT,
    or_(AbsenceRow.cleared_at.is_(None), AbsenceRow.cleared_at > AT),
)
# The group's feed tells changes of rank from its oldest line on, else we have seen them ourselves.
_KNOWN_SINCE = select(
    type_coerce(ClanRow.created_at, BigInteger),
    select(func.min(type_coerce(ActivityRow.at, BigInteger)))
    .where(ActivityRow.clan_id == ClanRow.id)
    .correlate(ClanRow)
    .scalar_subquery(),
).where(ClanRow.id == CLAN)


async def people(session: AsyncSession, clan_id: int, as_of: datetime) -> Sequence[Person]:
    """Everyone in the clan at that instant, by name; each account has a line of its own."""
    linked = await accounts(session, clan_id, as_of)
    found = await rows(session, _PEOPLE, {"clan_id": clan_id, "at": as_of})
    return [
        Person(
            member(row),
            from_epoch_ms(row.joined_at),
            None if row.rank_since is None else from_epoch_ms(row.rank_since),
            linked.get(row.player_id, (row.player_id,)),
            row.player_id in linked,
        )
        for row in found
    ]


async def followed_since(session: AsyncSession, clan_id: int) -> datetime:
    """From when on it is known who came, went, and had which rank."""
    told = (await rows(session, _KNOWN_SINCE, {"clan_id": clan_id}))[0]
    return min(from_epoch_ms(at) for at in told if at is not None)


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that say where a member stands."""
    found: dict[FactKey, Column] = {}
    for key in needs:
        if key.name in {"rank", "account_type", "status"}:
            words = [getattr(person.member, key.name) for person in asked.people]
            found[key] = Texts(words)
        elif key.name == "linked":
            found[key] = Flags([person.linked for person in asked.people])
        elif key.name == "verified":
            found[key] = await _having(asked, _PROVEN)
        elif key.name == "away":
            found[key] = await _having(asked, _AWAY)
        elif key.name == "rank_days":
            found[key] = column(await _rank_days(asked))
        elif key == FactKey("tenure", "months"):
            found[key] = column(Number.exactly(_months(asked, one)) for one in asked.people)
        elif key.name == "tenure":
            found[key] = column(
                Number.exactly((asked.as_of - one.joined_at) / _DAY) for one in asked.people
            )
    return found


async def _having(asked: Asked, statement: Any) -> Flags:  # noqa: ANN401 — a statement
    """Who is among the players it finds, with any of their accounts."""
    found = await rows(asked.session, statement, {"clan_id": asked.clan_id, "at": asked.as_of})
    players = {player_id for (player_id,) in found}
    return Flags([not players.isdisjoint(person.players) for person in asked.people])


async def _rank_days(asked: Asked) -> Sequence[Number]:
    """Since when the rank is held; before the clan was known a change may have been missed."""
    followed = await followed_since(asked.session, asked.clan_id)
    found = []
    for person in asked.people:
        longest = (asked.as_of - person.joined_at) / _DAY
        if person.rank_since is not None:
            found.append(Number.exactly((asked.as_of - person.rank_since) / _DAY))
        elif person.joined_at >= followed:
            found.append(Number.exactly(longest))
        else:
            seen = max((asked.as_of - followed) / _DAY, 0.0)
            reason = "the rank may have been given before the clan was followed"
            found.append(Number(min(seen, longest), longest, reason))
    return found


def _months(asked: Asked, person: Person) -> int:
    """Whole months of the clan's calendar, each from a day to the same day of the next."""
    joined, now = (at.astimezone(asked.tz) for at in (person.joined_at, asked.as_of))
    months = (now.year - joined.year) * _MONTHS + now.month - joined.month
    return months - ((now.day, now.time()) < (joined.day, joined.time()))

"""What did officers note of a member: points, strikes, exemptions? It holds for an account."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from clanstats.analytics.facts.asking import Asked, Number, column
from clanstats.analytics.members import AT, CLAN
from clanstats.db.asking import rows
from clanstats.db.models import CaseRow, ExemptionRow, Instant, PointsRow
from clanstats.facts import Column, FactKey, Flags

_SINCE = bindparam("since", type_=Instant)
_EXEMPT = select(ExemptionRow.player_id).where(
    ExemptionRow.clan_id == CLAN,
    ExemptionRow.since <= AT,
    or_(ExemptionRow.until.is_(None), ExemptionRow.until > AT),
    or_(ExemptionRow.cleared_at.is_(None), ExemptionRow.cleared_at > AT),
)
_POINTS = (
    select(PointsRow.ledger, PointsRow.player_id, func.sum(PointsRow.amount))
    # What was undone never counted, not even at an instant before that.
    .where(PointsRow.clan_id == CLAN, PointsRow.given_at <= AT, PointsRow.undone_at.is_(None))
    .group_by(PointsRow.ledger, PointsRow.player_id)
)
STRIKE_IN_FORCE = and_(
    CaseRow.kind == "strike",
    CaseRow.made_at <= AT,
    or_(CaseRow.expires_at.is_(None), CaseRow.expires_at > AT),
    or_(CaseRow.voided_at.is_(None), CaseRow.voided_at > AT),
)
_STRIKES = (
    select(CaseRow.player_id, func.sum(CaseRow.weight))
    .where(CaseRow.clan_id == CLAN, STRIKE_IN_FORCE, CaseRow.made_at > _SINCE)
    .group_by(CaseRow.player_id)
)


async def columns(asked: Asked, needs: Collection[FactKey]) -> Mapping[FactKey, Column]:
    """Those of `needs` that officers noted."""
    found: dict[FactKey, Column] = {}
    ledgers = [key for key in needs if key.name == "ledger"]
    if ledgers:
        points = {(ledger, player): value for ledger, player, value in await _rows(asked, _POINTS)}
        for key in ledgers:
            found[key] = _sums(asked, {p: v for (name, p), v in points.items() if name == key.part})
    for key in needs:
        if key.name == "strikes":
            since = asked.window(key.days).start
            found[key] = _sums(asked, dict(await _rows(asked, _STRIKES, since=since)))
        elif key.name == "exempt":
            exempt = {player_id for (player_id,) in await _rows(asked, _EXEMPT)}
            found[key] = Flags([not exempt.isdisjoint(person.players) for person in asked.people])
    return found


def _sums(asked: Asked, values: Mapping[int, float]) -> Column:
    """What all accounts of a person have together; nothing is 0."""
    return column(
        Number.exactly(sum(values.get(player, 0) for player in person.players))
        for person in asked.people
    )


async def _rows(asked: Asked, statement: Any, **more: Any) -> Any:  # noqa: ANN401 — a statement
    parameters = {"clan_id": asked.clan_id, "at": asked.as_of, **more}
    return [tuple(row) for row in await rows(asked.session, statement, parameters)]

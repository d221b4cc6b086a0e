"""Who has how many of the points that officers give?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import PlayerRow, PointsRow
from clanstats.decisions import audit
from clanstats.errors import BadInputError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """Points that somebody got, or lost."""

    points_id: int
    ledger: str
    player_id: int
    name: str  # the player's present one
    amount: int
    reason: str | None
    given_by: int
    given_at: datetime
    undone_at: datetime | None


def ledger_name(said: str) -> str:
    """As rules ask for it.

    Raises:
        BadInputError: They can't.
    """
    name = said.strip().lower().replace(" ", "_").replace("-", "_")
    if not _NAME.fullmatch(name):
        raise BadInputError("A ledger is called by small letters and _, such as `events`.")
    return name


async def give(  # noqa: PLR0913 — to whom, what, why, by whom
    session: AsyncSession,
    clan_id: int,
    *,
    ledger: str,
    player_ids: Sequence[int],
    amount: int,
    reason: str | None,
    by: int,
    now: datetime,
) -> Sequence[int]:
    """Give each of these players points, or take some; returns the lines' IDs in the log.

    Raises:
        BadInputError: The ledger's name can't be asked for in rules, or it is nothing or too much.
    """
    name = ledger_name(ledger)
    if not amount or abs(amount) > MOST:
        raise BadInputError(f"Give between 1 and {MOST:,} points.")
    lines = []
    for player_id in dict.fromkeys(player_ids):
        made = await session.execute(
            insert(PointsRow)
            .values(
                clan_id=clan_id,
                ledger=name,
                player_id=player_id,
                amount=amount,
                reason=" ".join((reason or "").split()) or None,
                given_by=by,
                given_at=now,
            )
            .returning(PointsRow.id)
        )
        lines.append(
            await audit.note(
                session,
                clan_id,
                at=now,
                actor=by,
                action="points.given",
                detail=f"{amount:+,} {name}",
                player_id=player_id,
                subject_id=made.scalar_one(),
            )
        )
    return tuple(lines)


async def take_back(session: AsyncSession, line: audit.Entry, *, now: datetime, by: int) -> None:
    """Undo a line of the log: the points never counted.

    Raises:
        BadInputError: It was undone already.
    """
    await audit.mark_undone(session, line, at=now, by=by)
    await session.execute(
        update(PointsRow).where(PointsRow.id == line.subject_id).values(undone_at=now)
    )


async def given(
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int | None = None,
    ledger: str | None = None,
) -> Sequence[Given]:
    """What was given and taken, newest first."""
    wanted = (
        select(
            PointsRow.id,
            PointsRow.ledger,
            PointsRow.player_id,
            PlayerRow.name,
            PointsRow.amount,
            PointsRow.reason,
            PointsRow.given_by,
            PointsRow.given_at,
            PointsRow.undone_at,
        )
        .join_from(PointsRow, PlayerRow, PlayerRow.id == PointsRow.player_id)
        .where(PointsRow.clan_id == clan_id)
        .order_by(PointsRow.id.desc())
    )
    if player_id is not None:
        wanted = wanted.where(PointsRow.player_id == player_id)
    if ledger is not None:
        wanted = wanted.where(PointsRow.ledger == ledger)
    return tuple(Given(*row) for row in await session.execute(wanted))


async def ledgers(session: AsyncSession, clan_id: int) -> Sequence[tuple[str, int]]:
    """Each ledger with how many points are in it, by name."""
    found = await session.execute(
        select(PointsRow.ledger, func.sum(PointsRow.amount))
        .where(PointsRow.clan_id == clan_id, PointsRow.undone_at.is_(None))
        .group_by(PointsRow.ledger)
        .order_by(PointsRow.ledger)
    )
    return tuple((name, int(total)) for name, total in found)

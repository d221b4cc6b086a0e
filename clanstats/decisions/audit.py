"""Who changed what about whom, and can it be taken back?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import AuditRow, PlayerRow
from clanstats.errors import BadInputError, NoDataError


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    entry_id: int
    at: datetime
    actor: int | None  # Discord user; None is the bot, 0 who asked to be forgotten
    action: str  # "promotion.approved"
    player_id: int | None
    name: str | None  # the player's present one
    subject_id: int | None  # of the decision, case, notice, exemption or points
    detail: str
    roles_given: Sequence[int]  # on Discord
    roles_taken: Sequence[int]
    roles_of: int | None  # Discord user whose roles they are; None isn't known, or they are none
    roles_left: bool  # undone, but Discord didn't let the roles be changed back
    undone_at: datetime | None
    undone_by: int | None


async def note(  # noqa: PLR0913 — who did what to whom
    session: AsyncSession,
    clan_id: int,
    *,
    at: datetime,
    actor: int | None,
    action: str,
    detail: str,
    player_id: int | None = None,
    subject_id: int | None = None,
) -> int:
    """Write a line, in the transaction that does what it says; returns its ID."""
    made = await session.execute(
        insert(AuditRow)
        .values(
            clan_id=clan_id,
            at=at,
            actor=actor,
            action=action,
            detail=detail,
            player_id=player_id,
            subject_id=subject_id,
        )
        .returning(AuditRow.id)
    )
    return int(made.scalar_one())


async def note_roles(
    session: AsyncSession,
    entry_id: int,
    *,
    given: Sequence[int],
    taken: Sequence[int],
    of: int | None,
) -> None:
    """Add what was really done on Discord, and to whom, so that it can be undone."""
    await session.execute(
        update(AuditRow)
        .where(AuditRow.id == entry_id)
        .values(
            roles_given=" ".join(map(str, given)),
            roles_taken=" ".join(map(str, taken)),
            roles_of=of,
        )
    )


async def note_left(session: AsyncSession, entry_id: int, *, left: bool) -> None:
    """Note whether undoing a line left its roles as they are, so that it is tried again."""
    await session.execute(update(AuditRow).where(AuditRow.id == entry_id).values(roles_left=left))


async def entries(
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int | None = None,
    actor: int | None = None,
    since: datetime | None = None,
) -> Sequence[Entry]:
    """The log, newest first."""
    wanted = _wanted(clan_id)
    if player_id is not None:
        wanted = wanted.where(AuditRow.player_id == player_id)
    if actor is not None:
        wanted = wanted.where(AuditRow.actor == actor)
    if since is not None:
        wanted = wanted.where(AuditRow.at >= since)
    return tuple(_entry(row) for row in await session.execute(wanted))


async def entry(session: AsyncSession, clan_id: int, entry_id: int) -> Entry:
    """One line.

    Raises:
        NoDataError: There is none.
    """
    found = await session.execute(_wanted(clan_id).where(AuditRow.id == entry_id))
    row = found.one_or_none()
    if row is None:
        raise NoDataError(f"The log has no entry {entry_id}; `/audit log` shows them.")
    return _entry(row)


async def mark_undone(session: AsyncSession, line: Entry, *, at: datetime, by: int) -> None:
    """Note that a line was taken back, if nobody was faster.

    Raises:
        BadInputError: It was already.
    """
    done = await session.execute(
        update(AuditRow)
        .where(AuditRow.id == line.entry_id, AuditRow.undone_at.is_(None))
        .values(undone_at=at, undone_by=by)
        .returning(AuditRow.id)
    )
    if done.first() is None:
        raise BadInputError(f"Entry {line.entry_id} was undone already.")


def _wanted(clan_id: int) -> Any:  # noqa: ANN401 — a statement
    return (
        select(
            AuditRow.id,
            AuditRow.at,
            AuditRow.actor,
            AuditRow.action,
            AuditRow.player_id,
            PlayerRow.name,
            AuditRow.subject_id,
            AuditRow.detail,
            AuditRow.roles_given,
            AuditRow.roles_taken,
            AuditRow.roles_of,
            AuditRow.roles_left,
            AuditRow.undone_at,
            AuditRow.undone_by,
        )
        .outerjoin_from(AuditRow, PlayerRow, PlayerRow.id == AuditRow.player_id)
        .where(AuditRow.clan_id == clan_id)
        .order_by(AuditRow.id.desc())
    )


def _entry(row: Any) -> Entry:  # noqa: ANN401 — a row
    values = [*row[:8], _ids(row.roles_given), _ids(row.roles_taken), *row[10:]]
    return Entry(*values)


def _ids(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))

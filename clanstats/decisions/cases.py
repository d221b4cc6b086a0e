"""What did officers note about someone? Notes, warnings, strikes and flags, until they expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import CaseRow, PlayerRow
from clanstats.decisions import audit
from clanstats.errors import BadInputError, NoDataError

LONGEST_REASON = 400
HEAVIEST = 5


class CaseKind(StrEnum):
    """What sort of case it is."""

    NOTE = "note"
    WARN = "warn"
    STRIKE = "strike"  # its weight counts in rules
    FLAG = "flag"  # officers are told if they come back, also under a new name


@dataclass(frozen=True, slots=True)
class Case:
    """One of them."""

    case_id: int
    player_id: int
    name: str  # the player's present one
    kind: CaseKind
    reason: str
    weight: int
    made_by: int  # Discord user
    made_at: datetime
    expires_at: datetime | None
    edited_at: datetime | None
    voided_at: datetime | None
    voided_by: int | None

    def in_force(self, now: datetime) -> bool:
        """Whether it counts at that instant."""
        voided = self.voided_at is not None and self.voided_at <= now
        return not voided and (self.expires_at is None or self.expires_at > now)


_COLUMNS: tuple[Any, ...] = (
    CaseRow.id,
    CaseRow.player_id,
    PlayerRow.name,
    CaseRow.kind,
    CaseRow.reason,
    CaseRow.weight,
    CaseRow.made_by,
    CaseRow.made_at,
    CaseRow.expires_at,
    CaseRow.edited_at,
    CaseRow.voided_at,
    CaseRow.voided_by,
)


async def add_case(  # noqa: PLR0913 — about whom, what, why, until when, by whom
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int,
    kind: CaseKind,
    reason: str,
    by: int,
    now: datetime,
    weight: int = 1,
    expires_at: datetime | None = None,
) -> Case:
    """Note a case.

    Raises:
        BadInputError: It has no reason, or ends before it begins.
    """
    said = _reason(reason)
    if expires_at is not None:
        _to_come(expires_at, now)
    made = await session.execute(
        insert(CaseRow)
        .values(
            clan_id=clan_id,
            player_id=player_id,
            kind=kind,
            reason=said,
            weight=min(max(weight, 1), HEAVIEST) if kind is CaseKind.STRIKE else 1,
            made_by=by,
            made_at=now,
            expires_at=expires_at,
        )
        .returning(CaseRow.id)
    )
    found = await case(session, clan_id, made.scalar_one())
    await _note(session, clan_id, found, "noted", by=by, now=now)
    return found


async def edit_case(  # noqa: PLR0913 — which, what, by whom
    session: AsyncSession,
    clan_id: int,
    case_id: int,
    *,
    reason: str | None,
    expires_at: datetime | None,
    by: int,
    now: datetime,
) -> Case:
    """Change why, or until when; what isn't given stays, and what it was is in the log.

    Raises:
        BadInputError: It counts no longer, nothing is given, or `add_case` wouldn't take it so.
        NoDataError: There is none.
    """
    found = await case(session, clan_id, case_id)
    if not found.in_force(now):
        over = "was voided" if found.voided_at is not None else "has expired"
        raise BadInputError(f"Case {case_id} {over}: add a new one.")
    if reason is None and expires_at is None:
        raise BadInputError("Say what is to change: the reason, or until when it counts.")
    values: dict[str, Any] = {"edited_at": now}
    if reason is not None:
        values["reason"] = _reason(reason)
    if expires_at is not None:
        values["expires_at"] = _to_come(expires_at, now)
    await session.execute(update(CaseRow).where(CaseRow.id == case_id).values(**values))
    changed = await case(session, clan_id, case_id)
    what = f": {_changes(found, changed)}"
    await _note(session, clan_id, found, "edited", by=by, now=now, what=what)
    return changed


async def void_case(
    session: AsyncSession, clan_id: int, case_id: int, *, by: int, now: datetime
) -> Case:
    """It no longer counts; it stays to be read.

    Raises:
        BadInputError: It was voided already.
        NoDataError: There is none.
    """
    found = await case(session, clan_id, case_id)
    if found.voided_at is not None:
        raise BadInputError(f"Case {case_id} was voided already.")
    await session.execute(
        update(CaseRow).where(CaseRow.id == case_id).values(voided_at=now, voided_by=by)
    )
    await _note(session, clan_id, found, "voided", by=by, now=now)
    return await case(session, clan_id, case_id)


async def case(session: AsyncSession, clan_id: int, case_id: int) -> Case:
    """One case.

    Raises:
        NoDataError: There is none.
    """
    found = await session.execute(_wanted(clan_id).where(CaseRow.id == case_id))
    row = found.one_or_none()
    if row is None:
        raise NoDataError(f"There is no case {case_id}; `/case list` shows them.")
    return _case(row)


async def cases(
    session: AsyncSession,
    clan_id: int,
    *,
    player_ids: Sequence[int] | None = None,
    in_force_at: datetime | None = None,
) -> Sequence[Case]:
    """Cases, newest first: of some players, and only those that count at an instant."""
    wanted = _wanted(clan_id)
    if player_ids is not None:
        wanted = wanted.where(CaseRow.player_id.in_(player_ids))
    if in_force_at is not None:
        wanted = wanted.where(
            or_(CaseRow.expires_at.is_(None), CaseRow.expires_at > in_force_at),
            or_(CaseRow.voided_at.is_(None), CaseRow.voided_at > in_force_at),
        )
    return tuple(_case(row) for row in await session.execute(wanted))


def _reason(said: str) -> str:
    """On one line.

    Raises:
        BadInputError: There is none.
    """
    reason = " ".join(said.split())[:LONGEST_REASON]
    if not reason:
        raise BadInputError("Say why: the next officer will want to know.")
    return reason


def _changes(before: Case, after: Case) -> str:
    """What an edit changed: "“rude” → “rude, twice”; until 1 Jan 2027 → until 1 Feb 2027"."""
    parts = []
    if before.reason != after.reason:
        parts.append(f"“{before.reason}” → “{after.reason}”")
    if before.expires_at != after.expires_at:
        parts.append(f"{_until(before)} → {_until(after)}")
    return "; ".join(parts) or "nothing"


def _until(one: Case) -> str:
    return "for good" if one.expires_at is None else f"until {one.expires_at:%Y-%m-%d %H:%M} UTC"


def _to_come(expires_at: datetime, now: datetime) -> datetime:
    if expires_at <= now:
        raise BadInputError("It would be over already: give a time to come, such as `30d`.")
    return expires_at


def _wanted(clan_id: int) -> Any:  # noqa: ANN401 — a statement
    return (
        select(*_COLUMNS)
        .join_from(CaseRow, PlayerRow, PlayerRow.id == CaseRow.player_id)
        .where(CaseRow.clan_id == clan_id)
        .order_by(CaseRow.id.desc())
    )


def _case(row: Any) -> Case:  # noqa: ANN401 — a row
    values = list(row)
    values[3] = CaseKind(values[3])
    return Case(*values)


async def _note(  # noqa: PLR0913 — as above
    session: AsyncSession,
    clan_id: int,
    about: Case,
    done: str,
    *,
    by: int,
    now: datetime,
    what: str = "",
) -> None:
    await audit.note(
        session,
        clan_id,
        at=now,
        actor=by,
        action=f"case.{done}",
        detail=f"{about.kind} {about.case_id}{what}",
        player_id=about.player_id,
        subject_id=about.case_id,
    )

"""What did officers note: which rows are about a person, and which say that it was them?"""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from clanstats.db.models import (
    AuditRow,
    CaseRow,
    DecisionRow,
    ExemptionRow,
    NoticeRow,
    PointsRow,
    RuleStateRow,
    VoteRow,
)

_NOBODY = 0  # stands for a Discord user where there has to be one
# Each has `player_id`, whom it is about, and `clan_id`.
ABOUT_MEMBERS: tuple[Any, ...] = (
    RuleStateRow,
    DecisionRow,
    CaseRow,
    NoticeRow,
    ExemptionRow,
    PointsRow,
    AuditRow,
)
BY_OFFICERS: tuple[InstrumentedAttribute[Any], ...] = (
    DecisionRow.decided_by,
    CaseRow.made_by,
    CaseRow.voided_by,
    NoticeRow.sent_by,
    NoticeRow.answered_by,
    ExemptionRow.set_by,
    PointsRow.given_by,
    AuditRow.actor,
    AuditRow.undone_by,
    AuditRow.roles_of,
)


async def forget_officer(session: AsyncSession, user_id: int, *, clan_id: int | None) -> None:
    """What a Discord user decided and noted about others stays, but not that it was them.

    Args:
        session: Written to.
        user_id: Theirs.
        clan_id: Only there; None is everywhere.
    """
    for column in BY_OFFICERS:
        table = column.class_
        theirs = update(table).where(column == user_id)
        if clan_id is not None:
            theirs = theirs.where(table.clan_id == clan_id)
        await session.execute(theirs.values({column.key: _NOBODY}))
    votes = delete(VoteRow).where(VoteRow.discord_user_id == user_id)
    if clan_id is not None:
        there = select(DecisionRow.id).where(DecisionRow.clan_id == clan_id)
        votes = votes.where(VoteRow.decision_id.in_(there))
    await session.execute(votes)


async def hand_over_records(session: AsyncSession, *, stand_in: int, player_id: int) -> None:
    """Give a player what officers noted about a stand-in; its rule states are found anew."""
    await session.execute(delete(RuleStateRow).where(RuleStateRow.player_id == stand_in))
    for table in ABOUT_MEMBERS:
        if table is not RuleStateRow:
            await session.execute(
                update(table).where(table.player_id == stand_in).values(player_id=player_id)
            )

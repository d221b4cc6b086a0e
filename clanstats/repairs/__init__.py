"""What is done about each thing that `clanstats.db.integrity` finds?

Each repair is safe to run twice, and leaves alone what its check doesn't find.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.repairs import intervals, observations, people, records, references, talk

REPAIRS = {
    **references.REPAIRS,
    **intervals.REPAIRS,
    **people.REPAIRS,
    **observations.REPAIRS,
    **talk.REPAIRS,
    **records.REPAIRS,
}


async def repair(session: AsyncSession, name: str, *, now: datetime) -> int:
    """Put right what the check `name` finds; returns how many rows were changed for it."""
    return await REPAIRS[name](session, now)

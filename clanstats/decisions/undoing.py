"""How is a line of the log taken back, whatever it was about?"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.decisions import audit, badges, deciding, notices, points
from clanstats.decisions.audit import Entry

SYNCED = "roles.synced"  # as the log calls it when an officer mends what disagrees
_OF_ROLES = (SYNCED, badges.GIVEN, badges.TAKEN)  # of which there is nothing else to undo


async def take_back(
    session: AsyncSession, clan_id: int, line: Entry, *, now: datetime, by: int
) -> None:
    """Undo all of it but the roles on Discord, which the caller changes back.

    Of a line that was undone but for its roles nothing is left to do here.

    Raises:
        BadInputError: It can't be undone, or was already.
    """
    if line.roles_left:
        return
    if line.action == "points.given":
        await points.take_back(session, line, now=now, by=by)
    elif line.action == "exemption.made":
        await notices.end_exemption(session, line, now=now, by=by)
    elif line.action in _OF_ROLES:
        await audit.mark_undone(session, line, at=now, by=by)
    else:
        await deciding.undo(session, clan_id, line, now=now, by=by)

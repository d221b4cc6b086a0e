"""What have the officers of the make-believe clan done before anybody looks?"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import Clan, clans
from clanstats.decisions import notices, running
from clanstats.decisions.cases import CaseKind, add_case
from clanstats.decisions.deciding import Verdict, Word, decide_on
from clanstats.decisions.places import Purpose, set_channel, set_rank_role
from clanstats.decisions.queue import queue
from clanstats.decisions.quiet import quiet
from clanstats.inactivity import Section
from clanstats.people.absences import set_absence
from clanstats.services import Services
from demo.casting import RANKS
from demo.server import DemoServer
from demo.story import NOW

_DAY = timedelta(days=1)
# Each was done so many days ago: a promotion that nobody gave in game since, and others.
_DECIDED = ((Verdict.APPROVE, 6), (Verdict.HOLD, 3), (Verdict.DENY, 2))
_ASKED = (9, 2)  # one of them had a week to answer
_NOTICE_DAYS = 7


async def prepare(services: Services, server: DemoServer) -> None:
    """Say which role stands for which rank, and do some of what there is to do."""
    officer = server.members[0].discord_id
    async with services.write() as session:
        (clan,) = await clans(session)
        for rank, role in RANKS.items():
            await set_rank_role(session, clan.clan_id, rank, role.role_id)
        await set_channel(session, clan.clan_id, Purpose.NOTICES, server.channels[0].channel_id)
    await running.run(services, clan)
    async with services.write() as session:
        await _decide(services, session, clan, officer)
        await _ask(services, session, clan, officer)


async def _decide(services: Services, session: AsyncSession, clan: Clan, officer: int) -> None:
    found = await queue(services, session, clan)
    due = [one for one in found.due if one.to_rank is not None and not one.votes]
    for proposal, (verdict, days) in zip(reversed(due), _DECIDED, strict=False):
        word = Word(verdict, found.judged.book.hash, found.now, by=officer, now=NOW - days * _DAY)
        await decide_on(session, clan.clan_id, proposal, word)


async def _ask(services: Services, session: AsyncSession, clan: Clan, officer: int) -> None:
    found = await quiet(services, session, clan)
    silent = [row.known.member.player_id for row in found.of(Section.TO_NOTIFY)]
    for player_id, days in zip(silent, _ASKED, strict=False):
        await notices.add_notice(
            session,
            clan.clan_id,
            player_id=player_id,
            by=officer,
            now=NOW - days * _DAY,
            days=_NOTICE_DAYS,
        )
    for player_id in silent[len(_ASKED) :][:1]:
        await set_absence(
            session,
            clan.clan_id,
            player_id=player_id,
            now=NOW,
            until=NOW + 14 * _DAY,
            reason="Exams",
            set_by=officer,
        )
        await add_case(
            session,
            clan.clan_id,
            player_id=player_id,
            kind=CaseKind.NOTE,
            reason="Said that they will be back in December",
            by=officer,
            now=NOW - _DAY,
        )

"""What is done after each harvest: who came and went, and what do the rules find now?

Officers are told of each change once. What was found is remembered for the next run, as a ladder
may ask for two in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats import schedules
from clanstats.analytics.members import Clan
from clanstats.analytics.persons import accounts_of
from clanstats.db.models import AuditRow, MembershipRow, PlayerNameRow, PlayerRow, RuleStateRow
from clanstats.decisions import audit
from clanstats.decisions.badges import BadgeChange, badge_changes
from clanstats.decisions.cases import CaseKind, cases
from clanstats.decisions.deciding import Verdict, Word, decide_on
from clanstats.decisions.following import Lapse, follow
from clanstats.decisions.judging import Judged, remember, told_of
from clanstats.decisions.leaving import MEASURED, measure_if_due
from clanstats.decisions.queue import queue
from clanstats.errors import BadInputError, NoDataError
from clanstats.roles import title
from clanstats.rules.book import Approval
from clanstats.rules.decisions import Change, Proposal
from clanstats.services import Services
from clanstats.timestamps import parse_instant

log = structlog.get_logger()

_LOOKED_BACK = timedelta(days=14)  # a harvest may learn late of who came and went
_NEWS = timedelta(hours=48)  # older than that nobody is told
_APART = timedelta(minutes=10)  # runs, at least, of which a ladder asks for several in a row
_COUNTED = "rules.counted:{}"  # key of when the latest such run was, in the bot's state


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody joined, left, or changed their name."""

    action: str  # "member.joined", "member.left", "member.renamed"
    player_id: int
    name: str
    detail: str
    at: datetime
    flagged: bool = False  # a case says that officers want to know


@dataclass(frozen=True, slots=True)
class Automatic:
    """A promotion that the bot decided, where a ladder says so."""

    proposal: Proposal
    entry_id: int  # of the log


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run found."""

    checked: int = 0
    alerts: Sequence[Proposal] = ()  # that officers weren't told of yet
    movements: Sequence[Movement] = ()  # of the last two days
    done: int = 0  # promotions that Wise Old Man shows by now
    lapsed: Sequence[Lapse] = ()  # that can't be given in game any more
    automatic: Sequence[Automatic] = ()
    badges: Sequence[BadgeChange] = ()  # roles that rules give, to be changed on Discord
    too_many: int = 0  # would have been, but the file allows fewer in a run
    problem: str | None = None
    partial: bool = field(default=False)

    def __str__(self) -> str:
        said = (
            f"{self.checked} checked, {len(self.alerts)} alerts, {len(self.movements)} came, went "
            f"or were renamed, {self.done} ranks done in game, {len(self.lapsed)} lapsed, "
            f"{len(self.automatic)} decided by themselves, {len(self.badges)} roles"
        )
        if self.too_many:
            said += f"; {self.too_many} would be, which is more than a run may do"
        return said if self.problem is None else f"{said}; {self.problem}"


async def run(services: Services, clan: Clan) -> RunReport:
    """Look at a clan once; everything it changes is one transaction.

    Raises:
        RuleError: The clan's rules can't be used, and there were none before them.
    """
    async with services.read() as session:
        counts = await _counts(session, clan.clan_id, services.clock())
        try:
            found = await queue(services, session, clan, counts=counts)
        except NoDataError:
            found = None  # no rules: still there is who came and went
    now, measurement = services.clock(), await measure_if_due(services, clan.clan_id)
    async with services.write() as session:
        if measurement is not None:
            await schedules.remember(session, MEASURED.format(clan_id=clan.clan_id), measurement)
        movements = await _moved(session, clan.clan_id, now)
        followed = await follow(session, clan.clan_id, now)
        if found is None:
            return RunReport(movements=movements, done=followed.done, lapsed=followed.lapsed)
        if counts:
            await schedules.remember(session, _COUNTED.format(clan.clan_id), now.isoformat())
        await remember(session, clan.clan_id, found.judged.decisions.memory)
        alerts = await _untold(session, clan.clan_id, found.judged, now)
        automatic = [
            one
            for one in found.due
            if one.approval is Approval.AUTO and one.change is Change.PROMOTE
        ]
        badges = await badge_changes(session, clan.clan_id, found.judged)
        too_many = len(automatic) + len(badges)
        if too_many > found.judged.book.max_changes_per_run:
            automatic, badges = [], ()
        else:
            too_many = 0
        word = Word(Verdict.APPROVE, found.judged.book.hash, found.now, by=None, now=now)
        approved = [
            Automatic(one, entry_id)
            for one in automatic
            if (entry_id := await _approved(session, clan.clan_id, one, word)) is not None
        ]
    problems = found.judged.problems
    return RunReport(
        found.judged.decisions.checked,
        alerts,
        movements,
        followed.done,
        followed.lapsed,
        approved,
        badges,
        too_many,
        f"the rules file has a mistake: {problems[0]}" if problems else None,
        partial=bool(problems),
    )


async def _counts(session: AsyncSession, clan_id: int, now: datetime) -> bool:
    """Whether a run is one in a row, and not the latest one over again."""
    said = await schedules.recall(session, _COUNTED.format(clan_id))
    return said is None or now - parse_instant(said) >= _APART


async def _approved(
    session: AsyncSession, clan_id: int, proposal: Proposal, word: Word
) -> int | None:
    """The log's entry; None if an officer said something since the rules were asked."""
    try:
        return (await decide_on(session, clan_id, proposal, word)).entry_id
    except BadInputError as error:
        log.info("automatic.left", player_id=proposal.member.player_id, reason=str(error))
        return None


async def _untold(
    session: AsyncSession, clan_id: int, judged: Judged, now: datetime
) -> Sequence[Proposal]:
    """Flags of which nobody was told since they hold; from now on they were."""
    known = await told_of(session, clan_id)
    new = [
        one
        for one in judged.decisions.of(Change.FLAG)
        if (one.member.player_id, one.rule_id) not in known
    ]
    await tell(session, clan_id, new, now)
    return new


async def tell(
    session: AsyncSession, clan_id: int, alerts: Sequence[Proposal], at: datetime | None
) -> None:
    """Note when officers were told; None if they couldn't be, so that the next run tries again."""
    for one in alerts:
        await session.execute(
            update(RuleStateRow)
            .where(
                RuleStateRow.clan_id == clan_id,
                RuleStateRow.player_id == one.member.player_id,
                RuleStateRow.key == one.rule_id,
            )
            .values(told_at=at)
        )


async def _moved(session: AsyncSession, clan_id: int, now: datetime) -> Sequence[Movement]:
    """Write who came and went into the log, each once; those of the last two days are news."""
    found = [*await _stays(session, clan_id, now), *await _renames(session, clan_id, now)]
    logged = {
        tuple(row)
        for row in await session.execute(
            select(AuditRow.action, AuditRow.player_id, AuditRow.detail).where(
                AuditRow.clan_id == clan_id, AuditRow.action.like("member.%")
            )
        )
    }
    news = []
    for one in sorted(found, key=lambda each: each.at):
        if (one.action, one.player_id, one.detail) in logged:
            continue
        await audit.note(
            session,
            clan_id,
            at=one.at,
            actor=None,
            action=one.action,
            detail=one.detail,
            player_id=one.player_id,
        )
        if one.at > now - _NEWS:
            news.append(one)
    return news


async def _stays(session: AsyncSession, clan_id: int, now: datetime) -> Sequence[Movement]:
    since = now - _LOOKED_BACK
    rows = await session.execute(
        select(
            MembershipRow.player_id,
            PlayerRow.name,
            MembershipRow.rank,
            MembershipRow.joined_at,
            MembershipRow.left_at,
        )
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(
            MembershipRow.clan_id == clan_id,
            or_(MembershipRow.joined_at > since, MembershipRow.left_at > since),
        )
    )
    flagged = {
        one.player_id
        for one in await cases(session, clan_id, in_force_at=now)
        if one.kind is CaseKind.FLAG
    }
    found = []
    for player_id, name, rank, joined_at, left_at in rows.all():
        if since < joined_at <= now:
            # A flag follows whoever plays, with whichever account they come back.
            own = await accounts_of(session, clan_id, player_id, now)
            detail = f"joined {joined_at:%Y-%m-%d}"
            known = not flagged.isdisjoint(own)
            found.append(Movement("member.joined", player_id, name, detail, joined_at, known))
        if left_at is not None and since < left_at <= now:
            detail = f"left {left_at:%Y-%m-%d}, was {title(rank)}"
            found.append(Movement("member.left", player_id, name, detail, left_at))
    return found


async def _renames(session: AsyncSession, clan_id: int, now: datetime) -> Sequence[Movement]:
    members = select(MembershipRow.player_id).where(
        MembershipRow.clan_id == clan_id, MembershipRow.left_at.is_(None)
    )
    rows = await session.execute(
        select(PlayerNameRow.player_id, PlayerRow.name, PlayerNameRow.name, PlayerNameRow.until)
        .join_from(PlayerNameRow, PlayerRow, PlayerRow.id == PlayerNameRow.player_id)
        .where(
            PlayerNameRow.player_id.in_(members),
            PlayerNameRow.until > now - _LOOKED_BACK,
            PlayerNameRow.until <= now,
            PlayerNameRow.standard_name != PlayerRow.standard_name,
        )
    )
    return [
        Movement("member.renamed", player_id, name, f"was {former}", until)
        for player_id, name, former, until in rows
        if until is not None
    ]

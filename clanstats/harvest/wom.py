"""How does a clan's present state on Wise Old Man get into the database?

One refresh: the group, and if nobody's profile or membership moved since the last one, that is
all (one request). Else also everyone's newest snapshot and the feeds: at most five requests for a
clan of any size. At the first sight of a clan the last week's snapshots take the place of the
achievements, so that there are gains to show at once; the backfill reads those. Whoever gave the
group's verification code has Wise Old Man look at everyone once a day, with one request more.

Everything is fetched first and then written in one transaction: a refresh is stored whole or not
at all. Only a feed may be missing; it is then read with the next refresh.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.asking import rows
from clanstats.db.models import ClanRow, MembershipRow, PlayerRow, RankOrderRow
from clanstats.harvest.attribution import attribute
from clanstats.harvest.identity import (
    Person,
    merge_stand_ins,
    possible_renames,
    record_names,
)
from clanstats.harvest.roster import RosterChange, apply_group
from clanstats.observability import checkpoint
from clanstats.privacy.keeping_out import remembered, settle_names, split
from clanstats.services import Services
from clanstats.tombstones import Tombstones
from clanstats.wom.errors import WomError, WomSecretError
from clanstats.wom.rows import (
    Decoded,
    WomAchievement,
    WomActivity,
    WomGroup,
    WomNameChange,
    WomSnapshot,
)

log = structlog.get_logger()

# Wise Old Man itself holds a profile to be outdated after 23.5 hours.
_UPDATE_ALL_EVERY = timedelta(hours=24)
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What one refresh found, for the log and for `/health`."""

    clan: str
    members: int
    moved: bool  # False: nothing had changed, and nothing was written
    roster: RosterChange = field(default_factory=RosterChange)
    renamed: int = 0
    merged: int = 0
    possible_renames: int = 0
    snapshots: int = 0
    achievements: int = 0
    skipped: int = 0  # rows that couldn't be read; all others were stored
    problems: Sequence[str] = ()  # in words a person can act on

    @property
    def partial(self) -> bool:
        """Whether something is missing that should be there."""
        return bool(self.problems)

    def __str__(self) -> str:
        if not self.moved:
            return ", ".join(
                [f"{self.clan}: {self.members} members, nothing moved", *self.problems]
            )
        parts = [
            f"{self.clan}: {self.members} members",
            f"{self.snapshots} new snapshots",
            f"{self.roster.joined} joined",
            f"{self.roster.left} left",
            f"{self.roster.rank_changes} changed rank",
            f"{self.renamed} renamed",
        ]
        if self.skipped:
            parts.append(f"{self.skipped} unreadable rows left out")
        return ", ".join([*parts, *self.problems])


@dataclass(slots=True)
class _Answers:
    """What was fetched for one refresh."""

    group: WomGroup
    hiscores: Decoded[WomSnapshot]
    activity: Decoded[WomActivity]
    name_changes: Decoded[WomNameChange]
    achievements: Decoded[WomAchievement]
    baseline: Decoded[WomSnapshot]
    missed: list[str]

    @property
    def all(self) -> Sequence[Decoded[object]]:
        return (
            self.hiscores,
            self.activity,
            self.name_changes,
            self.achievements,
            self.baseline,
        )


async def refresh(
    services: Services, wom_group_id: int, *, full: bool = False, guild_id: int | None = None
) -> HarvestReport:
    """Bring the stored clan up to date.

    Args:
        services: The open resources.
        wom_group_id: The group's number on Wise Old Man.
        full: Read everything, even if nothing has moved.
        guild_id: The Discord server the clan belongs to, if known.

    Raises:
        WomError: Wise Old Man could not be read; nothing was written.
    """
    with checkpoint("harvest.group"):
        group = await services.wom.group(wom_group_id)
    async with services.read() as session:
        known, _ = split(group, await Tombstones.load(session))
        first, moved = await _compare(session, known)
    report = HarvestReport(group.name, len(known.memberships), moved=False)
    if first or moved or full:
        with checkpoint("harvest.fetch"):
            answers = await _fetch(services, group, first=first)
        with checkpoint("harvest.store"):
            report = await _store(services, answers, guild_id)
    refused = await _ask_for_updates(services, wom_group_id)
    return replace(report, problems=(*report.problems, *refused))


async def _ask_for_updates(services: Services, wom_group_id: int) -> Sequence[str]:
    """Once a day ask Wise Old Man to read everyone's hiscores: it doesn't by itself.

    It takes its time, so that the next refresh sees what came of it.

    Returns:
        What a person has to mend, if anything.
    """
    secret = services.settings.wom_group_secret
    if secret is None:
        return ()
    now = services.clock()
    of_clan = ClanRow.wom_group_id == wom_group_id
    async with services.read() as session:
        asked_at = await session.scalar(select(ClanRow.update_asked_at).where(of_clan))
    if asked_at is not None and now - asked_at < _UPDATE_ALL_EVERY:
        return ()
    try:
        queued = await services.wom.update_all(wom_group_id, secret=secret.get_secret_value())
    except WomError as error:
        log.warning("update_all.failed", reason=str(error))
        return (str(error),) if isinstance(error, WomSecretError) else ()
    log.info("update_all.asked", players=queued)
    async with services.write() as session:
        await session.execute(update(ClanRow).where(of_clan).values(update_asked_at=now))
    return ()


async def _compare(session: AsyncSession, group: WomGroup) -> tuple[bool, bool]:
    """Whether the clan is new to us, and whether anything differs from what is stored."""
    clan = await session.scalar(select(ClanRow).where(ClanRow.wom_group_id == group.group_id))
    if clan is None or clan.refreshed_at is None:
        return True, True
    found = await rows(
        session,
        select(
            PlayerRow.wom_id,
            PlayerRow.name,
            PlayerRow.status,
            PlayerRow.account_type,
            PlayerRow.updated_at,
            PlayerRow.last_changed_at,
            MembershipRow.rank,
        )
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(MembershipRow.clan_id == clan.id, MembershipRow.left_at.is_(None)),
    )
    order = await session.scalars(
        select(RankOrderRow.rank)
        .where(RankOrderRow.clan_id == clan.id)
        .order_by(RankOrderRow.position)
    )
    stored = {tuple(row) for row in found}
    told = {
        (
            m.player.wom_id,
            m.player.name,
            m.player.status,
            m.player.account_type,
            m.player.updated_at,
            m.player.last_changed_at,
            m.role,
        )
        for m in group.memberships
    }
    differs = stored != told or clan.name != group.name or tuple(order) != _order(group)
    # Whoever left and came back meanwhile differs by the date only; after an early-synced rename
    # the dates differ for good, but are old.
    came_back = any(m.joined_at > clan.refreshed_at for m in group.memberships)
    return False, differs or came_back or clan.feeds_due


def _order(group: WomGroup) -> Sequence[str]:
    """The group's ranks, each once."""
    return tuple(dict.fromkeys(group.role_order))


async def _fetch(services: Services, group: WomGroup, *, first: bool) -> _Answers:
    wom, missed = services.wom, list[str]()
    nothing: Decoded[WomAchievement] = Decoded(())
    no_snapshots: Decoded[WomSnapshot] = Decoded(())
    hiscores = await wom.bulk_hiscores(group.group_id)
    return _Answers(
        group=group,
        hiscores=hiscores,
        activity=await _or_missed(wom.activity(group.group_id), "activity", missed),
        name_changes=await _or_missed(wom.name_changes(group.group_id), "name changes", missed),
        achievements=nothing
        if first
        else await _or_missed(wom.achievements(group.group_id), "achievements", missed),
        baseline=await _or_missed(
            wom.bulk_gained(group.group_id, period="week"), "last week", missed
        )
        if first
        else no_snapshots,
        missed=missed,
    )


async def _or_missed(
    asked: Awaitable[Decoded[_Row]], name: str, missed: list[str]
) -> Decoded[_Row]:
    """A feed that can't be read costs its own rows only."""
    try:
        return await asked
    except WomError as error:
        log.warning("feed.missed", feed=name, reason=str(error))
        missed.append(f"the {name} could not be read: {error}")
        return Decoded(())


async def _store(services: Services, answers: _Answers, guild_id: int | None) -> HarvestReport:
    now = services.clock()
    async with services.write() as session:
        # Only here is it certain that nobody is deleted meanwhile.
        tombstones = await Tombstones.load(session)
        group, gone = split(answers.group, tombstones)
        answers = _of_remembered(answers, tombstones)
        clan_id = await store.clan_id(
            session, wom_group_id=group.group_id, name=group.name, now=now, guild_id=guild_id
        )
        await store.save_rank_order(session, clan_id, group.role_order)
        players = [m.player for m in group.memberships]
        ids = await store.save_players(session, players)
        feed = answers.activity.rows
        roster = await apply_group(session, clan_id, group, feed, ids, now)
        changes = answers.name_changes.rows
        people = [Person(ids[p.wom_id], p.wom_id, p.name, p.registered_at) for p in players]
        renamed = await record_names(session, people, changes, now)
        present = {ids[m.player.wom_id]: m for m in group.memberships}
        merged = await merge_stand_ins(session, clan_id, changes, present)
        await settle_names(session, tombstones, gone, now)
        await attribute(session, clan_id)
        await store.save_activity(session, clan_id, feed)
        snapshots = [*answers.baseline.rows, *answers.hiscores.rows]
        added = await store.save_snapshots(session, snapshots)
        achievements = await store.save_achievements(session, answers.achievements.rows)
        await session.execute(
            update(ClanRow)
            .where(ClanRow.id == clan_id)
            .values(refreshed_at=now, feeds_due=bool(answers.missed))
        )
    return HarvestReport(
        clan=group.name,
        members=len(group.memberships),
        moved=True,
        roster=roster,
        renamed=renamed,
        merged=merged,
        possible_renames=possible_renames(feed),
        snapshots=added,
        achievements=achievements,
        skipped=group.skipped + sum(answer.skipped for answer in answers.all),
        problems=_problems(answers, roster),
    )


def _of_remembered(answers: _Answers, tombstones: Tombstones) -> _Answers:
    """What was fetched, but for those who asked to be deleted."""
    return replace(
        answers,
        hiscores=remembered(answers.hiscores, tombstones),
        activity=remembered(answers.activity, tombstones),
        name_changes=remembered(answers.name_changes, tombstones),
        achievements=remembered(answers.achievements, tombstones),
        baseline=remembered(answers.baseline, tombstones),
    )


def _problems(answers: _Answers, roster: RosterChange) -> Sequence[str]:
    problems = [*answers.missed, *answers.group.problems]
    problems += [problem for answer in answers.all for problem in answer.problems]
    if roster.held:
        problems.append(
            f"{roster.held} members are missing from Wise Old Man's answer at once and were kept: "
            "if they really left, its activity feed will say so"
        )
    return tuple(problems)

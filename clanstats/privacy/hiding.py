"""Who is not to be shown? Hidden people are in no list, chart or file, but in every total.

Someone hides their talk (as a Discord user) or their numbers (each of their players); a person who
hid one account has hidden all that are linked to them. Whoever opted out on Wise Old Man is hidden
likewise, and whoever was deleted stays in the totals of the past only.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.bulk import insert_new
from clanstats.db.models import HiddenRow, LinkRow, PlayerRow
from clanstats.domain import Gain, Leaderboard, Unshown
from clanstats.errors import ClanStatsError
from clanstats.metrics import Metric, MetricKind
from clanstats.privacy.person import Scope, person_of
from clanstats.timestamps import epoch_ms

USER, PLAYER, OPTED_OUT = "user", "player", "opted_out"
_NOBODY: frozenset[int] = frozenset()


class HiddenError(ClanStatsError):
    """Somebody's numbers are not for whoever would see the answer."""

    def __init__(self, *, own: bool = False, what: str = "numbers") -> None:
        """`own`: they are of who asks, but others would see them, too."""
        super().__init__(
            f"You have hidden your {what}, and everybody sees this: `/stats private:True` is for "
            "you alone."
            if own
            else f"That player has hidden their {what}."
        )


@dataclass(frozen=True, slots=True)
class Hidden:
    """The player ids of a clan that aren't shown: their numbers in the game, their talk."""

    game: frozenset[int] = _NOBODY
    talk: frozenset[int] = _NOBODY

    def on(self, metric: Metric) -> frozenset[int]:
        """Who isn't shown on a board of this metric."""
        return self.talk if metric.kind is MetricKind.TALK else self.game

    def seen_by(self, own: Collection[int]) -> "Hidden":
        """What is hidden from whoever plays `own`, in a reply that nobody else sees."""
        return Hidden(self.game - frozenset(own), self.talk - frozenset(own))


async def hidden(session: AsyncSession, clan_id: int, at: datetime) -> Hidden:
    """Who isn't shown in this clan, in an answer about the instant `at`."""
    rows = (await session.execute(select(HiddenRow.kind, HiddenRow.subject_id))).all()
    deleted = await session.scalars(select(PlayerRow.id).where(PlayerRow.wom_id < 0))
    game = {row.subject_id for row in rows if row.kind != USER} | set(deleted)
    users = {row.subject_id for row in rows if row.kind == USER}
    if not rows:
        return Hidden(frozenset(game))
    links = await _links(session, clan_id, at)
    players = {row.subject_id for row in rows if row.kind == PLAYER}
    hiding = {user_id for user_id, player_id in links if player_id in players}
    return Hidden(
        frozenset(game | {player_id for user_id, player_id in links if user_id in hiding}),
        frozenset(player_id for user_id, player_id in links if user_id in users),
    )


async def _links(session: AsyncSession, clan_id: int, at: datetime) -> Sequence[tuple[int, int]]:
    """User and player of the links in force now, or at that instant."""
    found = await session.execute(
        select(LinkRow.discord_user_id, LinkRow.player_id).where(
            LinkRow.clan_id == clan_id,
            or_(LinkRow.until.is_(None), (LinkRow.since <= at) & (LinkRow.until > at)),
        )
    )
    return [(row[0], row[1]) for row in found]


async def set_hidden(
    session: AsyncSession, user_id: int, scope: Scope, *, wish: bool, now: datetime
) -> bool:
    """Hide a Discord user's talk, their players' numbers, or both; or show them again.

    Returns:
        Whether there is anything to hide; without a linked player there are no numbers.
    """
    who = await person_of(session, user_id, scope)
    subjects = {USER: [user_id] if scope.discord else [], PLAYER: list(who.player_ids)}
    for kind, subject_ids in subjects.items():
        if wish:
            await hide(session, kind=kind, subject_ids=subject_ids, now=now)
        else:
            await unhide(session, kind=kind, subject_ids=subject_ids)
    return any(subjects.values())


async def hide(
    session: AsyncSession, *, kind: str, subject_ids: Iterable[int], now: datetime
) -> None:
    """Show these no longer: Discord users, or our player ids; twice is the same as once."""
    rows = [(kind, subject_id, epoch_ms(now)) for subject_id in subject_ids]
    await insert_new(session, HiddenRow.__table__, rows)


async def unhide(session: AsyncSession, *, kind: str, subject_ids: Iterable[int]) -> None:
    """Show these again; what another kind hides stays hidden."""
    await session.execute(
        delete(HiddenRow).where(HiddenRow.kind == kind, HiddenRow.subject_id.in_(subject_ids))
    )


def without(board: Leaderboard, player_ids: Collection[int]) -> Leaderboard:
    """The board without these rows; they stay in its counts and its sum, and places stay true."""
    gone = [
        line
        for line in (*(one.gain for one in board.standings), *board.unknown)
        if line.member.player_id in player_ids
    ]
    if not gone:
        return board
    return replace(
        board,
        standings=tuple(s for s in board.standings if s.gain.member.player_id not in player_ids),
        unknown=tuple(line for line in board.unknown if line.member.player_id not in player_ids),
        unshown=_added_up(gone),
    )


def _added_up(lines: Sequence[Gain]) -> Unshown:
    known = [line.shown for line in lines if line.shown is not None]
    return Unshown(
        members=len(lines),
        unknown=len(lines) - len(known),
        idle=sum(1 for value in known if not value),
        total=sum(known),
    )

"""Is an account really theirs? Whoever plays it can gain XP in a skill that we name.

The skill is fixed for the day, the XP is what Wise Old Man read when the claim was made, and
any more of it within half an hour is the proof. Both times Wise Old Man reads the hiscores anew.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.models import (
    LinkClaimRow,
    MetricRow,
    MetricValueRow,
    PlayerRow,
    SnapshotRow,
)
from clanstats.errors import BadInputError, ClanStatsError, NoDataError
from clanstats.metrics import OVERALL, MetricKind, catalogue
from clanstats.people.links import (
    Link,
    LinkedToOtherError,
    LinkMethod,
    add_link,
    drop_claims,
    link_of,
    refuse_forgotten,
)
from clanstats.privacy.opt_outs import note_opt_out
from clanstats.services import Services
from clanstats.timestamps import discord_time, epoch_ms
from clanstats.wom.budget import priority
from clanstats.wom.rows import WomSnapshot

WITHIN = timedelta(minutes=30)
_KEPT = timedelta(days=7)  # for officers to look at
_LATELY = timedelta(days=30)
_MOST = 3  # at once, for one user
_ALL_THERE_IS = 200_000_000  # XP: more can't be gained in a skill
# Anybody can train these anywhere, for nothing, with no level and no fighting.
_CHEAP = ("woodcutting", "mining", "fishing", "firemaking", "cooking")


@dataclass(frozen=True, slots=True)
class Claim:
    """A Discord user says that an account is theirs."""

    discord_user_id: int
    player_id: int
    name: str  # the player's present one
    skill: str
    baseline: int  # XP when the claim was made
    made_at: datetime
    expires_at: datetime


class NotProvenError(ClanStatsError):
    """Nothing has been gained yet, or it isn't visible."""


_COLUMNS: tuple[Any, ...] = (
    LinkClaimRow.discord_user_id,
    LinkClaimRow.player_id,
    PlayerRow.name,
    LinkClaimRow.skill,
    LinkClaimRow.baseline,
    LinkClaimRow.made_at,
    LinkClaimRow.expires_at,
)


async def begin(services: Services, clan_id: int, *, user_id: int, player_id: int) -> Claim:
    """Name a skill for the user to gain XP in; a claim that is under way stays as it is.

    Raises:
        BadInputError: The account is theirs already, or they claim too many.
        LinkedToOtherError: It is somebody else's.
        NotProvenError: Nothing can be proven of this account; the text says why.
        WomError: Wise Old Man doesn't say how much XP there is.
    """
    now = services.clock()
    async with services.read() as session:
        await _check_free(session, clan_id, user_id, player_id)
        own = await claims(session, clan_id, now, user_id=user_id)
    for claim in own:
        if claim.player_id == player_id:
            return claim
    if len(own) >= _MOST:
        raise BadInputError(
            f"You claim {len(own)} accounts already: prove or cancel one of them first."
        )
    read = await _read(services, player_id)
    seed = f"{clan_id} {user_id} {player_id} {now:%Y-%m-%d}"
    async with services.write() as session:
        await _check_free(session, clan_id, user_id, player_id)
        trained = await _trained(session, player_id, since=now - _LATELY)
        skill = _skill(read.values, trained, seed)
        await store.save_snapshots(session, [read])
        await session.execute(
            delete(LinkClaimRow).where(
                LinkClaimRow.clan_id == clan_id, LinkClaimRow.made_at <= now - _KEPT
            )
        )
        await drop_claims(session, clan_id, user_id, player_id)
        await session.execute(
            insert(LinkClaimRow).values(
                clan_id=clan_id,
                discord_user_id=user_id,
                player_id=player_id,
                skill=skill,
                baseline=read.values[skill],
                made_at=now,
                expires_at=now + WITHIN,
            )
        )
        return await _claim(session, clan_id, user_id, player_id)


async def check(services: Services, clan_id: int, *, user_id: int, player_id: int) -> Link:
    """Link the account to the user if XP was gained in the skill of their claim.

    Raises:
        NoDataError: They don't claim it.
        NotProvenError: Not yet, or too late; the text says what to do.
        LinkedToOtherError: It has become somebody else's.
        WomError: Wise Old Man doesn't say how much XP there is.
    """
    now = services.clock()
    async with services.read() as session:
        claim = await _claim(session, clan_id, user_id, player_id)
    if claim.expires_at <= now:
        raise NotProvenError(
            "The half hour is over. Begin again with `/link add`, or ask an officer: your request "
            "is in their `/link list show:pending` for a week."
        )
    read = await _read(services, player_id)
    gained = read.values.get(claim.skill, 0) - claim.baseline
    async with services.write() as session:
        await store.save_snapshots(session, [read])
        # It may have been withdrawn or refused while Wise Old Man was asked.
        await _claim(session, clan_id, user_id, player_id)
        if gained > 0:
            return await add_link(
                session,
                clan_id,
                user_id=user_id,
                player_id=player_id,
                now=now,
                method=LinkMethod.PROOF,
            )
    raise NotProvenError(
        f"No XP in {title(claim.skill)} yet: the hiscores show {claim.baseline:,}, as before. Gain "
        "some, log out of the game so that they see it, and check again in a minute. The time "
        f"ends {discord_time(claim.expires_at)}."
    )


async def claims(
    session: AsyncSession,
    clan_id: int,
    now: datetime,
    *,
    user_id: int | None = None,
    late: bool = False,
) -> Sequence[Claim]:
    """What is claimed and not decided, the newest first.

    Args:
        session: Only read from.
        clan_id: Ours.
        now: What has expired by then is left out.
        user_id: Only what this Discord user claims.
        late: Also what has expired, for a week: an officer may decide it.
    """
    wanted = _claims(clan_id).where(
        LinkClaimRow.made_at > now - _KEPT if late else LinkClaimRow.expires_at > now
    )
    if user_id is not None:
        wanted = wanted.where(LinkClaimRow.discord_user_id == user_id)
    return tuple(Claim(*row) for row in await session.execute(wanted))


async def accept_claim(  # noqa: PLR0913  whose, what, when and by whom
    session: AsyncSession,
    clan_id: int,
    *,
    user_id: int,
    player_id: int,
    now: datetime,
    by: int,
) -> Link:
    """Link what is claimed on an officer's word.

    Raises:
        NoDataError: It isn't claimed any longer.
        LinkedToOtherError: It has become somebody else's.
    """
    held = await link_of(session, clan_id, player_id)
    if held is None or held.discord_user_id != user_id:
        await _claim(session, clan_id, user_id, player_id)
    return await add_link(
        session,
        clan_id,
        user_id=user_id,
        player_id=player_id,
        now=now,
        method=LinkMethod.OFFICER,
        made_by=by,
    )


def title(skill: str) -> str:
    """As players write it."""
    known = catalogue().get(skill)
    return known.title if known else skill


async def _read(services: Services, player_id: int) -> WomSnapshot:
    """The player's present XP, as Wise Old Man reads it now."""
    async with services.read() as session:
        player = await session.execute(
            select(PlayerRow.wom_id, PlayerRow.standard_name).where(PlayerRow.id == player_id)
        )
        wom_id, name = player.one()
    with priority():
        told = await services.wom.update_player(name)
    if told.player.wom_id != wom_id:
        raise NotProvenError(
            "Wise Old Man has another player under that name now: perhaps a rename that it "
            "doesn't know of yet. Submit the name change there, or ask an officer."
        )
    if "opt_out" in told.annotations:
        async with services.write() as session:
            await note_opt_out(session, player_id, services.clock())
    if told.snapshot is None or "opt_out" in told.annotations:
        raise NotProvenError(
            "Wise Old Man doesn't track this account, so XP proves nothing. Ask an officer."
        )
    return told.snapshot


async def _trained(session: AsyncSession, player_id: int, *, since: datetime) -> Collection[str]:
    """The names of what has changed of a player since then, as far as it was observed."""
    first_at = select(func.min(SnapshotRow.taken_at)).where(SnapshotRow.player_id == player_id)
    found = await session.scalars(
        select(MetricRow.name)
        .join_from(MetricRow, MetricValueRow, MetricValueRow.metric_id == MetricRow.id)
        .where(
            MetricValueRow.player_id == player_id,
            MetricValueRow.taken_at > epoch_ms(since),
            MetricValueRow.taken_at > first_at.scalar_subquery(),
        )
        .distinct()
    )
    return frozenset(found)


def _skill(values: Mapping[str, int], trained: Collection[str], seed: str) -> str:
    """A skill of the player in which XP can be gained and seen.

    If possible none that was `trained` lately: else whoever claims another's account only has to
    wait until its true player goes on. `seed` decides among the others, so that asking again gives
    no other one.

    Raises:
        NotProvenError: There is none.
    """
    skills = [
        name
        for name, metric in catalogue().items()
        if metric.kind is MetricKind.SKILL and name != OVERALL
    ]
    untrained = [name for name in _CHEAP if name not in trained]
    for offered in (untrained, _CHEAP, skills):
        open_to_them = [name for name in offered if 0 <= values.get(name, -1) < _ALL_THERE_IS]
        if open_to_them:
            return random.Random(seed).choice(open_to_them)  # noqa: S311  no secret
    raise NotProvenError(
        "The hiscores list no skill of this account in which XP could be seen. Ask an officer."
    )


def _claims(clan_id: int) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join_from(LinkClaimRow, PlayerRow, PlayerRow.id == LinkClaimRow.player_id)
        .where(LinkClaimRow.clan_id == clan_id)
        .order_by(LinkClaimRow.made_at.desc(), PlayerRow.standard_name)
    )


async def _claim(session: AsyncSession, clan_id: int, user_id: int, player_id: int) -> Claim:
    found = await session.execute(
        _claims(clan_id).where(
            LinkClaimRow.discord_user_id == user_id, LinkClaimRow.player_id == player_id
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NoDataError("That isn't claimed any longer. `/link list` says what is.")
    return Claim(*row)


async def _check_free(session: AsyncSession, clan_id: int, user_id: int, player_id: int) -> None:
    await refuse_forgotten(session, user_id)
    held = await link_of(session, clan_id, player_id)
    if held is not None and held.discord_user_id == user_id:
        raise BadInputError("That account is linked to you already.")
    if held is not None:
        raise LinkedToOtherError(held)

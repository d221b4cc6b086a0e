"""Who plays which account, and from when to when?

A link says that a Discord user plays a player's account. An account has one user at a time, a user
any number of accounts, one of them the main one: what the user says on Discord counts as that
player's. Unlinking ends the interval, so that history stays whose it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import MAIN_FIRST
from clanstats.db.models import LinkClaimRow, LinkRow, PlayerRow
from clanstats.errors import ClanStatsError, NoDataError
from clanstats.harvest.attribution import attribute
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones

log = structlog.get_logger()


class LinkMethod(StrEnum):
    """What a link rests on."""

    PROOF = "proof"  # XP gained in a skill that we named
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Link:
    """A Discord user plays, or played, this account."""

    link_id: int
    discord_user_id: int
    player_id: int
    name: str  # the player's present one
    since: datetime  # from when on it counts, which may be long before it was made
    until: datetime | None
    made_at: datetime | None  # None: before this was noted
    made_by: int | None  # Discord user; None by proof
    method: str
    main: bool


class LinkedToOtherError(ClanStatsError):
    """The account is somebody else's, says a link in force."""

    def __init__(self, link: Link) -> None:
        super().__init__(
            "That account is linked to somebody else. If it is yours, ask an officer: with "
            "`/link add` and `replace:True` they can move it."
        )
        self.link = link


class ForgottenUserError(ClanStatsError):
    """They asked to be deleted, and nothing is stored about them."""

    def __init__(self) -> None:
        super().__init__(
            "Whoever that is asked to be deleted: only they can come back, with `/privacy show`."
        )


_COLUMNS: tuple[Any, ...] = (
    LinkRow.id,
    LinkRow.discord_user_id,
    LinkRow.player_id,
    PlayerRow.name,
    LinkRow.since,
    LinkRow.until,
    LinkRow.made_at,
    LinkRow.made_by,
    LinkRow.method,
    LinkRow.main,
)


async def links_at(
    session: AsyncSession, clan_id: int, at: datetime, *, user_id: int | None = None
) -> Sequence[Link]:
    """The links in force at that instant, of everybody or of one Discord user.

    Returns:
        Those of a user together, the main account first, then the longest linked.
    """
    wanted = _links(clan_id).where(
        LinkRow.since <= at, or_(LinkRow.until.is_(None), LinkRow.until > at)
    )
    if user_id is not None:
        wanted = wanted.where(LinkRow.discord_user_id == user_id)
    return await _found(session, wanted)


async def link_of(session: AsyncSession, clan_id: int, player_id: int) -> Link | None:
    """The link in force of an account."""
    wanted = _links(clan_id).where(LinkRow.player_id == player_id, LinkRow.until.is_(None))
    return next(iter(await _found(session, wanted)), None)


async def add_link(  # noqa: PLR0913  who, whose, when and why
    session: AsyncSession,
    clan_id: int,
    *,
    user_id: int,
    player_id: int,
    now: datetime,
    method: LinkMethod,
    made_by: int | None = None,
    replace: bool = False,
) -> Link:
    """Say that the user plays this account; the first one is the main one.

    It counts from the beginning of time, or from when the last link of this user or of this
    account ended: until then, what was said was somebody else's.

    Args:
        session: Written to.
        clan_id: Ours.
        user_id: On Discord.
        player_id: Whose account.
        now: When it is made.
        method: What it rests on.
        made_by: The officer's Discord user.
        replace: End the link to somebody else, if there is one.

    Returns:
        The link; the one that was there already if it says the same.

    Raises:
        LinkedToOtherError: Somebody else has it, and `replace` is False.
        ForgottenUserError: The user asked to be deleted.
    """
    await refuse_forgotten(session, user_id)
    merged_into = await session.scalar(
        select(PlayerRow.merged_into_id).where(PlayerRow.id == player_id)
    )
    player_id = merged_into or player_id  # whoever asked may not know yet
    held = await link_of(session, clan_id, player_id)
    if held is not None and held.discord_user_id == user_id:
        await drop_claims(session, clan_id, user_id, player_id)
        return held
    if held is not None:
        if not replace:
            raise LinkedToOtherError(held)
        await _end(session, clan_id, held, now)
    await keep_one_main(session, clan_id, user_id)
    first = not await links_at(session, clan_id, now, user_id=user_id)
    ended = [link.until for link in await _history(session, clan_id, user_id, player_id)]
    await session.execute(
        insert(LinkRow).values(
            clan_id=clan_id,
            discord_user_id=user_id,
            player_id=player_id,
            since=max((at for at in ended if at is not None), default=EARLIEST),
            made_at=now,
            made_by=made_by,
            method=method,
            main=first,
        )
    )
    await drop_claims(session, clan_id, user_id, player_id)
    await attribute(session, clan_id)
    made = await link_of(session, clan_id, player_id)
    if made is None:  # just inserted
        raise AssertionError(player_id)
    _log("link.added", clan_id, made, by=made_by)
    return made


async def refuse_forgotten(session: AsyncSession, user_id: int) -> None:
    """Do nothing for most.

    Raises:
        ForgottenUserError: The user asked to be deleted.
    """
    if (await Tombstones.load(session)).has_user(user_id):
        raise ForgottenUserError


async def remove_link(  # noqa: PLR0913  which one, when, by whom, and was it ever true
    session: AsyncSession,
    clan_id: int,
    *,
    player_id: int,
    now: datetime,
    by: int,
    mistake: bool = False,
) -> Link:
    """End the link of an account.

    Args:
        session: Written to.
        clan_id: Ours.
        player_id: Whose account.
        now: From when on it counts no longer.
        by: The Discord user who says so.
        mistake: It never was true, so nothing of it is kept; the log says that it was there.

    Returns:
        The link as it was.

    Raises:
        NoDataError: Nobody is linked to it.
    """
    held = await _held(session, clan_id, player_id)
    await _end(session, clan_id, held, now, mistake=mistake)
    await attribute(session, clan_id)
    _log("link.undone" if mistake else "link.removed", clan_id, held, by=by)
    return held


async def set_main(session: AsyncSession, clan_id: int, *, player_id: int, by: int) -> Link:
    """Make an account the main one of whoever plays it.

    Raises:
        NoDataError: Nobody is linked to it.
    """
    held = await _held(session, clan_id, player_id)
    await session.execute(
        update(LinkRow)
        .where(
            LinkRow.clan_id == clan_id,
            LinkRow.discord_user_id == held.discord_user_id,
            LinkRow.until.is_(None),
        )
        .values(main=LinkRow.id == held.link_id)
    )
    await attribute(session, clan_id)
    _log("link.main", clan_id, held, by=by)
    return held


async def drop_claims(session: AsyncSession, clan_id: int, user_id: int, player_id: int) -> bool:
    """Forget that the user claimed this account; returns whether they did."""
    gone = await session.scalars(
        delete(LinkClaimRow)
        .where(
            LinkClaimRow.clan_id == clan_id,
            LinkClaimRow.discord_user_id == user_id,
            LinkClaimRow.player_id == player_id,
        )
        .returning(LinkClaimRow.player_id)
    )
    return bool(gone.all())


async def keep_one_main(session: AsyncSession, clan_id: int, user_id: int) -> None:
    """See to it that one of the user's accounts is the main one: else the longest linked."""
    found = await session.execute(
        select(LinkRow.id, LinkRow.main)
        .where(
            LinkRow.clan_id == clan_id,
            LinkRow.discord_user_id == user_id,
            LinkRow.until.is_(None),
        )
        .order_by(*MAIN_FIRST)
    )
    rows = found.all()
    for place, row in enumerate(rows):
        if row.main != (place == 0):
            await session.execute(
                update(LinkRow).where(LinkRow.id == row.id).values(main=place == 0)
            )


def _links(clan_id: int) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join_from(LinkRow, PlayerRow, PlayerRow.id == LinkRow.player_id)
        .where(LinkRow.clan_id == clan_id)
        .order_by(LinkRow.discord_user_id, *MAIN_FIRST)
    )


async def _found(session: AsyncSession, wanted: Select[Any]) -> Sequence[Link]:
    return tuple(Link(*row) for row in await session.execute(wanted))


async def _history(
    session: AsyncSession, clan_id: int, user_id: int, player_id: int
) -> Sequence[Link]:
    """Every link of this user, and every one of this account."""
    wanted = _links(clan_id).where(
        or_(LinkRow.discord_user_id == user_id, LinkRow.player_id == player_id)
    )
    return await _found(session, wanted)


async def _held(session: AsyncSession, clan_id: int, player_id: int) -> Link:
    held = await link_of(session, clan_id, player_id)
    if held is None:
        raise NoDataError("Nobody is linked to that account.")
    return held


async def _end(
    session: AsyncSession, clan_id: int, link: Link, now: datetime, *, mistake: bool = False
) -> None:
    if mistake or link.since >= now:  # an interval of no length says nothing
        await session.execute(delete(LinkRow).where(LinkRow.id == link.link_id))
    else:
        await session.execute(update(LinkRow).where(LinkRow.id == link.link_id).values(until=now))
    await keep_one_main(session, clan_id, link.discord_user_id)


def _log(event: str, clan_id: int, link: Link, *, by: int | None) -> None:
    """Who linked whom to what: by ID, for there is no other record of what was undone."""
    log.info(
        event,
        clan_id=clan_id,
        user_id=link.discord_user_id,
        player_id=link.player_id,
        since=link.since.isoformat(),
        method=link.method,
        by=by,
    )

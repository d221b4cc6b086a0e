"""How is a person deleted, so that the totals stay and nobody comes back?

What they wrote becomes the clan's one "forgotten" author's, their players lose every name and
Wise Old Man's id and keep their numbers; all else goes. Tombstones keep it so. It is one
transaction; afterwards the file is written anew, so that the bytes are gone, too.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import AuthorKind, written_at
from clanstats.db.authors import FORGOTTEN, author_ids
from clanstats.db.models import (
    AbsenceRow,
    AchievementRow,
    ActivityRow,
    AnnouncementRow,
    AuthorRow,
    BotStateRow,
    CompetitionPlaceRow,
    DepartureRow,
    GameEventRow,
    HiddenRow,
    LinkClaimRow,
    LinkRow,
    MembershipRow,
    MessageRow,
    MutedMemberRow,
    NameChangeRow,
    PlayerNameRow,
    PlayerRow,
    VoiceSessionRow,
    WordCountRow,
)
from clanstats.harvest.attribution import attribute
from clanstats.privacy.hiding import USER
from clanstats.privacy.officers import ABOUT_MEMBERS, forget_officer
from clanstats.privacy.person import (
    Part,
    Person,
    Player,
    Scope,
    borne_by_others,
    names_of,
    person_of,
    person_with,
)
from clanstats.schedules import recall, remember
from clanstats.services import Services
from clanstats.tombstones import Tombstones

_SCRUB_DUE = "scrub.due"
_STEP = timedelta(milliseconds=1)
_WEEK = timedelta(days=7)
_OfClan = type[AbsenceRow] | type[LinkRow] | type[LinkClaimRow] | type[DepartureRow]
_NOBODY = 0  # stands for a Discord user where there has to be one


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was done."""

    messages: int = 0  # that are now nobody's
    voice_sessions: int = 0  # likewise
    players: Sequence[str] = ()  # by their last name
    scrubbed: bool = True  # False: the bytes are still in the file, until the next night

    def __str__(self) -> str:
        return (
            f"Made nobody's: messages {self.messages:,}, voice sessions {self.voice_sessions:,}. "
            f"Made nameless: players {len(self.players)}"
        )


async def delete_user(services: Services, user_id: int, scope: Scope) -> Deletion:
    """Delete a Discord user, the players linked to them now, or both; for good."""
    async with services.write() as session:
        who = await person_of(session, user_id, scope)
        done = await delete_within(session, who, services.clock())
    return await _scrubbed(services, done)


async def delete_player(services: Services, player_id: int) -> Deletion:
    """Delete a player; whoever is linked to it stays."""
    async with services.write() as session:
        who = await person_with(session, player_id)
        done = await delete_within(session, who, services.clock())
    return await _scrubbed(services, done)


async def scrub_later(session: AsyncSession) -> None:
    """Note, with what is deleted, that its bytes have yet to go: see `scrub_if_due`."""
    await remember(session, _SCRUB_DUE, "yes")


async def scrub_if_due(services: Services) -> bool:
    """Do what a deletion could not do at once; whether nothing is left to do."""
    async with services.read() as session:
        due = await recall(session, _SCRUB_DUE)
    if not due:
        return True
    if not await services.compact():
        return False
    async with services.write() as session:
        await session.execute(delete(BotStateRow).where(BotStateRow.key == _SCRUB_DUE))
    return True


async def forget_user(
    session: AsyncSession, who: Person, now: datetime, *, clan_id: int | None = None
) -> tuple[int, int]:
    """Make what a Discord user wrote and said nobody's, and drop all else about them.

    Args:
        session: Written to.
        who: With what they wrote.
        now: Ends a voice session that is under way.
        clan_id: Only there; None is everywhere.

    Returns:
        How many messages and voice sessions that were.
    """
    messages = await _repoint(session, who.written)
    sessions = await _repoint_voice(session, who.written, now)
    await session.execute(
        delete(AuthorRow).where(AuthorRow.id.in_([part.author_id for part in who.written]))
    )
    of_user = who.user_id
    own = select(LinkRow.player_id).where(
        LinkRow.discord_user_id == of_user, LinkRow.until.is_(None)
    )

    await session.execute(
        delete(AbsenceRow).where(AbsenceRow.player_id.in_(own), *_in(AbsenceRow, clan_id))
    )
    await session.execute(
        update(AbsenceRow)
        .where(AbsenceRow.set_by == of_user, *_in(AbsenceRow, clan_id))
        .values(set_by=_NOBODY)
    )
    await session.execute(
        update(LinkRow)
        .where(LinkRow.made_by == of_user, *_in(LinkRow, clan_id))
        .values(made_by=None)
    )
    await forget_officer(session, of_user or _NOBODY, clan_id=clan_id)
    for table in (LinkRow, LinkClaimRow, DepartureRow):
        await session.execute(
            delete(table).where(table.discord_user_id == of_user, *_in(table, clan_id))
        )
    await _unhide_if_gone(session, of_user)
    return messages, sessions


def _in(table: _OfClan, clan_id: int | None) -> Sequence[ColumnElement[bool]]:
    return () if clan_id is None else (table.clan_id == clan_id,)


async def _unhide_if_gone(session: AsyncSession, user_id: int | None) -> None:
    links = select(LinkRow.id).where(LinkRow.discord_user_id == user_id).exists()
    authors = select(AuthorRow.id).where(AuthorRow.discord_user_id == user_id).exists()
    await session.execute(
        delete(HiddenRow).where(
            HiddenRow.kind == USER, HiddenRow.subject_id == user_id, ~links, ~authors
        )
    )


async def forget_names(
    session: AsyncSession, names: Iterable[str], player_ids: Sequence[int], now: datetime
) -> None:
    """Lay tombstones for those names that nobody else bears now."""
    borne = set(names)
    taken = await borne_by_others(session, borne, player_ids, now=True)
    await Tombstones.add(session, now=now, names=borne - taken)


async def forget_relayed(session: AsyncSession, names: Collection[str]) -> None:
    """Make all that was heard under these names nobody's, unless somebody is known by them."""
    shared = await borne_by_others(session, names, ())
    heard = await session.execute(
        select(AuthorRow.id, AuthorRow.clan_id).where(
            AuthorRow.kind == AuthorKind.RELAY, AuthorRow.name.in_(set(names) - shared)
        )
    )
    parts = [Part(*row) for row in heard]
    await _repoint(session, parts)
    await _drop_silent(session, parts)


async def delete_within(session: AsyncSession, who: Person, now: datetime) -> Deletion:
    """Delete a person in this transaction; the bytes have yet to go."""
    messages = sessions = 0
    if who.user_id is not None:
        messages, sessions = await forget_user(session, who, now)
        await Tombstones.add(session, now=now, users=[who.user_id])
    if who.players:
        messages += await _forget_players(session, who, now)
    await _settle(session)
    await scrub_later(session)
    named = tuple(player.name for player in who.players if not player.stand_in)
    return Deletion(messages, sessions, named)


async def _settle(session: AsyncSession) -> None:
    """Whose words are whose follows from names and links, some of which are gone."""
    for clan_id in list(await session.scalars(select(AuthorRow.clan_id).distinct())):
        await attribute(session, clan_id)


async def _scrubbed(services: Services, done: Deletion) -> Deletion:
    return Deletion(done.messages, done.voice_sessions, done.players, await scrub_if_due(services))


async def _forget_players(session: AsyncSession, who: Person, now: datetime) -> int:
    ids = who.player_ids
    names = await names_of(session, who.players)
    messages = await _repoint(session, who.relayed)
    await _drop_silent(session, who.relayed)
    await forget_names(session, names, ids, now)
    await Tombstones.add(session, now=now, wom_ids=[wom_id for wom_id in who.wom_ids if wom_id > 0])
    await session.execute(delete(ActivityRow).where(ActivityRow.wom_id.in_(who.wom_ids)))
    for table in (
        PlayerNameRow,
        NameChangeRow,
        AchievementRow,
        CompetitionPlaceRow,
        LinkRow,
        LinkClaimRow,
        AbsenceRow,
        MutedMemberRow,
        AnnouncementRow,
        *ABOUT_MEMBERS,
    ):
        await session.execute(delete(table).where(table.player_id.in_(ids)))
    await session.execute(
        delete(HiddenRow).where(HiddenRow.kind != USER, HiddenRow.subject_id.in_(ids))
    )
    await session.execute(
        update(MembershipRow)
        .where(MembershipRow.player_id.in_(ids), MembershipRow.left_at.is_(None))
        .values(left_at=now)
    )
    await session.execute(
        update(PlayerRow),
        [_nameless(player) for player in who.players],
    )
    return messages


def _nameless(player: Player) -> dict[str, object]:
    """A negative id of Wise Old Man's is nobody's there: here it marks who was deleted."""
    name = f"deleted-{player.player_id}"
    return {
        "id": player.player_id,
        "wom_id": -player.player_id,
        "name": name,
        "standard_name": name,
        "account_type": "unknown",
        "build": "main",
        "country": None,
    }


async def _repoint(session: AsyncSession, parts: Sequence[Part]) -> int:
    """Make messages and broadcasts the forgotten author's, and drop the words; counts messages."""
    count = 0
    for part in parts:
        nobody = await _forgotten(session, part.clan_id)
        theirs = (
            MessageRow.author_id == part.author_id,
            MessageRow.id >= part.since_id,
            MessageRow.id < part.until_id,
        )
        found = await session.execute(select(func.count()).where(*theirs))
        count += found.scalar_one()
        await session.execute(update(MessageRow).where(*theirs).values(author_id=nobody))
        await session.execute(
            update(GameEventRow)
            .where(
                GameEventRow.author_id == part.author_id,
                GameEventRow.message_id >= part.since_id,
                GameEventRow.message_id < part.until_id,
            )
            .values(author_id=nobody)
        )
        words = delete(WordCountRow).where(WordCountRow.author_id == part.author_id)
        if not part.whole:
            words = words.where(
                WordCountRow.week > written_at(part.since_id) - _WEEK,
                WordCountRow.week < written_at(part.until_id),
            )
        await session.execute(words)
    return count


async def _repoint_voice(session: AsyncSession, parts: Sequence[Part], now: datetime) -> int:
    """Make voice sessions the forgotten author's; each as long as it was."""
    count = 0
    for part in parts:
        nobody = await _forgotten(session, part.clan_id)
        taken = set(
            await session.scalars(
                select(VoiceSessionRow.started_at).where(VoiceSessionRow.author_id == nobody)
            )
        )
        found = await session.execute(
            select(VoiceSessionRow.id, VoiceSessionRow.started_at, VoiceSessionRow.ended_at).where(
                VoiceSessionRow.author_id == part.author_id
            )
        )
        moved = []
        for row in found:
            started_at, ended_at = row.started_at, row.ended_at or max(now, row.started_at)
            while started_at in taken:  # two can begin at once, but one author can't twice
                started_at, ended_at = started_at + _STEP, ended_at + _STEP
            taken.add(started_at)
            moved.append(
                {
                    "id": row.id,
                    "author_id": nobody,
                    "started_at": started_at,
                    "ended_at": ended_at,
                }
            )
        if moved:
            await session.execute(update(VoiceSessionRow), moved)
        count += len(moved)
    return count


async def _forgotten(session: AsyncSession, clan_id: int) -> int:
    return (await author_ids(session, clan_id, [FORGOTTEN])).ids[FORGOTTEN]


async def _drop_silent(session: AsyncSession, parts: Sequence[Part]) -> None:
    """Drop the names of which nothing is left."""
    await session.execute(
        delete(AuthorRow).where(
            AuthorRow.id.in_([part.author_id for part in parts]),
            ~select(MessageRow.id).where(MessageRow.author_id == AuthorRow.id).exists(),
            ~select(GameEventRow.line).where(GameEventRow.author_id == AuthorRow.id).exists(),
        )
    )

"""Which news has to be announced, so that each is told once and none of long ago?

News is put into a batch, in one transaction, and the batch is posted as any other post is: so it
is there once, whoever dies on the way. A batch can be composed again from what is kept of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.news import Happening, NewsKind, news
from clanstats.analytics.week.records import week_records
from clanstats.db.models import AnnouncementRow, PlayerRow, PostRow
from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.posts.calendar import Period, PostKind, Slot, period_over
from clanstats.posts.claiming import State
from clanstats.posts.muting import muted
from clanstats.privacy.hiding import hidden
from clanstats.schedules import recall, remember
from clanstats.timestamps import parse_instant

NEWS = timedelta(hours=48)  # older than that nothing is announced
_SAME = timedelta(days=7)  # the same again before that is the same, only dated anew
_KEPT = timedelta(days=30)
_SINCE = "news.since:{}"
_RECORDS = "news.records:{}"  # key of the week of which records were looked for


@dataclass(frozen=True, slots=True)
class Announced:
    """A line of a batch."""

    name: str  # the player's present one
    kind: NewsKind
    subject: str  # see `Happening`
    value: int


async def begin_later(session: AsyncSession, clan_id: int, now: datetime) -> None:
    """Nothing is announced anywhere: what happens until then stays unannounced."""
    await remember(session, _SINCE.format(clan_id), now.isoformat())


async def gather(session: AsyncSession, clan_id: int, now: datetime, tz: tzinfo) -> Sequence[Slot]:
    """Put what is new into a batch, without who doesn't want to be named; weeks are those of `tz`.

    Returns:
        The batches that have yet to be posted, oldest first.
    """
    await _prune(session, clan_id, now)
    said = await recall(session, _SINCE.format(clan_id))
    if said is None:
        await begin_later(session, clan_id, now)
        return ()
    window = Window(max(parse_instant(said), now - NEWS), now)
    unnamed = (await hidden(session, clan_id, now)).game | await muted(session, clan_id, now)
    batch = _named(now)
    happened = await news(session, clan_id, window)
    best = await _records(session, clan_id, window, tz)
    for one in (*happened, *best):
        if one.player_id not in unnamed and await _is_new(session, clan_id, one):
            await session.execute(
                insert(AnnouncementRow).values(
                    clan_id=clan_id,
                    player_id=one.player_id,
                    kind=one.kind,
                    subject=one.subject,
                    value=one.value,
                    at=one.at,
                    batch=batch,
                )
            )
    return [_slot(one) for one in await _open(session, clan_id, now)]


async def _records(
    session: AsyncSession, clan_id: int, window: Window, tz: tzinfo
) -> Sequence[Happening]:
    """Those of the week that is over, once: what is learnt of it later is no news."""
    week = period_over(PostKind.WEEKLY, window.end, tz)
    key = _RECORDS.format(clan_id)
    if week.window.end <= window.start or await recall(session, key) == week.key:
        return ()
    await remember(session, key, week.key)
    try:
        found = await week_records(session, clan_id, week.window, tz)
    except BadInputError:  # no XP was ever seen
        return ()
    return [
        Happening(
            NewsKind.CLAN_RECORD if one.of_clan else NewsKind.RECORD,
            one.member.player_id,
            week.key,
            round(one.xp),
            week.window.end,
        )
        for one in found
    ]


async def announced(session: AsyncSession, clan_id: int, batch: str) -> Sequence[Announced]:
    """The lines of a batch, the rarest first; of several levels in a skill the highest."""
    found = await session.execute(
        select(PlayerRow.name, AnnouncementRow.kind, AnnouncementRow.subject, AnnouncementRow.value)
        .join_from(AnnouncementRow, PlayerRow, PlayerRow.id == AnnouncementRow.player_id)
        .where(AnnouncementRow.clan_id == clan_id, AnnouncementRow.batch == batch)
        .order_by(PlayerRow.standard_name, AnnouncementRow.subject)
    )
    order = list(NewsKind)
    lines = [
        Announced(name, NewsKind(kind), subject, value) for name, kind, subject, value in found
    ]
    return tuple(sorted(lines, key=lambda one: order.index(one.kind)))


async def _is_new(session: AsyncSession, clan_id: int, one: Happening) -> bool:
    """Whether it wasn't told; what it takes the place of is forgotten."""
    same = (
        AnnouncementRow.clan_id == clan_id,
        AnnouncementRow.player_id == one.player_id,
        AnnouncementRow.kind == one.kind,
        AnnouncementRow.subject == one.subject,
    )
    found = await session.execute(select(AnnouncementRow.value, AnnouncementRow.at).where(*same))
    known = found.one_or_none()
    if known is None:
        return True
    higher = one.kind is NewsKind.LEVEL and one.value > known.value
    if not higher and (one.kind is NewsKind.LEVEL or one.at < known.at + _SAME):
        return False
    await session.execute(delete(AnnouncementRow).where(*same))
    return True


async def _open(session: AsyncSession, clan_id: int, now: datetime) -> Sequence[str]:
    settled = select(PostRow.period).where(
        PostRow.clan_id == clan_id, PostRow.kind == PostKind.NEWS, PostRow.state != State.CLAIMED
    )
    found = await session.scalars(
        select(AnnouncementRow.batch)
        .where(
            AnnouncementRow.clan_id == clan_id,
            AnnouncementRow.batch > _named(now - NEWS),
            AnnouncementRow.batch.not_in(settled),
        )
        .distinct()
        .order_by(AnnouncementRow.batch)
    )
    return found.all()


async def _prune(session: AsyncSession, clan_id: int, now: datetime) -> None:
    """Drop what can't be news again."""
    oldest = now - _KEPT
    await session.execute(
        delete(AnnouncementRow).where(
            AnnouncementRow.clan_id == clan_id, AnnouncementRow.at < oldest
        )
    )
    await session.execute(
        delete(PostRow).where(
            PostRow.clan_id == clan_id, PostRow.kind == PostKind.NEWS, PostRow.begun_at < oldest
        )
    )


def _named(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _slot(batch: str) -> Slot:
    at = datetime.fromisoformat(batch).replace(tzinfo=UTC)
    return Slot(Period(batch, Window(at - NEWS, at), UTC), at)

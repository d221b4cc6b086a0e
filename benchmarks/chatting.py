"""What do messages cost: to store, on disk, in memory?

They take the way of a backfill: pages of a hundred, each stored in one transaction with how far
it covers.
"""

import gc
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.chatter import CHANNELS, Chatter, writers
from benchmarks.questions import CLAN
from benchmarks.report import Line
from benchmarks.seeding import copied, settings_for
from benchmarks.sizes import END
from benchmarks.timing import resident_mb
from clanstats.chat import AuthorKind, Writer
from clanstats.db.models import (
    AuthorRow,
    LinkRow,
    MembershipRow,
    PlayerRow,
    VoiceSessionRow,
)
from clanstats.harvest.attribution import attribute
from clanstats.harvest.chat import ChatProgress, crawl
from clanstats.harvest.recent import Recent
from clanstats.pacing import Pacer
from clanstats.services import open_services
from clanstats.timestamps import EARLIEST

_FIRST_USER = 1_000_000_000_000_100_000
_CPU_MOST_US, _BYTES_MOST, _GROWTH_MOST_MB = 60, 45, 10
_SAT, _APART = timedelta(minutes=40), timedelta(days=3)
_WARM = 0.1  # after this part of the messages memory is looked at for the first time


@dataclass(frozen=True, slots=True)
class Read:
    """A backfill, and what it took."""

    messages: int
    cpu_s: float
    bytes: int
    growth_mb: float  # from the first tenth on


@dataclass(frozen=True, slots=True)
class Talk:
    """The same clan twice: with the last of its messages, and with all of them."""

    short: Path
    deep: Path
    read: Read  # what all of them took


@asynccontextmanager
async def talking(file: Path, *, messages: int, days: int, times: int) -> AsyncIterator[Talk]:
    """Copies of the clan in `file` that read messages; those of the last days are the same."""
    with TemporaryDirectory(dir=file.parent) as one, TemporaryDirectory(dir=file.parent) as other:
        short, deep = copied(file, Path(one)), copied(file, Path(other))
        await _read(short, messages=messages // times, days=days / times)
        yield Talk(short, deep, await _read(deep, messages=messages, days=days))


async def _read(file: Path, *, messages: int, days: float) -> Read:
    """Let the clan in `file` read so many messages of the last `days`."""
    since = END - timedelta(days=days)
    before, warm = _bytes(file), 0.0
    async with open_services(settings_for(file), clock=lambda: END) as services:
        async with services.write() as session:
            said = Chatter(messages // CHANNELS, since, END, await _linked(session))

        def look(progress: ChatProgress) -> None:
            nonlocal warm
            if not warm and progress.messages >= messages * _WARM:
                gc.collect()
                warm = resident_mb()

        pacer = Pacer(sleep=_at_once)
        began = process_time()
        report = await crawl(services, CLAN, said, pacer=pacer, recent=Recent(), progress=look)
        cpu_s = process_time() - began
        gc.collect()
        done = Read(report.messages, cpu_s, _bytes(file) - before, resident_mb() - warm)
        async with services.write() as session:
            await _sit(session, since)
    return done


def judged(done: Read) -> Sequence[Line]:
    """Hold it against what was aimed at."""
    each_us, each_bytes = done.cpu_s / done.messages * 1e6, done.bytes / done.messages
    return (
        Line(
            "T8",
            f"{done.messages:,} messages stored, CPU of each",
            "≤ 60 µs",
            f"{each_us:.1f} µs",
            each_us <= _CPU_MOST_US,
        ),
        Line("T8", "memory from the first tenth on", "≤ 10 MB", f"{done.growth_mb:.1f} MB",
             done.growth_mb <= _GROWTH_MOST_MB),
        Line("T6", "bytes a message, with its index", "≤ 45", f"{each_bytes:.1f}",
             each_bytes <= _BYTES_MOST),
    )  # fmt: skip


async def _linked(session: AsyncSession) -> Sequence[Writer]:
    """Link two of three members; gives everybody who talks."""
    members = await _members(session)
    linked = [player_id for place, (player_id, _) in enumerate(members) if place % 3]
    users = [_FIRST_USER + player_id for player_id in linked]
    await session.execute(
        insert(LinkRow),
        [
            {
                "clan_id": CLAN,
                "discord_user_id": user,
                "player_id": player_id,
                "since": EARLIEST,
                "main": True,
            }
            for user, player_id in zip(users, linked, strict=True)
        ],
    )
    await attribute(session, CLAN)
    return writers([name for _, name in members], users)


async def _sit(session: AsyncSession, since: datetime) -> None:
    """Everybody on Discord sits in voice for a while every third day, back from the end."""
    found = await session.scalars(
        select(AuthorRow.id).where(AuthorRow.kind == AuthorKind.USER).order_by(AuthorRow.id)
    )
    sessions = [
        (author_id, 1, at, at + _SAT)
        for place, author_id in enumerate(found)
        for at in _every_third_day(since, place)
    ]
    names = ("author_id", "channel_id", "started_at", "ended_at")
    await session.execute(
        insert(VoiceSessionRow), [dict(zip(names, row, strict=True)) for row in sessions]
    )


def _every_third_day(since: datetime, place: int) -> Iterator[datetime]:
    at = END - timedelta(hours=1, minutes=place)
    while at > since:
        yield at
        at -= _APART


async def _members(session: AsyncSession) -> Sequence[tuple[int, str]]:
    found = await session.execute(
        select(PlayerRow.id, PlayerRow.standard_name)
        .join_from(MembershipRow, PlayerRow, PlayerRow.id == MembershipRow.player_id)
        .where(MembershipRow.clan_id == CLAN, MembershipRow.left_at.is_(None))
        .order_by(PlayerRow.id)
    )
    return [(row.id, row.standard_name) for row in found]


def _bytes(file: Path) -> int:
    """The file's pages, free ones too, once everything is in it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * size)


async def _at_once(_seconds: float) -> None:
    """No server needs us to wait."""

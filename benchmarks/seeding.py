"""How does a make-believe clan get into a database file within seconds?

People and memberships take the way of a harvest. Observations don't: the world knows what changed
when, so the rows that the harvest would end up with are written as they are (a test compares).
"""

import shutil
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.migrate import head, migrate
from clanstats.db.models import ClanRow
from clanstats.harvest.identity import known_people, record_names
from clanstats.harvest.roster import apply_group
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.timestamps import epoch_ms
from clanstats.wom.rows import WomGroup
from demo.world import History, World, make_world

Value = tuple[int, int, int, int]  # a row of metric_values
_PARTS = 4  # how often the group is looked at, so that some have joined and some have left


def settings_for(file: Path) -> Settings:
    return Settings(database_url=f"sqlite+aiosqlite:///{file}", wom_contact="benchmark")


async def seeded(  # noqa: PLR0913 — what makes one file differ from another
    folder: Path, *, members: int, days: int, end: datetime, seed: int, kept: int, until: datetime
) -> Path:
    """A migrated file with a clan in it; made only once for the same arguments.

    Args:
        folder: Where files are kept.
        members: In the clan at the end.
        days: Of history that are lived through.
        end: Of the world.
        seed: Of the world.
        kept: How many of the last `days` are stored, with all values as they then stood.
        until: Nothing later is stored.
    """
    name = f"{head()}-{members}x{days}-{seed}-last{kept}-{until:%Y%m%d}.db"
    file = folder / name
    if not file.exists():
        world = make_world(members=members, days=days, end=end, seed=seed)
        with TemporaryDirectory(dir=folder) as made:
            part = Path(made) / "clan.db"
            await fill(part, world, since=end - timedelta(days=kept), until=until)
            part.replace(file)
    return file


def copied(file: Path, folder: Path) -> Path:
    """A copy to write to."""
    return Path(shutil.copyfile(file, folder / "copy.db"))


async def fill(file: Path, world: World, *, since: datetime, until: datetime) -> None:
    """Make `file` and store the world in it; of observations those from `since` up to `until`."""
    await migrate(f"sqlite+aiosqlite:///{file}", backup_dir=file.parent, now=until)
    async with open_services(settings_for(file)) as services, services.write() as session:
        await add_people(session, world, until=until)
        players = {one.wom_id: one.player_id for one in await known_people(session, 1)}
        metrics = await store.metric_ids(session)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for wom_id, player_id in sorted(players.items(), key=lambda pair: pair[1]):
            write(connection, player_id, metrics, world.history(wom_id), since=since, until=until)
            world.forget(wom_id)
        connection.commit()
        connection.execute("VACUUM")


async def add_people(session: AsyncSession, world: World, *, until: datetime) -> None:
    """Look at the group several times since the world began, the last time `until`."""
    group, begun = world.group, world.calendar.start
    clan_id = await store.clan_id(
        session, wom_group_id=group.group_id, name=group.name, now=begun, guild_id=1
    )
    await store.save_rank_order(session, clan_id, group.role_order)
    for part in range(_PARTS + 1):
        now = begun + (until - begun) * part / _PARTS
        there = world.memberships(now)
        ids = await store.save_players(session, [membership.player for membership in there])
        seen = WomGroup(group.group_id, group.name, group.role_order, there)
        await apply_group(session, clan_id, seen, world.activity(now), ids, now)
        people = await known_people(session, clan_id)
        await record_names(session, people, world.name_changes(now), now)
    await session.execute(update(ClanRow).values(refreshed_at=until, feeds_due=False))


def write(  # noqa: PLR0913 — whose, what, and from when to when
    connection: sqlite3.Connection,
    player_id: int,
    metrics: dict[str, int],
    history: History,
    *,
    since: datetime,
    until: datetime,
) -> None:
    """Store one player's observations."""
    first = bisect_left(history.taken, epoch_ms(since))
    last = bisect_right(history.taken, epoch_ms(until))
    taken = history.taken[first:last]
    connection.executemany(
        "INSERT INTO snapshots (player_id, taken_at) VALUES (?, ?)",
        [(player_id, at) for at in taken],
    )
    connection.executemany(
        "INSERT INTO metric_values (player_id, metric_id, taken_at, value) VALUES (?, ?, ?, ?)",
        sorted(_changes(player_id, metrics, history, first, last)),
    )


def _changes(
    player_id: int, metrics: dict[str, int], history: History, first: int, last: int
) -> Iterator[Value]:
    """A row where a value differs from the one before; the first one stored says all of them."""
    for name, series in history.series.items():
        begun = bisect_right(series.indices, first)
        places: Sequence[tuple[int, int]] = list(zip(series.indices, series.values, strict=True))
        kept = [(index, value) for index, value in places[begun:] if index < last]
        if begun and first < last:
            kept.insert(0, (first, series.values[begun - 1]))
        for before, (index, value) in pairwise([(-1, -1), *kept]):
            if before[1] != value:
                yield player_id, metrics[name], history.taken[index], value

"""Who in the file only stood in for a player whose new name Wise Old Man didn't know yet?

Whoever was harvested between renaming themselves and the rename's approval was a new profile for
that time, which is gone by now: what was seen of it is the renamed player's. The name alone proves
nothing; Wise Old Man's own rename does, if everything else fits to the day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import NameChangeRow, PlayerRow
from clanstats.harvest.attribution import LATE
from clanstats.legacy.people import Person
from clanstats.timestamps import epoch_ms
from clanstats.usernames import standard

_LATE_MS = LATE // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Rename:
    """An approved rename: whose, by Wise Old Man's id, to which name in standard form, and when."""

    wom_id: int
    name: str
    at: int  # ms


async def renames(session: AsyncSession) -> tuple[Rename, ...]:
    """All that are known, in order."""
    found = await session.execute(
        select(PlayerRow.wom_id, NameChangeRow.new_name, NameChangeRow.changed_at)
        .join_from(NameChangeRow, PlayerRow, PlayerRow.id == NameChangeRow.player_id)
        .where(PlayerRow.wom_id > 0, PlayerRow.merged_into_id.is_(None))
        .order_by(NameChangeRow.changed_at, NameChangeRow.id)
    )
    return tuple(Rename(wom_id, standard(name), epoch_ms(at)) for wom_id, name, at in found)


def hand_over(
    persons: dict[int, Person], renames: Iterable[Rename], *, known: Collection[int]
) -> int:
    """Give what is a stand-in's to whom they stood in for; returns how many there were.

    Args:
        persons: By Wise Old Man's id; changed.
        renames: In order.
        known: Ids of players who are known otherwise, and so stood in for nobody.
    """
    count = 0
    for rename in renames:
        found = [
            person
            for person in persons.values()
            if person.wom_id not in known and _stood_in(person, rename, persons.get(rename.wom_id))
        ]
        if len(found) == 1:
            (stand_in,) = found
            renamed = persons.setdefault(rename.wom_id, Person(rename.wom_id))
            renamed.take(persons.pop(stand_in.wom_id))
            count += 1
    return count


def _stood_in(person: Person, rename: Rename, renamed: Person | None) -> bool:
    """Whether they bore the new name and no other, from after the old one's last day until then."""
    if person.wom_id == rename.wom_id or person.names.keys() != {rename.name}:
        return False
    times = [row.at for row in person.snapshots]
    if not times or not rename.at - _LATE_MS <= max(times) <= rename.at:
        return False
    earlier = [] if renamed is None else renamed.snapshots
    return all(
        row.at < min(times) for row in earlier if row.name != rename.name and row.at <= rename.at
    )

"""How does a person get all that is held on them? As one JSON file that explains itself."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.chat import MessageFlag
from clanstats.privacy.holdings import HOLDINGS, Holding, pages
from clanstats.privacy.person import Person

SCHEMA = "clanstats.export/1"
_PLAIN = 2_000_000  # bytes; a longer file is packed
# Discord's ids don't fit into the numbers of most who read JSON.
_TEXT = frozenset(
    {
        "discord_channel_id",
        "discord_user_id",
        "made_by",
        "message_id",
        "set_by",
        "since_message_id",
        "until_message_id",
    }
)
_LEGEND = {
    "times": "UTC",
    "rows": "in the order of `columns`",
    "at": "when it was, or from when on",
    "player_id": "ours; `players` has the name",
    "message_id": "Discord's; what was written isn't stored",
    "length": "characters",
    "flags": {flag.name.lower(): flag.value for flag in MessageFlag if flag.name},
    "metric_values": "a row where a value changed; null is: not on the hiscores",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file for the person it is about."""

    name: str
    content: bytes
    rows: int


async def export(session: AsyncSession, who: Person, *, now: datetime) -> Export:
    """Everything that is held on a person.

    Args:
        session: Only read from.
        who: Whose rows.
        now: Dates the file.

    Returns:
        JSON in UTF-8, packed with gzip if it is long.
    """
    held = []
    for holding in HOLDINGS:
        columns: Sequence[str] = ()
        rows: list[tuple[Any, ...]] = []
        async for columns, page in pages(session, holding, who):
            if page:
                rows += await asyncio.to_thread(_readable, holding, columns, page)
        if rows:
            held.append(
                {"table": holding.table, "what": holding.what, "columns": columns, "rows": rows}
            )
    told = {
        "schema": SCHEMA,
        "made_at": now,
        "scope": who.scope,
        "discord_user_id": None if who.user_id is None else str(who.user_id),
        "players": [player.name for player in who.players if not player.stand_in],
        "legend": _LEGEND,
        "held": held,
    }
    content = await asyncio.to_thread(msgspec.json.encode, told)
    name = f"clanstats-{now:%Y-%m-%d}.json"
    if len(content) > _PLAIN:
        content, name = await asyncio.to_thread(gzip.compress, content, mtime=0), f"{name}.gz"
    return Export(name, content, sum(len(each["rows"]) for each in held))


def _readable(
    holding: Holding, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]]:
    """Instants and long ids as they can be read; by columns, as there may be many rows."""
    told = [
        [None if value is None else written(value) for value in values]
        if (written := _written(holding, column))
        else values
        for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*told, strict=True))


def _written(holding: Holding, column: str) -> Callable[[Any], object] | None:
    if column == "at":
        return holding.dated
    if column in _TEXT or (holding.table == "hidden" and column == "subject_id"):
        return str
    return None

"""What is a check? A statement whose rows are what is wrong, and what is done about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam

from clanstats.chat import snowflake
from clanstats.timestamps import epoch_ms

# The latest that can be, for a clock may be wrong by a day.
MS, ID = bindparam("ms", type_=BigInteger), bindparam("id", type_=BigInteger)
AHEAD = timedelta(days=1)
CLOCK = "; or is this machine's clock wrong?"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold.

    Attributes:
        name: Of the check, and of what `clanstats db repair` does about it.
        wrong: What a row that is found says.
        table: Whose rows they are.
        broken: Finds them; its columns name them.
        repair: What the repair does.
    """

    name: str
    wrong: str
    table: str
    broken: Select[*tuple[Any, ...]]
    repair: str


def latest(now: datetime) -> dict[str, int]:
    """What `MS` and `ID` stand for."""
    return {"ms": epoch_ms(now + AHEAD), "id": snowflake(now + AHEAD)}

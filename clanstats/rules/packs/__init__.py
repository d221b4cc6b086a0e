"""Which rules can a clan begin with?"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from clanstats.errors import BadInputError
from clanstats.rules.errors import near

_FOLDER = Path(__file__).parent
# In the order in which they are offered, with what they are about.
PACKS: Mapping[str, str] = {
    "time-only": "ranks by time in the clan alone",
    "efficiency": "two ladders, by EHB and by EHP",
    "points": "points for EHP, EHB, events and collections",
    "social": "talking counts more than XP",
    "strict-activity": "so much XP a month for each rank",
    "predecessor": "suggestions, audits and a purge list, as the scripts before this bot had them",
}


def pack(name: str) -> str:
    """The text of a pack's `ranks.toml`.

    Raises:
        BadInputError: There is none of that name; the text names the nearest.
    """
    if name not in PACKS:
        raise BadInputError(
            f"There is no pack {name}.{near(name, PACKS) or ' There are: '}"
            + ("" if near(name, PACKS) else ", ".join(PACKS) + ".")
        )
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def names() -> Sequence[str]:
    """All packs."""
    return tuple(PACKS)

"""What are the players called?"""

import random
from collections.abc import Iterator

LONGEST = 12  # the game allows no more characters
LOOKALIKES = ("Noob Man", "NoobMan")
_FIRST = (
    "Iron", "Lord", "Old", "Grim", "Red", "Salty", "Zam", "Sara", "Guthix", "Elder", "Mad", "Tiny",
    "Dusk", "Lunar", "Wild", "Sir", "Lady", "Rune", "Void", "Ash", "Frost", "Lazy", "Big", "Sea",
)  # fmt: skip
_SECOND = (
    "Oak", "Cabbage", "Goblin", "Jad", "Knight", "Miner", "Gnome", "Herb", "Spade", "Ghost", "Bow",
    "Shark", "Imp", "Anvil", "Duke", "Sailor", "Wolf", "Bones", "Trout", "Maul", "Rat", "Sloop",
    "Torag", "Vial",
)  # fmt: skip
_JOINERS = (" ", " ", "_", "", "-")


def standard(name: str) -> str:
    """Wise Old Man's `username`: lower case, with spaces for underscores and hyphens."""
    return name.lower().replace("_", " ").replace("-", " ")


def names(rng: random.Random) -> Iterator[str]:
    """Make up names that differ from each other in their standard form, without end."""
    taken: set[str] = {standard(name) for name in LOOKALIKES}
    while True:
        name = _name(rng)
        if len(name) <= LONGEST and standard(name) not in taken:
            taken.add(standard(name))
            yield name


def _name(rng: random.Random) -> str:
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    shape = rng.random()
    if shape < 0.5:  # noqa: PLR2004 - half of the names are two plain words
        return first + rng.choice(_JOINERS) + second
    if shape < 0.6:  # noqa: PLR2004 - some are the old-fashioned kind
        return f"x_{second}_x"
    return rng.choice((first, second)) + rng.choice(_JOINERS) + str(rng.randrange(1, 9_999))

"""What do people say, and how does the relay write it?"""

import random

_SAYINGS = (
    "gz", "gzz", "morning all", "lol", "nice one", "anyone for barrows?", "brb", "back",
    "that was close", "what world?", "330", "need one more for raids", "on my way", "gl",
    "how much is a whip these days?", "finally 99", "rip", "no way", "second one this week",
    "I'm out of supplies", "can someone explain the third phase", "it's all about the pathing",
    "cya", "welcome!", "sailing is better than I thought", "who took my spot?", "ty",
    "I have never been so dry in my life, four hundred kills and nothing to show for it",
)  # fmt: skip
_ITEMS = (
    ("Abyssal whip", 1_480_000), ("Dragon pickaxe", 1_210_000), ("Tanzanite fang", 3_050_000),
    ("Bandos chestplate", 18_400_000), ("Zenyte shard", 14_900_000), ("Ranger boots", 32_000_000),
)  # fmt: skip
_SKILLS = ("Sailing", "Slayer", "Runecraft", "Agility", "Herblore", "Mining")
_QUESTS = ("Dragon Slayer II", "Song of the Elves", "Desert Treasure II - The Fallen Empire")
_DIARIES = ("Elite Ardougne", "Hard Morytania", "Medium Falador")
_PETS = ("Pet snakeling", "Rocky", "Beaver")
_LOST = ("~~~ relay restarting ~~~", "World 330 | 1 342 players", ">>> -- <<<")


def saying(rng: random.Random) -> str:
    """A few words."""
    return rng.choice(_SAYINGS)


def relayed(name: str, rank: str, text: str, rng: random.Random) -> str:
    """A line of game chat, in one of the relay's ways."""
    shown = name.replace("_", "\\_") if rng.random() < 0.5 else name  # noqa: PLR2004 - a chance
    shape = rng.random()
    if shape < 0.6:  # noqa: PLR2004 - chances
        return f"**{shown}**: {text}"
    if shape < 0.9:  # noqa: PLR2004
        return f"**{shown}** ({rank.replace('_', ' ').title()}): {text}"
    return f"<:ironman:1000000000000000301> **{shown}**: {text}"


def announcement(name: str, rng: random.Random) -> tuple[str, str]:
    """A kind of broadcast, and how the game words one about `name`."""
    item, worth = rng.choice(_ITEMS)
    skill = rng.choice(_SKILLS)
    made = {
        "drop": f"{name} received a drop: {item} ({worth:,} coins).",
        "level": f"{name} has reached {skill} level {rng.randrange(50, 100)}.",
        "collection_log": f"{name} received a new collection log item: {item} "
        f"({rng.randrange(100, 900)}/1568)",
        "quest": f"{name} has completed a quest: {rng.choice(_QUESTS)}",
        "diary": f"{name} has completed the {rng.choice(_DIARIES)} diary.",
        "pet": f"{name} has a funny feeling like she's being followed: {rng.choice(_PETS)} "
        f"at {rng.randrange(10, 3_000)} kills.",
        "personal_best": f"{name} has achieved a new Zulrah personal best: "
        f"{rng.randrange(1, 4)}:{rng.randrange(60):02}",
        "pvp_death": f"{name} has been defeated by Some Pker and lost "
        f"({rng.randrange(10_000, 900_000):,} coins) worth of loot.",
    }
    kinds = tuple(made)
    kind = rng.choices(kinds, (30, 25, 18, 6, 6, 3, 8, 4))[0]
    return kind, made[kind]


def not_understood(rng: random.Random) -> str:
    """What the relay posts now and then; neither somebody's words nor a broadcast."""
    return rng.choice(_LOST)

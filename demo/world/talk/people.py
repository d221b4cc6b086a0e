"""Who talks how much, and where?"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from demo.world.clan import World
from demo.world.talk.accounts import WEBHOOK_ID
from demo.world.talk.model import Account, AccountKind

_SILENT = 0.12  # of the people


@dataclass(frozen=True, slots=True)
class Talker:
    """A human being, with an account on Discord, in the game, or both."""

    key: str
    account: Account | None
    wom_ids: tuple[int, ...]  # the main one first
    weight: float
    in_game: float  # the part of it that is said in clan chat


def talkers(world: World, accounts: Sequence[Account], rng: random.Random) -> tuple[Talker, ...]:
    """Everybody who ever says something."""
    found = []
    for account in accounts:
        if account.kind is AccountKind.PERSON:
            in_game = rng.uniform(0.2, 0.7) if account.wom_ids else 0.0
            key = f"user {account.discord_user_id}"
            found.append(Talker(key, account, account.wom_ids, _weight(rng), in_game))
        elif account.discord_user_id != WEBHOOK_ID:
            found.append(Talker(f"bot {account.name}", account, (), 0.6, 0.0))
    owned = {wom_id for talker in found for wom_id in talker.wom_ids}
    found += [
        Talker(f"player {person.wom_id}", None, (person.wom_id,), _weight(rng) / 2, 1.0)
        for person in world.people
        if person.wom_id not in owned
    ]
    return tuple(found)


def _weight(rng: random.Random) -> float:
    """A few say most."""
    return 0.0 if rng.random() < _SILENT else exp(rng.gauss(0.0, 1.2))

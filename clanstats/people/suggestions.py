"""Who on Discord is called like a member, and so might be them? For officers to decide.

Names are compared without their separators. Where two share such a form, on either side, neither
is suggested: "Noob Man" and "NoobMan" are two players.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import KnownName, known_names
from clanstats.people.links import links_at
from clanstats.usernames import canonical, normalize, validate

_PARTS = re.compile(r"[|/\\,;:•·()\[\]{}<>~]+| - ")


@dataclass(frozen=True, slots=True)
class Account:
    """Someone on the server by all their names: shown there, shown elsewhere, account."""

    discord_user_id: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A Discord user and a member whose names are alike, and are nobody else's."""

    discord_user_id: int
    player_id: int
    name: str  # the player's
    called: str  # the Discord name, or the part of it, that is like it


async def suggestions(
    session: AsyncSession, clan_id: int, accounts: Sequence[Account], at: datetime
) -> Sequence[Suggestion]:
    """Whom an officer may want to link, by the player's name.

    Args:
        session: Only read from.
        clan_id: Ours.
        accounts: Everyone on the server; their names aren't kept.
        at: Now.
    """
    links = await links_at(session, clan_id, at)
    return suggested(
        accounts,
        await known_names(session, clan_id),
        linked_users={link.discord_user_id for link in links},
        linked_players={link.player_id for link in links},
    )


def suggested(
    accounts: Sequence[Account],
    known: Sequence[KnownName],
    *,
    linked_users: Collection[int],
    linked_players: Collection[int],
) -> Sequence[Suggestion]:
    """As `suggestions`; `known` are all names, also past ones, of all who are or were members."""
    players: defaultdict[str, set[int]] = defaultdict(set)
    for one in known:
        players[normalize(one.former or one.name)].add(one.player_id)
    users: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for account in accounts:
        for called in _called(account):
            users[normalize(called)].setdefault(account.discord_user_id, called)
    found = {
        Suggestion(user_id, one.player_id, one.name, called)
        for one in known
        if one.present and one.former is None and one.player_id not in linked_players
        if len(players[form := normalize(one.name)]) == 1
        if len(alike := users.get(form, {})) == 1
        for user_id, called in alike.items()
        if user_id not in linked_users
    }
    return tuple(sorted(found, key=lambda one: (normalize(one.name), one.player_id)))


def _called(account: Account) -> Iterator[str]:
    """Each name, and what stands between bars and brackets: "Zezima | UK" is Zezima."""
    for name in account.names:
        for part in dict.fromkeys((name, *_PARTS.split(name))):
            if validate(part)[0]:
                yield canonical(part)

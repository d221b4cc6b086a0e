"""Which accounts wrote the predecessor's messages, and what is each: a person, a relay, a bot?

It kept an account's id and a name of its era, and nothing that says which kind it is. A webhook is
called "…#0000", or bears the names of those whose words it passes on. Bots still have a number
behind their name, which people lost in 2023; who else is one, an operator says.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from clanstats.chat import AuthorKind
from clanstats.legacy.source import MESSAGES, Source, text
from clanstats.relay.names import undecorated
from clanstats.usernames import normalize

_WEBHOOKS = "#0000"
_SPEAKER = re.compile(r"\*\*(.{1,100}?)\*\*")
_NUMBER = 4  # digits behind a "#"
_MANY = 1000  # names of one account: more aren't kept
_EVERY = 20_000  # rows


@dataclass(slots=True)
class Account:
    """What the rows of one account say of it."""

    rows: int = 0
    relayed: int = 0  # that begin with the name they are said to be by
    names: Counter[str] = field(default_factory=Counter)

    def kind(self) -> AuthorKind:
        """What it is."""
        called = any(name.endswith(_WEBHOOKS) for name in self.names)
        if called or self.relayed * 2 > self.rows:
            return AuthorKind.WEBHOOK
        if self.names and all(map(_numbered, self.names)):
            return AuthorKind.BOT
        return AuthorKind.USER


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who wrote, and where.

    Attributes:
        kinds: Of each account, by its Discord id.
        names: Which names people's accounts bore, and how often; theirs only.
        channels: The latest name of each channel, by its Discord id.
        guilds: How many messages each server has.
        clan_name: The name of the server with the most, if it has one.
    """

    kinds: Mapping[int, AuthorKind]
    names: Mapping[int, Counter[str]]
    channels: Mapping[int, str | None]
    guilds: Mapping[int, int]
    clan_name: str | None


def speakers(source: Source, bots: Collection[int], told: Callable[[int], None]) -> Speakers:
    """Read who wrote all messages.

    Args:
        source: The file.
        bots: Accounts that an operator knows to be bots'.
        told: Given the number of messages read, now and then.
    """
    accounts: defaultdict[int, Account] = defaultdict(Account)
    channels: dict[int, str | None] = {}
    guilds: Counter[int] = Counter()
    called: dict[int, str] = {}
    columns = ("author_id", "author_name", "content", "channel_id", "channel_name")
    rows = source.rows(MESSAGES, *columns, "guild_id", "guild_name", "row", tail="ORDER BY row")
    number = 0
    for number, row in enumerate(rows, start=1):
        author_id, author_name, content, channel_id, channel_name, guild_id, guild_name, _ = row
        if isinstance(author_id, int):
            account, name = accounts[author_id], text(author_name)
            account.rows += 1
            account.relayed += _speaks(content, name)
            if name and (name in account.names or len(account.names) < _MANY):
                account.names[name] += 1
        if isinstance(channel_id, int):
            channels[channel_id] = text(channel_name) or channels.get(channel_id)
        if isinstance(guild_id, int):
            guilds[guild_id] += 1
            called[guild_id] = text(guild_name) or called.get(guild_id, "")
        if number % _EVERY == 0:
            told(number)
    told(number)
    kinds = {
        account_id: AuthorKind.BOT if account_id in bots else account.kind()
        for account_id, account in accounts.items()
    }
    most = max(guilds, key=lambda guild: guilds[guild], default=None)
    return Speakers(
        kinds,
        {one: accounts[one].names for one, kind in kinds.items() if kind is AuthorKind.USER},
        channels,
        guilds,
        None if most is None else called[most] or None,
    )


def _speaks(content: object, name: str | None) -> bool:
    """Whether a text begins with the name, however that was written at the time."""
    if not name or not isinstance(content, bytes) or not content.startswith(b"**"):
        return False
    found = _SPEAKER.match(content.decode("utf-8", "replace"))
    return found is not None and normalize(undecorated(found[1])) == normalize(undecorated(name))


def _numbered(name: str) -> bool:
    _, mark, number = name.rpartition("#")
    return bool(mark) and len(number) == _NUMBER and number.isdecimal()

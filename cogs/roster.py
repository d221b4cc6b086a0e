"""Which player does a member mean? Every name of the clan, kept in memory for typing.

Discord asks again at each key. The names follow each harvest; the accounts linked to a Discord
user are read when they first type.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from clanstats.analytics.members import Clan, KnownName, known_names, own_players
from clanstats.errors import BadInputError
from clanstats.privacy.hiding import HiddenError, hidden
from clanstats.services import Services
from clanstats.usernames import normalize, standard
from cogs import words
from cogs.interactions import MOST_CHOICES, Choice, Choices, Interaction, listed

_NEAREST = 3
_BY_ID = "id:"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name to type, with all that can be worked out before anybody types."""

    known: KnownName
    typed: str  # what is looked for in, in the form that ignores how a name is written
    standard: str
    choice: Choice


class Roster:
    """The names of the clans this process serves."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._entries: dict[int, Sequence[_Entry]] = {}
        self._own: dict[tuple[int, int], Sequence[int]] = {}
        self._hidden: dict[int, frozenset[int]] = {}

    async def reload(self, clan_id: int) -> None:
        """Read the clan's names again, and whose accounts they are when next needed."""
        async with self.services.read() as session:
            self._entries[clan_id] = _entries(await known_names(session, clan_id))
        self.forget_owners(clan_id)

    def forget_owners(self, clan_id: int) -> None:
        """Read whose accounts they are, and so who is hidden, again when next needed."""
        self._own = {key: own for key, own in self._own.items() if key[0] != clan_id}
        self._hidden.pop(clan_id, None)

    async def choices(self, clan: Clan, user_id: int, typed: str) -> Sequence[Choice]:
        """Names to choose from: own accounts first, then who is in the clan, then who left.

        Whoever is hidden is offered to nobody but themselves.
        """
        entries = await self._open_to(clan, user_id)
        own = await self._own_of(clan, user_id)
        wanted = normalize(typed)
        found = [e for e in entries if wanted in e.typed and (wanted or not e.known.former)]
        found.sort(
            key=lambda entry: (
                entry.known.player_id not in own,
                not entry.typed.startswith(wanted),
                not entry.known.present,
                entry.known.former is not None,
            )
        )
        shown: dict[int, Choice] = {}
        for entry in found:
            shown.setdefault(entry.known.player_id, entry.choice)
        return tuple(shown.values())[:MOST_CHOICES]

    async def find(self, clan: Clan, typed: str, *, seen_by: int | None = None) -> int:
        """The player of that name; who bears it now goes before who bore it once.

        Args:
            clan: Whose people are looked through.
            typed: What a member typed or chose.
            seen_by: The Discord user who will be shown their numbers; None is nobody.

        Raises:
            BadInputError: Nobody has it, or several have; nobody is guessed.
            HiddenError: Whoever bears it now is hidden from `seen_by`.
        """
        everybody = await self._loaded(clan)
        entries = everybody if seen_by is None else await self._open_to(clan, seen_by)
        if typed.startswith(_BY_ID):
            chosen = {str(entry.known.player_id): entry.known.player_id for entry in entries}
            if (number := typed.removeprefix(_BY_ID)) in chosen:
                return chosen[number]
        wanted = standard(typed)
        bearers = [entry.known for entry in entries if entry.standard == wanted]
        now = [one for one in bearers if one.former is None]
        for found in ([one for one in now if one.present], now, bearers):
            if found:
                return _only(found, typed)
        if any(e.standard == wanted and e.known.former is None for e in everybody):
            raise HiddenError
        raise BadInputError(_nobody(typed, entries))

    async def is_hidden(self, clan: Clan, player_id: int) -> bool:
        """Whether the player's numbers are shown to nobody but who plays it."""
        return player_id in await self._hidden_of(clan)

    async def _open_to(self, clan: Clan, user_id: int) -> Sequence[_Entry]:
        """The entries of whoever isn't hidden from this Discord user."""
        entries = await self._loaded(clan)
        closed = await self._hidden_of(clan)
        if closed:
            closed = closed.difference(await self._own_of(clan, user_id))
        return [e for e in entries if e.known.player_id not in closed] if closed else entries

    async def _hidden_of(self, clan: Clan) -> frozenset[int]:
        if clan.clan_id not in self._hidden:
            async with self.services.read() as session:
                found = await hidden(session, clan.clan_id, self.services.clock())
            self._hidden[clan.clan_id] = found.game
        return self._hidden[clan.clan_id]

    async def _loaded(self, clan: Clan) -> Sequence[_Entry]:
        if clan.clan_id not in self._entries:
            await self.reload(clan.clan_id)
        return self._entries[clan.clan_id]

    async def _own_of(self, clan: Clan, user_id: int) -> Sequence[int]:
        key = (clan.clan_id, user_id)
        if key not in self._own:
            async with self.services.read() as session:
                self._own[key] = await own_players(
                    session, clan.clan_id, user_id, self.services.clock()
                )
        return self._own[key]


async def offered(interaction: Interaction, typed: str) -> Choices:
    """Players to choose from while typing, for any command that takes one."""
    clan = interaction.client.clan_for(interaction.guild_id)
    if clan is None:
        return []
    roster = interaction.client.roster
    return listed(await roster.choices(clan, interaction.user.id, typed))


def _entries(names: Sequence[KnownName]) -> Sequence[_Entry]:
    bearers = Counter(standard(known.name) for known in names if known.former is None)
    return tuple(
        _Entry(
            known,
            normalize(known.former or known.name),
            standard(known.former or known.name),
            _choice(known, unique=bearers[standard(known.name)] == 1),
        )
        for known in names
    )


def _choice(known: KnownName, *, unique: bool) -> Choice:
    label = known.name + (f" (was {known.former})" if known.former else "")
    if not known.present:
        label += " · left"
    value = known.name if unique else f"{_BY_ID}{known.player_id}"
    return Choice(label[:100], value[:100])


def _only(found: Sequence[KnownName], typed: str) -> int:
    players = {known.player_id: known.name for known in found}
    if len(players) == 1:
        return found[0].player_id
    named = ", ".join(f"**{words.name(name)}**" for name in players.values())
    raise BadInputError(
        f"“{words.name(typed[:40])}” may be {len(players)} players: {named}. Choose one from the "
        "list that appears while you type."
    )


def _nobody(typed: str, entries: Sequence[_Entry]) -> str:
    shown = {entry.typed: entry.known.name for entry in entries}
    near = get_close_matches(normalize(typed), shown, n=_NEAREST)
    said = f"Nobody called “{words.name(typed[:40])}” is or was in the clan."
    if not near:
        return f"{said} Choose a name from the list that appears while you type."
    meant = " or ".join(dict.fromkeys(f"**{words.name(shown[name])}**" for name in near))
    return f"{said} Did you mean {meant}?"

"""What did the people of an export say, and when were they last seen?

Talk is a person's: it stands in the line of the account they are listed under, as on the boards,
so that a sum counts a message once. In the lines of their other accounts stands where to look.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from clanstats.analytics import spoken, voice
from clanstats.analytics.channels import channels_read
from clanstats.analytics.facts.asking import Person as Account
from clanstats.analytics.persons import Person
from clanstats.analytics.signals import GameSigns, game_signs
from clanstats.analytics.spoken import Spoken
from clanstats.analytics.talk import messages_of, voice_of
from clanstats.analytics.voice import Heard
from clanstats.domain import ChannelsRead, Member, UnknownReason, Window
from clanstats.exports.asking import HIDDEN, Asked
from clanstats.known import read_words, watched_words
from clanstats.sheets.table import Cell, Missing, number, unknown

_NEVER_SEEN = Missing("never_seen", "no sign of life is known")
_STILL = Missing("no_change", "nothing has changed since they are followed")


@dataclass(frozen=True, slots=True)
class Listed:
    """Who has a line of their own, and whose other accounts the others are."""

    persons: Mapping[int, Person]  # by the player they are listed under; those who are shown
    main: Mapping[int, int]  # by every other account: that player
    names: Mapping[int, str]

    def cell(self, player_id: int, own: Callable[[Person], Cell]) -> Cell:
        """What an account's line has in a column of talk; `own` is said of a person."""
        if player_id in self.persons:
            return own(self.persons[player_id])
        if player_id not in self.main:
            return HIDDEN
        name = self.names.get(self.main[player_id], "")
        return Missing("other_account", f"counted with {name}", shown=f"with {name}")


def listed(asked: Asked) -> Listed:
    """Everyone in the clan whose talk is shown, a line a person."""
    concealed = asked.hidden.talk | asked.hidden.game
    shown = [one for one in asked.persons if one.member.player_id not in concealed]
    return Listed(
        {one.member.player_id: one for one in shown},
        {
            player_id: one.member.player_id
            for one in shown
            for player_id in one.players
            if player_id != one.member.player_id
        },
        asked.names,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What everyone wrote in a time."""

    read: ChannelsRead
    players: Mapping[int, Spoken]

    def own(self, one: Person | Account) -> Spoken:
        """All accounts of a person together."""
        return spoken.together(self.players, one.players)

    def cell(self, one: Person) -> Cell:
        """How many messages."""
        return number(messages_of(one, self.own(one), self.read))


@dataclass(frozen=True, slots=True)
class Spent:
    """How long everyone was in voice channels in a time."""

    window: Window
    watched: datetime | None
    players: Mapping[int, Heard]

    def own(self, one: Person | Account) -> Heard:
        """All accounts of a person together."""
        return voice.together(self.players, one.players)

    def cell(self, one: Person) -> Cell:
        """How many hours."""
        return number(voice_of(one, self.own(one), self.window, self.watched))


async def messages(asked: Asked, window: Window) -> Written:
    """Count everybody's messages."""
    return Written(
        await channels_read(asked.session, asked.clan_id, window),
        await spoken.spoken(asked.session, asked.clan_id, window),
    )


async def voice_hours(asked: Asked, window: Window) -> Spent:
    """Add up everybody's hours."""
    return Spent(
        window,
        await voice.watched_since(asked.session, asked.clan_id),
        await voice.voice(asked.session, asked.clan_id, window),
    )


def missing(written: Written, spent: Spent, tz: tzinfo) -> Sequence[str]:
    """What isn't known of the talk of a time, in sentences; () if nothing."""
    said = (
        read_words(written.read, tz),
        watched_words(spent.watched, spent.window.start, tz),
    )
    return [f"{one[0].upper()}{one[1:]}." for one in said if one]


@dataclass(frozen=True, slots=True)
class Seen:
    """When members were last seen; as `/inactive` has it."""

    hidden: Collection[int]  # whose talk is
    game: Mapping[int, GameSigns]
    written: Written
    spent: Spent

    def in_game(self, member: Member) -> Cell:
        """Of this account."""
        signs = self.game.get(member.player_id, GameSigns())
        if member.status == "archived":
            return unknown(UnknownReason.ARCHIVED)
        never = unknown(UnknownReason.NEVER_TRACKED) if signs.first_at is None else _STILL
        return signs.last_at or never

    def talking(self, one: Account) -> Cell:
        """Of all accounts of a person; in relayed game chat and in voice, too."""
        if one.member.player_id in self.hidden:
            return HIDDEN
        own = self.written.own(one)
        signs = (own.last_message_at, own.last_game_chat_at, self.spent.own(one).last_at)
        never = _NEVER_SEEN if one.linked else unknown(UnknownReason.NOT_LINKED)
        return max((at for at in signs if at is not None), default=never)

    def anywhere(self, one: Account) -> Cell:
        """The newest sign that may be shown."""
        signs = (self.in_game(one.member), self.talking(one))
        return max((at for at in signs if isinstance(at, datetime)), default=_NEVER_SEEN)


async def seen(asked: Asked, written: Written, spent: Spent) -> Seen:
    """Look for the last signs of everyone, by the end of a time in which they talked."""
    players = [one.member.player_id for one in asked.people]
    in_game = await game_signs(asked.session, players, asked.as_of)
    return Seen(asked.hidden.talk, in_game, written, spent)

"""How is a clan's Discord made up that has any number of messages, without keeping them?

What is said follows from a message's age among its channel's by arithmetic, so that a page costs
little and no memory, and the newest messages are the same however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clanstats.chat import (
    PAGE,
    AuthorKind,
    MessageFlag,
    SeenChannel,
    SeenMessage,
    Writer,
    snowflake,
)

CHANNELS = 12
_FIRST_CHANNEL = 1_000_000_000_000_000_000
_WEBHOOK = Writer(AuthorKind.WEBHOOK, 1_000_000_000_000_001_000)
_UNSEEN = 40  # Discord users whom nobody linked
_MIXER = 2_654_435_761  # spreads neighbours over all writers
_MASK = (1 << 32) - 1
_FEW, _REPLIES = 97, 20  # of so many messages, so many are replies; a prime


@dataclass(frozen=True, slots=True)
class Chatter:
    """Messages spread evenly over channels and time; a `ChatSource`.

    Attributes:
        each: Messages of each channel.
        since: From when on.
        until: Up to when; none of them is newer.
        writers: Who writes; the first ones most.
    """

    each: int
    since: datetime
    until: datetime
    writers: Sequence[Writer]

    async def channels(self) -> Sequence[SeenChannel]:
        return tuple(
            SeenChannel(
                _FIRST_CHANNEL + place,
                "text",
                f"channel {place}",
                readable=True,
                last_message_id=self._newest_id(place),
            )
            for place in range(CHANNELS)
        )

    async def page(
        self, discord_channel_id: int, *, before: int | None = None
    ) -> Sequence[SeenMessage]:
        place = discord_channel_id - _FIRST_CHANNEL
        newest_id = self._newest_id(place)
        newest = 0 if before is None else self._newer(newest_id, before)
        return self._messages(place, newest_id, range(newest, self.each)[:PAGE])

    @property
    def _step(self) -> int:
        return (snowflake(self.until) - snowflake(self.since)) // self.each

    def _newest_id(self, place: int) -> int:
        return snowflake(self.until) - place

    def _newer(self, newest_id: int, message_id: int) -> int:
        """How many messages don't have a smaller ID."""
        return min(max((newest_id - message_id) // self._step + 1, 0), self.each)

    def _messages(self, place: int, newest_id: int, ages: range) -> Sequence[SeenMessage]:
        step, writers = self._step, self.writers
        none, reply, many = MessageFlag.NONE, MessageFlag.REPLY, len(writers)
        page = []
        for age in ages:
            luck = (age * CHANNELS + place) * _MIXER & _MASK
            seldom = luck % _FEW
            # Squared, so that some write far more than others.
            writer = writers[(luck >> 8) ** 2 * many >> 48]
            flags = reply if seldom < _REPLIES else none
            page.append(SeenMessage(newest_id - age * step, writer, seldom + 1, flags))
        return page


def writers(names: Sequence[str], users: Sequence[int]) -> Sequence[Writer]:
    """Names in game chat and Discord users by turns, then strangers and a webhook."""
    relayed = [Writer(AuthorKind.RELAY, name=name) for name in names]
    typed = [Writer(AuthorKind.USER, user) for user in users]
    strange = [Writer(AuthorKind.USER, max(users) + 1 + place) for place in range(_UNSEEN)]
    turns = [one for pair in zip(relayed, typed, strict=False) for one in pair]
    return (*turns, *relayed[len(typed) :], *strange, _WEBHOOK)

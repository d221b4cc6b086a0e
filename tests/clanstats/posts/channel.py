"""A channel that keeps what is posted, what a post says, and a process that dies when told to."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from clanstats.posts.calendar import PostKind
from clanstats.posts.place import PostGoneError, PostUnsureError
from clanstats.posts.posting import Poster

CHANNEL = 77


class DiedError(BaseException):
    """The process was killed: nothing that it would have done is done."""


@dataclass(frozen=True)
class Said:
    """What stands in a post."""

    text: str

    @property
    def digest(self):
        return self.text


@dataclass(frozen=True)
class Message:
    message_id: int
    channel_id: int
    at: object
    mark: object
    text: str
    nonce: str


@dataclass
class Channel:
    """Holds what was sent; `fail` names what the next sending does instead of answering."""

    clock: object
    messages: list = field(default_factory=list)
    fail: BaseException | None = None
    looked: int = 0

    async def find(self, channel_id, text, window):
        self.looked += 1
        return next(
            (
                one.message_id
                for one in self.messages
                if (one.channel_id, one.mark.text) == (channel_id, text)
                and window.start <= one.at <= window.end
            ),
            None,
        )

    async def send(self, channel_id, content, *, mark, nonce):
        number = len(self.messages) + 1
        self.messages.append(Message(number, channel_id, self.clock(), mark, content.text, nonce))
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error
        return number

    async def edit(self, channel_id, message_id, content, *, mark):
        for place, one in enumerate(self.messages):
            if (one.channel_id, one.message_id) == (channel_id, message_id):
                self.messages[place] = replace(one, text=content.text, mark=mark)
                return
        raise PostGoneError("gone")


class Composer:
    """Says of each period what `text` is at that time."""

    def __init__(self):
        self.text = "as it was"
        self.before = None  # awaited first
        self.hours = {}  # that a period lasts

    async def __call__(self, clan, kind, period):
        if self.before is not None:
            await self.before()
        self.hours[period.key] = period.window.length / timedelta(hours=1)
        return Said(f"{kind} {period.key}: {self.text}")


def unsure():
    return PostUnsureError("Discord answered 500")


def process(services, channel, composer=None, *, name):
    return Poster(services, channel, composer or Composer(), name=name)


WEEKLY = PostKind.WEEKLY

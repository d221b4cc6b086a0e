"""Where is a post made, and who says what stands in it? What a post needs of Discord."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from clanstats.analytics.members import Clan
from clanstats.domain import Window
from clanstats.errors import ClanStatsError
from clanstats.posts.calendar import Period, PostKind

SEND_S = 120  # far less than a claim lasts


class PlaceError(ClanStatsError):
    """It can't be posted there; nothing was sent, and the text says what to do."""


class PostUnsureError(ClanStatsError):
    """Whether it was posted isn't known."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; the next try looks in the channel first.")


class PostGoneError(ClanStatsError):
    """The message was deleted."""


class Content(Protocol):
    """What is sent."""

    @property
    def digest(self) -> str:
        """Another one exactly when it says something else."""


C_co = TypeVar("C_co", bound=Content, covariant=True)
C_contra = TypeVar("C_contra", bound=Content, contravariant=True)


class Composer(Protocol[C_co]):
    """Makes what is sent."""

    async def __call__(self, clan: Clan, kind: PostKind, period: Period) -> C_co:
        """What there is to say of a period that is over; the same whenever it is asked.

        Raises:
            NoDataError: Nothing is known of it.
        """


@dataclass(frozen=True, slots=True)
class Mark:
    """What a post shows besides its content.

    Attributes:
        text: By which it is found again: no other post of the clan bears the same.
        due_at: Set if it is late.
        corrected_at: Set if it said something else before.
    """

    text: str
    due_at: datetime | None = None
    corrected_at: datetime | None = None


class Place(Protocol[C_contra]):
    """Where posts are made."""

    async def find(self, channel_id: int, text: str, window: Window) -> int | None:
        """The message with that mark that was sent in the window; None if there surely is none.

        Raises:
            PlaceError: It can't be read.
            PostUnsureError: It couldn't be read just now.
        """

    async def send(self, channel_id: int, content: C_contra, *, mark: Mark, nonce: str) -> int:
        """Send it within `SEND_S`; returns the message's ID.

        Raises:
            PlaceError: It can't be sent there.
            PostUnsureError: Nobody knows whether it was.
        """

    async def edit(
        self, channel_id: int, message_id: int, content: C_contra, *, mark: Mark
    ) -> None:
        """Change what was sent.

        Raises:
            PlaceError: It can't be changed there.
            PostGoneError: It is there no longer.
            PostUnsureError: Nobody knows whether it was.
        """


def mark_of(kind: PostKind, period: Period) -> str:
    """How a post of a clan is told from its others: "weekly 2026-W47"."""
    return f"{kind.replace('_', ' ')} {period.key}"

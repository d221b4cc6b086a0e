"""What does a button about links remember? Whom and what it is about, in its custom ID."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cogs.asked import number

PREFIX = "lk"


class Action(StrEnum):
    """What a button does."""

    CHECK = "c"  # whether XP was gained
    CANCEL = "x"  # the own claim
    ACCEPT = "a"  # a member's claim
    REFUSE = "r"
    LINK = "s"  # as suggested
    LINKED = "l"  # show a page of it
    PENDING = "p"
    SUGGESTIONS = "g"


@dataclass(frozen=True, slots=True)
class LinkState:
    """A user and a player who may be one person; or a page of an officer's list."""

    action: Action
    user_id: int = 0
    player_id: int = 0
    page: int = 0

    def custom_id(self) -> str:
        """At most 100 characters: "lk:a:9ix:1c:0"."""
        parts = (PREFIX, self.action, number(self.user_id), number(self.player_id))
        return ":".join((*parts, str(self.page)))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, user, player, page = custom_id.split(":")
        return cls(Action(action), int(user, 36), int(player, 36), int(page))

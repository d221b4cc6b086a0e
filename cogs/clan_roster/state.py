"""What does a button about drift remember? In its custom ID, so that it outlives a restart."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cogs.asked import number

PREFIX = "dr"


class Action(StrEnum):
    """What a button does."""

    PAGE = "g"  # turn to it
    ROLES = "r"  # give the role of the rank, take those of other ranks
    APPROVE = "a"  # the rank that the rules propose


@dataclass(frozen=True, slots=True)
class DriftState:
    """A page; or a member, and what was seen of them."""

    action: Action
    page: int = 0
    player_id: int = 0
    seen: str = ""  # of roles: which; of a proposal: its fingerprint

    def custom_id(self) -> str:
        """At most 100 characters: "dr:r:0:9ix:1f3a9c07"."""
        parts = (PREFIX, self.action, str(self.page), number(self.player_id), self.seen)
        return ":".join(parts)

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, page, player, seen = custom_id.split(":")
        return cls(Action(action), int(page), int(player, 36), seen)

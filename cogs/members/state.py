"""What does a button under `/stats` remember? The whole question, in its custom ID."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cogs.asked import Asked, number

PREFIX = "st"


class View(StrEnum):
    """What the picture shows."""

    OVERVIEW = "o"
    SKILLS = "s"
    BOSSES = "b"
    ACTIVITY = "a"


@dataclass(frozen=True, slots=True)
class StatsState:
    """Who is shown, over which time, and to whom the message belongs."""

    owner_id: int  # Discord user who asked
    player_id: int
    asked: Asked
    view: View = View.OVERVIEW

    def custom_id(self, action: str) -> str:
        """At most 100 characters: "st:r:9ix:1c:30d.:o"."""
        parts = (PREFIX, action, number(self.owner_id), number(self.player_id))
        return ":".join((*parts, self.asked.pack(), self.view))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        """The state in a custom ID; the action aside."""
        _, _, owner, player, asked, view = custom_id.split(":")
        return cls(int(owner, 36), int(player, 36), Asked.unpack(asked), View(view))

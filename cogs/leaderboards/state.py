"""What does a leaderboard's button remember? The whole question, in its custom ID."""

from dataclasses import dataclass
from typing import Self

from cogs.asked import Asked, number

PREFIX = "lb"


@dataclass(frozen=True, slots=True)
class BoardState:
    """Which board is shown, where in it, and to whom it belongs."""

    owner_id: int  # Discord user who asked
    metric: str
    asked: Asked
    rank: str | None = None  # only those who hold it
    page: int = 0

    def custom_id(self, action: str) -> str:
        """At most 100 characters, whatever the metric and the rank: "lb:n:9ix:overall:30d.::0"."""
        parts = (PREFIX, action, number(self.owner_id), self.metric, self.asked.pack())
        return ":".join((*parts, self.rank or "", str(self.page)))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        """The state in a custom ID; the action aside."""
        _, _, owner, metric, asked, rank, page = custom_id.split(":")
        return cls(int(owner, 36), metric, Asked.unpack(asked), rank or None, int(page))

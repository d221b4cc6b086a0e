"""What does a button under records remember? In its custom ID, so that it outlives a restart."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from cogs.asked import number

PREFIX = "re"


class Kind(StrEnum):
    """Which records."""

    LOG = "l"
    CASES = "c"
    POINTS = "p"


@dataclass(frozen=True, slots=True)
class RecordState:
    """A page of some records."""

    kind: Kind
    page: int = 0
    player_id: int = 0  # about whom; 0 is about everybody
    actor: int = 0  # of the log: who did it
    since: str = ""  # of the log: `pack_instant`
    word: str = ""  # of points the ledger, of cases "all" for those that no longer count, too

    def custom_id(self) -> str:
        """At most 100 characters: "re:l:0:9ix:0::"."""
        who = (number(self.player_id), number(self.actor))
        return ":".join((PREFIX, self.kind, str(self.page), *who, self.since, self.word))

    def on(self, page: int) -> Self:
        """The same on another page."""
        return replace(self, page=page)

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, kind, page, player, actor, since, word = custom_id.split(":")
        return cls(Kind(kind), int(page), int(player, 36), int(actor, 36), since, word)

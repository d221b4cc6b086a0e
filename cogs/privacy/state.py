"""What does a button about privacy remember? Whose it is and what it does, in its custom ID."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from clanstats.privacy.person import Scope
from cogs.asked import number

PREFIX = "pv"


class Action(StrEnum):
    """What a button does."""

    HIDE = "h"
    UNHIDE = "u"
    EXPORT = "x"
    ASK = "a"  # whether to delete
    ASK_AGAIN = "b"
    DELETE = "d"
    CANCEL = "c"
    COME_BACK = "r"


@dataclass(frozen=True, slots=True)
class PrivacyState:
    """Which action on which half, and for whom alone."""

    owner_id: int  # Discord user
    action: Action
    scope: Scope = Scope.ALL

    @property
    def custom_id(self) -> str:
        """Such as "pv:d:9ix:all"."""
        return ":".join((PREFIX, self.action, number(self.owner_id), self.scope))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, owner, scope = custom_id.split(":")
        return cls(int(owner, 36), Action(action), Scope(scope))

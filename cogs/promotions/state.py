"""What does a button about promotions remember? In its custom ID, so that it outlives a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from clanstats.rules.decisions import Proposal
from cogs.asked import digest, number, unpack_instant

PREFIX = "pr"
DRY = "-"


class Show(StrEnum):
    """What is listed."""

    DUE = "d"
    ALMOST = "a"
    HELD = "h"
    PENDING = "p"
    HISTORY = "y"


class Action(StrEnum):
    """What a button does."""

    PAGE = "g"  # turn to it
    APPROVE = "a"
    HOLD = "h"
    DENY = "d"
    WHY = "w"
    ALL = "l"  # approve all on the page
    FEED = "f"  # the file for the officer's client


@dataclass(frozen=True, slots=True)
class PromotionState:
    """A list and its page; of a decision also whom it is about, and what was seen of them."""

    action: Action
    show: Show = Show.DUE
    page: int = 0
    player_id: int = 0
    rule_id: str = ""
    seen: str = ""  # `fingerprint`
    only: str = ""  # `Only.pack`
    frozen: str = ""  # DRY, or the past instant that is shown: nothing is decided

    def custom_id(self) -> str:
        """At most 100 characters: "pr:a:d:0:9ix:main:1f3a9c07::"."""
        parts = (PREFIX, self.action, self.show, str(self.page), number(self.player_id))
        return ":".join((*parts, self.rule_id, self.seen, self.only, self.frozen))

    @property
    def as_of(self) -> datetime | None:
        """The instant that is shown; None is now."""
        return unpack_instant(self.frozen) if self.frozen not in {"", DRY} else None

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, show, page, player, *rest = custom_id.split(":")
        return cls(Action(action), Show(show), int(page), int(player, 36), *rest)


def fingerprint(proposal: Proposal, rules_hash: str) -> str:
    """Changes if the rules did, or what they say of this member; not with every kill."""
    return digest(
        rules_hash,
        proposal.member.player_id,
        proposal.rule_id,
        proposal.change,
        proposal.from_rank,
        proposal.to_rank,
        [(leaf.text, leaf.outcome) for leaf in proposal.leaves],
    )


def page_fingerprint(proposals: Sequence[Proposal], rules_hash: str) -> str:
    """Changes if anybody on a page does, or comes or goes."""
    return digest([fingerprint(one, rules_hash) for one in proposals])

"""What became of every row of the predecessor's file? Of each table all rows are accounted for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row isn't taken; one reason has one text."""

    reason: str


class Account(msgspec.Struct):
    """Of one table, how many rows became what; together they are all it has.

    Attributes:
        taken: Stored.
        merged: Stored, and joined with what is under another of the same player's names.
        duplicate: Known already, from another row, an earlier import or a harvest.
        refused: Left out, by why.
    """

    taken: int = 0
    merged: int = 0
    duplicate: int = 0
    refused: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many it accounts for."""
        return self.taken + self.merged + self.duplicate + sum(self.refused.values())

    def refuse(self, why: Refusal, count: int = 1) -> None:
        """Count rows as refused."""
        if count:
            self.refused[why.reason] = self.refused.get(why.reason, 0) + count

    def add(self, other: "Account") -> None:
        """Count what another one counted, too."""
        self.taken += other.taken
        self.merged += other.merged
        self.duplicate += other.duplicate
        for reason, count in other.refused.items():
            self.refuse(Refusal(reason), count)


class Accounts:
    """Of each table, by its name."""

    def __init__(self, known: Mapping[str, Account] | None = None) -> None:
        """Go on from what was known of some."""
        self.by_table: defaultdict[str, Account] = defaultdict(Account, known or {})

    def __getitem__(self, table: str) -> Account:
        return self.by_table[table]

    def add(self, other: "Accounts") -> None:
        """Count what another one counted, too."""
        for table, account in other.by_table.items():
            self[table].add(account)

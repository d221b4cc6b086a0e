"""What does Wise Old Man say of the make-believe clan's people, without a server in between?

Nothing of what they achieved: that takes long, and who is who doesn't depend on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clanstats.domain import Window
from clanstats.wom.client import WomStatus
from clanstats.wom.rows import (
    Decoded,
    WomAchievement,
    WomActivity,
    WomCompetition,
    WomGroup,
    WomNameChange,
    WomPlace,
    WomSnapshot,
)
from demo.world import World

_PAGE = 50


@dataclass(frozen=True, slots=True)
class PeopleOnly:
    """The clan at the clock's now; its members were never tracked."""

    world: World
    clock: Callable[[], datetime]

    async def group(self, group_id: int) -> WomGroup:
        group = self.world.group
        there = self.world.memberships(self.clock())
        return WomGroup(group_id, group.name, group.role_order, there)

    async def bulk_hiscores(self, group_id: int) -> Decoded[WomSnapshot]:
        del group_id
        return Decoded(())

    async def bulk_gained(
        self, group_id: int, *, period: str | None = None, window: Window | None = None
    ) -> Decoded[WomSnapshot]:
        del group_id, period, window
        return Decoded(())

    async def activity(self, group_id: int, *, offset: int = 0) -> Decoded[WomActivity]:
        del group_id
        return Decoded(self.world.activity(self.clock())[offset : offset + _PAGE])

    async def name_changes(self, group_id: int, *, offset: int = 0) -> Decoded[WomNameChange]:
        del group_id
        return Decoded(self.world.name_changes(self.clock())[offset : offset + _PAGE])

    async def achievements(self, group_id: int, *, offset: int = 0) -> Decoded[WomAchievement]:
        del group_id, offset
        return Decoded(())

    async def competitions(self, group_id: int) -> Decoded[WomCompetition]:
        del group_id
        return Decoded(())

    async def places(self, competition_id: int) -> Sequence[WomPlace]:
        del competition_id
        return ()

    async def update_all(self, group_id: int, *, secret: str) -> int:
        del group_id, secret
        return 0

    def status(self) -> WomStatus:
        return WomStatus(20, 0, 0.0, None, breaker_open=False, requests=0, last_error=None)

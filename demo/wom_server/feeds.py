"""How does Wise Old Man write down the lines of its feeds?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clanstats.wom.rows import WomAchievement, WomActivity, WomNameChange
from demo.wom_server.bodies import Body, player_of, stamp
from demo.world import World

_UNKNOWN_DATE = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Feeds:
    """Pages of the group's feeds, as of the clock's now."""

    world: World
    clock: Callable[[], datetime]

    def activity(self, lines: slice) -> list[Body]:
        """A page of the activity feed."""
        now = self.clock()
        return [self._activity(line, now) for line in self.world.activity(now)[lines]]

    def name_changes(self, lines: slice) -> list[Body]:
        """A page of the approved renames."""
        now = self.clock()
        return [self._name_change(line, now) for line in self.world.name_changes(now)[lines]]

    def achievements(self, lines: slice) -> list[Body]:
        """A page of the milestones."""
        now = self.clock()
        return [self._achievement(line, now) for line in self.world.achievements(now)[lines]]

    def _activity(self, line: WomActivity, now: datetime) -> Body:
        return {
            "groupId": self.world.group.group_id,
            "playerId": line.wom_id,
            "type": line.kind,
            "role": line.role,
            "previousRole": line.previous_role,
            "createdAt": stamp(line.at),
            "player": player_of(self.world, line.wom_id, now),
        }

    def _name_change(self, line: WomNameChange, now: datetime) -> Body:
        resolved = stamp(line.resolved_at or line.created_at)
        return {
            "id": line.name_change_id,
            "playerId": line.wom_id,
            "oldName": line.old_name,
            "newName": line.new_name,
            "status": "approved",
            "reviewContext": None,
            "resolvedAt": resolved,
            "createdAt": stamp(line.created_at),
            "updatedAt": resolved,
            "player": player_of(self.world, line.wom_id, now),
        }

    def _achievement(self, line: WomAchievement, now: datetime) -> Body:
        return {
            "playerId": line.wom_id,
            "name": line.name,
            "metric": line.metric,
            "threshold": line.threshold,
            "accuracy": self._accuracy_ms(line),
            "createdAt": stamp(line.achieved_at) if line.achieved_at else _UNKNOWN_DATE,
            "measure": line.measure,
            "legacy": False,
            "player": player_of(self.world, line.wom_id, now),
        }

    def _accuracy_ms(self, line: WomAchievement) -> int | None:
        """From the snapshot before to the one that showed the milestone."""
        if line.achieved_at is None:
            return None
        history = self.world.history(line.wom_id)
        index = history.last_index(line.achieved_at)
        return history.taken[index] - history.taken[index - 1]

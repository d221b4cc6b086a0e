"""What does Wise Old Man know of the clan at this instant?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clanstats.wom.rows import WomMembership
from demo.wom_server.bodies import (
    Body,
    combat_level,
    gains_body,
    player_of,
    snapshot_body,
    stamp,
)
from demo.world import World

_LAST = 10_000  # the place of a role that the clan hasn't put in order
_OUTDATED_AFTER = timedelta(hours=23.5)


@dataclass(frozen=True, slots=True)
class Answers:
    """The bodies of the answers, as of the clock's now."""

    world: World
    clock: Callable[[], datetime]

    def details(self) -> Body:
        """The group with its members, the highest role first."""
        now, group = self.clock(), self.world.group
        order = {role: place for place, role in enumerate(group.role_order)}
        members = sorted(
            self.world.memberships(now), key=lambda member: order.get(member.role, _LAST)
        )
        return self.group() | {
            "socialLinks": dict.fromkeys(("website", "discord", "twitter", "youtube", "twitch")),
            "roleOrders": [
                {"groupId": group.group_id, "role": role, "index": place}
                for role, place in order.items()
            ],
            "memberships": [self._membership(member, now) for member in members],
        }

    def group(self) -> Body:
        """The group, as it is embedded in other answers."""
        now, group = self.clock(), self.world.group
        changed_at = [line.at for line in self.world.activity(now)]
        return {
            "id": group.group_id,
            "name": group.name,
            "clanChat": group.clan_chat,
            "description": group.description,
            "homeworld": group.homeworld,
            "verified": False,
            "patron": False,
            "visible": True,
            "profileImage": None,
            "bannerImage": None,
            "score": 0,
            "createdAt": stamp(group.founded_at),
            "updatedAt": stamp(max(changed_at, default=group.founded_at)),
            "memberCount": len(self.world.member_ids(now)),
        }

    def hiscores(self) -> list[Body]:
        """The newest snapshot of every member who has one."""
        now = self.clock()
        return [
            {
                "player": player_of(self.world, wom_id, now),
                "data": snapshot_body(wom_id, history, index),
            }
            for wom_id in self._shown(now)
            if (index := (history := self.world.history(wom_id)).last_index(now)) >= 0
        ]

    def gained(self, start: datetime, end: datetime) -> list[Body]:
        """Every member's first and last snapshot in the range, both ends included."""
        now = self.clock()
        rows = []
        for wom_id in self._shown(now):
            history = self.world.history(wom_id)
            first, last = history.first_index(start), history.last_index(min(end, now))
            if first <= last:
                row = {
                    "player": player_of(self.world, wom_id, now),
                    "startDate": stamp(history.taken_at(first)),
                    "endDate": stamp(history.taken_at(last)),
                    "data": gains_body(history, first, last),
                }
                rows.append(row)
        return rows

    def player(self, name: str) -> Body | None:
        """The profile with its newest snapshot; None when nobody is called that."""
        now = self.clock()
        wom_id = self.world.find(name, now)
        if wom_id is None:
            return None
        history = self.world.history(wom_id)
        index = history.last_index(now)
        values = history.values(index) if index >= 0 else {}
        return player_of(self.world, wom_id, now) | {
            "combatLevel": combat_level(values),
            "archive": self._archive(wom_id, now),
            "annotations": [],
            "latestSnapshot": snapshot_body(wom_id, history, index) if index >= 0 else None,
        }

    def outdated(self) -> int:
        """How many members haven't been updated for a day."""
        now = self.clock()
        players = (self.world.player(wom_id, now) for wom_id in self.world.member_ids(now))
        return sum(
            player.updated_at is None or now - player.updated_at > _OUTDATED_AFTER
            for player in players
        )

    def _shown(self, now: datetime) -> list[int]:
        """The members who aren't moved aside."""
        ids = self.world.member_ids(now)
        return [each for each in ids if self.world.player(each, now).status != "archived"]

    def _archive(self, wom_id: int, now: datetime) -> Body | None:
        if self.world.player(wom_id, now).status != "archived":
            return None
        before, aside = self.world.person(wom_id).names[-2:]
        return {
            "playerId": wom_id,
            "previousUsername": before.what.lower(),
            "archiveUsername": aside.what,
            "restoredUsername": None,
            "createdAt": stamp(aside.at),
            "restoredAt": None,
        }

    def _membership(self, member: WomMembership, now: datetime) -> Body:
        wom_id = member.player.wom_id
        stay = next(s for s in reversed(self.world.person(wom_id).stays) if s.covers(now))
        changed_at = max(each.at for each in stay.roles if each.at <= now)
        return {
            "playerId": wom_id,
            "groupId": self.world.group.group_id,
            "role": member.role,
            "clientSyncJoinedAt": None,
            "createdAt": stamp(member.joined_at),
            "updatedAt": stamp(changed_at),
            "player": player_of(self.world, wom_id, now),
        }

"""How does a test put its own words into Wise Old Man's mouth? By changing recorded rows."""

import copy
import json
from functools import cache

from tests.replay import Reply, body

PAGES = {
    "details": "/groups/1",
    "bulk_hiscores": "/groups/1/bulk-hiscores",
    "activity": "/groups/1/activity",
    "name_changes": "/groups/1/name-changes",
}


@cache
def _recorded(page, only):
    """A page as it was recorded; with `only`, of these members' rows."""
    told = json.loads(body(f"seq_t0_{page}"))
    if only and page == "details":
        told["memberships"] = [row for row in told["memberships"] if row["playerId"] in only]
    elif only and page == "bulk_hiscores":
        told = [row for row in told if row["player"]["id"] in only]
    return json.dumps(told)


class Group:
    """The group as Wise Old Man tells it, to be changed between two refreshes."""

    def __init__(self, replay, *, only=()):
        self._replay = replay
        for page in PAGES:
            setattr(self, page, json.loads(_recorded(page, only)))
        self.tell()

    def tell(self):
        """Answer with what is said now."""
        self.details["memberCount"] = len(self.memberships)
        for page, path in PAGES.items():
            self._replay.answer(path, Reply(200, json.dumps(getattr(self, page)).encode()))

    @property
    def memberships(self):
        return self.details["memberships"]

    def membership(self, wom_id):
        return next(row for row in self.memberships if row["playerId"] == wom_id)

    def leave(self, wom_id, at=None):
        """Drop a membership; with `at` the feed says so."""
        row = self.membership(wom_id)
        self.memberships.remove(row)
        self.bulk_hiscores = [r for r in self.bulk_hiscores if r["player"]["id"] != wom_id]
        if at is not None:
            self.log(row, "left", at, row["role"])
        return row

    def join(self, row, at, *, logged=True):
        """Put a membership (back) in, from `at` on."""
        row = copy.deepcopy(row) | {"createdAt": at}
        self.memberships.append(row)
        if logged:
            self.log(row, "joined", at, row["role"])
        return row

    def log(self, row, kind, at, role, previous=None):
        self.activity.insert(
            0,
            {
                "groupId": 1,
                "playerId": row["playerId"],
                "type": kind,
                "role": role,
                "previousRole": previous,
                "createdAt": at,
                "player": row["player"],
            },
        )

    def rename(self, wom_id, name, at, *, number=99, listed=True):
        """Call someone differently; with `listed` the list of renames has it."""
        player = self.membership(wom_id)["player"]
        old = player["displayName"]
        for row in [player, *(r["player"] for r in self.bulk_hiscores)]:
            if row["id"] == wom_id:
                row |= {"displayName": name, "username": name.lower().replace("_", " ")}
        if listed:
            change = {
                "id": number,
                "playerId": wom_id,
                "oldName": old,
                "newName": name,
                "status": "approved",
                "reviewContext": None,
                "resolvedAt": at,
                "createdAt": at,
                "updatedAt": at,
                "player": player,
            }
            self.name_changes.insert(0, change)

    def hiscores(self, wom_id):
        return next(row for row in self.bulk_hiscores if row["player"]["id"] == wom_id)

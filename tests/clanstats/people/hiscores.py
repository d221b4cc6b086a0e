"""How does a test say which XP Wise Old Man reads of one player?"""

import json

from tests.replay import Replay, Reply, body


class Hiscores:
    """A recorded player's page, to be changed and told again."""

    def __init__(self, replay: Replay, name: str, *, wom_id: int):
        self._replay, self._path = replay, f"/players/{name}"
        self.page = json.loads(body("update_player_200"))
        self.page["id"] = wom_id
        self.tell()

    @property
    def skills(self):
        return self.page["latestSnapshot"]["data"]["skills"]

    def train(self, skill, xp=25):
        self.skills[skill]["experience"] += xp
        self.tell()

    def tell(self):
        self._replay.answer(self._path, Reply(200, json.dumps(self.page).encode()))

    def refuse(self, code, status=403):
        self._replay.answer(self._path, Reply(status, json.dumps({"code": code}).encode()))

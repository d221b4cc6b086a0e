"""How does Wise Old Man write down the group's competitions?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clanstats.levels import level_at
from clanstats.metrics import MetricKind, named
from clanstats.wom.rows import WomCompetition
from demo.wom_server.answers import Answers
from demo.wom_server.bodies import Body, player_of, stamp
from demo.world import World

_UNRANKED = -1


@dataclass(frozen=True, slots=True)
class Contests:
    """The group's competitions, as of the clock's now."""

    world: World
    clock: Callable[[], datetime]

    def all(self) -> list[Body]:
        """Those that are over, on, and to come."""
        return [self._contest(one) for one in self.world.competitions(self.clock())]

    def one(self, number: int) -> Body | None:
        """One of them, with everyone who takes part; None if there is none."""
        now = self.clock()
        for contest in self.world.competitions(now):
            if contest.competition_id == number:
                members = self.world.member_ids(min(contest.ends_at, now))
                taking_part = [self._participation(contest, wom_id, now) for wom_id in members]
                return self._contest(contest) | {"participations": taking_part}
        return None

    def _contest(self, one: WomCompetition) -> Body:
        group = Answers(self.world, self.clock).group()
        created_at = stamp(one.created_at)
        return {
            "id": one.competition_id,
            "title": one.title,
            "type": "classic",
            "startsAt": stamp(one.starts_at),
            "endsAt": stamp(one.ends_at),
            "groupId": group["id"],
            "score": 0,
            "visible": True,
            "createdAt": created_at,
            "updatedAt": created_at,
            "metric": one.metrics[0],
            "metrics": [
                {"weight": 1, "metric": metric, "createdAt": created_at} for metric in one.metrics
            ],
            "participantCount": group["memberCount"],
            "group": group,
        }

    def _participation(self, contest: WomCompetition, wom_id: int, now: datetime) -> Body:
        (metric,) = contest.metrics
        before, after = self.world.values_in(contest, wom_id, now)
        values, levels = _delta(before, after), _delta(None, None)
        if named(metric).kind is MetricKind.SKILL and before is not None and after is not None:
            levels = _delta(level_at(before), level_at(after))
        last = stamp(min(contest.ends_at, now))
        return {
            "playerId": wom_id,
            "competitionId": contest.competition_id,
            "teamName": None,
            "createdAt": stamp(contest.created_at),
            "updatedAt": last,
            "player": player_of(self.world, wom_id, now),
            "deltas": [{"metric": metric, "values": values, "levels": levels}],
            "progress": values,
            "levels": levels,
        }


def _delta(before: int | None, after: int | None) -> Body:
    known = before is not None and after is not None
    return {
        "start": _UNRANKED if before is None else before,
        "end": _UNRANKED if after is None else after,
        "gained": max(after - before, 0) if known else 0,  # type: ignore[operator]
    }

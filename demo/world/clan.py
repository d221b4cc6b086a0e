"""What is true of the make-believe clan at an instant?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clanstats.wom.rows import (
    WomAchievement,
    WomActivity,
    WomCompetition,
    WomMembership,
    WomNameChange,
    WomPlace,
    WomPlayer,
)
from demo.world import competitions, feeds
from demo.world.history import History
from demo.world.model import Group, Person, as_of
from demo.world.names import standard
from demo.world.play import Calendar, history


@dataclass(frozen=True, slots=True)
class World:
    """A clan, its people, and everything that ever happened to them.

    Histories are lived through when first asked for, and kept. Values are integers in ClanStats'
    stored scale; unranked ones are left out.
    """

    group: Group
    calendar: Calendar
    people: tuple[Person, ...]  # by ID; also those outside the clan
    friends: Mapping[int, tuple[int, ...]]  # Discord user ID → Wise Old Man IDs
    _by_id: dict[int, Person] = field(repr=False, compare=False)
    _histories: dict[int, History] = field(default_factory=dict, repr=False, compare=False)
    _milestones: dict[int, tuple[WomAchievement, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def person(self, wom_id: int) -> Person:
        """Who has this ID; raises KeyError for nobody."""
        return self._by_id[wom_id]

    def history(self, wom_id: int) -> History:
        """The player's whole life, also what lies in the future of a server's clock."""
        made = self._histories.get(wom_id)
        if made is None:
            made = self._histories[wom_id] = history(self._by_id[wom_id], self.calendar)
        return made

    def forget(self, wom_id: int) -> None:
        """Free the player's history; it is the same when asked for again."""
        self._histories.pop(wom_id, None)

    def snapshots(self, wom_id: int) -> Iterator[tuple[datetime, dict[str, int]]]:
        """Each snapshot of the player, oldest first, with everything that is ranked in it."""
        return self.history(wom_id).snapshots()

    def value_at(self, wom_id: int, metric: str, at: datetime) -> int | None:
        """The value in the newest snapshot at or before `at`; None: no snapshot, or unranked."""
        return self.history(wom_id).value_at(metric, at)

    def player(self, wom_id: int, at: datetime) -> WomPlayer:
        """The profile as it stood at `at`."""
        person, lived = self._by_id[wom_id], self.history(wom_id)
        index = lived.last_index(at)
        name = as_of(person.names, at)
        return WomPlayer(
            wom_id=wom_id,
            username=standard(name),
            name=name,
            account_type=as_of(person.account_types, at),
            build=person.build,
            status=as_of(person.statuses, at),
            country=person.country,
            registered_at=person.known.start,
            updated_at=lived.taken_at(index) if index >= 0 else None,
            last_changed_at=lived.last_changed_at(index),
        )

    def find(self, name: str, at: datetime) -> int | None:
        """The ID of who was called `name` at `at`; spaces, `_` and `-` are equal."""
        wanted = standard(name)
        for person in self.people:
            if person.known.covers(at) and standard(as_of(person.names, at)) == wanted:
                return person.wom_id
        return None

    def memberships(self, at: datetime) -> tuple[WomMembership, ...]:
        """Who was listed in the clan at `at`, and as what, by ID."""
        return tuple(
            WomMembership(self.player(person.wom_id, at), as_of(stay.roles, at), stay.joined_at)
            for person in self.people
            for stay in person.stays
            if stay.covers(at)
        )

    def member_ids(self, at: datetime) -> tuple[int, ...]:
        """The IDs of those listed in the clan at `at`, ascending."""
        return tuple(
            person.wom_id for person in self.people if any(stay.covers(at) for stay in person.stays)
        )

    def activity(self, at: datetime) -> tuple[WomActivity, ...]:
        """The activity feed at `at`, newest first."""
        return feeds.activity(self.people, at)

    def name_changes(self, at: datetime) -> tuple[WomNameChange, ...]:
        """The approved renames of those in the clan at `at`, newest first."""
        members = set(self.member_ids(at))
        return tuple(
            rename
            for rename in feeds.renames(self.people)
            if rename.wom_id in members and rename.resolved_at and rename.resolved_at <= at
        )

    def achievements(self, at: datetime) -> tuple[WomAchievement, ...]:
        """The milestones of those in the clan at `at`, newest first, undated ones last."""
        reached = [
            milestone
            for wom_id in self.member_ids(at)
            if self.history(wom_id).last_index(at) >= 0
            for milestone in self._milestones_of(wom_id)
            if milestone.achieved_at is None or milestone.achieved_at <= at
        ]
        return tuple(sorted(reached, key=feeds.newest_first))

    def competitions(self, at: datetime) -> tuple[WomCompetition, ...]:
        """The contests that were announced by `at`, the latest first."""
        return competitions.competitions(self.calendar.start, at)

    def values_in(
        self, competition: WomCompetition, wom_id: int, at: datetime
    ) -> tuple[int | None, int | None]:
        """What a player had at a contest's start and at its end, or by `at`; None is unranked."""
        return competitions.values_in(self.history(wom_id), competition, at)

    def places(self, competition: WomCompetition, at: datetime) -> tuple[WomPlace, ...]:
        """Who is how good in a contest, as far as it went by `at`, of the members of its end."""
        gains = {}
        for wom_id in self.member_ids(min(competition.ends_at, at)):
            before, after = self.values_in(competition, wom_id, at)
            if before is not None and after is not None:
                gains[wom_id] = max(after - before, 0)
        return competitions.places(gains)

    def _milestones_of(self, wom_id: int) -> tuple[WomAchievement, ...]:
        found = self._milestones.get(wom_id)
        if found is None:
            found = feeds.achievements(wom_id, self.history(wom_id))
            self._milestones[wom_id] = found
        return found

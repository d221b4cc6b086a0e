"""From when to when did somebody bear which name, by what the predecessor saw of it?

It wrote history under the name of the day on which it read it, so that a new name may stand over
rows from long before. When a name was last seen is sure; the next one counts from then on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clanstats.usernames import normalize, standard


@dataclass(slots=True)
class Sightings:
    """When a name was seen, in ms. `told`: by Wise Old Man; otherwise it may be misspelt."""

    name: str
    first: int
    last: int
    told: bool

    def add(self, name: str, at: int, *, told: bool) -> None:
        """It was seen again; the spelling Wise Old Man told last stays."""
        if told and (at >= self.last or not self.told):
            self.name = name
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.told |= told


@dataclass(frozen=True, slots=True)
class Borne:
    """A name from `since` up to `until`, in ms; None is still."""

    name: str
    since: int
    until: int | None


def borne(seen: Iterable[Sightings]) -> Sequence[Borne]:
    """One player's names in order, each until the next one begins.

    For a while the predecessor took the spaces out of names: such a form counts as the name it was
    made from.
    """
    names = sorted(_spelt(list(seen)), key=lambda one: (one.last, one.first))
    if not names:
        return ()
    begins = [min(one.first for one in names)]
    begins += [max(one.last, following.first) for one, following in pairwise(names)]
    spans = zip(names, begins, [*begins[1:], None], strict=True)
    return tuple(Borne(one.name, since, until) for one, since, until in spans)


def _spelt(seen: Sequence[Sightings]) -> Iterable[Sightings]:
    """Without those names that are others with their separators lost."""
    whole = [one for one in seen if one.told or " " in standard(one.name)]
    for one in seen:
        origin = [each for each in whole if normalize(each.name) == normalize(one.name)]
        if one in whole or not origin:
            yield one
            continue
        newest = max(origin, key=lambda each: each.last)
        newest.first, newest.last = min(one.first, newest.first), max(one.last, newest.last)


def fitted(known: Sequence[Borne], seen: Sequence[Borne], *, last_seen: int) -> Sequence[Borne]:
    """Put names from before what is known in front of it.

    Args:
        known: What is stored, in order.
        seen: As of `borne`.
        last_seen: When the last of `seen` was, in ms: it may be over by now.

    Returns:
        All names in order. What is known stays, but that its first name may begin earlier, or
        only where an older one ended; renames that Wise Old Man dated are never contradicted.
    """
    if not known or not seen:
        return known or seen
    first, *others = known
    called = {standard(one.name) for one in known}
    new = [one for one in seen if standard(one.name) not in called]
    since = min(first.since, seen[0].since)
    if not new:
        begins = since if standard(seen[0].name) == standard(first.name) else first.since
        return (replace(first, since=begins), *others)
    end = new[-1].until or last_seen
    if first.until is not None and first.until <= end:
        return known
    chain = []
    for one in new:
        until = one.until or end
        chain.append(Borne(one.name, since, until))
        since = until
    return (*chain, replace(first, since=end), *others)

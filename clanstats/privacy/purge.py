"""What becomes of the data of those who left the server? After a while it goes, too.

They can come back and start afresh: unlike a deletion on request this leaves no tombstone.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from clanstats.db import departures
from clanstats.harvest.attribution import attribute
from clanstats.privacy.again import forget_again
from clanstats.privacy.deletion import forget_user, scrub_if_due, scrub_later
from clanstats.privacy.opt_outs import honour_opt_outs
from clanstats.privacy.person import Scope, person_of
from clanstats.services import Services


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What one night's purge did."""

    people: int = 0
    messages: int = 0  # that are now nobody's
    again: int = 0  # who were deleted before, and had come back with a restored copy
    opted_out: int = 0  # on Wise Old Man, as we learnt
    scrubbed: bool = True

    @property
    def partial(self) -> bool:
        return not self.scrubbed

    def __str__(self) -> str:
        done = f"{self.people} who left were purged, {self.messages} messages made nobody's"
        if self.again:
            done += f", {self.again} of a restored copy were deleted again"
        if self.opted_out:
            done += f", {self.opted_out} opted out on Wise Old Man and were hidden"
        if self.scrubbed:
            return done
        return f"{done}; the file could not be written anew and will be tomorrow"


async def nightly(services: Services, clan_id: int, *, after: timedelta) -> PurgeReport:
    """Purge, also of whom a restored copy brought back; hide who opted out on Wise Old Man."""
    again = await forget_again(services)
    report = await purge(services, clan_id, after=after)
    return replace(report, again=again, opted_out=await honour_opt_outs(services, clan_id))


async def purge(services: Services, clan_id: int, *, after: timedelta) -> PurgeReport:
    """Delete what is held of the Discord users who left the clan's server `after` ago or earlier.

    Whoever wrote or talked since has come back, and is no longer taken to have left.

    Their players' names and numbers stay: those are Wise Old Man's, and they may still play.
    """
    now = services.clock()
    people = messages = 0
    async with services.write() as session:
        for user_id in await departures.left_until(session, clan_id, now - after):
            who = await person_of(session, user_id, Scope.DISCORD, clan_id=clan_id)
            moved, _ = await forget_user(session, who, now, clan_id=clan_id)
            people, messages = people + 1, messages + moved
        if people:
            await attribute(session, clan_id)
            await scrub_later(session)
    return PurgeReport(people, messages, scrubbed=await scrub_if_due(services))

"""Where do the rank in game, the role on Discord and the rules disagree about a member?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clanstats.decisions.queue import Queue
from clanstats.domain import Member
from clanstats.rules.decisions import Change, Proposal


@dataclass(frozen=True, slots=True)
class Drift:
    """One member about whom not all three say the same."""

    member: Member
    discord_user_id: int | None  # None: nobody whose roles can be compared with this rank
    approved: str | None  # the rank that is to be given in game yet; roles are compared with it
    missing_role: int | None  # the rank's, which they don't have on Discord
    wrong_roles: Sequence[int]  # of other ranks, which they have
    due: Proposal | None  # the rank that the rules propose, and nobody decided about

    @property
    def of_roles(self) -> bool:
        """Whether the roles are what disagrees."""
        return self.missing_role is not None or bool(self.wrong_roles)


def drift(
    queue: Queue,
    users: Mapping[int, int],
    roles: Mapping[str, int],
    held: Mapping[int, Collection[int]],
) -> Sequence[Drift]:
    """Compare all three.

    Args:
        queue: With ranks, what the rules propose, and what is approved.
        users: By player the Discord user who has the role of their rank.
        roles: The Discord role of each rank that has one; those that rules give are left alone.
        held: The roles of each Discord user who is on the server.

    Returns:
        Those about whom something disagrees: those whose roles do come first, then by name. Of
        whom isn't linked, or isn't on the server, roles can't be told: nothing is wrong with them.
    """
    due = {one.member.player_id: one for one in queue.due if one.change in _RANKS}
    approved = {one.player_id: one.to_rank for one in queue.pending}
    badges = queue.judged.book.badges
    ranks = {rank: role_id for rank, role_id in roles.items() if rank not in badges}
    found = []
    for member in queue.judged.table.members:
        user = users.get(member.player_id)
        own = held.get(user) if user is not None else None
        rank = approved.get(member.player_id) or member.rank or ""
        wanted = ranks.get(rank)
        missing = wanted if own is not None and wanted is not None and wanted not in own else None
        wrong = sorted((set(own or ()) & set(ranks.values())) - {wanted})
        one = Drift(
            member,
            None if own is None else user,
            approved.get(member.player_id),
            missing,
            wrong,
            due.get(member.player_id),
        )
        if one.of_roles or one.due is not None:
            found.append(one)
    return tuple(sorted(found, key=lambda one: not one.of_roles))


_RANKS = {Change.PROMOTE, Change.DEMOTE}

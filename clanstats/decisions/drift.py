"""Where do the rank in game, the role on Discord and the rules disagree about a member?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clanstats.decisions.judging import Judged
from clanstats.domain import Member
from clanstats.rules.decisions import Change


@dataclass(frozen=True, slots=True)
class Drift:
    """One member about whom not all three say the same."""

    member: Member
    discord_user_id: int | None  # None: nobody is linked
    missing_role: int | None  # the rank's, which they don't have on Discord
    wrong_roles: Sequence[int]  # of other ranks, which they have
    due: str | None  # the rank that the rules propose
    change: Change | None = None

    @property
    def of_roles(self) -> bool:
        """Whether the roles are what disagrees."""
        return self.missing_role is not None or bool(self.wrong_roles)


def drift(
    judged: Judged,
    users: Mapping[int, int],
    roles: Mapping[str, int],
    held: Mapping[int, Collection[int]],
) -> Sequence[Drift]:
    """Compare all three.

    Args:
        judged: With ranks and what the rules propose.
        users: The Discord user of each linked player.
        roles: The Discord role of each rank that has one.
        held: The roles of each Discord user who is on the server.

    Returns:
        Those about whom something disagrees, by name. Of whom isn't linked, or isn't on the
        server, roles can't be told, so nothing is wrong with them.
    """
    proposals = {
        one.member.player_id: one for one in judged.decisions.of(Change.PROMOTE, Change.DEMOTE)
    }
    found = []
    for member in judged.table.members:
        user = users.get(member.player_id)
        own = held.get(user) if user is not None else None
        wanted = roles.get(member.rank or "")
        missing = wanted if own is not None and wanted is not None and wanted not in own else None
        wrong = sorted((set(own or ()) & set(roles.values())) - {wanted})
        proposal = proposals.get(member.player_id)
        if missing is not None or wrong or proposal is not None:
            found.append(
                Drift(
                    member,
                    user,
                    missing,
                    wrong,
                    None if proposal is None else proposal.to_rank,
                    None if proposal is None else proposal.change,
                )
            )
    return tuple(found)

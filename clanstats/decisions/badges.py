"""Which roles on Discord do rules of the kinds "role" and "temp_role" give, and take back?

The log is the record: what isn't in it wasn't given by us, and is never taken. Whoever had a role
taken from them by hand doesn't get it back before the rule has ceased to hold and holds anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.models import AuditRow
from clanstats.decisions.judging import Judged
from clanstats.decisions.places import rank_roles
from clanstats.people.links import links_at
from clanstats.roles import from_api_name
from clanstats.rules.book import Rule, RuleKind
from clanstats.rules.decisions import Change, Outcome

_KINDS = {RuleKind.ROLE, RuleKind.TEMP_ROLE}
GIVEN, TAKEN = "role.given", "role.taken"


@dataclass(frozen=True, slots=True)
class BadgeChange:
    """A role that is to be given or taken."""

    player_id: int  # the account that earned it, or had
    name: str
    rule_id: str
    discord_user_id: int
    discord_role_id: int
    give: bool

    @property
    def action(self) -> str:
        """As the log calls it."""
        return GIVEN if self.give else TAKEN


@dataclass(frozen=True, slots=True)
class _Last:
    """What the log says last of a player and a rule."""

    ours: bool  # we gave the role, and it wasn't taken back since
    at: datetime


async def badge_changes(
    session: AsyncSession, clan_id: int, judged: Judged
) -> Sequence[BadgeChange]:
    """What has to be done so that everybody has the roles that the rules give them.

    A person has a role if one of their accounts earned it, and loses it if surely none has.
    Of who isn't linked nothing is done, nor with roles that `/setup role` doesn't know.
    """
    outcomes = [one for one in judged.decisions.outcomes if one.rule.kind in _KINDS]
    if not outcomes:
        return ()
    roles = await rank_roles(session, clan_id)
    accounts: dict[int, list[int]] = {}
    for link in await links_at(session, clan_id, judged.decisions.as_of):
        accounts.setdefault(link.discord_user_id, []).append(link.player_id)
    log = await _log(session, clan_id)
    found = []
    for outcome in outcomes:
        role_id = roles.get(from_api_name(outcome.rule.role or ""))
        earned = _earned(judged, outcome)
        for user_id, players in accounts.items() if role_id is not None else ():
            change = _change(judged, outcome.rule, players, earned, log)
            if change is not None and role_id is not None:
                player_id, give = change
                name = _name(judged, player_id)
                found.append(BadgeChange(player_id, name, outcome.rule.id, user_id, role_id, give))
    return tuple(found)


def _earned(judged: Judged, outcome: Outcome) -> Mapping[int, bool | None]:
    """By player who is in the clan: whether they are to have the role now."""
    holding = {
        one.member.player_id
        for one in judged.decisions.of(Change.ROLE, Change.TEMP_ROLE)
        if one.rule_id == outcome.rule.id
    }
    return {
        member.player_id: True if member.player_id in holding else None if flag is None else False
        for member, flag in zip(judged.table.members, outcome.flags, strict=True)
    }


def _change(
    judged: Judged,
    rule: Rule,
    players: Sequence[int],
    earned: Mapping[int, bool | None],
    log: Mapping[tuple[int, str], _Last],
) -> tuple[int, bool] | None:
    """On account of which player a person gets the role or loses it; None if nothing changes."""
    logged = {player: log[player, rule.id] for player in players if (player, rule.id) in log}
    ours = [player for player, last in logged.items() if last.ours]
    for player in players:
        if earned.get(player) is True and not ours:
            since = judged.decisions.memory[player, rule.id].since
            last = logged.get(player)
            return (player, True) if last is None or last.at < since else None
    # Whoever left the clan has earned nothing in it any longer.
    if ours and all(earned.get(player, False) is False for player in players):
        return ours[0], False
    return None


def _name(judged: Judged, player_id: int) -> str:
    names = {member.player_id: member.name for member in judged.table.members}
    return names.get(player_id, "somebody who left")


async def _log(session: AsyncSession, clan_id: int) -> Mapping[tuple[int, str], _Last]:
    rows = await session.execute(
        select(
            AuditRow.player_id,
            AuditRow.detail,
            AuditRow.at,
            AuditRow.roles_given,
            AuditRow.undone_at,
        )
        .where(AuditRow.clan_id == clan_id, AuditRow.action.in_((GIVEN, TAKEN)))
        .order_by(AuditRow.id)
    )
    return {
        (player_id, rule_id): _Last(bool(given) and undone_at is None, at)
        for player_id, rule_id, at, given, undone_at in rows
        if player_id is not None
    }

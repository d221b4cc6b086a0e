"""Who leads, and what may a rank in the clan do?

Wise Old Man knows 269 roles and a clan orders them as it likes, so a role is a string and what it
may do is data. A role nobody wrote about is a normal one: no tier, no permissions, no error.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

from clanstats.errors import BadInputError

LEADERSHIP = 1  # the tier
TIERS = range(1, 4)
PRIVILEGED = ("administrator", "owner", "leader", "deputy_owner", "moderator")


@dataclass(frozen=True, slots=True)
class Role:
    """What is known of one role; a new one may do nothing."""

    name: str  # Wise Old Man's: "deputy_owner"
    tier: int | None = None  # 1 is leadership, 3 are guests; None when nobody said
    officer: bool = False  # leadership always is
    manage: bool = False
    kick: bool = False
    promote: bool = False


@dataclass(frozen=True, slots=True)
class RoleBook:
    """What a clan says about its roles. Questions take a role as anyone may write it."""

    roles: Mapping[str, Role]  # by name, in the order they were written down

    @classmethod
    def of(cls, roles: Iterable[Role]) -> Self:
        return cls({role.name: role for role in roles})

    def __or__(self, other: "RoleBook") -> "RoleBook":
        """Put what `other` says over what this one does, role by role."""
        return RoleBook({**self.roles, **other.roles})

    def role(self, name: str | None) -> Role:
        known = from_api_name(name)
        return self.roles.get(known) or Role(known)

    def get_tier(self, name: str | None) -> int | None:
        """1, 2 or 3; None for a role that nobody wrote about."""
        return self.role(name).tier

    def is_leadership(self, name: str | None) -> bool:
        return self.role(name).tier == LEADERSHIP

    def is_officer(self, name: str | None) -> bool:
        return self.role(name).officer or self.is_leadership(name)

    def can_manage(self, name: str | None) -> bool:
        return self.role(name).manage

    def can_kick(self, name: str | None) -> bool:
        return self.role(name).kick

    def can_promote(self, name: str | None) -> bool:
        return self.role(name).promote

    def leadership_roles(self) -> tuple[str, ...]:
        return self.roles_of_tier(LEADERSHIP)

    def officer_roles(self) -> tuple[str, ...]:
        """The roles of leadership among them."""
        return tuple(name for name in self.roles if self.is_officer(name))

    def roles_of_tier(self, tier: int) -> tuple[str, ...]:
        return tuple(role.name for role in self.roles.values() if role.tier == tier)


def from_api_name(name: str | None) -> str:
    """Spell a role as Wise Old Man does: "Deputy Owner" is "deputy_owner"; None is ""."""
    return "_".join((name or "").replace("_", " ").replace("-", " ").lower().split())


def title(name: str | None) -> str:
    """Spell a role for people: "deputy_owner" is "Deputy Owner"."""
    return from_api_name(name).replace("_", " ").title() or "No rank"


def order(role_order: Sequence[str] = ()) -> Callable[[str | None], tuple[int, str]]:
    """Say how to sort roles, highest first.

    Args:
        role_order: The clan's own order, highest first. Without one, Wise Old Man's: its five
            privileged roles, then the alphabet.

    Returns:
        A sort key. Roles that the order leaves out come last, by name; no role after them.
    """
    places = {from_api_name(name): place for place, name in enumerate(role_order or PRIVILEGED)}

    def key(name: str | None) -> tuple[int, str]:
        role = from_api_name(name)
        return places.get(role, len(places) + (not role)), role

    return key


def read_book(table: Mapping[str, object]) -> RoleBook:
    """Read what a clan's file says of its roles, to be put over the defaults.

    Args:
        table: By role, what it changes: `{"onyx": {"tier": 1, "kick": True}}`. What it leaves
            out is as the defaults have it.

    Raises:
        BadInputError: It says something a role doesn't have, or in the wrong type.
    """
    return RoleBook.of(_read_role(name, said) for name, said in table.items())


def _read_role(name: str, said: object) -> Role:
    role = DEFAULTS.role(name)
    known = {field.name: getattr(role, field.name) for field in fields(Role)}
    if not isinstance(said, Mapping) or not said.keys() <= known.keys() - {"name"}:
        options = ", ".join(sorted(known.keys() - {"name"}))
        raise BadInputError(f'Role "{name}" takes only {options}; for example {{ tier = 1 }}.')
    for key, value in said.items():
        _check(name, key, value)
    return Role(**(known | dict(said)))


def _check(name: str, key: str, value: object) -> None:
    if key == "tier" and (type(value) is not int or value not in TIERS):  # True is an int too
        raise BadInputError(f'Role "{name}": the tier is 1 (leadership), 2 or 3 (guests).')
    if key != "tier" and not isinstance(value, bool):
        raise BadInputError(f'Role "{name}": {key} is true or false.')


DEFAULTS = RoleBook.of(
    [
        *(
            Role(name, tier=LEADERSHIP, officer=True, manage=True, kick=True, promote=True)
            for name in ("owner", "deputy_owner", "zenyte", "dragonstone", "saviour")
        ),
        *(Role(name, tier=2, officer=True, kick=True) for name in ("onyx", "administrator")),
        *(Role(name, tier=2) for name in ("member", "prospector")),
        Role("guest", tier=3),
    ]
)

# For whoever has no clan at hand: the same questions, put to the defaults.
get_tier = DEFAULTS.get_tier
is_leadership = DEFAULTS.is_leadership
is_officer = DEFAULTS.is_officer
can_manage = DEFAULTS.can_manage
can_kick = DEFAULTS.can_kick
can_promote = DEFAULTS.can_promote
leadership_roles = DEFAULTS.leadership_roles
officer_roles = DEFAULTS.officer_roles
roles_of_tier = DEFAULTS.roles_of_tier

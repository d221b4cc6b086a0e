"""Who may run which command?

Each is declared once, and counts twice: Discord hides the command from others, and it is checked
when it runs, because a server can show it to anybody.
"""

from collections.abc import Callable
from typing import TypeVar

from discord import app_commands

T = TypeVar("T")


def admins_only() -> Callable[[T], T]:
    """For who may change the server: Manage Server."""
    return _needs(manage_guild=True)


def officers_only() -> Callable[[T], T]:
    """For who may change members: Manage Roles."""
    return _needs(manage_roles=True)


def _needs(**permissions: bool) -> Callable[[T], T]:
    def declared(command: T) -> T:
        checked = app_commands.checks.has_permissions(**permissions)(command)
        return app_commands.default_permissions(**permissions)(checked)

    return declared

"""Who may run which command?

Each is declared once, and counts twice: Discord hides the command from others, and it is checked
when it runs, because a server can show it to anybody.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands

T = TypeVar("T")


def admins_only() -> Callable[[T], T]:
    """For who may change the server: Manage Server."""
    return _needs(manage_guild=True)


def officers_only() -> Callable[[T], T]:
    """For who may change members: Manage Roles."""
    return _needs(manage_roles=True)


def is_officer(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever asks may change members."""
    return interaction.permissions.manage_roles


def must_be_officer(interaction: discord.Interaction[Any]) -> None:
    """For an option or a button that only officers may use.

    Raises:
        MissingPermissions: Whoever asks is none.
    """
    if not is_officer(interaction):
        raise app_commands.MissingPermissions(["manage_roles"])


def _needs(**permissions: bool) -> Callable[[T], T]:
    def declared(command: T) -> T:
        checked = app_commands.checks.has_permissions(**permissions)(command)
        return app_commands.default_permissions(**permissions)(checked)

    return declared

"""What is somebody told whose command failed?

In this order: a failure whose text is for people is said as it is; what Discord's library found
wrong with the request is put in plain words; anything else is ours, and goes into the log with the
trace that the member is asked to quote.
"""

from math import ceil
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from clanstats.errors import ClanStatsError
from clanstats.observability import current_trace

log = structlog.get_logger()


def explain(error: BaseException) -> str:
    """Text for whoever asked; what they can't help is logged with its traceback."""
    cause = getattr(error, "original", error)
    if isinstance(cause, ClanStatsError):
        return str(cause)[:2000]
    return _refused(cause) or _ours(cause)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answer with `explain`, to nobody but who asked, however far the answer had come."""
    text = explain(error)
    waiting = discord.InteractionResponseType.deferred_channel_message
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True)
        elif interaction.response.type is waiting:
            # What is sent first takes the place of "is thinking…", for everyone to see as that.
            await interaction.edit_original_response(content="That can't be answered.")
            await interaction.followup.send(text, ephemeral=True)
            await interaction.delete_original_response()
        else:
            await interaction.followup.send(text, ephemeral=True)
    # Gone, and nobody is waiting; or Discord can't be reached to tell them.
    except (discord.HTTPException, aiohttp.ClientError, OSError) as refused:
        log.warning("error.unanswered", reason=str(refused))


def _refused(error: BaseException) -> str | None:
    if isinstance(error, app_commands.CheckFailure | commands.CheckFailure):
        return _forbidden(error)
    if isinstance(error, app_commands.TransformerError):
        return f"“{str(error.value)[:80]}” can't be read as that option; choose from the list."
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return "That command has changed: restart Discord, or try again in a few minutes."
    if isinstance(error, commands.UserInputError | commands.ExtensionError):
        return str(error)[:500]
    if isinstance(error, discord.Forbidden):
        return "Discord refused: I need Send Messages, Embed Links and Attach Files here."
    return None


def _forbidden(error: app_commands.CheckFailure | commands.CheckFailure) -> str:
    if isinstance(error, app_commands.CommandOnCooldown):
        return f"That was quick: try again in {ceil(error.retry_after)} s."
    if isinstance(error, app_commands.MissingPermissions):
        return f"Only members with the permission {_listed(error.missing_permissions)} may do that."
    if isinstance(error, app_commands.BotMissingPermissions):
        return f"I need the permission {_listed(error.missing_permissions)} in this channel."
    return "You may not do that here."


def _ours(error: BaseException) -> str:
    log.error("command.crashed", exc_info=error)
    trace = current_trace()
    quoted = f" Quote `{trace}` to whoever runs the bot." if trace else ""
    return f"Something went wrong, and it isn't your fault.{quoted}"


def _listed(permissions: list[str]) -> str:
    return ", ".join(
        name.replace("_", " ").replace("guild", "server").title() for name in permissions
    )

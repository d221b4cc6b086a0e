"""Who changed what, and back again? `/audit log·undo`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.decisions import audit
from clanstats.decisions.audit import Entry
from clanstats.decisions.undoing import take_back
from clanstats.errors import BadInputError
from clanstats.timestamps import discord_time, parse_instant
from cogs import granting, words
from cogs.checks import officers_only
from cogs.granting import Server
from cogs.interactions import Interaction, clan_of
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_COLOUR = 0x7F7F8C
_LONGEST = 4_000  # characters; Discord takes 4,096
_OWN = timedelta(hours=24)  # in which whoever did something may undo it


@app_commands.default_permissions(manage_roles=True)
class Audit(commands.GroupCog, name="audit"):
    """See what officers did, and undo it."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player="Only about this member", actor="Only what they did", since="From that day on"
    )
    async def log(
        self,
        interaction: Interaction,
        player: str | None = None,
        actor: discord.Member | None = None,
        since: str | None = None,
    ) -> None:
        """List what officers and the bot did, newest first."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = None if player is None else await self.bot.roster.find(clan, player)
        tz = services.settings.timezone
        async with services.read() as session:
            found = await audit.entries(
                session,
                clan.clan_id,
                player_id=player_id,
                actor=None if actor is None else actor.id,
                since=None if since is None else parse_instant(since, tz=tz),
            )
        await interaction.followup.send(embed=entries_listed(found), ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(id_="The entry's number in /audit log")
    @app_commands.rename(id_="id")
    async def undo(self, interaction: Interaction, id_: int) -> None:
        """Take back a decision, roles, an exemption or points; admins also what others did."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        now, by = services.clock(), interaction.user.id
        async with services.write() as session:
            line = await audit.entry(session, clan.clan_id, id_)
            own = line.actor == by and now - line.at <= _OWN
            if not own and not interaction.permissions.manage_guild:
                raise BadInputError(
                    "Only who may manage the server undoes what others did, or what is older "
                    "than a day."
                )
            await take_back(session, clan.clan_id, line, now=now, by=by)
        changed = await granting.give_back(Server.of(interaction), line)
        said = f"Undone: {line.detail}. {granting.words(changed)}"
        if changed.problem and line.roles_of:
            said += f". `/audit undo {line.entry_id}` tries that again."
        await interaction.followup.send(said.strip(), ephemeral=True)


def entries_listed(found: Sequence[Entry]) -> discord.Embed:
    """The log's lines."""
    return discord.Embed(
        title="Log",
        description="\n".join(map(_line, found))[:_LONGEST] or "There is nothing in it.",
        colour=_COLOUR,
    )


def _line(one: Entry) -> str:
    who = "the bot" if one.actor is None else f"<@{one.actor}>" if one.actor else "somebody"
    about = f" · **{words.name(one.name)}**" if one.name else ""
    line = f"`{one.entry_id}` {discord_time(one.at)} {who} · {one.action}{about} · {one.detail}"
    return f"~~{line}~~ · undone by <@{one.undone_by}>" if one.undone_at else line


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Audit(bot))

"""Who changed what, and back again? `/audit log·undo`."""

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.decisions import audit
from clanstats.decisions.undoing import take_back
from clanstats.errors import BadInputError
from cogs import granting
from cogs.asked import pack_instant, past_of
from cogs.checks import officers_only
from cogs.granting import Server
from cogs.interactions import Interaction, clan_of
from cogs.records.controls import RecordControl, listed
from cogs.records.state import Kind, RecordState
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_OWN = timedelta(hours=24)  # in which whoever did something may undo it


@app_commands.default_permissions(manage_roles=True)
class Audit(commands.GroupCog, name="audit"):
    """See what officers did, and undo it."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons under every list ever sent work."""
        self.bot.add_dynamic_items(RecordControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(RecordControl)

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
        await interaction.response.defer(ephemeral=True, thinking=True)
        from_then_on = past_of(self.bot.services, since)
        player_id = None
        if player is not None:
            player_id = await self.bot.roster.find(clan_of(interaction), player)
        state = RecordState(
            Kind.LOG,
            player_id=player_id or 0,
            actor=0 if actor is None else actor.id,
            since="" if from_then_on is None else pack_instant(from_then_on),
        )
        await (await listed(interaction, state)).send(interaction, ephemeral=True)

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


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Audit(bot))

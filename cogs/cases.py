"""What did officers note about someone? `/case`: notes, warnings, strikes, flags."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import own_players
from clanstats.decisions.cases import (
    HEAVIEST,
    LONGEST_REASON,
    Case,
    CaseKind,
    add_case,
    case,
    edit_case,
    void_case,
)
from clanstats.errors import NoDataError
from clanstats.timestamps import parse_until
from cogs import words
from cogs.checks import must_be_officer, officers_only
from cogs.interactions import Interaction, clan_of
from cogs.noting import CaseModal
from cogs.records.controls import listed
from cogs.records.lines import of_case
from cogs.records.state import Kind, RecordState
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_COLOUR = 0xB0793B
_PLAYER = "About whom; also by an earlier name"
_REASON = "Why; officers read it"
_EXPIRES = "Until then it counts: 30d, 2w, or a day as 2026-12-24"
Reason = app_commands.Range[str, 1, LONGEST_REASON]


@app_commands.default_permissions(manage_roles=True)
class Cases(commands.GroupCog, name="case"):
    """Note what officers should know about a member."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot
        self._menu = app_commands.ContextMenu(name="Clan note", callback=self._note_about)

    async def cog_load(self) -> None:
        """Add the entry to everybody's menu."""
        self._menu.default_permissions = discord.Permissions(manage_roles=True)
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Leave it to the cog's next version."""
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player=_PLAYER, reason=_REASON, expires=_EXPIRES)
    async def note(
        self, interaction: Interaction, player: str, reason: Reason, expires: str | None = None
    ) -> None:
        """Note something about a member."""
        await self._add(interaction, CaseKind.NOTE, player, reason, expires)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player=_PLAYER, reason=_REASON, expires=_EXPIRES)
    async def warn(
        self, interaction: Interaction, player: str, reason: Reason, expires: str | None = None
    ) -> None:
        """Note that a member was warned."""
        await self._add(interaction, CaseKind.WARN, player, reason, expires)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player=_PLAYER, reason=_REASON, expires=_EXPIRES, weight="How much it counts in rules"
    )
    async def strike(
        self,
        interaction: Interaction,
        player: str,
        reason: Reason,
        expires: str | None = None,
        weight: app_commands.Range[int, 1, HEAVIEST] = 1,
    ) -> None:
        """Give a member a strike, which rank rules may count."""
        await self._add(interaction, CaseKind.STRIKE, player, reason, expires, weight)

    @app_commands.command()
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player=_PLAYER, reason=_REASON, expires=_EXPIRES)
    async def flag(
        self, interaction: Interaction, player: str, reason: Reason, expires: str | None = None
    ) -> None:
        """Flag a member: officers are told if they come back, also under a new name."""
        await self._add(interaction, CaseKind.FLAG, player, reason, expires)

    @app_commands.command(name="list")
    @officers_only()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player="Only about this member", all_="Also what no longer counts")
    @app_commands.rename(all_="all")
    async def list_(
        self,
        interaction: Interaction,
        player: str | None = None,
        all_: bool = False,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """List cases, newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = 0
        if player is not None:
            player_id = await self.bot.roster.find(clan_of(interaction), player)
        state = RecordState(Kind.CASES, player_id=player_id, word="all" if all_ else "")
        await (await listed(interaction, state)).send(interaction, ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(id_="The case's number")
    @app_commands.rename(id_="id")
    async def show(self, interaction: Interaction, id_: int) -> None:
        """Show one case."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.read() as session:
            found = await case(session, clan.clan_id, id_)
        await interaction.followup.send(embed=shown(found, services.clock()), ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(id_="The case's number", reason=_REASON, expires=_EXPIRES)
    @app_commands.rename(id_="id")
    async def edit(
        self,
        interaction: Interaction,
        id_: int,
        reason: Reason | None = None,
        expires: str | None = None,
    ) -> None:
        """Change why a case was noted, or until when it counts."""
        clan, services = clan_of(interaction), self.bot.services
        now, until = services.clock(), self._until(expires)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            changed = await edit_case(
                session,
                clan.clan_id,
                id_,
                reason=reason,
                expires_at=until,
                by=interaction.user.id,
                now=now,
            )
        await interaction.followup.send(embed=shown(changed, now), ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(id_="The case's number")
    @app_commands.rename(id_="id")
    async def void(self, interaction: Interaction, id_: int) -> None:
        """Say that a case no longer counts; it can still be read."""
        clan, services = clan_of(interaction), self.bot.services
        now = services.clock()
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            done = await void_case(session, clan.clan_id, id_, by=interaction.user.id, now=now)
        await interaction.followup.send(embed=shown(done, now), ephemeral=True)

    async def _add(  # noqa: PLR0913, PLR0917 — what, about whom, why, until when
        self,
        interaction: Interaction,
        kind: CaseKind,
        player: str,
        reason: str,
        expires: str | None,
        weight: int = 1,
    ) -> None:
        clan, services = clan_of(interaction), self.bot.services
        now, until = services.clock(), self._until(expires)
        await interaction.response.defer(ephemeral=True, thinking=True)
        player_id = await self.bot.roster.find(clan, player)
        async with services.write() as session:
            made = await add_case(
                session,
                clan.clan_id,
                player_id=player_id,
                kind=kind,
                reason=reason,
                by=interaction.user.id,
                now=now,
                weight=weight,
                expires_at=until,
            )
        await interaction.followup.send(embed=shown(made, now), ephemeral=True)

    def _until(self, expires: str | None) -> datetime | None:
        services = self.bot.services
        if expires is None:
            return None
        return parse_until(expires, now=services.clock(), tz=services.settings.timezone)

    async def _note_about(
        self, interaction: discord.Interaction[Any], member: discord.Member
    ) -> None:
        """From a user's menu: about their main account."""
        must_be_officer(interaction)
        clan, services = clan_of(interaction), self.bot.services
        async with services.read() as session:
            own = await own_players(session, clan.clan_id, member.id, services.clock())
        if not own:
            raise NoDataError(words.UNLINKED.format("them"))
        await interaction.response.send_modal(CaseModal(own[0]))


def shown(one: Case, now: datetime) -> discord.Embed:
    """A case with why, by whom, and whether it counts."""
    return discord.Embed(title="Case", description=of_case(one, now), colour=_COLOUR)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Cases(bot))

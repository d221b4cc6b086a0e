"""Who plays what? `/link`: prove that an account is yours, or have an officer say so."""

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.errors import BadInputError, NoDataError
from clanstats.people import claims
from clanstats.people.links import (
    Link,
    LinkedToOtherError,
    LinkMethod,
    add_link,
    link_of,
    remove_link,
    set_main,
)
from cogs import words
from cogs.checks import is_officer, must_be_officer
from cogs.interactions import Interaction, clan_of
from cogs.links import controls, embed
from cogs.links.controls import LinkControl
from cogs.links.state import Action
from cogs.replies import Reply
from cogs.roster import offered

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_SHOWN = {
    "linked": Action.LINKED,
    "pending": Action.PENDING,
    "suggestions": Action.SUGGESTIONS,
}
_PLAYER = "A player of the clan, also by an earlier name"


def _not_too_often(interaction: discord.Interaction) -> app_commands.Cooldown | None:
    """Each new claim costs one of Wise Old Man's few requests; officers claim nothing."""
    return None if is_officer(interaction) else app_commands.Cooldown(rate=3, per=60)


class Links(commands.GroupCog, name="link"):
    """Say which accounts are yours."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every list ever sent work."""
        self.bot.add_dynamic_items(LinkControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(LinkControl)

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.checks.dynamic_cooldown(_not_too_often)
    @app_commands.describe(
        player=_PLAYER,
        user="Officers: whose account it is, without proof",
        replace="Officers: take it from whom it is linked to",
    )
    async def add(
        self,
        interaction: Interaction,
        player: str,
        user: discord.Member | None = None,
        replace: bool = False,  # noqa: FBT001, FBT002  an option of the command
    ) -> None:
        """Link an account to you: gain some XP to prove that it is yours."""
        clan = clan_of(interaction)
        if replace or user not in {None, interaction.user}:
            must_be_officer(interaction)
        if user is not None and user.bot:
            raise BadInputError("A bot plays no account.")
        player_id = await self.bot.roster.find(clan, player)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if is_officer(interaction) and user is not None:
            link = await self._added(interaction, user, player_id, replace=replace)
            reply = Reply(embed.linked(link, to=interaction.user.id))
        else:
            claim = await claims.begin(
                self.bot.services, clan.clan_id, user_id=interaction.user.id, player_id=player_id
            )
            reply = Reply(embed.asked(claim), controls.to_prove([claim]))
        await reply.send(interaction, ephemeral=True)

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player="Which one, if you claim several")
    async def verify(self, interaction: Interaction, player: str | None = None) -> None:
        """Check whether you gained XP in the skill that was named to you."""
        clan, services = clan_of(interaction), self.bot.services
        player_id = None if player is None else await self.bot.roster.find(clan, player)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if player_id is None:
            async with services.read() as session:
                own = await claims.claims(
                    session, clan.clan_id, services.clock(), user_id=interaction.user.id
                )
            if len(own) > 1:
                raise BadInputError("You claim several accounts: say which with `player:`.")
            if not own:
                raise NoDataError("You claim no account: begin with `/link add`.")
            player_id = own[0].player_id
        reply = await controls.checked(interaction, player_id)
        await reply.send(interaction, ephemeral=True)

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(
        player=_PLAYER, mistake="Officers: it never was true, so nothing of it is kept"
    )
    async def remove(
        self,
        interaction: Interaction,
        player: str,
        mistake: bool = False,  # noqa: FBT001, FBT002  an option of the command
    ) -> None:
        """Unlink an account from now on; what was said until now stays where it is."""
        clan, services = clan_of(interaction), self.bot.services
        if mistake:
            must_be_officer(interaction)
        player_id = await self.bot.roster.find(clan, player)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            _check_whose(interaction, await link_of(session, clan.clan_id, player_id))
            link = await remove_link(
                session,
                clan.clan_id,
                player_id=player_id,
                now=services.clock(),
                by=interaction.user.id,
                mistake=mistake,
            )
        self.bot.roster.forget_owners(clan.clan_id)
        whose = "you" if link.discord_user_id == interaction.user.id else "them"
        text = f"**{words.name(link.name)}** is no longer linked to {whose}" + (
            ", and never was." if mistake else "."
        )
        await Reply(embed.said("Unlinked", text)).send(interaction, ephemeral=True)

    @app_commands.command()
    @app_commands.autocomplete(player=offered)
    @app_commands.describe(player="The account as which your messages count")
    async def main(self, interaction: Interaction, player: str) -> None:
        """Choose your main account: what you say on Discord counts as its."""
        clan, services = clan_of(interaction), self.bot.services
        player_id = await self.bot.roster.find(clan, player)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            _check_whose(interaction, await link_of(session, clan.clan_id, player_id))
            link = await set_main(
                session, clan.clan_id, player_id=player_id, by=interaction.user.id
            )
        self.bot.roster.forget_owners(clan.clan_id)
        whose = "your" if link.discord_user_id == interaction.user.id else "their"
        text = f"**{words.name(link.name)}** is {whose} main account."
        await Reply(embed.said("Main account", text)).send(interaction, ephemeral=True)

    @app_commands.command(name="list")
    @app_commands.describe(
        user="Officers: whose accounts", show="Officers: everyone, requests, or whom to link"
    )
    async def list_(
        self,
        interaction: Interaction,
        user: discord.Member | None = None,
        show: Literal["linked", "pending", "suggestions"] | None = None,
    ) -> None:
        """List your accounts."""
        clan_of(interaction)
        if show is not None or user not in {None, interaction.user}:
            must_be_officer(interaction)
        if show is not None and user is not None:
            raise BadInputError("Give a user or what to show, not both.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        if show is None:
            reply = await controls.accounts(interaction, (user or interaction.user).id)
        else:
            reply = await controls.listed(interaction, _SHOWN[show])
        await reply.send(interaction, ephemeral=True)

    async def _added(
        self, interaction: Interaction, user: discord.Member, player_id: int, *, replace: bool
    ) -> Link:
        clan, services = clan_of(interaction), self.bot.services
        try:
            async with services.write() as session:
                link = await add_link(
                    session,
                    clan.clan_id,
                    user_id=user.id,
                    player_id=player_id,
                    now=services.clock(),
                    method=LinkMethod.OFFICER,
                    made_by=interaction.user.id,
                    replace=replace,
                )
        except LinkedToOtherError as error:
            held = error.link
            raise BadInputError(
                f"**{words.name(held.name)}** is linked to <@{held.discord_user_id}>. If it has "
                "changed hands, repeat this with `replace:True`; if it never was theirs, first "
                "`/link remove` it with `mistake:True`."
            ) from error
        self.bot.roster.forget_owners(clan.clan_id)
        return link


def _check_whose(interaction: Interaction, link: Link | None) -> None:
    """Others' accounts are for officers.

    Raises:
        NoDataError: Nobody is linked to it.
        MissingPermissions: It is somebody else's.
    """
    if link is None:
        raise NoDataError("Nobody is linked to that account: `/link list` shows yours.")
    if link.discord_user_id != interaction.user.id:
        must_be_officer(interaction)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Links(bot))
